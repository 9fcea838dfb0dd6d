"""What a number is a number of: the dead or the wounded, men or women, exports or imports.

Two numbers of different slots are no contradiction. The slot is read off the words that the number stands
with: its unit, then the words between it and the numbers around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.cues import folded
from rag.synonyms import STATE_OF, forms
from rag.text import Word
from rag.values import Number

#: Words that make another thing of what is measured: the net profit and the operating one.
KINDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "result": (
        folded("صافي صافية net nette"),
        folded("تشغيلي تشغيلية التشغيلية operating opérationnel exploitation"),
        folded("إجمالي gross brut"),
    ),
    "shock": (folded("""
        ارتدادي ارتدادية ارتداديا ارتداد aftershock aftershocks réplique répliques"""), frozenset()),
    "penalties": (folded("الترجيح ترجيح shoot-out shootout shoot penalties tirs"), frozenset()),
    "half": (folded("نصفي semifinal semi demi-finale"), frozenset()),
}  # fmt: skip
_BOTH = (("قتيل", "وجريح"), ("قتلى", "وجرحى"), ("قتيلا", "وجريحا"), ("dead", "wounded"),
         ("killed", "wounded"),
         ("dead", "injured"), ("killed", "injured"), ("morts", "blessés"))  # fmt: skip

#: Who or what is counted, where a part of all people is meant.
PARTS: Mapping[str, frozenset[str]] = {
    "men": folded("رجل رجلا رجال الرجال ذكور men male males hommes"),
    "women": folded("امرأة نساء النساء سيدة سيدات إناث women woman female females femmes femme"),
    "children": folded("""
        طفل طفلا أطفال الأطفال رضع قاصر قاصرين children child minors infants babies
        enfants enfant mineurs"""),
    "soldiers": folded("""
        جندي جنديا جنود الجنود عسكري عسكريا عسكريين عسكريون العسكريين soldiers soldier troops troop
        servicemen soldats soldat militaires militaire soldados soldaten"""),
    "police": folded("شرطي شرطيا شرطيين الشرطة policemen police officers policiers policier gendarmes"),
    "civilians": folded("مدني مدنيا مدنيين مدنيون المدنيين civilians civilian civils civil"),
    "militants": folded("""
        مسلح مسلحا مسلحين مسلحون إرهابيا إرهابيين militants gunmen fighters combattants مقاتل مقاتلا
        مقاتلين"""),
    "students": folded("طالب طالبا طلاب الطلاب طلبة تلميذ تلميذا تلاميذ students pupils élèves étudiants"),
    "teachers": folded("""
        معلم معلما معلمين معلمون مدرس مدرسا مدرسين أستاذ teachers teacher enseignants professeurs"""),
    "workers": folded("""
        عامل عاملا عمال العمال موظف موظفا موظفين workers employees staff ouvriers employés salariés"""),
    "doctors": folded("طبيب طبيبا أطباء doctors doctor physicians médecins médecin"),
    "passengers": folded("راكب راكبا ركاب الركاب passengers passenger passagers passager"),
    "tourists": folded("""
        سائح سائحا سياح السياح tourists tourist visitors touristes touriste visiteurs زائر زائرا زوار"""),
    "refugees": folded("لاجئ لاجئا لاجئين لاجئون refugees réfugiés refugiados"),
    "migrants": folded("مهاجر مهاجرا مهاجرين مهاجرون migrants migrant"),
    "journalists": folded("صحفي صحفيا صحفيين صحافي صحافيا صحافيين journalists reporters journalistes"),
    "families": folded("أسرة أسر عائلة عائلات families households family familles ménages"),
}  # fmt: skip

#: Parts of which a text on all people seldom speaks; the others name all people of an event.
SHARES = frozenset(
    ("men", "women", "children", "soldiers", "police", "civilians", "militants", "journalists")
)

PEOPLE = folded("""
    شخص شخصا أشخاص الأشخاص فرد فردا أفراد إنسان آخر آخرين آخرون نسمة مواطن مواطنا مواطنين ناس people persons
    person others other individuals citizens inhabitants personnes personne autres individus habitants gens
    personas otros menschen personen andere kişi نفر""")

_PARTITIVES = folded("""
    بينهم بينها بينهن منهم منها منهن ضمنهم including among whom them
    dont parmi notamment incluidos darunter""")
_STOPS = frozenset('،,;؛:()[]«»"')
_OF_THEM = folded("منهم منها منهن them whom entre")  # "12 of them" is a part, "21, among them 3" is not
_CONJUNCTIONS = folded("and et y und while whereas but mais tandis")
_REACH = 14  # words looked at on a side
_OF_WORD = {
    "state": STATE_OF,
    "part": {word: name for name, listed in PARTS.items() for word in listed},
}


@dataclass(frozen=True, slots=True)
class Slot:
    """What is counted."""

    state: str | None = None  # of `STATES`
    part: str | None = None  # of `PARTS`
    people: bool = False  # counts people, of no named part
    included: bool = False  # "among them 12": a part of another number
    kinds: tuple[tuple[str, int], ...] = ()  # of `KINDS`, (family, which)


def read(given: Sequence[Word], counted: Sequence[Number], number: Number, text: str) -> Slot:
    """Return the slot of `number` in the sentence `text` of words `given` and numbers `counted`."""
    tokens = [word.text for word in given]
    unit = range(number.last, number.unit)
    state = _first("state", tokens, unit)
    part = _first("part", tokens, unit)
    people = any(form in PEOPLE or form in _OF_WORD["state"] for i in unit for form in forms(tokens[i]))
    before, after = _around(tokens, given, counted, number, text)
    latin = (
        _is_latin(tokens[number.first]) if not tokens[number.first][0].isdigit() else _mostly_latin(tokens)
    )
    sides = (after, before) if latin else (before, after)
    for side in sides:
        state = state or _first("state", tokens, side)
    if part is None and not people and latin:
        part = _first("part", tokens, after[:3])
    included = any(form in _PARTITIVES for i in before[:2] for form in forms(tokens[i]))
    included = included or any(
        tokens[i].removeprefix("و") in ("بين", "among", "parmi") and is_counted(tokens[i + 1])
        for i in before[1:4]
    )
    included = included or any(tokens[i] in _OF_THEM for i in after[:2])
    if _is_both(tokens, number):
        state = "casualties"
    kinds = tuple(
        (family, which)
        for family, members in KINDS.items()
        for which, listed in enumerate(members)
        if not listed.isdisjoint(tokens)
    )
    return Slot(state, part, people or part is not None, included, kinds)


def _is_both(tokens: Sequence[str], number: Number) -> bool:
    """Tell whether a number counts the dead and the wounded together: 71 بين قتيل وجريح."""
    near = list(tokens[number.last : number.unit + 5])
    for one, other in _BOTH:
        for i, token in enumerate(near):
            if token == one and other in (near[i + 1 : i + 2] or near[i + 2 : i + 3]):
                return (bool(i) and near[i - 1] == "بين") or "or" in near[i + 1 : i + 2]
    return "casualties" in near


def asked(tokens: Sequence[str]) -> Slot:
    """Return the slot that a question of these folded words asks for."""
    everything = range(len(tokens))
    return Slot(_first("state", tokens, everything), _first("part", tokens, everything))


def differ(left: Slot, right: Slot, same_value: bool = False) -> bool:
    """Tell whether two numbers count different things.

    That one is told as a part ("3,500 soldiers, among them 2,500 Americans") tells numbers of one value apart
    only in what the other words say.
    """
    if left.state and right.state and left.state != right.state:
        return True
    if left.part != right.part and (left.part or right.part):
        both = left.part is not None and right.part is not None
        part = left.part in SHARES or right.part in SHARES
        if both or (part and left.people and right.people):  # a part of the people is not all of them
            return True
    ours, theirs = dict(left.kinds), dict(right.kinds)
    if any(
        ours.get(family) != theirs.get(family)
        for family in ours.keys() | theirs.keys()
        if (family in ours and family in theirs) or len(KINDS[family]) == 2
    ):
        return True
    return left.included != right.included and not same_value


def _around(
    tokens: Sequence[str], given: Sequence[Word], counted: Sequence[Number], number: Number, text: str
) -> tuple[list[int], list[int]]:
    """Return the words before a number, nearest first, and those after its unit, up to other numbers."""
    counted = [other for other in counted if not other.ordinal_like]  # a year parts nothing
    floor = max((other.unit for other in counted if other.last <= number.first), default=0)
    ceiling = min((other.hedge for other in counted if other.first >= number.last), default=len(tokens))
    before = list(range(number.first - 1, max(floor, number.first - _REACH) - 1, -1))
    after: list[int] = []
    for i in range(number.unit, min(ceiling, number.unit + _REACH)):
        gap = text[given[i - 1].end : given[i].start]
        if (
            _STOPS.intersection(gap)
            or tokens[i] in _CONJUNCTIONS
            or (tokens[i][0] == "و" and len(tokens[i]) > 3)
        ):
            break
        after.append(i)
    return before, after


def _first(facet: str, tokens: Sequence[str], places: Sequence[int] | range) -> str | None:
    for i in places:
        for form in forms(tokens[i]):
            if form in _OF_WORD[facet]:
                return _OF_WORD[facet][form]
    return None


def _is_latin(token: str) -> bool:
    return not "\u0600" <= token[0] <= "\u06ff"


def _mostly_latin(tokens: Sequence[str]) -> bool:
    written = [token for token in tokens if not token[0].isdigit()]
    return 2 * sum(map(_is_latin, written)) > len(written)


def is_counted(token: str) -> bool:
    """Tell whether a folded word names people or what happened to them."""
    return any(
        form in PEOPLE or form in _OF_WORD["state"] or form in _OF_WORD["part"] for form in forms(token)
    )


def is_group(token: str) -> bool:
    """Tell whether a folded word names people, or a part of them."""
    return any(form in PEOPLE or form in _OF_WORD["part"] for form in forms(token))
