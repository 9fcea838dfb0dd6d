"""Find what belongs together: quotation marks and brackets, of several scripts and both directions."""

from __future__ import annotations

import unicodedata

_CLOSE = {"(": ")", "[": "]", "{": "}", "﴾": "﴿", "﴿": "﴾", "‹": "›", "「": "」", "『": "』", "（": "）"}
_CLOSING = {close: mark for mark, close in _CLOSE.items() if mark != "﴿"}
_CURLY = "“”„"
BRACKETS = "([{（"


def pairs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return (opening, closing) offsets of the pairs in text[start:end], by their opening; they are nested.

    Straight quotation marks open and close in turn. Guillemets and curly marks are taken in the direction
    they are found in (»so« too), and an apostrophe is none. A mark without its partner is left out.
    """
    found: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []

    def close(i: int, marks: str) -> bool:
        for k in range(len(waiting) - 1, -1, -1):
            if waiting[k][0] in marks:
                found.append((waiting[k][1], i))
                del waiting[k:]
                return True
        return False

    for i in range(start, end):
        mark = text[i]
        if mark.isalnum() or mark.isspace():
            continue
        opens = _may_open(text, i, start, end)
        if mark in _CLOSE and mark not in "﴾﴿":
            waiting.append((mark, i))
        elif mark in _CLOSING:
            close(i, _CLOSING[mark])
        elif mark in "﴾﴿«»":
            if not close(i, _CLOSE.get(mark, "«" if mark == "»" else "»")) and (mark in "«﴾﴿" or opens):
                waiting.append((mark, i))
        elif mark == '"':
            if not close(i, '"'):
                waiting.append((mark, i))
        elif mark in _CURLY:
            straight = mark == "„" or (mark == "“" and opens)
            if straight or (not close(i, _CURLY) and opens):
                waiting.append((mark, i))
        elif mark in "'‘’":
            if opens and mark != "’":
                waiting.append((mark, i))
            elif mark != "‘" and not text[i + 1 : i + 2].isalnum():
                close(i, "'‘")
    return sorted(found)


def closed(given: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Return the least range around [start, end) that cuts none of the pairs in half."""
    changed = True
    while changed:
        changed = False
        for opening, closing in given:
            if start <= opening < end <= closing:
                end, changed = closing + 1, True
            elif opening < start <= closing < end:
                start, changed = opening, True
    return start, end


def _may_open(text: str, i: int, start: int, end: int) -> bool:
    """Tell whether a mark stands where one opens: after a space (or Arabic و) and before a letter."""
    k = i - 1
    while k > start and unicodedata.combining(text[k]):
        k -= 1
    before = text[k] if k >= start else " "
    after = text[i + 1] if i + 1 < end else " "
    joined = before.isspace() or before in "([{«“\"'ـوفبلك"
    return joined and not after.isspace() and after not in "،,.:؛;)]"
