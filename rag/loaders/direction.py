"""A line as it stands on paper, from left to right → the line as it is read.

A PDF places glyphs; it does not say in which order they are read. Left to right, an Arabic line gives its
letters backwards, but its numbers and its Latin words forwards. This is the way back of the Unicode
bidirectional algorithm (UAX #9) for one level of embedding, which is all that print has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import combinations

CELL = " | "
"""Parts the cells of a table; what stands on its two sides is read apart."""

_SEPARATORS = frozenset(".,:/-٫٬")  # inside a number: 1,200 · 12/03/2019 · 10:30
_OPENING, _CLOSING = "([{«<", ")]}»>"
_MIRRORED = dict(zip(_OPENING + _CLOSING, _CLOSING + _OPENING, strict=True))
_BRACKETS = re.compile(r"([()\[\]{}«»<>])\1*")
_PREFIXES = "وفبلك"  # are written together with the word that follows
_MOST_UNTOLD = 6  # brackets of a line of which all ways to turn them are tried
_PRESENTATION = re.compile("[\ufb00-\ufb4f\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdf9\ufdfc\ufe70-\ufefc]+")


def is_right_to_left(text: str) -> bool:
    """Tell whether most of the letters are of a script that runs from right to left."""
    right = left = 0
    for character in text:
        kind = unicodedata.bidirectional(character)
        right += kind in ("R", "AL")
        left += kind == "L"
    return right > left


def logical(units: Sequence[str], *, right_to_left: bool) -> str:
    """Return a line in the order in which it is read.

    Args:
        units: what stands on the line from left to right; each unit (a letter with its marks, a ligature) is
            in reading order itself.
        right_to_left: whether the line as a whole runs from right to left.
    """
    kinds = [_kind(unit) for unit in units]
    found: list[str] = []
    place = 0
    while place < len(units):
        end = place + 1
        if right_to_left and kinds[place] in "LNA":
            end = _run_end(kinds, place, "LN", "RA")
            if "L" not in kinds[place:end]:  # numbers side by side are read from the right, too
                end = _number_end(units, kinds, place)
            found.append("".join(units[place:end]))
        elif not right_to_left and kinds[place] == "R":
            end = _run_end(kinds, place, "R", "L")
            found.append(logical(units[place:end], right_to_left=True))
        else:
            found.append(units[place])
        place = end
    return _brackets("".join(reversed(found))) if right_to_left else "".join(found)


def _kind(unit: str) -> str:
    """Return what a unit is for the order of a line.

    R and L for letters, N for digits, A for Arabic ones, which Latin words beside them do not take along, |
    for the end of a cell, and - for what takes its direction from around it.
    """
    if unit == CELL:
        return "|"
    for character in unit:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "R"
        if kind == "L":
            return "L"
        if kind in ("EN", "AN"):
            return "N" if kind == "EN" else "A"
    return "-"


def _run_end(kinds: Sequence[str], start: int, inside: str, outside: str) -> int:
    """Return where the run from `start` ends: at the last of `inside` before one of `outside`."""
    last = end = start + 1
    while end < len(kinds) and kinds[end] not in outside and kinds[end] != "|":
        end += 1
        if kinds[end - 1] in inside:
            last = end
    return last


def _number_end(units: Sequence[str], kinds: Sequence[str], start: int) -> int:
    """Return where the number that starts at `start` ends, with the separators inside it and a % after it."""
    end = start + 1
    while end < len(units):
        if kinds[end] in "NA":
            end += 1
        elif units[end] in _SEPARATORS and end + 1 < len(units) and kinds[end + 1] in "NA":
            end += 2
        else:
            break
    return end + (end < len(units) and units[end] in "%٪")


def _brackets(line: str) -> str:
    """Return a right-to-left line with its brackets as they are read.

    Some files name the shape that is drawn, others the bracket that is meant. What stands around tells: one
    opens after a space and before a letter, and closes the other way round. Where that does not tell,
    as few as can be are left without a partner.
    """
    found = list(line)
    places: list[int] = []
    untold: list[int] = []
    for run in _BRACKETS.finditer(line):
        start, end = run.span()
        before, after = line[max(start - 1, 0) : start].strip(), line[end : end + 1].strip()
        opens = bool(after) and not before
        if before and before in _PREFIXES and after.isalnum():  # و(القوس)
            opens = not line[max(start - 2, 0) : start - 1].strip()
        closes = bool(before) and not opens and (not after or after in ".,;:!?،؛؟…")
        if (opens and run[1] in _CLOSING) or (closes and run[1] in _OPENING):
            found[start:end] = _MIRRORED[run[1]] * (end - start)
        places += range(start, end)
        if not opens and not closes and run[1] not in "<>":
            untold += range(start, end)
    if 0 < len(untold) <= _MOST_UNTOLD and _alone(found[place] for place in places):
        ways = [
            {place: _MIRRORED[found[place]] for place in some}
            for size in range(len(untold) + 1)
            for some in combinations(untold, size)
        ]
        turned = min(ways, key=lambda way: _alone(way.get(place, found[place]) for place in places))
        for place, character in turned.items():
            found[place] = character
    return "".join(found)


def _alone(brackets: Iterable[str]) -> int:
    """Return how many brackets have no partner."""
    opened: list[str] = []
    alone = 0
    for bracket in brackets:
        if bracket in _OPENING:
            opened.append(_MIRRORED[bracket])
        elif opened and opened[-1] == bracket:
            opened.pop()
        else:
            alone += 1
    return alone + len(opened)


def plain_letters(text: str) -> str:
    """Return text with the shapes of letters as letters: ﻻ is لا, ﬁ is fi."""
    return _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
