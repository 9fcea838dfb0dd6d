"""What a number is a number of: the dead or the wounded, men or women, exports or imports.

Two numbers of different slots are no contradiction. The slot is read off the words that the number stands
with: its unit, then the words between it and the numbers around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.cues import folded
from rag.text import Word
from rag.values import Number

#: What happened or what is measured; a statement of one state says nothing of another.
STATES: Mapping[str, frozenset[str]] = {
    "dead": folded("""
        قتيل قتيلا قتلى القتلى قتلا مقتل مقتله قتل قتلت قتلوا يقتل تقتل مصرع مصرعه مصرعهم حتفه حتفهم وفاة وفيات
        الوفيات توفي توفيت توفوا مات ماتوا ماتت موت شهيد شهيدا شهداء استشهد استشهاد بحياة بأرواح أرواح حياة
        جثة جثث جثامين الجثث نعوش غرقوا قضوا قضى أودى أودت حصدت حصد ضحايا ضحية dead killed kill kills killing died die dying dies death deaths
        fatalities fatal toll bodies corpses lives drowned perished slain mort morts morte mortes tué tués tuées tuer tuant
        décès décédé décédés victimes corps vies péri muertos muertas murieron fallecidos tote toten getötet starben
        ölü öldü کشته"""),
    "wounded": folded("""
        جريح جريحا جرحى الجرحى جرح جرحوا إصابة إصابات أصيب أصيبت أصيبوا إصابتهم مصاب مصابا مصابين مصابون
        المصابين بجروح بجراح يصاب wounded wounding injured injuring injuries injury hurt hospitalised
        hospitalized infected infections blessé blessés blessée blessées blessant blesser heridos heridas
        verletzt verletzte verletzten yaralı زخمی"""),
    "missing": folded("""
        مفقود مفقودا مفقودين مفقودون المفقودين فقد فقدان فقدوا missing unaccounted disparu disparus disparues
        portés desaparecidos vermisst kayıp"""),
    "arrested": folded("""
        اعتقل اعتقلت اعتقال اعتقالات اعتقلوا معتقل معتقلا معتقلين توقيف أوقفت أوقف موقوف موقوفا موقوفين القبض
        احتجاز محتجز محتجزين arrested arrest arrests detained detainees detaining custody arrêté arrêtés
        interpellé interpellés interpellations détenus detenidos verhaftet festgenommen gözaltı"""),
    "released": folded("""
        أفرج الإفراج إفراج إطلاق سراح أطلق released freed release libéré libérés libération liberados"""),
    "rescued": folded("""
        إنقاذ أنقذ أنقذت أنقذوا نجا نجوا ناج ناجيا ناجين الناجين rescued rescue saved survived survivors
        survivor secourus sauvés survivants rescapés rescatados gerettet"""),
    "displaced": folded("""
        نزح نزوح نازح نازحا نازحين النازحين تشريد شرد تهجير هجر إجلاء أجلت أجلي displaced evacuated evacuees
        homeless fled déplacés évacués évacuer desplazados evakuiert"""),
    "kidnapped": folded("خطف اختطف اختطاف رهينة رهائن kidnapped abducted hostages hostage otages enlevés"),
    "recovered": folded("تعاف تعافى متعاف المتعافين شفاء شفي recovered recoveries guéris guérisons"),
    "destroyed": folded("""
        دمر دمرت تدمير مدمر مدمرة دمار انهار انهيار انهارت destroyed destroying collapsed demolished détruit
        détruits détruite détruites détruisant effondrés"""),
    "damaged": folded("""
        تضرر تضررت متضرر متضررة متضررا أضرار damaged damaging damage endommagé endommagés endommagées abîmé"""),
    "export": folded("صادرات الصادرات تصدير صدرت صدر exports exported export exportations exportés"),
    "import": folded("واردات الواردات استيراد استوردت imports imported import importations importés"),
    "profit": folded("ربح أرباح أرباحا الأرباح profit profits bénéfice bénéfices gewinn beneficios"),
    "loss": folded("خسارة خسائر الخسائر loss losses perte pertes verluste pérdidas"),
    "revenue": folded("""
        إيراد إيرادات الإيرادات عائدات مبيعات revenue revenues sales turnover recettes ventes chiffre"""),
    "debt": folded("دين ديون الديون مديونية debt debts dette dettes deuda"),
    "budget": folded("ميزانية الميزانية موازنة الموازنة budget budgets"),
    "spending": folded("نفقات النفقات إنفاق مصروفات spending expenditure expenditures outlays dépenses"),
    "deficit": folded("عجز العجز deficit déficit"),
    "growth": folded("نمو النمو growth croissance"),
    "inflation": folded("تضخم التضخم inflation"),
    "unemployment": folded("بطالة البطالة عاطل عاطلين عاطلا unemployment unemployed jobless chômage chômeurs"),
    "born": folded("ولد ولدت مواليد born births naissances nés né née"),
    "temperature": folded("درجة درجات degrees degré degrés"),
}  # fmt: skip

#: Words that make another thing of what is measured: the net profit and the operating one.
KINDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "result": (
        folded("صافي صافية net nette"),
        folded("تشغيلي تشغيلية التشغيلية operating opérationnel exploitation"),
        folded("إجمالي gross brut"),
    ),
    "shock": (folded("ارتدادي ارتدادية ارتداديا ارتداد aftershock aftershocks réplique répliques"), frozenset()),
    "penalties": (folded("الترجيح ترجيح shoot-out shootout shoot penalties tirs"), frozenset()),
    "half": (folded("نصفي semifinal semi demi-finale"), frozenset()),
}  # fmt: skip
_BOTH = (("قتيل", "وجريح"), ("قتلى", "وجرحى"), ("قتيلا", "وجريحا"), ("dead", "wounded"), ("killed", "wounded"),
         ("dead", "injured"), ("killed", "injured"), ("morts", "blessés"))  # fmt: skip

#: Who or what is counted, where a part of all people is meant.
PARTS: Mapping[str, frozenset[str]] = {
    "men": folded("رجل رجلا رجال الرجال ذكور men male males hommes"),
    "women": folded("امرأة نساء النساء سيدة سيدات إناث women woman female females femmes femme"),
    "children": folded("""
        طفل طفلا أطفال الأطفال رضع قاصر قاصرين children child minors infants babies enfants enfant mineurs"""),
    "soldiers": folded("""
        جندي جنديا جنود الجنود عسكري عسكريا عسكريين عسكريون العسكريين soldiers soldier troops troop servicemen
        soldats soldat militaires militaire soldados soldaten"""),
    "police": folded("شرطي شرطيا شرطيين الشرطة policemen police officers policiers policier gendarmes"),
    "civilians": folded("مدني مدنيا مدنيين مدنيون المدنيين civilians civilian civils civil"),
    "militants": folded("مسلح مسلحا مسلحين مسلحون إرهابيا إرهابيين militants gunmen fighters combattants مقاتل مقاتلا مقاتلين"),
    "students": folded("طالب طالبا طلاب الطلاب طلبة تلميذ تلميذا تلاميذ students pupils élèves étudiants"),
    "teachers": folded("معلم معلما معلمين معلمون مدرس مدرسا مدرسين أستاذ teachers teacher enseignants professeurs"),
    "workers": folded("عامل عاملا عمال العمال موظف موظفا موظفين workers employees staff ouvriers employés salariés"),
    "doctors": folded("طبيب طبيبا أطباء doctors doctor physicians médecins médecin"),
    "passengers": folded("راكب راكبا ركاب الركاب passengers passenger passagers passager"),
    "tourists": folded("سائح سائحا سياح السياح tourists tourist visitors touristes touriste visiteurs زائر زائرا زوار"),
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
    بينهم بينها بينهن منهم منها منهن ضمنهم including among whom them dont parmi notamment incluidos darunter""")
