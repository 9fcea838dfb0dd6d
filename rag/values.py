"""Read quantities in running text: digits of any script and number words, their hedge and their unit.

Arabic, English, French, Spanish, German, Turkish and Persian. Works on the folded words of `rag.text.words`,
so ٣٦, 36 and ستة وثلاثون have one value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag import cues
from rag.cues import folded
from rag.numerals import DUALS, HALVES, SCALES, SMALL, WHOLE_SCALES
from rag.text import Word, fold_text

#: Alone, these are articles, pronouns or everyday words of another language; they count only inside a number.
_NOT_ALONE = folded(
    "واحد واحدة أحد إحدى one un une uno una ein eins eine einen einem einer bir يك null on once elf cent cents"
)
_AND = {"en": "and", "fr": "et", "es": "y", "fa": "و", "de": "und"}
_PREPOSITIONS = ("ب", "ل", "و", "ف", "ك", "وب", "ول", "فب")  # that are written onto an Arabic number word
_BETWEEN_HALVES = folded("a un une einer eine de d and et y و")
_LATIN_STOPS: dict[str, frozenset[str]] = {
    "en": folded("the of and in to was is that for by with as on from were has had its which at are"),
    "fr": folded("le la les des du et en est dans une qui que pour par sur au aux avec il sont ete ses"),
    "es": folded("el la los las del y en es una que por con para se su fue al como mas entre sus"),
    "de": folded("der die das und in den von zu mit ist im des auf wurde dem eine als sich war nach"),
    "tr": folded("ve bir bu ile icin olarak olan da de sonra gibi daha kadar tarafindan en yilinda"),
}


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
    است بود شد را با به از در که و تا برای این آن""") | frozenset().union(*_LATIN_STOPS.values())
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
        read = (
            _half(text, words, tokens, i)
            or _digits(text, words, tokens, i)
            or _spelled(text, words, tokens, i, tables)
        )
        if read is None:
            i += 1
            continue
        last, value = _and_a_half(text, words, tokens, *read)
        found.append(_complete(text, words, tokens, i, last, value))
        i = last
    return found


def number_value(phrase: str, language: str | None = None) -> float | None:
    """Return the value of the first quantity in `phrase` (``"ستة وثلاثون"`` → 36.0), or None."""
    from rag.text import words as split

    found = numbers(phrase, split(phrase), language)
    return found[0].value if found else None


def guess_languages(tokens: Sequence[str]) -> list[str]:
    """Return the languages whose number words may be read: by script, and for Latin by the small words."""
    arabic = any(token and "\u0600" <= token[0] <= "\u06ff" for token in tokens)
    latin = any(token and "a" <= token[0] <= "z" for token in tokens)
    languages = ["ar", "fa"] if arabic else []
    if latin:
        present = set(tokens)
        counts = {code: len(present & stops) for code, stops in _LATIN_STOPS.items()}
        best = max(counts.values())
        languages += [code for code, count in counts.items() if count == best]
    return languages


def _digits(text: str, words: Sequence[Word], tokens: Sequence[str], i: int) -> tuple[int, float] | None:
    if not tokens[i][0].isdigit():
        return None
    try:
        value = float(tokens[i])
    except ValueError:
        return None
    last = i + 1
    if len(tokens[i]) <= 3 and tokens[i] != "0":
        while last < len(tokens) and _is_thousands(text, words, tokens, last):  # 2 500, as French writes it
            value = value * 1000 + float(tokens[last])
            last += 1
    while last < len(tokens) and tokens[last] in SCALES and _touch(text, words, last):
        value *= SCALES[tokens[last]]
        last += 1
    return last, value


def _half(text: str, words: Sequence[Word], tokens: Sequence[str], i: int) -> tuple[int, float] | None:
    """Read half a million, نصف مليون, un demi-million; a million."""
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    if tokens[i] in ("a", "un") and following in SCALES and _touch(text, words, i + 1):
        return i + 2, float(SCALES[following])
    if tokens[i] not in HALVES and tokens[i].removeprefix("ب") not in HALVES:
        return None
    at = i + 1
    if at + 1 < len(tokens) and tokens[at] in _BETWEEN_HALVES:
        at += 1
    scale = SCALES.get(tokens[at].removeprefix("ال")) if at < len(tokens) else None
    if scale is None or not all(_touch(text, words, j) for j in range(i + 1, at + 1)):
        return None
    return at + 1, scale / 2


