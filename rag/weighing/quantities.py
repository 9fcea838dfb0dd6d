"""What a number says: the range that its hedge leaves open, in the base unit of its dimension."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.cues import folded
from rag.names import is_arabic
from rag.numberwords import guess_languages
from rag.numerals import SCALES
from rag.text import Word, fold_text
from rag.values import Number
from rag.weighing.slots import is_group

_ABOUT = 0.1  # "about 50" leaves a tenth open on both sides
_ROUND = 0.2  # a round "more than" reaches to the next round number, and at least so far

_BOUNDS = {
    "at_least": """
        على الأقل; ما لا يقل عن; لا يقل عن; لا يقل عددهم عن; at least; no fewer than; no less than;
        not less than; au moins; pas moins de; al menos; por lo menos; mindestens; en az; حداقل; دست
        کم; فأكثر; or more; ou plus; o más; oder mehr""",
    "at_most": """
        على الأكثر; لا يزيد على; لا يزيد عن; ما لا يزيد على; لا يتجاوز; حتى; up to; as many as; at
        most; no more than; jusqu à; au plus; hasta; bis zu; höchstens; en fazla""",
    "more_than": """
        أكثر من; أكثر من نحو; ما يزيد على; ما يزيد عن; يزيد على; يزيد عن; تزيد على; تزيد عن; أزيد
        من; تجاوز; تجاوزت; يتجاوز; تتجاوز; يفوق; تفوق; فاق; more than; over; above; exceeded;
        exceeding; exceeds; plus de; dépasse; dépassé; más de; mehr als; über; بیش از; den fazla;
        dan fazla""",
    "less_than": """
        أقل من; دون; less than; fewer than; under; below; moins de; menos de; weniger als; unter;
        کمتر از""",
    "about": """
        نحو; حوالي; حوالى; قرابة; زهاء; تقريبا; ما يقارب; ما يقرب من; يقارب; يناهز; تناهز; تقارب;
        بحدود; في حدود; about; around; some; approximately; nearly; almost; roughly; an estimated;
        close to; environ; près de; quelque; presque; autour de; une; unos; unas; cerca de;
        alrededor de; aproximadamente; casi; etwa; rund; ungefähr; knapp; fast; circa; yaklaşık;
        حدود; نزدیک به; or so; civarında""",
}
_PHRASES = sorted(
    (
        (tuple(fold_text(phrase).split()), bound)
        for bound, listing in _BOUNDS.items()
        for phrase in listing.split(";")
    ),
    key=lambda entry: -len(entry[0]),
)
_ABOUT_IN_FRENCH = folded("dizaine vingtaine trentaine quarantaine cinquantaine soixantaine centaine millier")
_BETWEEN = folded("بين between entre zwischen from من de von")
_TO = folded("و to and et y und إلى à a bis")

_UNITS: dict[str, tuple[str, float]] = {}
for _dimension, _factor, _names in (
    ("length", 1.0, "متر مترا أمتار الأمتار m metre metres meter meters mètre mètres metro metros"),
    ("length", 1000.0, """كم كلم كيلومتر كيلومترا كيلومترات كيلو km kms kilometre kilometres
        kilometer kilometers kilomètre kilomètres kilómetro kilómetros"""),
    ("length", 1609.344, "ميل ميلا أميال mile miles milla millas"),
    ("length", 0.01, "سنتيمتر سنتيمترا سنتيمترات سم cm centimetre centimetres centimètre centimètres"),
    ("length", 0.3048, "قدم قدما أقدام foot feet ft pied pieds"),
    ("weight", 1.0, "كيلوغرام كيلوغراما كيلوغرامات كغ كجم kg kilogram kilograms kilogramme kilogrammes"),
    ("weight", 1000.0, "طن طنا أطنان ton tons tonne tonnes tonelada toneladas"),
    ("weight", 0.001, "غرام غراما غرامات gram grams gramme grammes"),
    ("area", 1.0, "هكتار هكتارا هكتارات hectare hectares"),
    ("duration", 1.0, "دقيقة دقائق minute minutes minuto minutos"),
    ("duration", 60.0, "ساعة ساعات hour hours heure heures hora horas"),
    ("duration", 1440.0, "يوم يوما أيام day days jour jours día días"),
    ("duration", 10080.0, "أسبوع أسبوعا أسابيع week weeks semaine semaines semana semanas"),
    ("percent", 0.01, "أساس basis"),
    ("percent", 1.0, "مئوية percentage"),
    ("celsius", 1.0, "سيلسيوس سلسيوس celsius centigrade"),
    ("fahrenheit", 1.0, "فهرنهايت فارنهايت fahrenheit"),
    ("months", 1.0, "شهر شهرا أشهر شهور month months mois mes meses"),
    ("months", 12.0, "سنة سنوات عام عاما أعوام year years an ans année années año años"),
    ("USD", 1.0, "دولار دولارا دولارات dollar dollars usd"),
    ("EUR", 1.0, "يورو euro euros eur"),
    ("GBP", 1.0, "إسترليني استرليني pound pounds sterling gbp"),
    ("IQD", 1.0, "دينار دينارا دنانير dinar dinars"),
    ("SAR", 1.0, "ريال ريالا ريالات riyal riyals"),
    ("EGP", 1.0, "جنيه جنيها جنيهات livre livres"),
    ("MAD", 1.0, "درهم درهما دراهم dirham dirhams"),
    ("LBP", 1.0, "ليرة ليرات lira liras"),
):  # fmt: skip
    for _name in folded(_names):
        _UNITS.setdefault(_name, (_dimension, _factor))
_OF = frozenset(("من", "de", "d", "of"))
_DEGREES = frozenset(
    name for name, (dimension, _) in _UNITS.items() if dimension in ("celsius", "fahrenheit")
)
_MOST_GOALS = 20
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what its words leave open."""

    value: float  # in the base unit of its dimension
    low: float  # the least and the largest value that the words allow
    high: float
    bound: str | None  # "about", "at_least", "at_most", "more_than", "less_than", "between"; None: exact
    dimension: str | None  # "length", "percent", a currency …; None: a count of things
    written: float  # as the text gives it, in its own unit
    unit: tuple[int, int]  # words of the sentence that name the unit
    counted: str | None  # the folded noun that is counted, None for a measure
    nouns: tuple[str, ...]  # all folded words that name what is counted
    qualifier: str | None  # the folded adjective after it


