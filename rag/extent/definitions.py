"""Find the words that say what something is: after "is", after a comma or a bracket beside its name."""

from __future__ import annotations

from collections.abc import Callable

from rag.analysis import Analyzer
from rag.extent import signs
from rag.extent.clauses import View, naming
from rag.extent.reasons import is_listing
from rag.question import Question

_LIGHT = Analyzer().is_stop
_SHORT = 3  # words that "and" may join to a definition after a comma
_NEAR = 4  # words between a name and the comma after which it is explained


def definition(question: Question, view: View, first: int, last: int) -> tuple[int, int] | None:
    """Return the predicate that words[first:last] are part of; None where the sentence shows none.

    It is what follows a copula, what stands in brackets or between commas beside the thing's name, or in
    Arabic what follows the name that a sentence begins with.
    """
    if view.bracketed:
        return _gloss(view, first, last)
    named = naming(question, view)
    start = _after_copula(view, first)
    if start is not None:
        apart = view.clause_start(start) > view.first
        return start, _end(view, last, apart=apart)
    clause = view.clause_start(first)
    if clause > view.first and view.mark(clause) in (",", "-", ":"):
        near = range(max(view.first, clause - _NEAR), clause)
        if any(named(i) for i in near) and not view.links(clause):
            return clause, _end(view, last, apart=view.mark(clause) != ":")
    start = _after_name(view, named)
    if start is not None and start < last:
        return min(start, first), _end(view, last, apart=False)
    if any(view.has(signs.COPULAS, i) and not view.within(i) for i in range(first, last)):
        return first, _end(view, last, apart=False)  # the run holds the name too
    return None


def _gloss(view: View, first: int, last: int) -> tuple[int, int]:
    """Return the part of what a bracket holds that words[first:last] are in, between semicolons."""
    cuts = [i for i in range(view.first + 1, view.last) if view.mark(i) == ";"]
    start = max((i for i in cuts if i <= first), default=view.first)
    return start, min((i for i in cuts if i >= last), default=view.last)


def _after_copula(view: View, first: int) -> int | None:
    """Return the word after the copula nearest to words[first] on its left, in its clause."""
    if view.has(signs.COPULAS, first):
        return first
    comma = 0  # the leftmost one that is crossed
    for i in range(first - 1, view.first - 1, -1):
        size = view.has(signs.COPULAS, i)
        if size and i + size <= first and not view.within(i):
            near = not comma or comma - i - size <= _SHORT  # "a large, round stone"
            return i + size if near and not signs.is_verb_like(view.token(i + size)) else None
        if view.mark(i) and view.opening(i) != "relative" and not is_listing(view, i):
            if view.mark(i) != ",":
                return None
            comma = i
    return None


def _after_name(view: View, named: Callable[[int], bool]) -> int | None:
    """Return the word after the name that an Arabic sentence begins with, or None."""
    i, found = view.first, False
    while i < view.last and not (found and view.mark(i)):
        token = view.token(i)
        if not "\u0620" <= token[:1] <= "\u06d3":
            return None
        if named(i):
            found = True
        elif not (view.within(i) or (found and token.startswith("ال")) or (not found and _LIGHT(token))):
            return i if found else None
        i += 1
    return None


def _end(view: View, least: int, *, apart: bool) -> int:
    """Return where a predicate ends whose words up to `least` are known."""
    for i in range(least, view.last):
        mark = view.mark(i)
        opening = view.opening(i)
        if not mark:
            if opening in ("contrast", "saying"):
                return i
        elif mark in (".", ";"):
            return i
        elif opening == "and":
            if apart or not view.is_short(i, _SHORT) or _is_clause(view, i):
                return i
        elif opening == "relative" and i + 2 > view.last:
            return i  # ", وهم:" leads to what stands on the next lines
        elif mark != ":" and opening != "relative" and not is_listing(view, i):
            return i
    return view.last


def _is_clause(view: View, i: int) -> bool:
    """Tell whether what "and" at words[i] joins has a verb of its own."""
    size = view.joined(i)
    token = view.token(i + size) if size else view.token(i)[1:]
    return signs.is_verb_like(token) or token in signs.NO_ITEM
