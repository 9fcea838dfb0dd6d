"""Count days, weeks, months and years from the day of a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.calendar.tense import Direction

WEEK, MONTH, YEAR, CENTURY = 1, 2, 3, 4  # the units, as rag.timetokens numbers them; 0 is a day
NAMES = ("day", "week", "month", "year", "century")
START, EARLY, MID, LATE, END = range(5)  # the parts of a period, as rag.timetokens numbers them
_PARTS = ("beginning", "early part", "middle", "late part", "end")
_DAY = dt.timedelta(days=1)
_HALF_YEAR = 183
_FAR, _SOON = 300, 31  # days: a date so far on the one side and so near on the other is doubted


@dataclass(frozen=True, slots=True)
class Resolved:
    """The days that an expression of time means."""

    first: dt.date
    last: dt.date  # inclusive
    rule: str  # how they were found, in a short English phrase that stays the same

    @property
    def days(self) -> int:
        """Return how many days they are."""
        return (self.last - self.first).days + 1


def day(when: dt.date, rule: str) -> Resolved:
    """Return a single day."""
    return Resolved(when, when, rule)


def month(year: int, number: int, rule: str) -> Resolved:
    """Return a whole month; `number` may lie outside 1 … 12 and then counts on into other years.

    Raises:
        ValueError: if there is no such year.
    """
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    following = dt.date(year + number // 12, number % 12 + 1, 1) if (year, number) != (9999, 12) else None
    return Resolved(dt.date(year, number, 1), following - _DAY if following else dt.date.max, rule)


def years(first: int, last: int, rule: str) -> Resolved:
    """Return the days from the first of the one year to the last of the other."""
    return Resolved(dt.date(first, 1, 1), dt.date(last, 12, 31), rule)


def century(number: int, rule: str) -> Resolved:
    """Return a century: the 20th is 1901 to 2000."""
    return years(100 * number - 99, 100 * number, rule)


def part(period: Resolved, which: int, unit: int, only: bool) -> Resolved:
    """Return the part `which` of a period; a `unit` above CENTURY is a decade.

    With `only`, its first or its last day, for "since the beginning", "by the end".
    """
    first, last = period.first, period.last
    rule = f"{part_name(which, only)}, {period.rule}"
    if only and which in (START, END):
        return day(first if which == START else last, rule)
    if unit == WEEK:
        offset = {START: 0, EARLY: 0, MID: 2}.get(which, 4)
        return Resolved(first + offset * _DAY, first + (offset + 2) * _DAY, rule)
    if unit == MONTH:
        bounds = {START: (1, 10), EARLY: (1, 10), MID: (11, 20)}.get(which, (21, last.day))
        return Resolved(first.replace(day=bounds[0]), first.replace(day=bounds[1]), rule)
    if unit == YEAR:
        months = ((1, 1), (1, 4), (5, 8), (9, 12), (12, 12))[which]
        return Resolved(first.replace(month=months[0]), month(first.year, months[1], "").last, rule)
    count = (
        last.year - first.year + 1
    )  # thirds: 1990 to 1993, to 1996, to 1999; 1901 to 1933, to 1967, to 2000
    third, two_thirds = (4, 7) if count == 10 else (33, 67)
    cuts = {START: (0, third), EARLY: (0, third), MID: (third, two_thirds)}.get(which, (two_thirds, count))
    return years(first.year + cuts[0], first.year + cuts[1] - 1, rule)


def part_name(which: int, only: bool) -> str:
    """Return the part's name in English."""
    if only and which in (START, END):
        return "first day" if which == START else "last day"
    return _PARTS[which]