def read(text: str, given: Sequence[Word], own: Sequence[Number]) -> Quantity:
    """Return what the first of the numbers `own` says, or the range from it to the second one.

    Args:
        text: the sentence.
        given: its words.
        own: the numbers of the span, at least one.
    """
    number = own[0]
    tokens = [word.text for word in given]
    dimension, factor, counted, qualifier = _unit(text, given, tokens, number)
    if len(own) > 1 and _is_score(text, given, own[0], own[1]):
        one, other = sorted((own[0].value, own[1].value), reverse=True)
        value = one + other / 100  # 3-0 and 0-3 are one score
        return Quantity(value, value, value, None, "score", value, (number.last, number.last), None, (), None)
    value = number.value * factor * _suffix(text, given, number)
    if dimension == "fahrenheit":
        dimension, value = "celsius", (value - 32) / 1.8
    last, bound = number, _bound(tokens, number)
    low, high = _range(value, bound, number.value)
    if len(own) > 1 and _is_range(text, given, tokens, number, own[1]):
        last, bound = own[1], "between"
        dimension, factor, counted, qualifier = _unit(text, given, tokens, last)
        low, high = sorted((number.value * factor, last.value * factor))
        value = low
    nouns = tuple(tokens[last.last : last.unit + 1]) if counted else ()
    unit = (last.last, last.unit)
    return Quantity(value, low, high, bound, dimension, number.value, unit, counted, nouns, qualifier)


def same(left: Quantity, right: Quantity) -> bool:
    """Tell whether two quantities are one value in one dimension, whatever their hedges."""
    if left.dimension != right.dimension or (left.bound == "between") != (right.bound == "between"):
        return False
    return math.isclose(left.value, right.value, rel_tol=2e-3) and (
        left.bound != "between" or math.isclose(left.high, right.high, rel_tol=2e-3)
    )


def meet(left: Quantity, right: Quantity) -> bool:
    """Tell whether some value is allowed by both."""
    return left.low <= right.high * (1 + 1e-9) and right.low <= left.high * (1 + 1e-9)


def _bound(tokens: Sequence[str], number: Number) -> str | None:
    for phrase, bound in _PHRASES:
        size = len(phrase)
        before = tuple(tokens[max(0, number.first - size) : number.first])
        clitic = before and before[0].startswith("و") and (before[0][1:], *before[1:]) == phrase
        if before == phrase or clitic or tuple(tokens[number.unit : number.unit + size]) == phrase:
            return bound
    if _ABOUT_IN_FRENCH.intersection(tokens[number.first : number.last]):
        return "about"
    return None