_CLITICS = ("و", "ف", "ب", "ل", "وب", "ول", "ال", "وال", "بال", "لل", "وا")
_STOPS = frozenset('،,;؛:()[]«»"')
_CONJUNCTIONS = folded("and et y und while whereas but mais tandis")
_REACH = 6  # words looked at on a side
_OF_WORD = {
    facet: {word: name for name, listed in table.items() for word in listed}
    for facet, table in (("state", STATES), ("part", PARTS))
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
    included = included or any(tokens[i] in _PARTITIVES for i in after[:2])
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
    """Tell whether a number counts the dead and the wounded together: 71 بين قتيل وجريح, 71 dead or wounded."""
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


def differ(left: Slot, right: Slot) -> bool:
    """Tell whether two numbers count different things."""
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
    return left.included != right.included


def _around(
    tokens: Sequence[str], given: Sequence[Word], counted: Sequence[Number], number: Number, text: str
) -> tuple[list[int], list[int]]:
    """Return the words before a number, nearest first, and those after its unit, up to other numbers."""
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


def forms(token: str) -> list[str]:
    """Return a word as it stands and without an Arabic conjunction, preposition or article."""
    found = [token]
    for clitic in _CLITICS:
        if token.startswith(clitic) and len(token) - len(clitic) >= 3:
            found.append(token[len(clitic) :])
    return found


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
