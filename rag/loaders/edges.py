"""Take the numbers of pages and the headers and footers that run through a document out of its text.

Whatever is in doubt stays: the last line of a page may be a sum, and the first the number of an invoice.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.loaders.base import clean
from rag.loaders.paragraphs import PageLine

_LINES = 2  # at the top and at the bottom of a page, that may be its header or footer
_NOUN = r"(?:page|صفحة|الصفحة|seite|página|sayfa|p\.)"
_OF = r"(?:/|of|من|de|von|sur)"
_NUMBER = re.compile(rf"\W*(?:{_NOUN}\s*)?(\d{{1,4}})\W*(?:{_OF}\s*\d{{1,4}}\W*)?", re.IGNORECASE)
_SHARE = re.compile(rf"(?<!\S)(\d{{1,4}})\s*{_OF}\s*(\d{{1,4}})(?!\S)", re.IGNORECASE)  # 2/7
_NAMED = re.compile(rf"(?<!\w){_NOUN}\s*(\d{{1,4}})(?!\S)", re.IGNORECASE)
_PARTED = re.compile(r"^(\d{1,4})(?=\s+[|·•–—-]\s)|(?<=\s[|·•–—-]\s)(\d{1,4})$")
_STAMP = re.compile(r"\d+[/.-]\d+[/.-]\d+,?\s+\d+:\d+(?::\d+)?(?:\s*(?:[AP]M|[صم]))?")  # when it was printed
_FRONT = 30  # pages by which the numbers printed differ from those counted, if words stand beside them
_ONE_OF_MANY = "#"


class _Kind(NamedTuple):
    """What a line at the edge of a page has in common with its like."""

    words: str  # its number being "#"
    ahead: int | None = None  # its number less that of the page
    is_share: bool = False  # whether it says how many pages there are

    @property
    def is_number(self) -> bool:
        """Tell whether the line is the number of its page and nothing else."""
        return self.words == _ONE_OF_MANY

    @property
    def is_address(self) -> bool:
        """Tell whether a browser printed it under a page: where the page is from, and its number."""
        return self.is_share and "://" in self.words


def without_edges(pages: Sequence[Sequence[PageLine]], labels: Sequence[str] = ()) -> list[list[PageLine]]:
    """Return the pages without their numbers, and with one copy of each header and footer that most repeat.

    Args:
        pages: their lines.
        labels: the names that the file gives its pages, or "" for those that it does not name.
    """
    seen: dict[_Kind, set[int]] = defaultdict(set)
    tops: Counter[_Kind] = Counter()
    for number, page in enumerate(pages, 1):
        top, bottom = _edges(page)
        for i in {*top, *bottom}:
            for each in _kinds(page[i].text, number, len(pages)):
                seen[each].add(number)
                tops[each] += i in top
    copies = _copies(seen, tops, sum(map(bool, pages)))
    found = []
    for number, page in enumerate(pages, 1):
        dropped: set[int] = set()
        moved: dict[int, int] = {}
        for side in _edges(page) if len(pages) > 1 else ():
            for i in side:
                kinds = _kinds(page[i].text, number, len(pages))
                kind = next((each for each in kinds if each in copies or _counts(each, number, seen)), None)
                is_label = bool(labels) and _bare(page[i].text) == labels[number - 1] != ""
                is_number = is_label if kind is None else kind.is_number
                if (kind is None and not is_label) or (is_number and len(page) == 1):
                    break  # what stands further in belongs to the page
                if kind is None or is_number or number != copies[kind]:
                    dropped.add(i)
                else:
                    moved[i] = -1 if 2 * tops[kind] >= len(seen[kind]) else 1
        order = sorted((i for i in range(len(page)) if i not in dropped), key=lambda i: moved.get(i, 0))
        found.append([page[i] for i in order])
    return found


def _edges(page: Sequence[PageLine]) -> tuple[list[int], list[int]]:
    """Return the places of the topmost and of the lowest lines, from the edge inwards."""
    order = sorted(range(len(page)), key=lambda i: -page[i].y)
    return order[:_LINES], order[: -_LINES - 1 : -1]


def _kinds(text: str, number: int, count: int) -> Iterator[_Kind]:
    """Yield of which kinds a line on a page is, out of so many pages."""
    text = clean(text)
    bare = _NUMBER.fullmatch(text)
    if bare:
        yield _Kind(_ONE_OF_MANY, int(bare[1]) - number)
        return
    yield _Kind(text)
    for match in _SHARE.finditer(text):
        if (int(match[1]), int(match[2])) == (number, count):
            yield _Kind(_without(text, match.span()), 0, is_share=True)
    for match in _NAMED.finditer(text):
        yield _Kind(_without(text, match.span(1)), int(match[1]) - number)
    for match in _PARTED.finditer(text):
        ahead = int(match[0]) - number
        if abs(ahead) <= _FRONT:
            yield _Kind(_without(text, match.span()), ahead)


def _without(text: str, span: tuple[int, int]) -> str:
    return f"{text[: span[0]]}{_ONE_OF_MANY}{text[span[1] :]}"


def _bare(text: str) -> str:
    return clean(text).strip(" -–—|.·•()[]")


def _copies(seen: dict[_Kind, set[int]], tops: Counter[_Kind], filled: int) -> dict[_Kind, int]:
    """Return the kinds that enough of the filled pages show, and on which page one copy stays, or 0 for none.

    It stays where it parts no sentence that goes on on the next page.
    """
    half = (filled + 1) // 2
    browser = any(kind.is_address and len(numbers) >= max(2, half) for kind, numbers in seen.items())
    numbered = set().union(*(numbers for kind, numbers in seen.items() if kind.is_number))
    found = {}
    for kind, numbers in seen.items():
        stamp = _STAMP.search(kind.words) if browser else None
        least = max(2 if kind.is_share or stamp else 3, half)
        if kind.is_number:
            least = max(2, (len(numbered) + 1) // 2)
        if len(numbers) < least:
            continue
        if kind.is_number or kind.is_address or (stamp and stamp[0] == kind.words):
            found[kind] = 0
        else:
            found[kind] = min(numbers) if 2 * tops[kind] >= len(numbers) else max(numbers)
    return found


def _counts(kind: _Kind, number: int, seen: dict[_Kind, set[int]]) -> bool:
    """Tell whether a line is the number of its page, though most pages are numbered otherwise."""
    three = any({first, first + 1, first + 2} <= seen[kind] for first in range(number - 2, number + 1))
    return kind.is_number and (kind.ahead == 0 or three)
