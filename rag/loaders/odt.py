"""ODT: paragraphs, headings, tables and notes, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from xml.etree.ElementTree import Element

from rag.loaders.archive import open_archive, read_member
from rag.loaders.base import Extract, Limits, LoadError, Writer, clean
from rag.loaders.docx import stated_title
from rag.loaders.tables import write_rows
from rag.loaders.xml import attribute, find_all, local, parse_xml, words

_NOT_TEXT = frozenset(
    ("tracked-changes", "annotation", "sequence-decls", "variable-decls", "user-field-decls")
)
_TABLE_CELL = 300  # characters beyond which a table only arranges a page
_MOST_COLUMNS = 100


def load_odt(data: bytes, limits: Limits) -> Extract:
    """Return an OpenDocument text as its reader sees it, deleted text left out; raises as `Loader`."""
    with open_archive(data, limits) as archive:
        manifest = "META-INF/manifest.xml"
        if manifest in archive.namelist() and b"encryption-data" in read_member(archive, manifest):
            raise LoadError("is locked with a password; save it without one")
        root = parse_xml(read_member(archive, "content.xml"))
        stated = None
        if "meta.xml" in archive.namelist():
            with suppress(LoadError):  # the text can be read without
                stated = words(next(find_all(parse_xml(read_member(archive, "meta.xml")), "title"), None))
    text = next(find_all(root, "text"), None)
    writer = Writer(limits)
    title = _write(writer, text) if text is not None else None
    return Extract(writer.text, writer.sections, title or stated_title(stated))


def _write(writer: Writer, parent: Element) -> str | None:
    """Write what is in `parent`; return its first heading."""
    title: str | None = None
    for element in parent:
        name = local(element)
        if name in _NOT_TEXT or (name == "table" and _write_table(writer, element)):
            continue
        if name in ("h", "p"):
            text = clean(_text(element))
            if name == "h":
                writer.heading(text)
                title = title or text[:300] or None
            else:
                writer.paragraph(text)
            for apart in _apart(element):
                _write(writer, apart)
        else:
            first = _write(writer, element)
            title = title or first
    return title


def _apart(parent: Element) -> Iterator[Element]:
    """Yield what is anchored in a paragraph but read apart from it: the bodies of notes, text boxes."""
    for element in parent:
        if local(element) in ("note-body", "text-box"):
            yield element
        else:
            yield from _apart(element)


def _write_table(writer: Writer, table: Element) -> bool:
    """Write a table of short cells in at least two columns; False for one that arranges a page."""
    rows: list[list[str]] = []
    header = False
    for group in table.iter():
        if local(group) == "table" and group is not table:
            return False
        if local(group) == "table-header-rows":
            header = not rows
        if local(group) != "table-row":
            continue
        row: list[str] = []
        for cell in group:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            text = clean("\n".join(_text(p) for p in cell.iter() if local(p) in ("p", "h")))
            repeated = attribute(cell, "number-columns-repeated") or "1"
            row += [text] * min(int(repeated) if repeated.isdecimal() else 1, _MOST_COLUMNS)
        rows.append(row[:_MOST_COLUMNS])
    rows = [row[: _width(rows)] for row in rows]
    if max(map(len, rows), default=0) < 2 or any(len(text) > _TABLE_CELL for row in rows for text in row):
        return False
    write_rows(writer, rows, header=header)
    return True


def _width(rows: list[list[str]]) -> int:
    """Return how many columns hold anything."""
    return max((i + 1 for row in rows for i, text in enumerate(row) if text), default=0)


def _text(element: Element) -> str:
    """Return the text of a paragraph, without notes and boxes that are anchored in it."""
    pieces = [element.text or ""]
    for child in element:
        name = local(child)
        if name == "s":
            pieces.append(" ")
        elif name in ("tab", "line-break"):
            pieces.append("\n")
        elif name not in ("note", "frame", "annotation", "annotation-end", "custom-shape"):
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
