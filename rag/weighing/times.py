"""What a time says: the days that it may mean, with or without a year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from rag.calendar import Resolved, resolve
from rag.text import words

_ANY_DAY = (dt.date(2001, 6, 15), dt.date(2002, 9, 26))  # what names a day and a month is the same from both
_BEFORE_CHRIST = ("قبل الميلاد", "ق م", "bc", "bce", "av j", "avant j", "v chr")


@dataclass(frozen=True, slots=True)
class Days:
    """The days that an expression of time may mean."""

    readings: tuple[Resolved, ...]  # best first; empty where its document's date is needed and unknown
    of_year: tuple[tuple[int, int], tuple[int, int]] | None  # first and last (month, day), of no known year
    text: str  # folded
    before_christ: bool = False


Comparison = Literal["same", "within", "apart", "unknown"]


def read(text: str, start: int, end: int, date: dt.date | None) -> Days:
    """Return the days of the expression of time in text[start:end], in a document of the day `date`."""
    readings = resolve(text, start, end, date)
    of_year = None
    if not readings:
        one, other = (_span(resolve(text, start, end, day, future=False)) for day in _ANY_DAY)
        of_year = one if one == other else None
    said = " ".join(word.text for word in words(text[start:end]))
    around = " " + " ".join(word.text for word in words(text[start : end + 20])) + " "
    ancient = any(f" {phrase} " in around for phrase in _BEFORE_CHRIST)
    return Days(() if ancient else readings, of_year, said, ancient)


def compare(left: Days, right: Days) -> Comparison:
    """Return how two times stand: the same days, one within the other, or days that exclude each other."""
    if left.before_christ != right.before_christ:
        return "apart" if left.readings or right.readings or _counted(left) == _counted(right) else "unknown"
    if left.readings and right.readings:
        return _compared(
            [((a.first, a.last), (b.first, b.last)) for a in left.readings for b in right.readings]
        )
    ours = [left.of_year] if left.of_year else [_days(one) for one in left.readings]
    theirs = [right.of_year] if right.of_year else [_days(one) for one in right.readings]
    if ours and theirs and (left.of_year or right.of_year):
        return _compared([(a, b) for a in ours for b in theirs if a is not None and b is not None])
    return "same" if left.text == right.text else "unknown"


def _counted(days: Days) -> bool:
    return (
        any(word[0].isdigit() for word in days.text.split()) or "قرن" in days.text or "century" in days.text
    )


def gap(left: Days, right: Days) -> int | None:
    """Return the fewest days between two times, None where a year is unknown."""
    pairs = [(a, b) for a in left.readings for b in right.readings]
    return min((max((b.first - a.last).days, (a.first - b.last).days, 0) for a, b in pairs), default=None)


def _compared(pairs: list[tuple[tuple[object, object], tuple[object, object]]]) -> Comparison:
    if not pairs:
        return "unknown"
    if any(a == b for a, b in pairs):
        return "same"
    if any(a[0] <= b[1] and b[0] <= a[1] for a, b in pairs):  # type: ignore[operator]
        return "within"
    return "apart"


def _span(readings: tuple[Resolved, ...]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    return _days(readings[0]) if readings else None


def _days(one: Resolved) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the first and the last (month, day); None for what reaches over a year's end."""
    if one.first.year != one.last.year or (one.last - one.first).days > 40:
        return None
    return (one.first.month, one.first.day), (one.last.month, one.last.day)
