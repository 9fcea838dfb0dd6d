"""Read quantities in running text: digits of any script and number words, their hedge and their unit.

Arabic, English, French, Spanish, German, Turkish and Persian. Works on the folded words of `rag.text.words`,
so ٣٦, 36 and ستة وثلاثون have one value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag import cues
from rag.cues import folded
from rag.numberwords import LATIN_STOPS, guess_languages, read_number, touch
from rag.numerals import SMALL
from rag.text import Word, fold_text


def _phrases(listing: str) -> tuple[tuple[str, ...], ...]:
    """Return the phrases of a listing parted by semicolons, as folded words, longer ones first."""
    found = {tuple(fold_text(phrase).split()) for phrase in listing.split(";")}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


_HEDGES = _phrases("""
    نحو;حوالي;حوالى;قرابة;زهاء;تقريبا;ما يقارب;ما يقرب من;يقارب;أكثر من;أقل من;ما لا يقل عن;لا يقل عن;
    لا يقل عددهم عن;ما يزيد على;ما يزيد عن;يزيد على;أزيد من;أكثر من نحو;about;around;some;approximately;
    nearly;almost;roughly;over;more than;at least;less than;fewer than;up to;as many as;no fewer than;
    an estimated;environ;près de;plus de;moins de;au moins;quelque;presque;jusqu à;unos;unas;cerca de;
    alrededor de;más de;al menos;menos de;aproximadamente;casi;hasta;por lo menos;etwa;rund;ungefähr;knapp;
    mehr als;über;mindestens;fast;circa;weniger als;bis zu;yaklaşık;en az;aşağı yukarı;hemen hemen;حدود;
    بیش از;دست کم;نزدیک به;کمتر از;حداقل""")
_HEDGES_AFTER = _phrases("""
    على الأقل;تقريبا;على الأكثر;at least;or so;or more;au moins;environ;al menos;por lo menos;aproximadamente;
    o más;ou plus;oder mehr;civarında;dan fazla;den fazla;kadar""")
_PERCENT = folded("المئة المائة بالمئة بالمائة percent prozent درصد")
_PERCENT_LEAD = folded("في per por pour")
_PERCENT_TAIL = folded("المئة المائة cent ciento")
_OF = folded("من de d of des du")
_NOT_UNITS = folded("""
    في من على إلى عن مع أن إن التي الذي الذين منذ قبل بعد خلال بين حتى لكن وقد قد ثم أو حيث كما عندما بسبب هو
    هي كان كانت مما إذ لم لا ما كل ضد عند لدى أي غير تم هذا هذه ذلك تلك
    است بود شد را با به از در که و تا برای این آن""") | frozenset().union(*LATIN_STOPS.values())
_ADJECTIVE_ENDINGS = ("ي", "ية", "يا", "يين", "يون", "ين")
_ATTACHED = ("و", "ف", "ب", "ل", "ك", "ال", "لل", "س")
_WAW_NOUNS = folded("وحدة وحدات ولاية ولايات وزير وزراء وزارة وثيقة وثائق ورقة واط")


@dataclass(frozen=True, slots=True)
class Number:
    """A quantity in a list of words: ``نحو 3500 جندي أجنبي`` has a hedge, a value and a unit."""

    first: int  # words[first:last] is the number itself, scale words included (155 مليون)
    last: int
    value: float
    hedge: int  # words[hedge:first] is the hedge before it; equal to `first` when there is none
    unit: int  # words[last:unit] is what is counted; equal to `last` when nothing is named
    tail: int  # words[unit:tail] is a hedge after it (على الأقل)
    measure: str | None  # as `rag.question.Question.measure`; "percent" for %
    ordinal_like: bool  # four digits that may be a year

    @property
    def hedged(self) -> bool:
        """Tell whether the text gives the number as a rough one or a bound."""
        return self.hedge < self.first or self.tail > self.unit


def numbers(text: str, words: Sequence[Word], language: str | None = None) -> list[Number]:
    """Return the quantities among `words`, in order, without overlaps.

    Args:
        text: what the words' offsets point into.
        words: the words of one sentence.
        language: ISO 639-1 code of the sentence; guessed when None.
    """
    tokens = [word.text for word in words]
    tables = [SMALL[code] for code in ([language] if language in SMALL else guess_languages(tokens))]
    found = []
    i = 0
    while i < len(words):
        read = read_number(text, words, tokens, i, tables)
        if read is None:
            i += 1
            continue
        last, value = read
        found.append(_complete(text, words, tokens, i, last, value))
        i = last
    return found


def number_value(phrase: str, language: str | None = None) -> float | None:
    """Return the value of the first quantity in `phrase` (``"ستة وثلاثون"`` → 36.0), or None."""
    from rag.text import words as split

    found = numbers(phrase, split(phrase), language)
    return found[0].value if found else None


def _complete(
    text: str, words: Sequence[Word], tokens: Sequence[str], first: int, last: int, value: float
) -> Number:
    """Add the hedge before the number, what it counts, and the hedge after."""
    hedge = first
    for phrase in _HEDGES:
        low = first - len(phrase)
        if low >= 0 and tuple(tokens[low:first]) == phrase:
            hedge = low
            break
    unit, measure = _unit(text, words, tokens, first, last)
    tail = unit
    for phrase in _HEDGES_AFTER:
        if tuple(tokens[unit : unit + len(phrase)]) == phrase:
            tail = unit + len(phrase)
            break
    digits = tokens[first]
    year = last == first + 1 and len(digits) == 4 and digits.isdigit() and 1000 <= value <= 2100
    plain = unit == last and words[first].end - words[first].start == 4
    return Number(first, last, value, hedge, unit, tail, measure, year and plain)


def _unit(
    text: str, words: Sequence[Word], tokens: Sequence[str], first: int, last: int
) -> tuple[int, str | None]:
    """Return where the unit ends (`last` if there is none) and what it measures."""
    after = (
        text[words[last - 1].end : words[last].start] if last < len(words) else text[words[last - 1].end :]
    )
    before = text[max(0, words[first].start - 2) : words[first].start]
    if after[:2].strip()[:1] in ("%", "٪", "﹪", "％") or before.strip()[-1:] in ("%", "٪"):
        return last, "percent"
    if before[-1:] in "$€£¥" and before:
        return last, "money"
    if after[:1] in "$€£¥" and after:
        return last, "money"
    if last >= len(tokens) or not touch(text, words, last):
        return last, None
    if tokens[last] in _PERCENT:
        return last + 1, "percent"
    if tokens[last] in _PERCENT_LEAD and tokens[last + 1 : last + 2] and tokens[last + 1] in _PERCENT_TAIL:
        return last + 2, "percent"
    at = last
    if tokens[at] in _OF and (last - first > 1 or tokens[at] != "من") and at + 1 < len(tokens):
        at += 1
    if not _names_a_thing(tokens[at]):
        return last, None
    end = at + 1
    measure = _measure(tokens[at])
    if end < len(tokens) and touch(text, words, end) and _qualifies(tokens[end]):
        measure = measure or _measure(tokens[end])
        end += 1
    return end, measure


def _measure(token: str) -> str | None:
    return next((name for name, nouns in cues.MEASURES.items() if token in nouns), None)


def _names_a_thing(token: str) -> bool:
    if token in _NOT_UNITS or token[0].isdigit():
        return False
    if "\u0600" <= token[0] <= "\u06ff":
        return token in _WAW_NOUNS or not (len(token) > 3 and token.startswith(("و", "ال", "لل", "ف", "ب")))
    return True


def _qualifies(token: str) -> bool:
    """Tell whether a second word still belongs to the unit: an adjective in Arabic, a noun elsewhere."""
    if token in _NOT_UNITS or token[0].isdigit():
        return False
    if "\u0600" <= token[0] <= "\u06ff":
        return token.endswith(_ADJECTIVE_ENDINGS) and len(token) >= 4 and not token.startswith(_ATTACHED)
    return True
