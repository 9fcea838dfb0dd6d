"""Find the words that give a cause: from لأن, بسبب, because, parce que … to where their clause ends."""

from __future__ import annotations

from dataclasses import dataclass

from rag.extent import signs
from rag.extent.clauses import View, cause_at

_SHORT = 4  # words of an item between commas


@dataclass(frozen=True, slots=True)
class _Cause:
    """The words [first:last) that give a cause, from its marker on."""

    first: int
    last: int


def reason(view: View, first: int, last: int) -> tuple[int, int] | None:
    """Return the words that give the cause that words[first:last] are part of; None where nothing marks one.

    Causes joined by "and" come together. A negation right before the marker is taken in.
    """
    causes = [_cause(view, i) for i in range(view.first, view.last) if cause_at(view, i)]
    around = [cause for cause in causes if cause.first <= first < cause.last]
    inside = [cause for cause in causes if first < cause.first < last]
    if around:
        chosen = around[-1]
    elif inside:
        chosen = inside[0]
    elif signs.is_purpose(view.token(first)) and not view.within(first):
        chosen = _Cause(first, _end(view, first, first + 1, whole=False))
    else:
        return None
    start = min(first, _joined_start(view, chosen, causes))
    if view.token(start - 1) in signs.NEGATIONS and not view.mark(start):
        start -= 1
    return start, chosen.last if chosen.last >= last else _on(view, last)


def _on(view: View, last: int) -> int:
    """Return where the clause ends that a run ends in which goes beyond the cause."""
    end = view.next_mark(last)
    while end < view.last and view.opening(end) == "relative":
        end = view.next_mark(end + 1)
    return end


def _cause(view: View, i: int) -> _Cause:
    size, whole = cause_at(view, i) or (1, False)
    return _Cause(i, _end(view, i, i + size, whole=whole))


def _joined_start(view: View, chosen: _Cause, causes: list[_Cause]) -> int:
    """Return where the first of the causes begins that `chosen` is joined to by "and"."""
    start = chosen.first
    for cause in reversed(causes):
        joined = view.token(start)[:1] == "و" or view.joined(start - 1) or view.joined(start)
        if cause.first < start <= cause.last and joined:
            start = cause.first
    return start


def _end(view: View, start: int, after: int, *, whole: bool) -> int:
    """Return where the clause of a cause ends that words[start:after] mark.

    Args:
        view: where to look.
        start: the marker's first word.
        after: the word after the marker, which is part of the clause.
        whole: whether a clause follows, and not a noun.
    """
    fronted = _is_fronted(view, start, whole)
    listed = False
    for i in range(after + 1, view.last):
        mark = view.mark(i)
        listed = listed or mark == ":"
        if mark == ":":
            continue
        opening = view.opening(i)
        if not mark:
            if opening in ("contrast", "saying") or (opening == "result" and not fronted):
                return i
            if fronted and not whole and view.clause_start(i) <= start and signs.is_verb_like(view.token(i)):
                return i  # "because of the fire closes the mill": no comma in Arabic
        elif (
            mark == "."
            or opening in ("contrast", "result", "saying")
            or (mark == ";" and opening != "cause" and not listed)
            or (opening == "and" and not listed and not _goes_on(view, i, whole))
            or (opening == "plain" and fronted and not listed and not is_listing(view, i))
        ):
            return i
    return view.last


def _is_fronted(view: View, start: int, whole: bool) -> bool:
    """Tell whether a cause stands before what it causes: the sentence begins with it, or it stands apart."""
    clause = view.clause_start(start)
    only_joined = all(view.joined(i) for i in range(clause, start))
    return only_joined and (clause == view.first or not whole or view.mark(clause) in (".", ";", ":"))


def _goes_on(view: View, i: int, whole: bool = False) -> bool:
    """Tell whether "and" at words[i], after a comma, joins more to a cause, and not another sentence.

    To a noun it joins a noun; to a `whole` clause whatever is not plainly another's verb.
    """
    size = view.joined(i)
    token = view.token(i + size) if size else view.token(i)[1:]
    if not token or signs.is_verb_like(token):
        return False
    if whole:
        return True
    if token in signs.NO_ITEM:
        return False
    if token.startswith(("ال", "لل")) or token.endswith(("ة", "ات", "اء")):
        return True
    return signs.is_verbal_noun(token) or (size > 0 and view.is_short(i, _SHORT))


def is_listing(view: View, i: int) -> bool:
    """Tell whether words[i], after a comma, begin an item before an "and": "rain, hail and snow"."""
    while i < view.last and view.is_short(i, _SHORT):
        end = view.next_mark(i + 1)
        if any(view.links(k) for k in range(i + 1, end)):
            return True
        if end == view.last or view.mark(end) != ",":
            return False
        i = end
        if view.links(i):
            return _goes_on(view, i)
    return False
