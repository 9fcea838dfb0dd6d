"""Propose the spans of a sentence that could be an answer: quantities, times, names, phrases, clauses.

Nothing is judged here: every proposal says where it comes from, and the reader weighs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from rag.cues import folded
from rag.dates import TimeExpression, time_expressions
from rag.schema import Kind
from rag.text import Word
from rag.values import Number, numbers

LONGEST_PHRASE = 5  # words
MOST_PROPOSALS = 400  # in one sentence


class Source(IntEnum):
    """Where a proposal comes from."""

    NUMBER = 0  # the number alone
    QUANTITY = 1  # with what it counts
    HEDGED = 2  # with its hedge and what it counts
    TIME = 3
    LED_TIME = 4  # with the preposition before it
    NAME = 5  # a run of words that look like a name
    QUOTED = 6  # between quotation marks
    PHRASE = 7  # words between function words and punctuation
    CLAUSE = 8  # between commas
    REASON = 9  # from a word like "because" to the end of its clause
    SENTENCE = 10


@dataclass(frozen=True, slots=True)
class Proposal:
    """The words [first:last) of a sentence as a possible answer."""

    first: int
    last: int
    source: Source
    number: Number | None = None
    time: TimeExpression | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A sentence cut into words, with what its spelling and punctuation show."""

    text: str  # the passage
    start: int  # the sentence is text[start:end]
    end: int
    words: tuple[Word, ...]
    stop: tuple[bool, ...]  # function words
    breaks: tuple[int, ...]  # before words[i]: 0 nothing, 1 a hyphen or a quotation mark, 2 a comma or more
    capital: tuple[bool, ...]  # starts with a Latin capital


_REASONS = folded("""
    لأن لأنه لأنها لأنهم بسبب بغية لكي كي حتى نتيجة جراء إثر بفضل لكون كونه كونها بهدف بغرض نظرا إذ احتجاجا
    خشية because due since owing thanks parce car afin grâce raison pour porque debido para gracias weil da
    wegen damit um denn aufgrund çünkü nedeniyle dolayı yüzünden için زیرا چون بخاطر دلیل""")
_FROM = folded("من")
_SAKE = folded("أجل")
JOINERS = folded(
    "بن ابن بنت أبو أبي أم آل عبد دي دو فان فون لا لو ديل "
    "of de la del van von bin ibn al el der du e y da di ben abu"
)
_QUOTED = re.compile(
    r"«([^«»]{2,120})»|“([^“”]{2,120})”|”([^“”]{2,120})“|\"([^\"\n]{2,120})\"|„([^“”]{2,120})[“”]"
    r"|'([^'\n]{2,60})'(?!\w)"
)
_COMMA = re.compile(r"[,،؛;:.!?؟()\[\]\n…]|\s[-–—]\s|ـــ")
_ONE_WORD = frozenset({"length", "weight", "time"})  # measures whose unit is one word
_NAMED: frozenset[Kind] = frozenset({"person", "place", "organisation"})
_PHRASED: frozenset[Kind] = frozenset(
    {"person", "place", "organisation", "definition", "list", "other", "yes_no", "reason"}
)


def shape(text: str, start: int, end: int, words: Sequence[Word], is_stop: Callable[[str], bool]) -> Shape:
    """Describe the sentence text[start:end], whose words are `words`."""
    breaks = [2]
    for before, after in pairwise(words):
        gap = text[before.end : after.start]
        breaks.append(0 if gap in ("", " ") else 2 if _COMMA.search(gap) else 1 if gap.strip() else 0)
    return Shape(
        text,
        start,
        end,
        tuple(words),
        tuple(is_stop(word.text) for word in words),
        tuple(breaks[: len(words)]),
        tuple(text[word.start].isupper() for word in words),
    )