def units(origin: dt.date, unit: int, shift: int, arabic: bool) -> tuple[Resolved, ...]:
    """Return the week, month, year or century that lies `shift` of its kind after the one of `origin`."""
    side = "of" if not shift else f"{'after' if shift > 0 else 'before'}"
    rule = f"{NAMES[unit]} {side} the document's" + (" date" if not shift else "")
    if unit == WEEK:
        return _weeks(origin, shift, arabic, rule)
    if unit == MONTH:
        return (month(origin.year, origin.month + shift, rule),)
    if unit == YEAR:
        return (years(origin.year + shift, origin.year + shift, rule),)
    return (century((origin.year - 1) // 100 + 1 + shift, rule),)


def _weeks(origin: dt.date, shift: int, arabic: bool, rule: str) -> tuple[Resolved, ...]:
    weekday = origin.weekday()
    iso = origin + (7 * shift - weekday) * _DAY
    by_iso = Resolved(iso, iso + 6 * _DAY, f"{rule}, Monday to Sunday")
    if not arabic:
        return (by_iso,)
    sunday = origin + (7 * shift - (weekday + 1) % 7) * _DAY
    saturday = origin + (7 * shift - (weekday + 2) % 7) * _DAY
    found = [Resolved(sunday, sunday + 6 * _DAY, f"{rule}, Sunday to Saturday, ±1 day")]
    if weekday == 5:  # on a Saturday "last week" rather is the one that ended the day before
        found.insert(
            0 if shift < 0 else 1, Resolved(saturday, saturday + 6 * _DAY, f"{rule}, Saturday to Friday")
        )
    if weekday == 6:
        found.append(by_iso)
    return tuple(found)


def weekday_alone(origin: dt.date, weekday: int, towards: Direction | None) -> tuple[Resolved, ...]:
    """Return the nearest such weekday in the direction `towards`; both where the language leaves it open."""
    ahead = origin + (weekday - origin.weekday()) % 7 * _DAY
    back = origin - (origin.weekday() - weekday) % 7 * _DAY
    before = day(back, "weekday named, latest up to the document's date")
    after = day(ahead, "weekday named, first from the document's date on")
    if towards == "future":
        return (after,) if ahead != back else (after, day(ahead + 7 * _DAY, "weekday named, a week later"))
    if towards is None or towards == "past" or ahead == back:
        return (before,)
    return (after, before) if towards == "open" else (before, after)


def weekday_which(
    origin: dt.date, weekday: int, which: str, towards: Direction | None
) -> tuple[Resolved, ...]:
    """Return the weekday that "coming" (c), "next" (t), "last" (l), "past" (p) or "this" (s) point to."""
    near = origin + ((weekday - origin.weekday()) % 7 or 7) * _DAY
    behind = origin - ((origin.weekday() - weekday) % 7 or 7) * _DAY
    same = origin.weekday() == weekday
    if which == "c":
        coming = day(near, "next weekday after the document's date")
        return (coming, day(origin, "weekday of the document's date")) if same else (coming,)
    if which == "p":
        return (day(behind, "latest weekday before the document's date"),)
    if which == "s":
        this = origin + (weekday - origin.weekday()) * _DAY
        if (this < origin and towards == "future") or (this > origin and towards == "past"):
            return weekday_alone(origin, weekday, towards)
        found = day(this, "weekday of the document's week")
        if this >= origin or towards == "past":
            return (found,)
        return (day(near, "next weekday after the document's date"), found)
    shift = 7 if which == "t" else -7
    nearest = near if which == "t" else behind
    by_iso = origin + (shift - origin.weekday() + weekday) * _DAY
    by_sunday = origin + (shift - (origin.weekday() + 1) % 7 + (weekday + 1) % 7) * _DAY
    options = [nearest, by_iso, by_sunday]
    if which == "t":  # "next" rather means the other week, "last" the latest
        options = sorted(options, key=lambda when: -options.count(when))
    side = "after" if which == "t" else "before"
    return tuple(
        day(
            when,
            f"{'nearest such weekday' if when == nearest else 'weekday of the week'} {side} the document's",
        )
        for when in dict.fromkeys(options)
    )


def weekday_of_week(origin: dt.date, weekday: int, shift: int, arabic: bool) -> tuple[Resolved, ...]:
    """Return the weekday of another week, once for each day that weeks can begin with; none if all differ."""
    found = dict.fromkeys(
        origin + (7 * shift - (origin.weekday() - begin) % 7 + (weekday - begin) % 7) * _DAY
        for begin in ((6, 0, 5) if arabic else (0,))
    )
    side = "of" if not shift else "after" if shift > 0 else "before"
    readings = tuple(day(when, f"weekday of the week {side} the document's") for when in found)
    return readings if len(readings) < 3 else ()


def away(origin: dt.date, count: int, unit: int) -> Resolved:
    """Return what lies `count` units after `origin` (negative: before it), as exactly as that is said."""
    name = NAMES[unit] + ("s" if abs(count) != 1 else "")
    rule = f"{abs(count)} {name} {'after' if count > 0 else 'before'} the document's date"
    if unit == 0:
        return day(origin + count * _DAY, rule)
    if unit == WEEK:
        middle = origin + 7 * count * _DAY
        return Resolved(middle - 3 * _DAY, middle + 3 * _DAY, f"{rule}, ±3 days")
    if unit == MONTH:
        return month(origin.year, origin.month + count, f"{rule}, to the month")
    return years(origin.year + count, origin.year + count, f"{rule}, to the year")


def stretch(origin: dt.date, count: int, unit: int) -> Resolved:
    """Return the `count` units just after `origin` (negative: before it), without `origin` itself."""
    name = NAMES[unit] + ("s" if abs(count) != 1 else "")
    rule = f"the {abs(count)} {name} {'after' if count > 0 else 'before'} the document's date"
    if unit in (0, WEEK):
        far = origin + count * (7 if unit else 1) * _DAY
    else:
        whole = month(origin.year, origin.month + count * (12 if unit == YEAR else 1), "")
        far = whole.first.replace(day=min(origin.day, whole.last.day))
    return Resolved(origin + _DAY, far, rule) if count > 0 else Resolved(far, origin - _DAY, rule)


def placed(
    options: Sequence[Resolved], origin: dt.date, towards: Direction | None, sure: bool = False
) -> tuple[Resolved, ...]:
    """Choose among the same day or month of several years: the nearest in the direction of the clause.

    Without a direction the past, up to half a year back, or else a day of the next month; what is further off
    is given twice, nearest first. So is what the direction puts almost a year away, though it was or will be
    soon, unless the direction is `sure`.
    """
    past = max((one for one in options if one.first <= origin), key=lambda one: one.first, default=None)
    future = min((one for one in options if one.last >= origin), key=lambda one: one.first, default=None)
    if past is None or future is None or past == future:
        return tuple(one for one in (past or future,) if one is not None)
    back, ahead = (origin - past.last).days, (future.first - origin).days
    if towards == "past":
        return (past, future) if back > _FAR and ahead <= _SOON and not sure else (past,)
    if towards == "future":
        return (future, past) if ahead > _FAR and back <= _SOON and not sure else (future,)
    if back <= _HALF_YEAR:
        return (past,)
    if ahead <= _SOON and future.days == 1:
        return (future,)
    return (future, past) if ahead < back else (past, future)


def distinct(readings: Iterable[Resolved]) -> tuple[Resolved, ...]:
    """Return the readings without repeated days, two at most; none when there are more."""
    found: dict[tuple[dt.date, dt.date], Resolved] = {}
    for one in readings:
        found.setdefault((one.first, one.last), one)
    return tuple(found.values()) if len(found) <= 2 else ()