def _and_a_half(
    text: str, words: Sequence[Word], tokens: Sequence[str], last: int, value: float
) -> tuple[int, float]:
    """Add the half of مليونان ونصف المليون, two and a half million, deux millions et demi."""
    at = last
    while at < len(tokens) and at - last < 2 and tokens[at] in _BETWEEN_HALVES:
        at += 1
    if at >= len(tokens) or tokens[at].removeprefix("و") not in HALVES or value < 1:
        return last, value
    if (at == last and not tokens[at].startswith("و")) or not all(
        _touch(text, words, j) for j in range(last, at + 1)
    ):
        return last, value
    after = SCALES.get(tokens[at + 1].removeprefix("ال")) if at + 1 < len(tokens) else None
    if after is not None and value < 1000:  # two and a half million
        return at + 2, (value + 0.5) * after
    if after is not None and value >= after:
        return at + 2, value + after / 2
    scale = next((one for one in (10**12, 10**9, 10**6, 1000) if value >= one and value % one == 0), 1)
    return at + 1, value + scale / 2


def _is_thousands(text: str, words: Sequence[Word], tokens: Sequence[str], i: int) -> bool:
    gap = text[words[i - 1].end : words[i].start]
    return gap in (" ", "\u00a0", "\u202f") and len(tokens[i]) == 3 and tokens[i].isdigit()


def _spelled(
    text: str, words: Sequence[Word], tokens: Sequence[str], i: int, tables: Sequence[dict[str, int]]
) -> tuple[int, float] | None:
    """Read number words with the table that goes furthest; the first of equals."""
    reads = [read for table in tables if (read := _spelled_in(text, words, tokens, i, table)) is not None]
    return max(reads, key=lambda read: read[0]) if reads else None


def _spelled_in(
    text: str, words: Sequence[Word], tokens: Sequence[str], i: int, table: dict[str, int]
) -> tuple[int, float] | None:
    """Read number words from words[i]: tens and units add up, a hundred or a scale multiplies."""
    total, current, last, parts = 0, 0, i, 0
    small_seen = False
    j = i
    while j < len(tokens) and (j == i or _touch(text, words, j)):
        token = tokens[j]
        if token in _AND.values() and j > i and j + 1 < len(tokens):
            if _part(tokens[j + 1], table) is None:
                break
            j += 1
            continue
        value = _part(token, table)
        if value is None and j > i and token.startswith("و"):
            value = _part(token[1:], table)
        if value is None:
            value = _attached(token, table, tokens[i - 1] if i else "") if j == i else None
        scale = token in SCALES and token not in DUALS | WHOLE_SCALES
        if value is None or (j == i and scale):
            break
        if value >= 1000:
            dual = token.removeprefix("و") in DUALS
            total += value if dual else max(current, 1) * value
            current, small_seen = 0, False
        elif value == 100 and 0 < current < 10:
            current *= 100
        elif value == 20 and current == 4 and token.startswith("vingt"):
            current = 80
        elif small_seen and not _adds(current, value):
            break
        else:
            current += value
        small_seen = True
        parts += 1
        j += 1
        last = j
    if parts == 0 or (parts == 1 and tokens[i] in _NOT_ALONE):
        return None
    return last, float(total + current)


def _attached(token: str, table: dict[str, int], before: str) -> int | None:
    """Read an Arabic number word behind a preposition or an article: بأربعة, بمليار, القذائف الأربع."""
    if not "\u0600" <= token[0] <= "\u06ff":
        return None
    for clitic in _PREPOSITIONS:
        rest = token[len(clitic) :]
        if token.startswith(clitic) and len(rest) >= 3 and rest not in _NOT_ALONE:
            if table.get(rest, 0) > 1:
                return table[rest]
            if rest in WHOLE_SCALES:
                return SCALES[rest]
    rest = token.removeprefix("ال")
    if rest != token and before.startswith("ال") and table.get(rest, 0) > 2:
        return table[rest]
    return None


def _part(token: str, table: dict[str, int]) -> int | None:
    value = table.get(token)
    return value if value is not None else SCALES.get(token)


def _adds(current: int, value: int) -> bool:
    """Tell whether a smaller number goes on after `current`: 20 and 5, Arabic 5 and 20, French 60 and 12."""
    if value >= 100:
        return current % 1000 == 0
    if value >= 20:
        return current % 100 < 10
    if value >= 10:
        return current % 100 in (0, 60, 80) or 0 < current % 100 < 10
    return current % 10 == 0


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
    if last >= len(tokens) or not _touch(text, words, last):
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
    if end < len(tokens) and _touch(text, words, end) and _qualifies(tokens[end]):
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


def _touch(text: str, words: Sequence[Word], i: int) -> bool:
    """Tell whether nothing but space, a hyphen or an apostrophe parts words[i] from the word before it."""
    gap = text[words[i - 1].end : words[i].start]
    return len(gap) <= 3 and not gap.strip(" \t\u00a0\u202f\u200f\u200e-‐’'") and "\n" not in gap
