"""Read a span in its sentence: what it says, and of what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from rag.analysis import Analyzer
from rag.dates import TimeExpression, time_expressions
from rag.matching import bare
from rag.names import is_arabic, similarity, skeleton
from rag.schema import Span
from rag.stemming import Stemmer
from rag.text import Word, words
from rag.values import Number, numbers
from rag.weighing import quantities, slots, times
from rag.weighing.quantities import Quantity
from rag.weighing.slots import Slot
from rag.weighing.times import Days

Alike = Callable[[str, str], float]
"""How well one folded word stands for another, in [0, 1]; 1 for the same word."""

Sort = Literal["number", "time", "name", "text"]

_NAMED_KINDS = ("person", "place", "organisation")
_LONGEST_NAME = 6  # words
_SAME_NAME = 0.75  # of two skeletons in two scripts
_STEMMER = Stemmer()
_ANALYZER = Analyzer()


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A span as a statement: its sort decides by what it is compared with others."""

    span: Span
    date: dt.date | None  # of the document
    sort: Sort
    words: tuple[Word, ...]  # of the sentence, with offsets into `span.context`
    first: int  # words[first:last] are the span's
    last: int
    numbers: tuple[Number, ...]  # of the sentence
    times: tuple[TimeExpression, ...]  # of the sentence
    quantity: Quantity | None = None
    slot: Slot = field(default_factory=Slot)
    days: Days | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return the folded words of the span."""
        return tuple(word.text for word in self.words[self.first : self.last])

    @property
    def document(self) -> str:
        """Return the id of the document."""
        return self.span.chunk.document_id


def read_statement(span: Span, date: dt.date | None = None) -> Statement:
    """Return what `span` says in its sentence; `date` is its document's."""
    text = span.context
    given = tuple(words(text))
    low, high = span.start - span.context_start, span.end - span.context_start
    inside = [i for i, word in enumerate(given) if word.start < high and word.end > low]
    first, last = (inside[0], inside[-1] + 1) if inside else (0, 0)
    counted, told = tuple(numbers(text, given)), tuple(time_expressions(text, given))
    own = [n for n in counted if first <= n.first and n.last <= last]
    sort = _sort(span, last - first, own, told, first, last)
    statement = Statement(span, date, sort, given, first, last, counted, told)
    if sort == "number":
        quantity = quantities.read(text, given, own)
        slot = slots.read(given, counted, own[0], text)
        return _with(statement, quantity=quantity, slot=slot)
    if sort == "time":
        return _with(statement, days=times.read(text, low, high, date))
    return statement


def _with(statement: Statement, quantity: Quantity | None = None, slot: Slot | None = None,
          days: Days | None = None) -> Statement:  # fmt: skip
    return replace(statement, quantity=quantity, slot=slot or statement.slot, days=days)


def _sort(
    span: Span, size: int, own: list[Number], told: tuple[TimeExpression, ...], first: int, last: int
) -> Sort:
    timed = any(time.first < last and first < time.last for time in told)
    if span.kind == "number" and own:
        return "number"
    if span.kind == "date" and timed:
        return "time"
    if span.kind in _NAMED_KINDS:
        return "name" if size <= 2 * _LONGEST_NAME else "text"
    if span.kind in ("other", "number", "date") and size <= _LONGEST_NAME:
        if timed and not (own and span.kind == "number"):
            covered = max((min(t.last, last) - max(t.first, first) for t in told), default=0)
            if 2 * covered >= size:
                return "time"
        if own and own[0].first - first <= 2:
            return "number"
        return "name"
    return "text"


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    return _STEMMER.stem(word)


@lru_cache(maxsize=1 << 14)
def is_stop(word: str) -> bool:
    """Tell whether a folded word is a function word."""
    return _ANALYZER.is_stop(word)


@lru_cache(maxsize=1 << 14)
def plainly_alike(left: str, right: str) -> float:
    """Return how well one folded word stands for another, by spelling, stem and, across scripts, by sound."""
    if left == right:
        return 1.0
    if stem(left) == stem(right) or bare(left) == bare(right):
        return 0.95
    if is_arabic(left) != is_arabic(right):
        alike = similarity(skeleton(left), skeleton(right))
        return alike if alike >= _SAME_NAME else 0.0
    return 0.0
