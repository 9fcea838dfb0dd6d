"""ODT: paragraphs, headings, tables and notes, in order; then headers and footers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from xml.etree.ElementTree import Element

from rag.loaders.archive import open_archive, read_member
from rag.loaders.base import Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.docx import stated_title
from rag.loaders.office import PAGE_NUMBER, Merged, fill_merged, write_around
from rag.loaders.tables import write_rows
from rag.loaders.xml import attribute, find_all, local, parse_xml, words

_NOT_TEXT = frozenset(
    ("tracked-changes", "annotation", "sequence-decls", "variable-decls", "user-field-decls")
)
_SHAPES = """
    custom-shape rect ellipse circle line polyline polygon regular-polygon path connector caption measure
"""
_BOXES = frozenset(("note-body", "text-box", *_SHAPES.split()))  # hold what is read apart from what is around
_DRAWN = _BOXES | {"frame", "g"}
_AROUND = frozenset(f"{name}{of}" for name in ("header", "footer") for of in ("", "-first", "-left"))
_TABLE_CELL = 300  # characters beyond which a table only arranges a page
_MOST_COLUMNS = 100
_MOST = {"number-columns-repeated": _MOST_COLUMNS, "number-rows-spanned": 1_000_000}


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
        around: list[Element] = []
        damaged: list[Part] = []
        if "styles.xml" in archive.namelist():
            try:
                around = _around(parse_xml(read_member(archive, "styles.xml")))
            except LoadError as error:
                damaged.append(Part("styles.xml", error))
    text = next(find_all(root, "text"), None)
    writer, beside = Writer(limits), Writer(limits)
    title = _write(writer, text) if text is not None else None
    for part in around:
        _write(beside, part)
    write_around(writer, beside.text.splitlines())
    return Extract(writer.text, writer.sections, title or stated_title(stated), parts=tuple(damaged))


def _around(styles: Element) -> list[Element]:
    """Return the headers and footers of the pages, their page numbers marked."""
    found = [
        part
        for page in find_all(styles, "master-page")
        for part in page
        if local(part) in _AROUND and attribute(part, "display") != "false"
    ]
    for part in found:
        for name in ("page-number", "page-count"):
            for field in find_all(part, name):
                field.text = PAGE_NUMBER
    return found


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
    """Yield what is anchored in `parent` but read apart from it: the bodies of notes, text boxes, shapes."""
    for element in parent:
        if local(element) in _BOXES:
            yield element
        elif local(element) not in _NOT_TEXT:
            yield from _apart(element)


def _write_table(writer: Writer, table: Element) -> bool:
    """Write a table of short cells in at least two columns; False for one that arranges a page."""
    rows: list[list[str]] = []
    merged: list[Merged] = []
    spans: dict[int, tuple[int, int]] = {}  # by column: the rows from the first to behind the last of a cell
    header = 0
    for group in table.iter():
        if local(group) == "table" and group is not table:
            return False
        if local(group) == "table-header-rows" and not rows:
            header = len(list(find_all(group, "table-row")))
        if local(group) != "table-row":
            continue
        row: list[str] = []
        for cell in group:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            text = clean("\n".join(map(_text, _paragraphs(cell))))
            for _ in range(_count(cell, "number-columns-repeated")):
                first, behind = spans.get(len(row), (0, 0))
                if local(cell) == "table-cell":
                    spans[len(row)] = (len(rows), len(rows) + _count(cell, "number-rows-spanned"))
                elif first < len(rows) < behind:
                    merged.append(Merged(len(rows), len(row), first))
                row.append(text)
            if len(row) > _MOST_COLUMNS:
                break
        rows.append(row[:_MOST_COLUMNS])
    width = _width(rows)
    rows = [row[:width] for row in rows]
    if width < 2 or any(len(text) > _TABLE_CELL for row in rows for text in row):
        return False
    fill_merged(rows, [cell for cell in merged if cell.column < width], header=header)
    write_rows(writer, rows, header=header)
    for apart in _apart(table):
        _write(writer, apart)
    return True


def _count(cell: Element, name: str) -> int:
    """Return how many rows or columns a cell stands for."""
    value = attribute(cell, name) or ""
    return min(max(int(value), 1), _MOST[name]) if value.isdecimal() else 1


def _paragraphs(cell: Element) -> Iterator[Element]:
    """Yield the paragraphs of a cell, but not those of comments, or of what is drawn in it."""
    for element in cell:
        if local(element) in ("p", "h"):
            yield element
        elif local(element) not in _NOT_TEXT | _DRAWN:
            yield from _paragraphs(element)


def _width(rows: list[list[str]]) -> int:
    """Return how many columns hold anything."""
    return max((i + 1 for row in rows for i, text in enumerate(row) if text), default=0)


def _text(element: Element) -> str:
    """Return the text of a paragraph, without notes and what is drawn, which are anchored in it."""
    pieces = [element.text or ""]
    for child in element:
        name = local(child)
        if name == "s":
            pieces.append(" ")
        elif name in ("tab", "line-break"):
            pieces.append("\n")
        elif name not in ("note", "annotation", "annotation-end") and name not in _DRAWN:
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
