"""A phrase of time, and the document it is seen from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.calendar import periods
from rag.calendar.periods import Resolved
from rag.calendar.phrases import Phrase
from rag.calendar.tense import Direction, direction

_DATE_AFTER = re.compile("[,«o]*(?P<day>[NO])!?o*(?P<month>M)")


class UnsureError(ValueError):
    """The phrase cannot be resolved."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A phrase, and where it is seen from."""

    phrase: Phrase
    text: str
    document_date: dt.date | None
    future: bool | None

    @property
    def origin(self) -> dt.date:
        """Return the document's date; without one, what needs it is unsure."""
        if self.document_date is None:
            raise UnsureError("the document has no date")
        return self.document_date

    @property
    def towards(self) -> Direction | None:
        """Return the direction of the clause, and of "since" and "by"."""
        if self.future is not None:
            return "future" if self.future else "past"
        lead, tokens = self.phrase.lead, self.phrase.tokens
        found = direction(self.text, tokens[0].start, tokens[-1].end)
        if lead == "I":
            return "past"
        return "future" if lead and lead in "bJ" and found in (None, "open") else found

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether an earlier year is told of before, so that "in July" may be that year's."""
        symbols, i = self.phrase.line.symbols, self.phrase.match.start()
        named = [m.end() - 1 for m in re.finditer("[AMIiJbQVkjo,/PH]Y", symbols[:i])]
        if not named or self.towards == "future":
            return False
        year = self.phrase.line.tokens[named[-1]].value
        return year != self.origin.year

    @property
    def part(self) -> int | None:
        """Return the part of the period that is named (beginning, middle …), or None."""
        token = self.phrase.token("part", "part1")
        return token.value if token else None

    @property
    def shift(self) -> int:
        """Return how many weeks, months, years … after the document's the one named is."""
        letters = self.phrase["before"] + self.phrase["after"] + self.phrase["after1"]
        return shift_of(letters)

    @property
    def only(self) -> bool:
        """Tell whether "since the beginning", "by the end" point to one day."""
        token, lead = self.phrase.token("part"), self.phrase.lead
        if token is None:
            return False
        leads = "I" if token.value == periods.START else "bJQk" if token.value == periods.END else ""
        return bool(leads) and (bool(lead and lead in leads) or token.clitic.endswith("ب"))

    def cut(self, period: Resolved, unit: int) -> Resolved:
        """Return the part of `period` that is named, or all of it."""
        return period if self.part is None else periods.part(period, self.part, unit, self.only)

    def agreeing(self, readings: Iterable[Resolved]) -> tuple[Resolved, ...]:
        """Return the readings that fall on the day and month named right after the phrase, if any are."""
        found, end = tuple(readings), self.phrase.match.end()
        named = _DATE_AFTER.match(self.phrase.line.symbols, end)
        if named is None:
            return found
        tokens = self.phrase.line.tokens
        number, month = tokens[named.start("day")].value, tokens[named.start("month")].value
        return tuple(one for one in found if (one.first.day, one.first.month) == (number, month))

    def require_here(self) -> None:
        """Raise unless what is said without a year is of the document's own time."""
        if self.is_elsewhere:
            raise UnsureError("another year is told of")


def shift_of(letters: str) -> int:
    """Return 1 for coming and next, -1 for last and past, 0 for this and current."""
    return 1 if set("ct") & set(letters) else -1 if set("lp") & set(letters) else 0
