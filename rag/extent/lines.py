"""Find the list of lines that a place of a text lies in: its bullets or numbers, and the line before them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.cues import folded
from rag.text import fold_text, sentences

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_HIDDEN = "\u200e\u200f\u061c\u2066\u2067\u2068\u2069\u202a\u202b\u202c\ufeff"
_ITEM = re.compile(
    rf"[\s{_HIDDEN}]*(?:(?P<bullet>[-*+•·▪▫–—‣◦●○■□➢✓ـ])"
    rf"|\(?(?:\d{{1,3}}|[أ-ي]|[A-Za-z]|[ivx]{{1,4}})[.)\-])(?=[\s{_HIDDEN}])\s*"
)
_FIRST_WORD = re.compile(r"\s*([^\W\d_][^\s:،,]*)\s*[:،,]\s*")
_ORDINALS = folded("""
    أولا ثانيا ثالثا رابعا خامسا سادسا سابعا ثامنا تاسعا عاشرا first second third fourth fifth firstly
    secondly thirdly premièrement deuxièmement troisièmement primero segundo tercero erstens zweitens
    drittens
    """)
_LEAD = re.compile(rf"[:：][\s{_HIDDEN}*_]*$")
_LEADING_MARK = re.compile(rf"[\s{_HIDDEN}]*(?:#{{1,6}}\s+|>\s*)?")


@dataclass(frozen=True, slots=True)
class Block:
    """A list of lines, in characters of the text."""

    start: int  # where its lead begins, else its first line
    end: int
    first: int  # where the first item begins, its bullet included
    numbered: bool


def block(text: str, start: int, end: int) -> Block | None:
    """Return the list that holds text[start:end] or that it leads to; None where it is in none.

    A list has two lines or more that begin alike, with a bullet or a number; lines between them that are
    indented belong to the line before, and one empty line may stand between two. What ends with a colon
    right before leads to it.
    """
    lines = [match.span() for match in _LINE.finditer(text) if not match[0].isspace()]
    marked = [_item(text, low, high) for low, high in lines]
    at = next((k for k, (low, high) in enumerate(lines) if low <= start < high), None)
    if at is None:
        return None
    if not marked[at] and not _goes_on(text, lines, at):
        if at + 1 >= len(lines) or not marked[at + 1] or not _LEAD.search(text, *lines[at]):
            return None
        if _lead_start(text, *lines[at]) > start:
            return None
        at += 1
    low = at
    while low > 0 and _in_list(text, lines, marked, low - 1, low):
        low -= 1
    while low <= at and not marked[low]:
        low += 1
    high = at + 1
    while high < len(lines) and _in_list(text, lines, marked, high, high - 1):
        high += 1
    items = [match for match in marked[low:high] if match]
    if len(items) < 2 or end > lines[high - 1][1]:
        return None
    first = lines[low][0] + len(text[lines[low][0] :]) - len(text[lines[low][0] :].lstrip())
    lead = first
    if low > 0 and _near(text, lines, low - 1, low) and _LEAD.search(text, *lines[low - 1]):
        lead = _lead_start(text, *lines[low - 1])
    last = lines[high - 1][0] + len(text[lines[high - 1][0] : lines[high - 1][1]].rstrip())
    return Block(lead, last, first, items[0].re is not _ITEM or items[0]["bullet"] is None)


def _item(text: str, low: int, high: int) -> re.Match[str] | None:
    """Return what marks a line as an item: a bullet, a number or an ordinal."""
    match = _ITEM.match(text, low, high)
    if match:
        return match
    word = _FIRST_WORD.match(text, low, high)
    return word if word and fold_text(word[1]) in _ORDINALS else None


def unmarked(text: str, start: int, end: int) -> int:
    """Return where text[start:end] begins without a bullet, a number or the sign of a heading before it."""
    match = _ITEM.match(text, start, end) or _LEADING_MARK.match(text, start, end)
    return match.end() if match and match.end() < end else start


def _in_list(
    text: str, lines: list[tuple[int, int]], marked: list[re.Match[str] | None], i: int, beside: int
) -> bool:
    """Tell whether line `i`, next to a line of the list, belongs to it too."""
    if not _near(text, lines, min(i, beside), max(i, beside)):
        return False
    return marked[i] is not None or _goes_on(text, lines, i)


def _goes_on(text: str, lines: list[tuple[int, int]], i: int) -> bool:
    """Tell whether line `i` is indented and goes on with the line before it."""
    return i > 0 and text[lines[i][0]] in " \t" and text[lines[i - 1][1] : lines[i][0]].count("\n") <= 1


def _near(text: str, lines: list[tuple[int, int]], above: int, below: int) -> bool:
    """Tell whether at most one empty line parts two lines."""
    gap = text[lines[above][1] : lines[below][0]].replace("\r\n", "\n")
    return sum(gap.count(mark) for mark in "\n\r\x0b\x0c\x85\u2028\u2029") <= 2


def _lead_start(text: str, low: int, high: int) -> int:
    """Return where the last sentence of a line begins, without the sign of a heading."""
    start = sentences(text, low, high)[-1][0]
    return unmarked(text, start, high)
