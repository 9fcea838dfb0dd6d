"""Find all items of the enumeration that a run lies in: X وY وZ, "X, Y and Z", and what a colon leads to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from rag.cues import SAYING
from rag.extent import signs
from rag.extent.clauses import View, naming
from rag.question import Question

_LONGEST_ITEM = 12  # words; what is longer is no item
_LONGEST_FIRST = 8  # words between the lead and the first "and"
_LONGEST_TAIL = 6  # words of an item after the run, or before it
_LEAST_ROOM = 2
_HANGING = ("لل", "با", "كا")  # للسياسة الخارجية: what follows belongs to it
_SHORT = 5  # words of an item that only a comma parts from the next


def enumeration(question: Question, view: View, first: int, last: int) -> tuple[int, int] | None:
    """Return the words of all items that are joined to words[first:last]; None where nothing is joined.

    Where it is not clear whether a word belongs to an item, it does: a quotation may be longer than needed,
    but not cut. A run that holds an "and" itself goes on only where another follows at once.
    """
    after = _after_colon(view, first, last)
    if after is not None:
        return min(first, after[0]), max(last, after[1])
    several = any(_links(view, i) for i in range(first + 1, last))
    room = _LEAST_ROOM if several else _LONGEST_TAIL
    end = _rightwards(view, last, room, joined=several)
    commas = end > last or several
    if "\u0620" <= view.token(first)[:1] <= "\u06d3":  # X، Y وZ, but not: في بيروت، X وY
        commas = any(view.mark(i) == "," for i in range(first + 1, end))
    start = _leftwards(view, first, 0 if several else room, commas=commas)
    if start < first and end == last:
        end = _rightwards(view, last, room, joined=True)
    if (start, end) == (first, last):
        return None
    return min(first, _after_asked(view, start, first, naming(question, view))), _with_adjectives(view, end)


def _after_colon(view: View, first: int, last: int) -> tuple[int, int] | None:
    """Return what the colon before the run, or right after its clause, leads to; None for no list."""
    colons = [i for i in range(view.first + 1, view.last) if view.mark(i) == ":"]
    before = [i for i in colons if i <= first]
    start = before[-1] if before else view.next_mark(last)
    if start not in colons or view.token(start - 1) in SAYING:
        return None
    end, items = start, 1
    for i in range(start + 1, view.last):
        mark = view.mark(i)
        if i >= last and (mark == "." or _leaves(view, i)):
            break
        if mark in (",", ";") or view.links(i):
            items += 1
        end = i
    return (start, end + 1) if items > 1 else None


def _leaves(view: View, i: int) -> bool:
    """Tell whether the sentence leaves the enumeration at words[i]."""
    if view.opening(i) in ("contrast", "result", "saying", "cause"):
        return True
    if view.mark(i) and view.token(i) in signs.PRONOUNS:
        return True
    size = view.joined(i)
    if size or view.links(i):
        token = view.token(i + size) if size else view.token(i)[1:]
        return token in signs.NO_ITEM or signs.is_verb_like(token)
    return False


def _links(view: View, i: int) -> bool:
    """Tell whether "and" joins an item at words[i] to the one before."""
    return view.links(i) and not view.has(signs.RELATIVES, i) and not _leaves(view, i)


def _is_wall(view: View, i: int) -> bool:
    """Tell whether no enumeration goes over the place before words[i]."""
    return view.mark(i) in (".", ";", ":", "-") or _leaves(view, i)


def _ends_item(view: View, i: int) -> bool:
    """Tell whether no item goes on with words[i]."""
    return not view.within(i) and (view.token(i) in signs.ADVERBIAL or view.token(i) in signs.FINITE)


def _item_end(view: View, i: int) -> int:
    """Return where the item ends whose second word is words[i]."""
    while i < view.last and not (view.mark(i) or _links(view, i) or _is_wall(view, i) or _ends_item(view, i)):
        i += 1
    return i


def _rightwards(view: View, last: int, room: int, *, joined: bool) -> int:
    """Return where the items end that are joined to what ends at `last`.

    Args:
        view: where to look.
        last: the word after the run.
        room: how many words may stand between the run and what joins the next item to it.
        joined: whether items before it are known.
    """
    end, i, limit = last, last, last + room
    commas = 0  # since the last "and"
    while i < view.last and i <= limit and not _is_wall(view, i):
        if _links(view, i):
            i = end = limit = _item_end(view, i + max(1, view.joined(i)))
            joined, commas = True, 0
        elif view.mark(i) == "," and view.has(signs.RELATIVES, i):
            i = limit = _over_aside(view, i)
        elif view.mark(i) == ",":
            item = _item_end(view, i + 1)
            if (joined and commas == 0 and end > last) or item - i > _SHORT:
                break  # "A and B, said C"
            i, limit, commas = item, item, commas + 1
        elif _ends_item(view, i):
            break
        else:
            i += 1
    return end


def _over_aside(view: View, i: int) -> int:
    """Return the word after the relative clause that words[i] begins."""
    i += 1
    while i < view.last and not view.mark(i) and not _is_wall(view, i):
        i += 1
    return i


def _leftwards(view: View, first: int, room: int, *, commas: bool) -> int:
    """Return where the first of the items begins that words[first] is joined to.

    Args:
        view: where to look.
        first: the run's first word.
        room: how many words may stand between the run and what joins its item to the one before.
        commas: whether a comma before the run is known to join two items.
    """
    if view.token(first) in signs.OPENERS or view.token(first) in signs.NO_ITEM:
        return first
    i, starts = first, list[int]()  # of items, from the right
    opened = 0  # where the first item begins, unless a comma shows another before it
    while i > view.first and not _is_wall(view, i):
        comma = view.mark(i) == ","
        if _links(view, i):
            if opened and not comma:
                break
            starts.append(i)
            opened = 0
        elif comma:
            known = starts[-1] - i <= _SHORT if starts else commas or _links(view, _item_end(view, i + 1))
            if opened or not known:
                break
            starts.append(i)
        elif _opens(view, i) or _ends_item(view, i - 1):
            if not starts or view.mark(starts[-1]) != ",":
                break
            opened = opened or i
        if (starts[-1] if starts else first) - i >= (_LONGEST_ITEM if starts else room):
            break
        i -= 1
    return _first_item(view, opened or i, starts) if starts else first


def _first_item(view: View, i: int, starts: list[int]) -> int:
    """Return where the first item begins: at words[i], unless that is a circumstance or too far away."""
    before = i - 1 if i > view.clause_start(i) and view.clause_start(i) == i - 1 else i
    if view.token(before) in signs.LEADING:  # "In Paris, ministers and generals met"
        while starts and view.mark(starts[-1]) != ",":
            starts.pop()
        if len(starts) < 2:
            return starts[0] if starts else i
        i = starts.pop()
    if starts[-1] - i <= _LONGEST_FIRST:
        return i
    sizes = [right - left for right, left in pairwise(starts)]
    return max(i, starts[-1] - max((*sizes, 2)))


def _with_adjectives(view: View, end: int) -> int:
    """Return where the Arabic words end that the article shows to belong to the word before `end`."""
    while end < view.last and not view.mark(end) and view.token(end).startswith("ال"):
        if not view.token(end - 1).startswith(("ال", "وال")):
            break
        end += 1
    return end


def _after_asked(view: View, start: int, first: int, asked: Callable[[int], bool]) -> int:
    """Return where the first item begins without words of the question that lead to it.

    Unless the items after it have such words too: "white cheese, yellow cheese".
    """
    high = next((i for i in range(start + 1, first) if _links(view, i) or view.mark(i)), first)
    if any(asked(i) for i in range(high, first + 1)):
        return start
    for i in range(high - 2, start - 1, -1):
        hanging = view.token(i)[:2] in _HANGING and view.token(i + 1).startswith("ال")
        if asked(i) and not hanging:
            return i + 1
    return start


def _opens(view: View, i: int) -> bool:
    """Tell whether an item can begin at words[i] because what leads to it stands before."""
    before = view.token(i - 1)
    if view.within(i - 1) or any(view.joined(i - size) == size for size in (1, 2)):
        return False  # فضلا عن: "and", with a preposition
    return before in signs.OPENERS or signs.is_verb_like(before)
