"""Read what names its day, month, year, decade or century, in our calendar or the Hijri one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.calendar import hijri, periods
from rag.calendar.periods import MONTH, YEAR, Resolved
from rag.calendar.phrases import Phrase
from rag.calendar.sight import Sight, shift_of

# -- Dates, months and years ---------------------------------------------------------------------------------


def _in_years(
    see: Sight, make: Callable[[int], Resolved | None], what: str, absolute: str
) -> Iterable[Resolved]:
    """Return what `make` gives for the year named, told by a modifier, or nearest in the clause's direction.

    `make` returns None where the year has no such day, or where it is another weekday.
    """
    phrase = see.phrase
    year, era = phrase.token("year", "year1"), phrase.token("era", "era1")
    if year is not None:
        if era is not None and era.value != 1:
            return ()
        named = make(year.value)
        return () if named is None else (replace(named, rule=absolute),)
    here = see.origin.year
    if phrase["whole"]:
        shift = shift_of(phrase["whole"])
        found = make(here + shift)
        return () if found is None else (replace(found, rule=f"{what} named, {_of_year(shift)}"),)
    options = []
    for shift in (-1, 0, 1):
        try:
            option = make(here + shift)
        except (ValueError, OverflowError):  # 29 February
            continue
        if option is not None:
            options.append(replace(option, rule=f"{what} named, {_of_year(shift)}"))
    which = phrase["which"] + phrase["before"]
    if which:
        return _which(see, options, which)
    see.require_here()
    if phrase["weekday"]:  # which chose the year; a far one rather shows that the weekday is another's
        options = [one for one in options if abs((one.first - see.origin).days) <= 183]
    return periods.placed(options, see.origin, see.towards, see.future is not None)


def _of_year(shift: int) -> str:
    return ("year of the document's date", "year after the document's", "year before the document's")[shift]


def _which(see: Sight, options: list[Resolved], which: str) -> Iterable[Resolved]:
    """Return the option that الماضي, next or الجاري points to: of another month, where months are named."""
    origin, letters = see.origin, set(which)
    here = [one for one in options if (one.first.year, one.first.month) == (origin.year, origin.month)]
    if letters & set("sh"):
        return here
    ahead = sorted(
        (one for one in options if one.first > origin and one not in here), key=lambda one: one.first
    )
    back = sorted((one for one in options if one.last < origin and one not in here), key=lambda one: one.last)
    if letters & set("ct"):
        near = [one for one in here if one.first > origin]
        return near + ahead[:1]
    near = [one for one in here if one.last < origin]
    return near + back[-1:]


def _date(see: Sight) -> Iterable[Resolved]:
    phrase = see.phrase
    number, until = phrase.token("day"), phrase.token("until")
    month, other, weekday = phrase.token("month"), phrase.token("other"), phrase.token("weekday")
    if number is None or month is None or (other is not None and other.value != month.value):
        return ()

    def make(year: int) -> Resolved | None:
        first = dt.date(year, month.value, number.value)
        last = dt.date(year, month.value, until.value) if until else first
        if last < first or (weekday is not None and first.weekday() != weekday.value):
            return None
        return Resolved(first, last, "")

    return _in_years(
        see, make, "days" if until else "day and month", "days named" if until else "full date named"
    )


def _month(see: Sight) -> Iterable[Resolved]:
    phrase = see.phrase
    month, until = phrase.token("month"), phrase.token("other", "until")
    if month is None or (phrase["other"] and until is not None and until.value != month.value):
        return ()

    def make(year: int) -> Resolved | None:
        first = see.cut(periods.month(year, month.value, ""), MONTH)
        last = periods.month(year, until.value, "").last if until and phrase["sign"] else first.last
        return Resolved(first.first, last, "") if first.first <= last else None

    prefix = "" if see.part is None else periods.part_name(see.part, see.only) + ", "
    found = _in_years(see, make, "month", "month and year named")
    return [replace(one, rule=prefix + one.rule) for one in found]


def _numeric(see: Sight) -> Iterable[Resolved]:
    a, sign, b, c = see.phrase.token("a"), see.phrase["sign"], see.phrase.token("b"), see.phrase.token("c")
    weekday = see.phrase.token("weekday")
    if a is None or b is None or c is None:
        return ()
    orders: list[tuple[int, int, int]] = []
    if a.symbol == "Y" and c.symbol == "N":
        orders = [(a.value, b.value, c.value)]
    elif c.symbol == "Y" and a.symbol == "N":
        orders = [(c.value, b.value, a.value)] + ([(c.value, a.value, b.value)] if sign != "!" else [])
    found = []
    for year, month, day in orders:
        try:
            found.append(periods.day(dt.date(year, month, day), "full date named"))
        except ValueError:
            continue
    if weekday is not None:
        found = [one for one in found if one.first.weekday() == weekday.value]
    if len({one.first for one in found}) > 1:
        orders_said = ("day before month", "month before day")
        found = [
            replace(one, rule=f"full date named, {said}")
            for one, said in zip(found, orders_said, strict=True)
        ]
    return found


def _year(see: Sight) -> Iterable[Resolved]:
    phrase = see.phrase
    year, era = phrase.token("year"), phrase.token("era")
    if year is None or not (phrase["unit"] or phrase["part"] or phrase["part1"] or era or _is_led(phrase)):
        return ()
    by_era = era.value if era else 0
    common = see.cut(periods.years(year.value, year.value, "year named"), YEAR)
    if by_era == 3 or (by_era == 0 and year.value < 1000 and phrase.arabic):
        return ()
    if by_era == 2 or (by_era == 0 and phrase.arabic and 1300 <= year.value <= 1500):
        first = hijri.to_gregorian(year.value, 1, 1)
        last = hijri.to_gregorian(year.value, 12, hijri.month_length(year.value, 12))
        by_hijri = Resolved(first, last, "Hijri year, tabular calendar, ±1 day")
        if phrase["part"]:
            return ()
        return (by_hijri,) if by_era else (common, by_hijri)
    return (common,)


def _is_led(phrase: Phrase) -> bool:
    """Tell whether a bare number is a year: after a preposition, or alone in brackets or in its line."""
    year, left, following = phrase.token("year"), phrase.left, phrase.following
    closed = following is None or following.symbol in ",!»¦"
    if year is None or not 1000 <= year.value <= 2100:
        return False
    if left is None or left.symbol in "«¦":
        return closed
    led = left.symbol in "iIJbQkVjf" or (phrase.previous is not None and phrase.previous.text in ("of", "de"))
    return led and (closed or year.value % (100 if year.value > 1900 else 10) != 0)


def _years(see: Sight) -> Iterable[Resolved]:
    first, last = see.phrase.token("year"), see.phrase.token("until")
    if first is None or last is None or first.value >= last.value:
        return ()
    return (periods.years(first.value, last.value, "first and last year named"),)


# -- Decades and centuries -----------------------------------------------------------------------------------


def _decade(see: Sight) -> Iterable[Resolved]:
    token = see.phrase.token("decade")
    return () if token is None else (_ten_years(see, token.value, "decade named"),)


def _nineties(see: Sight) -> Iterable[Resolved]:
    tens, number = see.phrase.token("tens"), see.phrase.token("number")
    if tens is None:
        return ()
    if tens.symbol == "Y":
        return (_ten_years(see, tens.value, "decade named"),)
    if number is not None:
        return (_ten_years(see, 100 * number.value - 100 + tens.value, "decade and century named"),)
    century = (see.origin.year - 1) // 100 * 100
    if see.phrase["past"]:
        return (_ten_years(see, century - 100 + tens.value, "decade of the century before the document's"),)
    begun = [base + tens.value for base in (century - 100, century) if base + tens.value <= see.origin.year]
    return [_ten_years(see, first, "decade named, begun by the document's date") for first in begun]


def _ten_years(see: Sight, first: int, rule: str) -> Resolved:
    return see.cut(periods.years(first, first + 9, rule), periods.CENTURY + 1)


def _century(see: Sight) -> Iterable[Resolved]:
    number, era = see.phrase.token("number", "number1"), see.phrase.token("era")
    if number is None or not 1 <= number.value <= 21 or (era is not None and era.value == 3):
        return ()
    common = see.cut(periods.century(number.value, "century named"), periods.CENTURY)
    by_era = era.value if era else 0
    if by_era == 2 or (by_era == 0 and see.phrase.arabic and number.value <= 14):
        last = 100 * number.value
        by_hijri = Resolved(
            hijri.to_gregorian(last - 99, 1, 1),
            hijri.to_gregorian(last, 12, hijri.month_length(last, 12)),
            "Hijri century, tabular calendar, ±1 day",
        )
        if see.part is not None:
            return ()
        return (by_hijri,) if by_era else (common, by_hijri)
    return (common,)


# -- The Hijri calendar ----------------------------------------------------------------------------------


def _hijri(see: Sight) -> Iterable[Resolved]:
    phrase = see.phrase
    number, month, weekday = phrase.token("day"), phrase.token("hijri"), phrase.token("weekday")
    year, era = phrase.token("year"), phrase.token("era")
    if month is None or (era is not None and era.value != 2):
        return ()
    what = "Hijri date" if number is not None else "Hijri month"
    tabular = f"{what}, tabular calendar, ±1 day"

    def make(in_year: int) -> Resolved:
        length = hijri.month_length(in_year, month.value)
        first = hijri.to_gregorian(in_year, month.value, number.value if number else 1)
        last = first if number else hijri.to_gregorian(in_year, month.value, length)
        return Resolved(first, last, tabular)

    if year is not None:
        found = [make(year.value)]
    else:
        see.require_here()
        here = hijri.year_of(see.origin)
        if phrase["whole"]:
            found = [make(here + shift_of(phrase["whole"]))]
        else:
            options = [make(here + shift) for shift in (-1, 0, 1) if here + shift > 0]
            found = list(_which_hijri(see, options))
    if weekday is not None:
        found = [one for one in found if abs((one.first.weekday() - weekday.value + 3) % 7 - 3) <= 1]
    if see.part is not None:
        if number is not None or found[0].days < 29:
            return ()
        third = {periods.START: 0, periods.EARLY: 0, periods.MID: 10}.get(see.part, 20)
        one_day = dt.timedelta(days=1)
        found = [
            Resolved(one.first + third * one_day, min(one.last, one.first + (third + 9) * one_day), one.rule)
            if third < 20 else Resolved(one.first + 20 * one_day, one.last, one.rule)
            for one in found
        ]  # fmt: skip
    return found


def _which_hijri(see: Sight, options: list[Resolved]) -> Iterable[Resolved]:
    which, origin = see.phrase["which"], see.origin
    if "c" in which:
        return [one for one in options if one.first > origin][:1]
    if "p" in which:
        return [one for one in options if one.last < origin][-1:]
    if "s" in which:
        return [one for one in options if abs((one.first - origin).days) <= 30][:1]
    return periods.placed(options, origin, see.towards, see.future is not None)


READINGS: dict[str, Callable[[Sight], Iterable[Resolved]]] = {
    "numeric": _numeric,
    "date": _date,
    "date_us": _date,
    "days": _date,
    "days_us": _date,
    "month": _month,
    "months": _month,
    "year": _year,
    "year_tr": _year,
    "years": _years,
    "decade": _decade,
    "nineties": _nineties,
    "years_of": _nineties,
    "century": _century,
    "hijri": _hijri,
    "hijri_month": _hijri,
}
"""How each kind of phrase is read."""
