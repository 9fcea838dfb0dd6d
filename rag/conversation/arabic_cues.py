"""The small words of Arabic follow-ups: pronouns, what is counted, verbs with no subject."""

from __future__ import annotations

from rag.conversation.turns import Gender, Number
from rag.cues import folded
from rag.text import fold_text

BE = folded("كان كانت كانوا يكون تكون بلغ بلغت يبلغ تبلغ")
PRONOUNS: dict[str, tuple[Gender, Number]] = {
    "هو": ("m", "s"), "هي": ("f", ""), "هم": ("", "p"),
}  # fmt: skip
THIS = folded("ذلك هذا هذه")
CLAUSES = folded("أن إن بأن لأن كي عندما حين حينما أنه أنها")
HAPPENED = folded("حدث وقع جرى حصل تم كان")
RELATIVES = folded("الذي التي الذين حيث")
ROLES_ABOUT = folded("المسؤول المسؤولة المسؤولون المسؤولين")
#: Definite nouns that ask for a part or a property of what was spoken of: "وما السبب؟".
WHOLE_PROPERTIES = {
    fold_text(noun): frozenset(kinds.split())
    for kinds, nouns in {
        "event": "السبب الأسباب الحصيلة الدافع الدوافع النتائج الملابسات",
        "place": "العاصمة العملة المساحة",
    }.items()
    for noun in nouns.split()
}  # fmt: skip
COUNTED: dict[str, str] = {  # what is counted, and where it is to be found
    word: kind
    for kind, line in {
        "event": """
            جرحى الجرحى جريحا قتلى القتلى قتيلا الضحايا ضحية مصابا المصابين المصابون مصابين المفقودين مفقودا
            النازحين نازحا الناجين ناجيا المعتقلين معتقلا الشهداء شهيدا الوفيات الإصابات إصابة الخسائر
            الأضرار المشاركين المشاركون الحاضرين الحضور الرهائن المتضررين الإصابات القتلى الموقوفين
            المختطفين
        """,
        "place": "السكان نسمة",
        "organisation": "الأعضاء الموظفين العاملين المنتسبين اللاعبين الطلاب الطلبة",
    }.items()
    for word in folded(line)
}  # fmt: skip
IMPERSONAL = folded("عن على")
IMPERSONAL_VERBS = folded("تقرر تبين اتضح يجب يمكن ينبغي يتم تم يوجد توجد تتم")
SAYS = folded("قال قالت يقول تقول صرح صرحت يصرح تصرح قالوا")
PASSIVE_WITH = folded("أعلن كشف أطلق حكم عثر قبض أفرج نشر اعترف فرض عرض وضع أطلقت")
TAKES_BA = folded("""
    فاز فازت طالب طالبت يطالب ندد نددت رحب رحبت قام قامت وعد وعدت التزم احتفل احتفلت اعترف اعترفت سمح تعهد
    يقوم تقوم هدد هددت اتهم اتهمت التقى التقت ساهم شارك اتصل أشاد أشادت تبرع يؤمن نجا
""")
HARMED = folded("أصيب جرح قتل مات توفي فقد سقط نزح شرد اعتقل نجا شارك حضر أصيبوا قتلوا جرحوا استشهد لقي")
HEADS_OF_COUNTS = folded("عدد أعداد حصيلة حجم قيمة مجموع إجمالي")
WITH_PRONOUN: dict[str, tuple[str, Gender, Number]] = {}
for _preposition, _stem in {
    "في": "في", "من": "من", "عن": "عن", "مع": "مع", "إلى": "إلي", "على": "علي", "لدى": "لدي", "عند": "عند",
    "ضد": "ضد", "حول": "حول", "بعد": "بعد", "قبل": "قبل", "وراء": "وراء", "ب": "ب", "ل": "ل",
}.items():  # fmt: skip
    for _end, _gender, _number in (("ه", "m", "s"), ("ها", "f", ""), ("هم", "", "p")):
        WITH_PRONOUN[fold_text(_stem + _end)] = (_preposition, _gender, _number)  # type: ignore[assignment]
