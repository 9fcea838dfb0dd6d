"""Saved web pages: the main text, without what surrounds it, and what the page states about itself."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rag.dateline import parse_date
from rag.loaders.base import Extract, Limits, Writer, clean
from rag.loaders.markup import (
    INLINE,
    Block,
    Node,
    blocks,
    decode_html,
    is_heading,
    is_invisible,
    parse_html,
    text_of,
)
from rag.loaders.tables import write_rows

_AROUND = frozenset(("nav", "aside", "footer", "menu"))
_NAMED = r"(?:^|[\s_-])(?:{})(?:$|[\s_-])"
_AROUND_NAME = re.compile(
    _NAMED.format(
        "sidebar|comments?|disqus|related|recommended|recommendations?|read-?more|see-?also|most-?read|trending"
        "|popular|newsletter|cookies?|consent|popup|advert|advertisements?|ads?|sponsored|footer|copyright"
    ),
    re.IGNORECASE,
)
_LIST_NAME = re.compile(  # lists of links and buttons; prose that is called so is what it is about
    _NAMED.format(
        "nav|navbar|navigation|menu|breadcrumbs?|share|sharing|social|subscribe|subscription|promo|banner"
        "|pagination|pager|toolbar|tags|taglist|skip-link"
    ),
    re.IGNORECASE,
)
_PROSE = frozenset(("article", "section", "main", "p", "blockquote", "table", "ul", "ol", "dl", "pre"))
_BESIDE = 100  # characters of running text from which another element beside the main one is kept
_DATE_NAMES = """
    article:published_time og:article:published_time datepublished publishdate publish-date pubdate
    publication_date citation_publication_date dc.date.issued dcterms.issued dc.date dcterms.date
    parsely-pub-date sailthru.date cxenseparse:recs:publishtime date
"""
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_PARAGRAPH = 40  # characters from which a block counts as running text
_MOST = 0.7  # the share of the running text that the main element holds
_ARTICLE = 0.5  # likewise, for one that calls itself the article
_MISLED = 0.5  # the share of all text from which an element is no surroundings, whatever its name


def load_html(data: bytes, limits: Limits) -> Extract:
    """Return a page's main text, title, date, language and outlet; raises as `Loader`."""
    root = parse_html(decode_html(data))
    body = root.css_first("body") or root
    whole = len(body.text())

    known: dict[int, bool] = {}

    def is_around(node: Node) -> bool:
        if node.mem_id not in known:
            known[node.mem_id] = _is_around(node, whole)
        return known[node.mem_id]

    above, beside = _main(body, is_around)
    writer = Writer(limits)
    found = [
        block
        for block in blocks(body, lambda node: node.mem_id in beside or is_around(node))
        if _is_text(block) and (block.node.mem_id not in above or _is_running(block))
    ]
    if not found:
        found = list(blocks(body, is_invisible))
    about = _About(root)
    title = about.title(body)
    if title and not any(_same(block.text, title) for block in found[:10]):
        first = body.css_first("h1")
        if first is not None and _same(text_of(first), title):
            writer.heading(title)  # the headline stands above the main element
    write_blocks(writer, found)
    return Extract(writer.text, writer.sections, title, about.lang, about.date(), about.outlet)


def write_blocks(writer: Writer, found: Iterable[Block]) -> None:
    """Write the blocks of a page, headings as sections."""
    for block in found:
        if block.rows:
            write_rows(writer, block.rows, header=block.header)
        elif is_heading(block):
            writer.heading(block.text)
        else:
            writer.paragraph(block.text)


def _main(body: Node, is_around: Callable[[Node], bool]) -> tuple[set[int], set[int]]:
    """Find the smallest element that holds most of the page's running text.

    Returns:
        The elements that it lies in, and those beside it and beside them that hold no text of the page's own.
    """
    weight: dict[int, int] = defaultdict(int)
    balance: dict[int, int] = defaultdict(int)  # blocks of running text, less those that are links
    for block in blocks(body, is_around):
        running = _is_running(block)
        node = block.node
        while node is not None:
            weight[node.mem_id] += _length(block) if running else 0
            balance[node.mem_id] += 1 if running else -(block.linked > len(block.text) / 2)
            node = node.parent
    main = _heaviest(body, weight)
    above: set[int] = set()
    beside: set[int] = set()
    while main.mem_id != body.mem_id:
        parent = main.parent
        above.add(parent.mem_id)
        child, follows = parent.last_child, False
        while child is not None:
            is_heading = re.fullmatch("h[1-6]", child.tag or "")
            if child.mem_id == main.mem_id or not child.is_element_node:
                follows = follows and child.mem_id != main.mem_id
            elif child.tag not in INLINE and not (is_heading and follows):
                enough = _PARAGRAPH if child.tag in _PROSE else _BESIDE
                follows = weight[child.mem_id] >= enough and balance[child.mem_id] > 0
                if not follows:
                    beside.add(child.mem_id)
            child = child.prev
        main = parent
    return above, beside


