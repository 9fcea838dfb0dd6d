"""The lines of pages → paragraphs, without the lines that every page repeats."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.loaders.base import clean
from rag.loaders.direction import CELL

_ENDS = (".", "!", "?", "؟", "…", ":", "؛", "»", '"', "”")
_ITEM = re.compile(r"\s*(?:[-–—*•·▪●○■◦➢✓]\s|\(?[\d٠-٩]{1,3}[.)\-–]\s|\(?[a-zA-Z\u0621-\u064a][.)]\s)")
_HYPHENS = ("\u00ad", "\x02", "\ufffe")


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page as it is read, and where it stands."""

    text: str
    left: float
    right: float
    y: float
    size: float
    right_to_left: bool
    is_typed: bool = False  # into the field of a form, or some of it

    @property
    def is_row(self) -> bool:
        """Tell whether it is a row of a table or form: cells, or several numbers and nothing else."""
        numbers = " " in self.text and not any(map(str.isalpha, self.text))
        return self.is_typed or CELL in self.text or numbers


def words_of(lines: Iterable[str]) -> frozenset[str]:
    """Return the words inside lines, in lower case."""
    return frozenset(word for line in lines for word in re.findall(r"[^\W\d_]+", line[:-1].lower()))


def paragraphs(lines: Sequence[PageLine], words: Container[str] = ()) -> list[str]:
    """Return the paragraphs of a page: lines that go on are joined, rows of a table stay lines of one.

    Args:
        lines: in reading order.
        words: of the whole document, to tell whether a hyphen at a line's end belongs to the word.
    """
    if not lines:
        return []
    leadings = [a.y - b.y for a, b in pairwise(lines) if 0 < a.y - b.y < 3 * a.size]
    leading = median(leadings) if leadings else 0.0
    found: list[str] = []
    last: PageLine | None = None
    for line in lines:
        text = clean(line.text)
        if not text:
            continue
        if last is None:
            found.append(text)
        elif last.is_row and line.is_row and 0 < last.y - line.y < 3 * line.size:
            found[-1] += "\n" + text
        elif _goes_on(last, line, leading, lines):
            found[-1] = joined(found[-1], text, words, soft=last.text.rstrip().endswith(_HYPHENS))
        else:
            found.append(text)
        last = line
    return found


def joined(text: str, more: str, words: Container[str], *, soft: bool = False) -> str:
    """Return a text and the line after it as one, a word that was broken at the line's end whole again."""
    broken = re.search(r"([^\W\d_]+)(-?)$", text)
    rest = re.match(r"[^\W\d_]+", more)
    if not broken or not rest or not (broken[2] or soft) or not more[0].islower():
        return f"{text} {more}"
    first, second = broken[1].lower(), rest[0]
    if not soft and first + second not in words and first in words and second in words:
        return text + more  # porte-parole
    return text.removesuffix("-") + more


def is_open(text: str) -> bool:
    """Tell whether a paragraph lacks the stop that ends one, so that the next page may go on with it."""
    return bool(text) and len(text) > 60 and "\n" not in text and not text.endswith(_ENDS)


def _goes_on(last: PageLine, line: PageLine, leading: float, lines: Sequence[PageLine]) -> bool:
    """Tell whether `line` belongs to the paragraph of the line before it."""
    if last.is_row or line.is_row or _ITEM.match(line.text):
        return False
    if abs(last.size - line.size) > 0.15 * max(last.size, line.size):
        return False
    ended = clean(last.text).endswith(_ENDS)
    step = last.y - line.y
    if step <= 0:  # the next column
        return not ended and _is_full(last, lines, share=0.7)
    if leading and step > 1.45 * leading:
        return False
    indent = last.right - line.right if last.right_to_left else line.left - last.left
    if ended and indent > 0.8 * line.size:
        return False
    return _is_full(last, lines, share=0.85 if ended else 0.7)


def _is_full(line: PageLine, lines: Sequence[PageLine], share: float) -> bool:
    """Tell whether a line is as wide as its column, or a share of it."""
    beside = [other for other in lines if other.left < line.right and line.left < other.right]
    left, right = min(other.left for other in beside), max(other.right for other in beside)
    return line.right - line.left >= share * (right - left)
