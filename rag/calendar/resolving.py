"""Say which days an expression of time means, counted from the day of its document and never from today.

A phrase is read whole or not at all. Words around it that tell the time, too, and are not understood leave it
unresolved, and so does what may be counted from something else (قبل ثلاثة أشهر من الانتخابات, that year).
What usage leaves open has two readings. The choices of usage:

- A weekday alone is the nearest one in the direction of its clause, the past unless something says otherwise;
  the document's own day included. "الاثنين المقبل", "lundi prochain" is the first one after the document's
  day; on a Monday it is a week later, or else that same day, as a document may be dated a day after it was
  written.
- "next Friday", "last Friday" (and German "nächsten", "letzten") mean for some the nearest one and for others
  the one of another week; both are given where they differ.
- Weeks run from Monday to Sunday. In Arabic they begin on Saturday, Sunday or Monday, by country: they are
  given from Sunday to Saturday, ±1 day, and twice in a document of a Saturday or a Sunday.
- "early", "mid" and "late" are thirds of a year, a month, a decade or a century; the beginning and the end of
  a year are its first and its last month, and "by the end" is its last day.
- "three months ago" is the month, "three years ago" the year, "three weeks ago" seven days around that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.calendar import named_dates, periods, phrases
from rag.calendar.periods import MONTH, WEEK, YEAR, Resolved
from rag.calendar.phrases import Phrase
from rag.calendar.sight import Sight, UnsureError, shift_of
from rag.calendar.tense import tense
from rag.calendar.timetokens import Token, read_line
from rag.values import number_value

__all__ = ["Resolved", "resolve", "tense"]


def resolve(
    text: str, start: int, end: int, document_date: dt.date | None, *, future: bool | None = None
) -> tuple[Resolved, ...]:
    """Return the days that the expression of time in text[start:end] means, best reading first.

    The first expression with a character in the range counts, and it is read whole where it reaches beyond.
    Two readings where the language allows two; none for what is no time, cannot be, or is unsure. Without a
    `document_date` only what names its year (or a decade, a century) is resolved.

    Args:
        text: the sentence around the expression, or more of the document.
        start: of the range, in code points.
        end: of the range, exclusive.
        document_date: the day that relative expressions count from.
        future: the direction of weekdays and months without a year; by default that of the clause.
    """
    line = read_line(text, start, end)
    phrase = phrases.first_phrase(line, start, end)
    if phrase is None or phrases.is_unsure(phrase):
        return ()
    try:
        found = _READINGS[phrase.kind](Sight(phrase, text, document_date, future))
        return tuple(replace(one, rule=one.rule + _since(phrase)) for one in periods.distinct(found))
    except (ValueError, OverflowError):  # no calendar has that day, or ours does not reach so far
        return ()


def _since(phrase: Phrase) -> str:
    if phrase.kind in ("ago", "in"):
        return ""
    said = {"I": "since", "J": "until", "Q": "before", "k": "before", "V": "after", "j": "after", "b": "by"}
    first = phrase.tokens[0]
    word = "by" if first.symbol == "P" and first.clitic.endswith("ب") else said.get(phrase.lead)
    return f"; {word} then" if word else ""


# -- Weeks, months and years around the document's -------------------------------------------------------


def _unit(see: Sight) -> Iterable[Resolved]:
    phrase, unit, year = see.phrase, see.phrase.token("unit"), see.phrase.token("year")
    if unit is None:
        return ()
    bare = not (phrase["before"] or phrase["after"])
    arabic = not unit.text.isascii()
    if unit.value == WEEK and see.part == periods.END:
        return ()  # the end of a week may be its weekend, or Friday
    whole = periods.units(see.origin, unit.value, see.shift, arabic)
    if year is not None and (unit.value != YEAR or year.value != whole[0].first.year):
        return ()
    found = [see.cut(one, unit.value) for one in whole]
    if bare:
        if phrase.lead != "I":  # "since the beginning of the year" counts up to now
            see.require_here()
        towards = see.towards
        against = (towards == "future" and found[0].last < see.origin) or (
            towards == "past" and found[0].first > see.origin
        )
        return () if against else found
    return found


def _rest_of(see: Sight) -> Iterable[Resolved]:
    """Read "earlier this month", "later this year"."""
    unit, side = see.phrase.token("unit"), see.phrase["side"]
    if unit is None:
        return ()
    whole = periods.units(see.origin, unit.value, 0, not unit.text.isascii())[0]
    if side == "B":
        return (Resolved(whole.first, see.origin, f"earlier part, {whole.rule}"),)
    return (Resolved(see.origin, whole.last, f"later part, {whole.rule}"),)


def _day_of_month(see: Sight) -> Iterable[Resolved]:
    number = see.phrase.token("day")
    if number is None:
        return ()
    whole = periods.units(see.origin, MONTH, see.shift, arabic=False)[0]
    return (periods.day(whole.first.replace(day=number.value), f"day named, {whole.rule}"),)


def _weekday(see: Sight) -> Iterable[Resolved]:
    phrase, weekday, week = see.phrase, see.phrase.token("weekday"), see.phrase["week"]
    early = phrase.token("early")
    if weekday is None or (
        early and early.symbol == "P" and early.text not in ("early", "late", "debut", "fin")
    ):
        return ()
    if week:
        if "w" not in week or len(week) != 2 or phrase["before"] or phrase["after"]:
            return ()
        return periods.weekday_of_week(see.origin, weekday.value, shift_of(week), not weekday.text.isascii())
    which, towards = (phrase["before"] + phrase["after"])[-1:], see.towards
    if which:
        return see.agreeing(
            periods.weekday_which(see.origin, weekday.value, "s" if which == "h" else which, towards)
        )
    see.require_here()
    if towards is None and weekday.text.isascii() and phrase.line.symbols.count("?") > 2:
        towards = "mixed"  # most pasts are known in these languages; this may be a present
    return periods.weekday_alone(see.origin, weekday.value, towards)


def _relative(see: Sight) -> Iterable[Resolved]:
    phrase, token, weekday = see.phrase, see.phrase.token("day"), see.phrase.token("weekday")
    early = phrase.token("early")
    if (
        token is None
        or ("h" in phrase["prefix"] and token.value != 0)
        or (early and early.value in (0, 2, 4) and early.symbol == "P")
    ):
        return ()
    if token.text == "غدا" and weekday is None and not phrase["prefix"] and not _is_tomorrow(see):
        return ()
    when = see.origin + dt.timedelta(days=token.value)
    if weekday is not None and when.weekday() != weekday.value:
        return ()
    name = "day" if abs(token.value) < 2 else "second day"
    side = "of" if token.value == 0 else "after" if token.value > 0 else "before"
    return see.agreeing(
        (periods.day(when, f"{name} {side} the document's" + (" date" if side == "of" else "")),)
    )


def _is_tomorrow(see: Sight) -> bool:
    """Tell whether غدا is "tomorrow", and not the verb "became"."""
    left, following = see.phrase.left, see.phrase.following
    if left is not None and left.text in ("قد", "لقد", "فقد", "حتى", "اذ"):
        return False
    if following is None or following.symbol in ",!¦»«":
        return True
    return see.towards in ("future", "open") or following.text in (
        "في",
        "علي",
        "الي",
        "مع",
        "من",
        "عند",
        "لبحث",
    )


def _evening(see: Sight) -> Iterable[Resolved]:
    return (periods.day(see.origin, "day of the document's date"),)


def _last_night(see: Sight) -> Iterable[Resolved]:
    return (Resolved(see.origin - dt.timedelta(days=1), see.origin, "night before the document's date"),)


# -- Counted from the document's day ---------------------------------------------------------------------


def _counted(see: Sight) -> tuple[int, int]:
    """Return how many of which unit are said.

    Raises:
        ValueError: if that is not a whole number.
    """
    phrase, dual, one = see.phrase, see.phrase.token("dual"), see.phrase.token("one")
    if dual is not None:
        return 2, dual.value
    if one is not None:
        if one.text.startswith("ال") or not _is_alone(phrase):
            raise UnsureError("a noun may follow: the day of the vote")
        return 1, one.value
    unit, count = phrase.token("unit"), phrase.token("count", "count1")
    group = "count" if phrase["count"] else "count1"
    if unit is None or count is None:
        raise UnsureError("nothing is counted")
    if len(phrase[group]) == 1:
        return count.value, unit.value
    last = phrase.line.tokens[phrase.match.end(group) - 1]
    value = number_value(see.text[count.start : last.end])
    if value is None or value != int(value) or not 0 < value < 1000:
        raise UnsureError("no whole number")
    return int(value), unit.value


def _is_alone(phrase: Phrase) -> bool:
    """Tell whether "a day ago" stands for itself: قبل يوم may begin قبل يوم الانتخابات."""
    following: Token | None = phrase.following
    if (
        phrase.tokens[-1].symbol == "1"
        or following is None
        or following.symbol in ",!¦»«"
        or not phrase.arabic
    ):
        return True
    return following.symbol in "iJ" or following.text in _AFTER_ALONE or following.clitic.startswith("و")


_AFTER_ALONE = frozenset(
    [
        "واحد",
        "واحدة",
        "فقط",
        "اثر",
        "عندما",
        "حين",
        "بسبب",
        "ضد",
        "مع",
        "عند",
        "لدي",
        "قرب",
        "داخل",
        "خارج",
        "كان",
        "كانت",
        "ان",
        "الذي",
        "التي",
        "وسط",
    ]
)


def _ago(see: Sight) -> Iterable[Resolved]:
    count, unit = _counted(see)
    return (periods.away(see.origin, -count, unit),) if count > 0 else ()


def _in(see: Sight) -> Iterable[Resolved]:
    """Read "in two weeks", "بعد أسبوعين": of the future only, as they also tell what took two weeks."""
    count, unit = _counted(see)
    lead = see.phrase.token("lead")
    sure = bool(see.phrase["now"]) or (lead is not None and lead.symbol == "f")
    towards = see.towards
    if count <= 0 or not (sure or towards == "future" or (towards == "open" and lead and lead.symbol == "V")):
        return ()
    if lead is not None and lead.symbol == "i" and lead.value == 1:
        within = periods.stretch(see.origin, count, unit)
        return (replace(within, first=see.origin, rule=f"within {within.rule}"),)
    return (periods.away(see.origin, count, unit),)


def _stretch(see: Sight) -> Iterable[Resolved]:
    count, unit = _counted(see)
    return (periods.stretch(see.origin, count * see.shift, unit),) if count * see.shift else ()


_READINGS: dict[str, Callable[[Sight], Iterable[Resolved]]] = {
    **named_dates.READINGS,
    "unit": _unit,
    "unit_tr": _unit,
    "since": _rest_of,
    "day_of_month": _day_of_month,
    "weekday": _weekday,
    "relative": _relative,
    "relative_weak": _relative,
    "this_evening": _evening,
    "last_night": _last_night,
    "ago": _ago,
    "ago_after": _ago,
    "in": _in,
    "from_now": _in,
    "stretch": _stretch,
    "stretch_latin": _stretch,
}