def _heaviest(body: Node, weight: Mapping[int, int]) -> Node:
    whole = weight[body.mem_id]
    if not whole:
        return body
    for selector in ("[itemprop~=articleBody]", "article", "main", "[role=main]"):
        named = max(body.css(selector), key=lambda node: weight[node.mem_id], default=None)
        if named is not None and weight[named.mem_id] >= _ARTICLE * whole:
            body = named
            break
    while True:
        child = body.child
        while child is not None and weight[child.mem_id] < _MOST * weight[body.mem_id]:
            child = child.next
        if child is None or child.tag in ("p", "table", "ul", "ol", "blockquote", "pre"):
            return body
        body = child


def _length(block: Block) -> int:
    return sum(len(cell) for row in block.rows for cell in row) if block.rows else len(block.text)


def _is_running(block: Block) -> bool:
    return _length(block) >= _PARAGRAPH and block.linked < _length(block) / 2


def _is_around(node: Node, whole: int) -> bool:
    """Tell whether an element belongs to what surrounds the text, on a page of `whole` characters."""
    if is_invisible(node) or node.tag in _AROUND:
        return True
    attributes = node.attributes
    if not attributes or node.tag in ("body", "html", "main", "article"):
        return False
    if attributes.get("role") in ("navigation", "complementary", "banner", "contentinfo", "search"):
        return True
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    # A name may mislead (`has-sidebar`): what holds most of the page is no surroundings.
    if _AROUND_NAME.search(named):
        return len(node.text()) < _MISLED * whole
    return bool(_LIST_NAME.search(named)) and not any(map(_is_running, blocks(node)))


def _is_text(block: Block) -> bool:
    return (
        bool(block.rows)
        or is_heading(block)
        or block.linked <= 0.6 * len(block.text)
        or len(block.text) > 200
    )


def _same(one: str, other: str) -> bool:
    return one == other or (len(other) > 20 and (one in other or other in one) and len(one) > 20)


class _About:
    """What a page states about itself in its head and in its data for search engines."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._meta: dict[str, str] = {}
        for node in root.css("meta[content]"):
            for key in ("property", "name", "itemprop"):
                name = (node.attributes.get(key) or "").strip().lower()
                if name:
                    self._meta.setdefault(name, clean(node.attributes.get("content") or ""))
        self._data = list(_linked_data(root))

    def title(self, body: Node) -> str | None:
        """Return the headline: the first h1 that the title repeats, else the title without the site."""
        stated = self._meta.get("og:title") or next(self._values("headline"), "")
        node = self._root.css_first("title")
        whole = clean(node.text()) if node is not None else ""
        heads = [text_of(h1) for h1 in body.css("h1")[:5] if not is_invisible(h1)]
        heads = [head for head in heads if head]
        for head in heads:
            if head in stated or head in whole:
                return head[:300]
        if stated:
            return stated[:300]
        if len(heads) == 1:
            return heads[0][:300]
        parts = re.split(r"\s+[|\-–—·:»]\s+", whole)
        return max(parts, key=len)[:300] or None if whole else None

    @property
    def lang(self) -> str | None:
        """Return the language that the page declares."""
        node = self._root if self._root.tag == "html" else self._root.css_first("html")
        value = (node.attributes if node is not None else {}).get("lang") or self._meta.get("og:locale") or ""
        match = re.match(r"\s*([a-zA-Z]{2,3})(?:[-_]|\s*$)", value)
        return match[1].lower() if match else None

    def date(self) -> dt.date | None:
        """Return the day on which the page says it was published."""
        for value in self._values("datePublished"):
            if day := day_of(value):
                return day
        for name in _DATE_NAMES.split():
            if day := day_of(self._meta.get(name, "")):
                return day
        for node in self._root.css(
            "[itemprop~=datePublished], time[pubdate], article time[datetime], h1 ~ time"
        ):
            value = node.attributes.get("datetime") or node.attributes.get("content") or node.text()
            if day := day_of(value):
                return day
        return None

    @property
    def outlet(self) -> str | None:
        """Return who publishes the page."""
        publisher = next((value for value in self._objects("publisher") if value.get("name")), {})
        name = self._meta.get("og:site_name") or publisher.get("name")
        return clean(name)[:200] or None if isinstance(name, str) else None

    def _values(self, key: str) -> Iterator[str]:
        for found in self._data:
            value = found.get(key)
            if isinstance(value, str):
                yield clean(value)

    def _objects(self, key: str) -> Iterator[dict[str, Any]]:
        for found in self._data:
            value = found.get(key)
            if isinstance(value, dict):
                yield value


def _linked_data(root: Node) -> Iterator[dict[str, Any]]:
    """Yield the objects of a page's JSON-LD, those of a graph one by one."""
    for node in root.css("script[type='application/ld+json']")[:20]:
        try:
            value = json.loads(node.text() or "null")
        except (ValueError, RecursionError):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield item
                graph = item.get("@graph")
                yield from (
                    (inner for inner in graph if isinstance(inner, dict)) if isinstance(graph, list) else ()
                )


def day_of(value: str) -> dt.date | None:
    """Return the day that a machine or a person has written, where it was written; None for others."""
    match = _DAY.match(value.strip())
    if not match:
        return parse_date(value)
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        return None
