"""HTML → blocks of text: paragraphs, headings and tables, in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rag.loaders.base import LoadError, clean
from rag.loaders.plain import load_text

Node = Any  # selectolax.lexbor.LexborNode

_NEVER_SHOWN = """
    script style noscript template svg iframe object embed canvas video audio button select textarea input
    datalist dialog head title map math
"""
_IN_A_LINE = """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q ruby rb rt rp s
    samp small span strike strong sub sup time tt u var wbr nobr picture source
"""
_UNSEEN, INLINE = frozenset(_NEVER_SHOWN.split()), frozenset(_IN_A_LINE.split())
_HEADINGS = frozenset(f"h{i}" for i in range(1, 7))
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
_UNPLACED = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TABLE_CELL = 300  # characters beyond which a table only arranges a page
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_WITHOUT_END = """
    area base br col embed hr img input link meta param source track wbr p li dt dd td th tr tbody thead tfoot
    option optgroup colgroup html head body
"""
_ENDLESS = frozenset(_WITHOUT_END.split())  # elements that need not be closed
_DEEPEST_TAGS = 3_000  # elements that are not closed; a careless page may have hundreds
_MOST_COLUMNS = 100
_MOST_ROWS = 1_000  # that a cell spans
_REPEATED = 1_000_000  # characters that the cells of a table repeat in the rows they span
_DEEPEST = 400  # elements in one another; pages have fewer than a hundred


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page that stands on its own."""

    tag: str  # of the element that holds it: p, h2, li, table, …
    text: str  # in one line; empty for a table
    linked: int  # characters of it that are links
    node: Node
    rows: Sequence[Sequence[str]] = ()  # of a table
    header: int = 0  # how many rows of a table are marked as names of columns; -1: they are not to be


def decode_html(data: bytes) -> str:
    """Return the text of an HTML file: by its byte order mark, as UTF-8, as it declares, or how it reads.

    Programs that save pages write UTF-8 and leave what the page had declared, and text in another encoding is
    next to never valid UTF-8.

    Raises:
        LoadError: if it reads as no text.
    """
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared[1].decode("ascii").lower()
        if not data.isascii():
            with suppress(UnicodeDecodeError):
                return data.decode("utf-8")
        try:
            if not name.startswith(("utf-16", "utf-32", "utf-7")):  # then the declaration could not be read
                return data.decode({"iso-8859-1": "cp1252", "iso-8859-6-i": "iso-8859-6"}.get(name, name))
        except (LookupError, UnicodeDecodeError):
            pass  # what it declares is not so
    return load_text(data)


def parse_html(text: str) -> Node:
    """Return the root of a page.

    Raises:
        LoadError: if there is none, or it is nested so deeply that parsing it would take forever.
    """
    from selectolax.lexbor import LexborHTMLParser

    depth = deepest = 0
    for match in _TAG.finditer(text):
        if match[2].lower() not in _ENDLESS:
            depth = max(depth - 1, 0) if match[1] else depth + 1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST_TAGS:
        raise LoadError("is nested too deeply, as only damaged files are; save it anew")

    root = LexborHTMLParser(text.encode("utf-8", "replace").decode("utf-8")).root
    if root is None:
        raise LoadError("is an empty page; remove it")
    return root


def is_invisible(node: Node) -> bool:
    """Tell whether an element is never shown."""
    if node.tag in _UNSEEN:
        return True
    attributes = node.attributes
    return bool(attributes) and (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(_INVISIBLE.search(attributes.get("style") or ""))
    )


def blocks(root: Node, is_left_out: Callable[[Node], bool] = is_invisible) -> Iterator[Block]:
    """Yield the blocks under `root` in order, but nothing of the elements that are left out.

    Raises:
        LoadError: if elements are nested without end.
    """
    pieces: list[str] = []
    linked = 0
    links = depth = 0  # how many links, and how many elements, are open
    owner = root
    node: Node = root.child
    entering, top = (
        True,
        root.mem_id,
    )  # nodes themselves are compared by all that is in them, which takes long

    def flushed() -> Iterator[Block]:
        nonlocal linked
        text = clean("".join(pieces)) if pieces else ""
        if text:
            yield Block(owner.tag, text, min(linked, len(text)), owner)
        pieces.clear()
        linked = 0

    while node is not None:
        descend = False
        tag = node.tag
        if entering:
            if tag == "-text":
                text = node.text_content or ""
                pieces.append(text)
                linked += len(text.strip()) if links else 0
            elif node.is_element_node and not is_left_out(node):
                if tag == "br":
                    if pieces and pieces[-1] == "\n":  # two: a new paragraph
                        yield from flushed()
                    pieces.append("\n")
                elif tag == "table" and (table := _table(node)):
                    yield from flushed()
                    yield from table
                else:
                    if tag not in INLINE:
                        yield from flushed()
                        owner = node
                    links += tag == "a"
                    descend = node.child is not None
                    if not descend:
                        links -= tag == "a"
        else:
            links -= tag == "a"
            if tag not in INLINE:
                yield from flushed()
                owner = node.parent or root
        if descend:
            depth += 1
            if depth > _DEEPEST:
                raise LoadError("is nested too deeply, as only damaged files are; save it anew")
            node = node.child
        elif node.next is not None:
            node, entering = node.next, True
        else:
            node, entering, depth = node.parent, False, depth - 1
            if node is None or node.mem_id == top:
                break
    yield from flushed()


