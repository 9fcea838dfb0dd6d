"""Whether two sentences speak of one event: told apart by their times, their places, or what happened.

Sameness cannot be read off words; difference can. Without a sign of it, two answers to one question are
taken to speak of one event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from rag.calendar import Resolved
from rag.cues import SAYING, folded
from rag.names import is_arabic
from rag.synonyms import EVENT_OF, forms
from rag.weighing import times
from rag.weighing.places import IN, LONGEST, NO_PLACE, PLACE_NOUNS, STOPS
from rag.weighing.places import places as places_of
from rag.weighing.statements import Alike, Statement, is_stop, plainly_alike, stem
from rag.weighing.times import Days

#: Nouns that a name follows: two hospitals of two names are two.
_HEADS = folded("""
    مستشفى مدرسة جامعة ملعب مطار ميناء جسر سد مصنع منجم فندق مسجد كنيسة سوق شارع معرض مهرجان مطعم مقهى
    نادي منتخب فريق سجن مخيم معبر طريق نهر بحيرة جبل تل قناة محطة سفينة باخرة قطار كأس دوري بطولة جائزة
    مؤتمر قمة""")
_ROUNDS = folded("""
    جولة مرحلة دورة شوط ربع فصل دفعة موجة نسخة جلسة سنة مرة رحلة round half phase quarter session
    edition stage leg wave batch year voyage trip tour phase trimestre session édition manche mi-temps
    année""")
_ORDINALS = {
    form: number
    for number, forms in enumerate(
        (
            "الأول الأولى أول first 1st premier première",
            "الثاني الثانية ثاني second 2nd deuxième",
            "الثالث الثالثة third 3rd troisième",
            "الرابع الرابعة fourth 4th quatrième",
            "الخامس الخامسة fifth 5th cinquième",
            "السادس السادسة sixth sixième",
        ),
        start=1,
    )
    for form in folded(forms)
}
_SOURCES = folded("وفق وفقا بحسب حسب نقلا مصدر مصادر according selon source sources")
_LONG_BEFORE = dt.timedelta(days=730)
_SAID_NEAR = 4  # words after a verb of saying or a source that belong to it
_OPENED = 0.6  # sentences this alike that differ in a name are of two events


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a sentence says of its event."""

    times: tuple[Days, ...]
    places: tuple[tuple[str, ...], ...]  # folded words of each place
    kinds: frozenset[str]  # of `EVENTS`
    ordinals: Mapping[str, int]  # the first or the second of what, by its stem


@lru_cache(maxsize=1 << 9)  # a statement is compared with many
def read(statement: Statement) -> Occasion:
    """Return what the sentence of a statement says of its event, its own words left out."""
    tokens = [word.text for word in statement.words]
    said = _said(tokens)
    told = tuple(_times(statement, said))
    places = tuple(places_of(statement, tokens, said))
    kinds = frozenset(EVENT_OF[form] for token in tokens for form in forms(token) if form in EVENT_OF)
    ordinals = {}
    for i, token in enumerate(tokens):
        if token in _ORDINALS:
            noun = tokens[i - 1] if is_arabic(token) and i else tokens[i + 1] if i + 1 < len(tokens) else ""
            if noun.removeprefix("ال") in _ROUNDS and not statement.first <= i < statement.last:
                ordinals[stem(noun)] = _ORDINALS[token]
    return Occasion(told, places, kinds, ordinals)


def differ(left: Statement, right: Statement, question: frozenset[str], alike: Alike) -> bool:
    """Tell whether something shows that two statements are of different events.

    Args:
        left: a statement.
        right: a statement of another sentence.
        question: the question's folded words, which both have in common.
        alike: how well one word stands for another.
    """
    one, other = read(left), read(right)
    if one.kinds and other.kinds and one.kinds.isdisjoint(other.kinds):
        return True
    if any(other.ordinals.get(noun, rank) != rank for noun, rank in one.ordinals.items()):
        return True
    if _of_the_past(one, other, right) or _of_the_past(other, one, left):
        return True
    if (
        one.times
        and other.times
        and all(times.compare(a, b) == "apart" for a in one.times for b in other.times)
    ):
        return True
    names_a_place = left.span.kind == "place" or right.span.kind == "place"
    if (
        not names_a_place
        and one.places
        and other.places
        and not _share_a_place(left, right, one, other, question, alike)
    ):
        return True
    if names_a_place:
        return False
    if _heads_differ(left, right, alike):
        return True
    return _names_differ(left, right, question, alike)


def _of_the_past(one: Occasion, other: Occasion, statement: Statement) -> bool:
    """Tell whether one names a time long before the other's document, which names none."""
    date = statement.date
    return (
        date is not None
        and bool(one.times)
        and not other.times
        and all(days.readings and (date - days.readings[0].last) > _LONG_BEFORE for days in one.times)
    )


def _heads_differ(left: Statement, right: Statement, alike: Alike) -> bool:
    """Tell whether both name a hospital, say, and not the same one."""
    ours, theirs = _named_heads(left), _named_heads(right)
    return any(head in theirs and alike(name, theirs[head]) < 0.5 for head, name in ours.items())


