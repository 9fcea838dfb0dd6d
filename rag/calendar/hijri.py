"""Turn days of the Hijri calendar into days of ours, by its tabular (arithmetical) form.

Months begin with the sighting of the crescent, in one country a day before another; the tabular calendar, in
which eleven of every thirty years are a day longer, stays within a day of them. Say so wherever a result of
it is shown.
"""

from __future__ import annotations

import datetime as dt

from rag.text import fold_text

_EPOCH = dt.date(622, 7, 19).toordinal()  # 1 Muharram of the year 1: 16 July 622 in the Julian calendar

MONTHS: dict[str, int] = {}
"""Folded names of the months, one to three words each, to their number."""

_NAMES = (
    "محرم المحرم محرم_الحرام muharram",
    "صفر safar",
    "ربيع_الأول rabi_al_awwal",
    "ربيع_الآخر ربيع_الثاني rabi_al_thani",
    "جمادى_الأولى جمادى_الأول جمادي_الأولى jumada_al_awwal",
    "جمادى_الآخرة جمادى_الآخر جمادى_الثانية جمادى_الثاني jumada_al_thani",
    "رجب rajab",
    "شعبان shaban",
    "رمضان ramadan ramazan",
    "شوال shawwal",
    "ذو_القعدة ذي_القعدة ذا_القعدة dhu_al_qadah",
    "ذو_الحجة ذي_الحجة ذا_الحجة dhu_al_hijjah dhul_hijjah dhu_al_hijja",
)
for _number, _line in enumerate(_NAMES, 1):
    for _name in _line.split():
        MONTHS[fold_text(_name).replace("_", " ")] = _number


def month_length(year: int, month: int) -> int:
    """Return how many days the month has: 30 and 29 by turns, and 30 for the last one of a leap year.

    Raises:
        ValueError: if there is no such year or month.
    """
    if year < 1 or not 1 <= month <= 12:
        raise ValueError(f"no month {month} of the Hijri year {year}; expected 1 … 12 of year 1 or later")
    leap = (11 * year + 14) % 30 < 11
    return 30 if month % 2 or (month == 12 and leap) else 29


def to_gregorian(year: int, month: int, day: int) -> dt.date:
    """Return the day of our calendar, right within one day.

    Raises:
        ValueError: if the Hijri calendar has no such day.
        OverflowError: if ours has none that far away.
    """
    if not 1 <= day <= month_length(year, month):
        raise ValueError(f"no day {day} in month {month} of the Hijri year {year}")
    before = 354 * (year - 1) + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2
    return dt.date.fromordinal(_EPOCH + before + day - 1)


def year_of(day: dt.date) -> int:
    """Return the Hijri year that `day` of our calendar lies in, below 1 before the first."""
    guess = (day.toordinal() - _EPOCH) * 30 // 10_631 + 2  # never too low
    while guess >= 1 and to_gregorian(guess, 1, 1) > day:
        guess -= 1
    return guess