def propose(sentence: Shape, kind: Kind, namelike: Sequence[bool]) -> list[Proposal]:
    """Return possible answers of `kind` in a sentence, each range of words once, in a fixed order.

    Args:
        sentence: as made by `shape`.
        kind: what the question asks for.
        namelike: for each word, whether it may be part of a name (beside Latin capitals).
    """
    n = len(sentence.words)
    if n == 0:
        return []
    found: dict[tuple[int, int], Proposal] = {}

    def add(
        first: int,
        last: int,
        source: Source,
        number: Number | None = None,
        time: TimeExpression | None = None,
    ) -> None:
        if 0 <= first < last <= n and len(found) < MOST_PROPOSALS:
            found.setdefault((first, last), Proposal(first, last, source, number, time))

    if kind not in ("person", "place"):
        times = time_expressions(sentence.text, sentence.words)
        in_time = {i for time in times for i in range(time.first, time.last)}
        for number in numbers(sentence.text, sentence.words):
            if kind == "date" and not number.ordinal_like:
                continue
            if kind != "date" and number.ordinal_like and number.first in in_time:
                continue
            unit = number.unit
            if number.measure in _ONE_WORD:
                unit = min(unit, number.last + 1)  # 70 km, and not "70 km north"
            if number.hedged:
                add(number.hedge, number.tail if unit == number.unit else unit, Source.HEDGED, number)
            add(number.first, unit, Source.QUANTITY if unit > number.last else Source.NUMBER, number)
            if unit > number.last + 1:
                add(number.first, number.last + 1, Source.QUANTITY, number)
            if number.measure is None or number.unit == number.last:  # never 4 million without its dollars
                add(number.first, number.last, Source.NUMBER, number)
        for time in times:
            add(time.first, time.last, Source.TIME, None, time)
            if time.lead < time.first and kind == "date":
                add(time.lead, time.last, Source.LED_TIME, None, time)
    if kind in _NAMED or kind in ("other", "list"):
        for first, last in _names(sentence, namelike):
            add(first, last, Source.NAME)
    if kind not in ("number", "date"):
        for match in _QUOTED.finditer(sentence.text, sentence.start, sentence.end):
            first, last = _covered(
                sentence.words, match.start(match.lastindex or 0), match.end(match.lastindex or 0)
            )
            add(first, last, Source.QUOTED)
    if kind in _PHRASED:
        for first, last in _phrases(sentence):
            add(first, last, Source.PHRASE)
    if kind in ("reason", "definition", "list", "other", "yes_no"):
        for first, last in _clauses(sentence):
            add(first, last, Source.CLAUSE)
            if kind == "reason":
                for i in range(first, last):
                    token = sentence.words[i].text
                    if token in _REASONS or (
                        token in _FROM and i + 1 < last and sentence.words[i + 1].text in _SAKE
                    ):
                        add(i, last, Source.REASON)
                    elif token.startswith("لل") or (
                        token.startswith("ل") and len(token) > 3 and not sentence.stop[i]
                    ):
                        add(i, last, Source.REASON)  # للتزود، لاحتواء
    add(0, n, Source.SENTENCE)
    return list(found.values())


def _names(sentence: Shape, namelike: Sequence[bool]) -> list[tuple[int, int]]:
    """Return runs of words that look like names, and the parts of long ones."""
    runs: list[tuple[int, int]] = []
    n = len(sentence.words)
    i = 0
    while i < n:
        if not (namelike[i] or sentence.capital[i]) or sentence.stop[i]:
            i += 1
            continue
        last = i + 1
        while last < n and last - i < 8 and sentence.breaks[last] < 2:
            if (namelike[last] or sentence.capital[last]) and not sentence.stop[last]:
                last += 1
                continue
            joins = sentence.words[last].text in JOINERS and last + 1 < n and sentence.breaks[last + 1] < 2
            if joins and (namelike[last + 1] or sentence.capital[last + 1]):
                last += 2
                continue
            break
        runs.append((i, last))
        i = last
    return runs


def _phrases(sentence: Shape) -> list[tuple[int, int]]:
    """Return every range of up to five words that neither starts nor ends with a function word."""
    found = []
    n = len(sentence.words)
    for first in range(n):
        if sentence.stop[first]:
            continue
        for last in range(first + 1, min(first + LONGEST_PHRASE, n) + 1):
            if last - 1 > first and sentence.breaks[last - 1] == 2:
                break
            if not sentence.stop[last - 1]:
                found.append((first, last))
    return found


def _clauses(sentence: Shape) -> list[tuple[int, int]]:
    starts = [i for i in range(len(sentence.words)) if sentence.breaks[i] == 2] or [0]
    if starts[0] != 0:
        starts.insert(0, 0)
    ends = [*starts[1:], len(sentence.words)]
    clauses = list(zip(starts, ends, strict=True))
    pairs = [(a, d) for (a, _), (_, d) in pairwise(clauses)]
    return [*clauses, *pairs]


def _covered(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """Return the range of words that lie inside the characters [start:end)."""
    inside = [i for i, word in enumerate(words) if start <= word.start and word.end <= end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
