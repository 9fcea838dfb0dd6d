"""Turn documents into HTML for the source panel. Pure functions, escaped as in `ui.html.render`."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rag.schema import Document, Section
from rag.together import OWN
from ui.html import quoting
from ui.html.escape import escape
from ui.strings import Strings

Span = tuple[int, int]

WHOLE_DOCUMENT_CHARS = 200_000  # longer documents are shown around the chosen quotation only
LISTED_DOCUMENTS = 500  # more than that, and the list only says how many more there are
_LINE = re.compile(r"[^\n]*\n?")
_HEADING = re.compile(r"(#{1,6}) +(?=\S)")


VIEWS = ("documents", "timeline", "map", "history")


def view(name: str, body: str, words: Strings) -> str:
    """Return one of the panel's views, with the links to the others above it.

    Args:
        name: one of `VIEWS`.
        body: its HTML.
        words: the interface's words.
    """
    tabs = "".join(
        f'<a class="is-tab" href="#{each}"{" aria-current=page" if each == name else ""}>'
        f"{words(f'view_{each}')}</a>"
        for each in VIEWS
    )
    return (
        f'<div class="is-panel" lang="{words.lang}" dir="{words.direction}">'
        f'<header class="is-panel-head"><nav class="is-tabs" aria-label="{words("panel")}">{tabs}</nav>'
        f'{_close(words)}</header><div class="is-panel-body">{body}</div></div>'
    )


def document(item: Document, cited: Iterable[Span], chosen: Span | None, words: Strings) -> str:
    """Return a whole document with every cited span in `<mark>`, the chosen one apart.

    Args:
        item: the document.
        cited: half-open spans of code points into its text; those outside it are left out.
        chosen: the span to highlight, also marked when `cited` lacks it; None if none is.
        words: the interface's words.
    """
    wanted = set(cited) | ({chosen} if chosen else set())
    spans = sorted(span for span in wanted if item.body_start <= span[0] < span[1] <= len(item.text))
    if chosen not in spans:
        chosen = None
    start, end = _window(item, chosen)
    body = "".join(_paragraphs(item, _after_title(item, start, spans), end, spans, chosen, words))
    cut = (
        f'<p class="is-hint">{words("excerpt")}</p>'
        if (start, end) != (item.body_start, len(item.text))
        else ""
    )
    return (
        f'<div class="is-panel" lang="{words.lang}" dir="{words.direction}">'
        f'<header class="is-panel-head"><a class="is-back" href="#documents">{words("all_documents")}</a>'
        f"{_where(item, chosen, words)}{_steps(spans, chosen, words)}{_close(words)}{_find(words)}</header>"
        f'<div class="is-panel-body"><h2 class="is-panel-title"><bdi>{escape(item.title)}</bdi></h2>'
        f"{facts(item, words)}{cut}<article>{body}</article></div></div>"
    )


def missing(words: Strings) -> str:
    """Return what the panel shows for a document that is not there."""
    return (
        f'<div class="is-panel" lang="{words.lang}" dir="{words.direction}">'
        f'<header class="is-panel-head"><a class="is-back" href="#documents">{words("all_documents")}</a>'
        f"{_close(words)}</header>"
        f'<div class="is-panel-body"><p class="is-hint">{words("missing")}</p></div></div>'
    )


def _page(section: Section, words: Strings) -> str:
    label = words(section.kind, label=f"<bdi>{escape(section.label)}</bdi>")
    return f'<div class="is-page"><span>{label}</span></div>'


def _find(words: Strings) -> str:
    """Return the field that searches within the document; static/find.js does."""
    return (
        f'<div class="is-find" role="search"><input type="search" dir="auto" maxlength="100" '
        f'aria-label="{words("find")}" placeholder="{words("find")}">'
        f'<span class="is-found" aria-live="polite"></span>'
        f'<a class="is-step" href="#find-previous" aria-label="{words("find_previous")}">↑</a>'
        f'<a class="is-step" href="#find-next" aria-label="{words("find_next")}">↓</a></div>'
    )


def _close(words: Strings) -> str:
    return f'<a class="is-close" role="button" href="#close" aria-label="{words("close")}">✕</a>'


def facts(item: Document, words: Strings, more: Sequence[str] = ()) -> str:
    """Return the line of what is known of a document; `more` is HTML that goes before its name."""
    known = [words.date(item.date)] if item.date else []
    if item.source:
        known.append(f"<bdi>{escape(item.source)}</bdi>")
    if item.lang:
        known.append(escape(words.language(item.lang)))
    spans = "".join(f"<span>{fact}</span>" for fact in (*known, *more, path(item.id.removeprefix(OWN))))
    return f'<div class="is-panel-facts">{spans}</div>'


def path(name: str) -> str:
    """Return a path, a part at a time: else a Latin file name in an Arabic folder is read backwards."""
    return escape("/").join(f"<bdi>{escape(part)}</bdi>" for part in name.split("/"))


def _where(item: Document, chosen: Span | None, words: Strings) -> str:
    """Return the page, row or section of the chosen span; nothing where the document has none."""
    named = quoting.place(item.places(chosen[0]), item.title, words) if chosen else ""
    return f'<span class="is-where">{named}</span>' if named else ""


def _steps(spans: Sequence[Span], chosen: Span | None, words: Strings) -> str:
    """Return the links to the quotation before and after the chosen one; nothing where there is only one."""
    if chosen is None or len(spans) < 2:
        return ""
    at = spans.index(chosen)
    arrows = []
    for step, label, arrow in ((-1, "previous", "↑"), (1, "next", "↓")):
        index = at + step
        if 0 <= index < len(spans):
            target = f'href="#span-{spans[index][0]}-{spans[index][1]}"'
            arrows.append(f'<a class="is-step" {target} aria-label="{words(label)}">{arrow}</a>')
        else:
            arrows.append(f'<span class="is-step" aria-hidden="true">{arrow}</span>')
    place = words("cited", i=at + 1, n=len(spans))
    return f'<div class="is-steps">{arrows[0]}<span>{place}</span>{arrows[1]}</div>'


def _window(item: Document, chosen: Span | None) -> Span:
    """Return the part of the text to show: all after the front matter, or so much around the chosen span."""
    if len(item.text) - item.body_start <= WHOLE_DOCUMENT_CHARS:
        return item.body_start, len(item.text)
    middle = chosen[0] if chosen else item.body_start
    start = max(
        item.body_start, min(middle - WHOLE_DOCUMENT_CHARS // 2, len(item.text) - WHOLE_DOCUMENT_CHARS)
    )
    return start, start + WHOLE_DOCUMENT_CHARS


def _after_title(item: Document, start: int, spans: Sequence[Span]) -> int:
    """Return where to begin: after a first line that only repeats the title, unless a span is in it."""
    blank = len(item.text[start:]) - len(item.text[start:].lstrip())
    line = _LINE.match(item.text, start + blank)
    if start != item.body_start or line is None or line.group().lstrip("# ").strip() != item.title.strip():
        return start
    return start if spans and spans[0][0] < line.end() else line.end()


def _paragraphs(
    item: Document, start: int, end: int, spans: Sequence[Span], chosen: Span | None, words: Strings
) -> Iterator[str]:
    """Yield text[start:end], a paragraph a line, each in its own direction; pages and rows are named."""
    coming = deque(item.sections)
    for line in _LINE.finditer(item.text, start, end):
        if not line.group().strip():
            continue
        first, last = line.start(), line.end()
        begun, row, heading = "", "", False
        while coming and coming[0].start < last:
            section = coming.popleft()
            if section.kind in ("page", "sheet"):
                begun = _page(section, words)  # of several that begin here the last: the others are empty
            elif section.kind == "row":
                row = f' data-row="{escape(section.label)}"'
            else:
                heading = section.label.strip() == line.group().lstrip("# ").strip()
        sign = _HEADING.match(item.text, first, last)
        if sign:
            first = sign.end()
        kind = ' class="is-headline"' if sign or heading else ""
        hidden = f'<span class="is-sign">{escape(sign.group())}</span>' if sign else ""
        marked = _marked(item.text, first, last, spans, chosen)
        yield f'{begun}<p dir="auto"{kind}{row}>{hidden}{marked}</p>'


def _marked(text: str, start: int, end: int, spans: Sequence[Span], chosen: Span | None) -> str:
    """Return text[start:end] with what `spans` cover in `<mark>`; overlapping spans share one."""
    inside = [span for span in spans if span[0] < end and start < span[1]]
    if not inside:
        return escape(text[start:end])
    edges = sorted({start, end, *(min(max(edge, start), end) for span in inside for edge in span)})
    pieces = []
    for left, right in pairwise(edges):
        piece = escape(text[left:right])
        if chosen and chosen[0] <= left and right <= chosen[1]:
            pieces.append(f'<mark class="is-chosen">{piece}</mark>')
        elif any(span[0] <= left and right <= span[1] for span in inside):
            pieces.append(f"<mark>{piece}</mark>")
        else:
            pieces.append(piece)
    return "".join(pieces)