def _named_heads(statement: Statement) -> dict[str, str]:
    """Return the first word of the name after each noun of `_HEADS`."""
    found: dict[str, str] = {}
    tokens = [word.text for word in statement.words]
    for i, token in enumerate(tokens[:-1]):
        for form in forms(token):
            following = tokens[i + 1]
            own = statement.first <= i + 1 < statement.last or following[0].isdigit()
            adjective = following.endswith(("ي", "ية")) and not following.startswith("ال")
            if (
                form in _HEADS
                and not own
                and not adjective
                and not is_stop(following)
                and following not in NO_PLACE
            ):
                found.setdefault(form, following)
    return found


def share_a_year(left: Statement, right: Statement) -> bool:
    """Tell whether two sentences name one and the same year."""
    ours, theirs = ({time.year for time in one.times if time.year} for one in (left, right))
    return not ours.isdisjoint(theirs)


def _said(tokens: Sequence[str]) -> frozenset[int]:
    """Return the places of words that tell who says it and when, not what happened."""
    found: set[int] = set()
    for i, token in enumerate(tokens):
        if any(form in SAYING or form in _SOURCES for form in forms(token)):
            found.update(range(max(0, i - 1), i + 1 + _SAID_NEAR))
    return frozenset(found)


def _times(statement: Statement, said: frozenset[int]) -> Iterator[Days]:
    text = statement.span.context
    low, high = _clause(statement)
    for time in statement.times:
        before = time.year is not None and time.last <= statement.first
        if not (low <= time.first < high or before):
            continue
        inside = set(range(time.first, time.last))
        if inside & said or (time.first < statement.last and statement.first < time.last):
            continue
        start, end = statement.words[time.first].start, statement.words[time.last - 1].end
        days = times.read(text, start, end, statement.date)
        if not (days.readings or days.of_year) and time.year:
            days = times.read(str(time.year), 0, 4, dt.date(time.year, 1, 1))
            days = replace(
                days, readings=(Resolved(dt.date(time.year, 1, 1), dt.date(time.year, 12, 31), "year named"),)
            )
        if days.readings or days.of_year:
            yield days


def _clause(statement: Statement) -> tuple[int, int]:
    """Return the words of the clause around the span: up to a comma or another stop on either side."""
    text, given = statement.span.context, statement.words

    def parted(i: int) -> bool:
        return bool(STOPS.intersection(text[given[i - 1].end : given[i].start]))

    low = next((i for i in range(statement.first, 0, -1) if parted(i)), 0)
    high = next((i for i in range(statement.last, len(given)) if parted(i)), len(given))
    return low, high


def _share_a_place(
    left: Statement,
    right: Statement,
    one: Occasion,
    other: Occasion,
    question: frozenset[str],
    alike: Alike,
) -> bool:
    """Tell whether a place of one is named by the other, in its sentence or near it, or by the question."""
    for places, statement in ((one.places, right), (other.places, left)):
        near = {word.text for word in statement.words} | question
        around = statement.span.chunk.text
        for place in places:
            if any(_same_word(word, given, alike) for word in place for given in near):
                return True
            if any(word in around for word in place if len(word) > 2):
                return True
    return False


def _same_word(left: str, right: str, alike: Alike) -> bool:
    if is_arabic(left) == is_arabic(right):
        return plainly_alike(left, right) >= 0.9
    return alike(left, right) >= 0.6


def _names_differ(left: Statement, right: Statement, question: frozenset[str], alike: Alike) -> bool:
    """Tell whether two sentences of the same build name different things in the same place."""
    ours, theirs = ([word.text for word in one.words] for one in (left, right))
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.ratio() < _OPENED:
        return False
    said = (_said([word.text for word in left.words]), _said([word.text for word in right.words]))
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "replace" or b - a > LONGEST or d - c > LONGEST:
            continue
        if (
            _is_own(left, a, b)
            or _is_own(right, c, d)
            or said[0] & set(range(a, b))
            or said[1] & set(range(c, d))
        ):
            continue
        if b - a != d - c:
            continue
        if not (_is_name(left, a) and _is_name(right, c)):
            continue
        if all(
            _tells_apart(ours[i], theirs[j], question, alike)
            for i, j in zip(range(a, b), range(c, d), strict=True)
        ):
            return True
    return False


def _is_name(statement: Statement, i: int) -> bool:
    """Tell whether a word may be a name: a Latin capital, or an Arabic word that tells which."""
    word = statement.words[i]
    if not is_arabic(word.text):
        return i > 0 and statement.span.context[word.start].isupper()
    before = statement.words[i - 1].text if i else ""
    return (
        before in IN or before in PLACE_NOUNS or before in _HEADS or any(f in EVENT_OF for f in forms(before))
    )


def _is_own(statement: Statement, first: int, last: int) -> bool:
    """Tell whether words belong to a number, a hedge, a unit or a time, which are compared elsewhere."""
    ranges = [(statement.first, statement.last)]
    ranges += [(number.hedge, number.tail) for number in statement.numbers]
    ranges += [(time.lead, time.last) for time in statement.times]
    return any(low < last and first < high for low, high in ranges)


def _tells_apart(left: str, right: str, question: frozenset[str], alike: Alike) -> bool:
    if left in question or right in question or is_stop(left) or is_stop(right):
        return False
    return alike(left, right) < 0.3