def _range(value: float, bound: str | None, written: float) -> tuple[float, float]:
    """Return the values that a hedge leaves open.

    A rounded "more than" reaches to the next round number only (Cummins, Sauerland and Solt 2012): more
    than 50 is not 62, and at least 30 may be.
    """
    if value <= 0:
        return value, value
    step = _granularity(written) * value / written
    if bound == "at_least":
        return value, math.inf
    if bound == "at_most":
        return 0.0, value
    if bound == "more_than":
        return value, value + max(step, _ROUND * value)
    if bound == "less_than":
        return value - max(step, _ROUND * value), value
    if bound == "about":
        open_ = max(step / 2, _ABOUT * value)
        return value - open_, value + open_
    return value, value


def _granularity(written: float) -> float:
    """Return the round step that a number is a multiple of: 10 for 50, 100 for 3,500, 1 for 37."""
    if written != int(written):
        return 0.0
    step, whole = 1, int(written)
    while whole % (step * 10) == 0 and step * 10 <= whole:
        step *= 10
    return float(step) if step > 1 else 0.0


def _suffix(text: str, given: Sequence[Word], number: Number) -> float:
    """Return the scale of $1,200m and €3bn, 1 without one."""
    start, end = given[number.first].start, given[number.last - 1].end
    if text[max(0, start - 1) : start] not in _SIGNS or not text[max(0, start - 1) : start]:
        return 1.0
    letters = re.match(r"\s?(bn|mn|m|k|tn)\b", text[end : end + 4], re.IGNORECASE)
    return _SUFFIXES[letters[1].lower()] if letters else 1.0


def _is_score(text: str, given: Sequence[Word], one: Number, other: Number) -> bool:
    """Tell 3-0, the score of a match, from a range such as 30-40."""
    if other.first != one.last or max(one.value, other.value) > _MOST_GOALS or one.unit > one.last:
        return False
    gap = text[given[one.last - 1].end : given[other.first].start]
    return gap in ("-", "–", "—", ":") and other.unit == other.last


def _is_range(text: str, given: Sequence[Word], tokens: Sequence[str], one: Number, other: Number) -> bool:
    between = tokens[one.unit : other.first]
    if not between:
        gap = text[given[one.last - 1].end : given[other.first].start].strip()
        return gap in ("-", "–", "—") or (other.first == one.last and tokens[other.first].startswith("و"))
    opened = one.first > 0 and tokens[one.first - 1].lstrip("و") in _BETWEEN
    return opened and len(between) == 1 and (between[0] in _TO or between[0].startswith("و"))


def _unit(
    text: str, given: Sequence[Word], tokens: Sequence[str], number: Number
) -> tuple[str | None, float, str | None, str | None]:
    """Return (dimension, factor to its base unit, counted noun, its adjective)."""
    if number.measure == "percent":
        return "percent", 1.0, None, None
    start = given[number.first].start
    sign = text[max(0, start - 1) : start].strip() or text[given[number.last - 1].end :][:2].strip()[:1]
    if sign in _SIGNS:
        return _SIGNS[sign], 1.0, None, None
    definite = tokens[number.first].startswith("ال") and tokens[number.first] not in SCALES
    if definite and number.first:  # القذائف الأربع
        return None, 1.0, tokens[number.first - 1], None
    if number.first > 1 and tokens[number.first - 1] == "ال":  # المتسلقين الـ6
        return None, 1.0, tokens[number.first - 2], None
    named = [token for token in tokens[number.last : number.unit] if token not in _OF]
    degrees = [token for token in tokens[number.last : number.last + 3] if token in _DEGREES]
    if degrees:
        return *_UNITS[degrees[0]], None, None
    for token in named:
        if token in _UNITS:
            return *_UNITS[token], None, None
    noun, qualifier = _head(named, tokens)
    if noun is not None and qualifier is None and _is_nationality(noun, text, given, number):
        noun, qualifier = None, noun
    return None, 1.0, noun, qualifier


def _is_nationality(noun: str, text: str, given: Sequence[Word], number: Number) -> bool:
    """Tell whether an adjective stands alone for whom it counts: 2500 أميركي, 2,500 Americans."""
    if is_group(noun):
        return False
    if is_arabic(noun):
        return len(noun) >= 5 and noun.endswith(("ي", "يا"))
    return number.last < len(given) and text[given[number.last].start].isupper()


def _head(named: Sequence[str], tokens: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the counted noun and its adjective: "soldiers", "American" of "American soldiers".

    In Arabic and French the noun comes first; in English a word after a plural is no longer part of it.
    """
    if len(named) < 2:
        return (named[0] if named else None), None
    first, second = named[0], named[1]
    if is_arabic(first) or "fr" in guess_languages(tokens):
        return first, second if is_arabic(first) or second.endswith("s") else None
    if is_group(first):
        return first, None
    if is_group(second) or (second.endswith("s") and not first.endswith("s")):
        return second, first
    return first, None