def text_of(node: Node, is_left_out: Callable[[Node], bool] = is_invisible) -> str:
    """Return what an element shows, in one line: marks inside a word do not part it, blocks do."""
    return clean(" ".join(block.text for block in blocks(node, is_left_out)))


def _table(node: Node) -> Iterator[Block] | None:
    """Return a table of short cells in at least two columns, or None for one that arranges a page."""
    grid = _Grid()
    for row in node.css("tr"):
        if not is_invisible(row) and not is_invisible(row.parent) and not grid.add(row):
            return None
    if len(grid.rows) < 2 or max(map(len, grid.rows)) < 2:
        return None
    captions = [(each, text_of(each)) for each in node.css("caption") if not is_invisible(each)]
    found = [Block("caption", text, 0, each) for each, text in captions if text]
    return iter([*found, Block("table", "", 0, node, grid.rows, grid.header)])


class _Grid:
    """The rows of a table as they are seen: what spans several rows belongs to each of them."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.header = 0  # as in `Block`
        self._above = 0  # how many rows are titles of the table or names of columns
        self._spans: dict[int, tuple[str, int]] = {}  # by column: a text, and how many rows it goes on for
        self._group: int = 0
        self._left = _REPEATED

    def add(self, row: Node) -> bool:
        """Add a row; return whether its table is one of data, as far as this row tells."""
        if row.parent.mem_id != self._group:  # nothing spans a head and a body
            self._group = row.parent.mem_id
            self._spans.clear()
        cells: list[tuple[Node, str]] = []
        for cell in _cells(row):
            only = cell.child
            plain = only is None or (only.next is None and only.tag == "-text")
            if not plain and cell.css_first("table, h1, h2, h3, ul, ol, p + p, div div") is not None:
                return False
            if is_invisible(cell) or only is None:
                text = ""
            else:
                text = clean(only.text_content or "") if plain else text_of(cell, _is_unseen_in_cell)
            if len(text) > _TABLE_CELL:
                return False
            cells.append((cell, text))
        if len(cells) > _MOST_COLUMNS:
            return False
        marked = [cell.tag == "th" for cell, text in cells if text]
        is_head = (
            self._above == len(self.rows) and bool(marked) and (row.parent.tag == "thead" or all(marked))
        )
        line: list[str] = []
        for cell, text in cells:
            self._go_on(line)
            spans = cell.attributes or {}
            across = _span(spans.get("colspan"), _MOST_COLUMNS)
            down = _span(spans.get("rowspan"), _MOST_ROWS) - 1
            for i in range(min(across, _MOST_COLUMNS - len(line))):
                # The name of several columns is the name of each.
                words = text if i == 0 or (is_head and len(marked) > 1) else ""
                if down:
                    self._spans[len(line)] = (words, down)
                line.append(words)
        while self._spans and max(self._spans) >= len(line):
            self._go_on(line)
            if self._spans and max(self._spans) >= len(line):
                line.append("")
        if marked:
            is_title = sum(map(bool, line)) < 2 and self.header <= 0
            if is_head and not is_title:
                self.header = len(self.rows) + 1
            elif not self.header and self._above == len(self.rows) and any(marked) and not is_title:
                self.header = -1  # those are the names of rows
            if self._above == len(self.rows) and (is_title or is_head):
                self._above += 1
            self.rows.append(line)
        return True

    def _go_on(self, line: list[str]) -> None:
        """Append what goes on from the rows above."""
        while (column := len(line)) in self._spans:
            text, down = self._spans.pop(column)
            self._left -= len(text) + 1
            line.append(text)
            if down > 1 and self._left > 0:
                self._spans[column] = (text, down - 1)


def _cells(row: Node) -> Iterator[Node]:
    cell = row.child
    while cell is not None:
        if cell.tag in ("td", "th") and not _has_no_place(cell):
            yield cell
        cell = cell.next


def _has_no_place(node: Node) -> bool:
    attributes = node.attributes or {}
    return "hidden" in attributes or bool(_UNPLACED.search(attributes.get("style") or ""))


def _is_unseen_in_cell(node: Node) -> bool:
    return node.tag != "button" and is_invisible(node)  # those above columns sort by them


def _span(stated: str | None, most: int) -> int:
    value = (stated or "1").strip()
    if not value.isdecimal() or len(value) > 9:
        return 1
    return min(int(value) or most, most)  # 0: to the end


def is_heading(block: Block) -> bool:
    """Tell whether a block is a heading of the page's own."""
    return block.tag in _HEADINGS
