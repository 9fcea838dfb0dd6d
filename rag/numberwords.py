"""Read numbers in words and digits: ستة وثلاثون, half a million, 2 500, quatre-vingt-douze, $1.2 million."""

from __future__ import annotations

from collections.abc import Sequence

from rag.cues import folded
from rag.numerals import DUALS, HALVES, SCALES, SMALL, WHOLE_SCALES
from rag.text import Word

#: Alone, these are articles, pronouns or everyday words of another language; they count only inside a number.
_NOT_ALONE = folded("""
    واحد واحدة أحد إحدى one un une uno una ein eins
    eine einen einem einer bir يك null on once elf cent cents""")
_AND = {"en": "and", "fr": "et", "es": "y", "fa": "و", "de": "und"}
_BETWEEN_HALVES = folded("a un une einer eine de d and et y و")
_PREPOSITIONS = ("ب", "ل", "و", "ف", "ك", "وب", "ول", "فب")  # that are written onto an Arabic number word
_COUNTED_ON = {
    **{word: value for word, value in SMALL["ar"].items() if value > 1 and word not in _NOT_ALONE},
    **{word: SCALES[word] for word in WHOLE_SCALES if word in SCALES},
}
_BEHIND_PREPOSITION = {
    clitic + word: value
    for clitic in _PREPOSITIONS
    for word, value in _COUNTED_ON.items()
    if len(word) >= 3 and clitic + word not in SMALL["ar"]
}
_BEHIND_ARTICLE = {"ال" + word: value for word, value in SMALL["ar"].items() if value > 2}
_STARTS = frozenset().union(SCALES, _BEHIND_PREPOSITION, _BEHIND_ARTICLE, *SMALL.values())
LATIN_STOPS: dict[str, frozenset[str]] = {
    "en": folded("the of and in to was is that for by with as on from were has had its which at are"),
    "fr": folded("le la les des du et en est dans une qui que pour par sur au aux avec il sont ete ses"),
    "es": folded("el la los las del y en es una que por con para se su fue al como mas entre sus"),
    "de": folded("der die das und in den von zu mit ist im des auf wurde dem eine als sich war nach"),
    "tr": folded("ve bir bu ile icin olarak olan da de sonra gibi daha kadar tarafindan en yilinda"),
}


def read_number(
    text: str, words: Sequence[Word], tokens: Sequence[str], i: int, tables: Sequence[dict[str, int]]
) -> tuple[int, float] | None:
    """Return (end, value) of the number that begins with words[i], None where none does.

    Args:
        text: what the words' offsets point into.
        words: of one sentence.
        tokens: their folded texts.
        i: where to begin.
        tables: the number words of the languages that may be read, of `rag.numerals.SMALL`.
    """
    read = (
        _half(text, words, tokens, i)
        or _digits(text, words, tokens, i)
        or _spelled(text, words, tokens, i, tables)
    )
    return None if read is None else _and_a_half(text, words, tokens, *read)


def guess_languages(tokens: Sequence[str]) -> list[str]:
    """Return the languages whose number words may be read: by script, and for Latin by the small words."""
    arabic = any(token and "\u0600" <= token[0] <= "\u06ff" for token in tokens)
    latin = any(token and "a" <= token[0] <= "z" for token in tokens)
    languages = ["ar", "fa"] if arabic else []
    if latin:
        present = set(tokens)
        counts = {code: len(present & stops) for code, stops in LATIN_STOPS.items()}
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
    while last < len(tokens) and tokens[last] in SCALES and touch(text, words, last):
        value *= SCALES[tokens[last]]
        last += 1
    return last, value


def _half(text: str, words: Sequence[Word], tokens: Sequence[str], i: int) -> tuple[int, float] | None:
    """Read half a million, نصف مليون, un demi-million; a million."""
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    if tokens[i] in ("a", "un") and following in SCALES and touch(text, words, i + 1):
        return i + 2, float(SCALES[following])
    if tokens[i] not in HALVES and tokens[i].removeprefix("ب") not in HALVES:
        return None
    at = i + 1
    if at + 1 < len(tokens) and tokens[at] in _BETWEEN_HALVES:
        at += 1
    scale = SCALES.get(tokens[at].removeprefix("ال")) if at < len(tokens) else None
    if scale is None or not all(touch(text, words, j) for j in range(i + 1, at + 1)):
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
        touch(text, words, j) for j in range(last, at + 1)
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
    if tokens[i] not in _STARTS:
        return None
    reads = [read for table in tables if (read := _spelled_in(text, words, tokens, i, table)) is not None]
    return max(reads, key=lambda read: read[0]) if reads else None


def _spelled_in(
    text: str, words: Sequence[Word], tokens: Sequence[str], i: int, table: dict[str, int]
) -> tuple[int, float] | None:
    """Read number words from words[i]: tens and units add up, a hundred or a scale multiplies."""
    total, current, last, parts = 0, 0, i, 0
    arabic = table is SMALL["ar"]
    small_seen = False
    j = i
    while j < len(tokens) and (j == i or touch(text, words, j)):
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
            value = _attached(token, tokens[i - 1] if i else "") if j == i and arabic else None
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


def _attached(token: str, before: str) -> int | None:
    """Read an Arabic number word behind a preposition or an article: بأربعة, بمليار, القذائف الأربع."""
    value = _BEHIND_PREPOSITION.get(token)
    if value is None and before.startswith("ال"):
        value = _BEHIND_ARTICLE.get(token)
    return value


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


def touch(text: str, words: Sequence[Word], i: int) -> bool:
    """Tell whether nothing but space, a hyphen or an apostrophe parts words[i] from the word before it."""
    gap = text[words[i - 1].end : words[i].start]
    return len(gap) <= 3 and not gap.strip(" \t\u00a0\u202f\u200f\u200e-‐’'") and "\n" not in gap
