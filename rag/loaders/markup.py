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
_UNSEEN, _INLINE = frozenset(_NEVER_SHOWN.split()), frozenset(_IN_A_LINE.split())
_HEADINGS = frozenset(f"h{i}" for i in range(1, 7))
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
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
_DEEPEST = 400  # elements in one another; pages have fewer than a hundred


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page that stands on its own."""

    tag: str  # of the element that holds it: p, h2, li, table, …
    text: str  # in one line; empty for a table
    linked: int  # characters of it that are links
    node: Node
    rows: Sequence[Sequence[str]] = ()  # of a table
    header: bool = False  # whether the first row is marked as names of columns


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
        text = clean("".join(pieces))
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
                    yield table
                else:
                    if tag not in _INLINE:
                        yield from flushed()
                        owner = node
                    links += tag == "a"
                    descend = node.child is not None
                    if not descend:
                        links -= tag == "a"
        else:
            links -= tag == "a"
            if tag not in _INLINE:
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


def _table(node: Node) -> Block | None:
    """Return a table of short cells in at least two columns, or None for one that arranges a page."""
    rows: list[list[str]] = []
    marked = False
    for row in node.css("tr"):
        if is_invisible(row):
            continue
        cells: list[str] = []
        cell = row.child
        heads = 0
        while cell is not None:
            if cell.tag in ("td", "th"):
                if cell.css_first("table, h1, h2, h3, ul, ol, p + p, div div") is not None:
                    return None
                text = clean(cell.text(separator=" "))
                if len(text) > _TABLE_CELL:
                    return None
                cells += [text, *[""] * (_span(cell) - 1)]
                heads += cell.tag == "th"
            cell = cell.next
        if any(cells):
            marked = marked or (not rows and heads == len([text for text in cells if text]) > 1)
            rows.append(cells[:_MOST_COLUMNS])
    if len(rows) < 2 or max(len(row) for row in rows) < 2:
        return None
    return Block("table", "", 0, node, rows, marked)


def _span(cell: Node) -> int:
    try:
        return min(max(int(cell.attributes.get("colspan") or 1), 1), _MOST_COLUMNS)
    except ValueError:
        return 1


def is_heading(block: Block) -> bool:
    """Tell whether a block is a heading of the page's own."""
    return block.tag in _HEADINGS
