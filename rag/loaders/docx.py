"""DOCX: paragraphs, headings, tables and notes, in order; then headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from xml.etree.ElementTree import Element

from rag.loaders.archive import open_archive, read_member
from rag.loaders.base import Extract, Limits, LoadError, Writer, clean
from rag.loaders.office import Merged, fill_merged, write_around
from rag.loaders.tables import write_rows
from rag.loaders.word import Parts, parts_of, write_imported
from rag.loaders.xml import attribute, find_all, local, parse_xml, words

_THROUGH = frozenset(("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "body", "Choice"))
_NOT_SHOWN = frozenset(("del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "txbxContent"))
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_TABLE_CELL = 300  # characters beyond which a table only arranges a page
_MOST_COLUMNS = 100


def load_docx(data: bytes, limits: Limits) -> Extract:
    """Return a Word document as its reader sees it, deleted text left out; raises as `Loader`."""
    with open_archive(data, limits) as archive:
        names = archive.namelist()
        main = "word/document.xml"
        if main not in names:
            main = next((name for name in names if re.fullmatch(r"word/document\d*\.xml", name)), main)
        body = parse_xml(read_member(archive, main))
        styles = "word/styles.xml"
        headings = _headings(parse_xml(read_member(archive, styles))) if styles in names else {}
        notes: dict[tuple[str, str], Element] = {}
        for kind in ("footnote", "endnote"):
            if (name := f"word/{kind}s.xml") in names:
                for note in find_all(parse_xml(read_member(archive, name)), kind):
                    notes[kind, attribute(note, "id") or ""] = note
        stated = None
        if (core := "docProps/core.xml") in names:
            with suppress(LoadError):  # the text can be read without
                stated = words(next(find_all(parse_xml(read_member(archive, core)), "title"), None))
        parts = parts_of(archive, main, body)
    reading = _Reading(limits, headings, notes, parts)
    for element in body:
        if local(element) == "body":
            reading.write(element)
    beside = _Reading(limits, {}, {}, Parts({}, {}, (), ()))
    for part in parts.around:
        beside.write(part)
    write_around(reading.writer, beside.writer.text.splitlines())
    return Extract(
        reading.writer.text,
        reading.writer.sections,
        reading.title or stated_title(stated),
        parts=tuple(reading.parts),
    )


def stated_title(title: str | None) -> str | None:
    """Return a title from a file's properties, or None for what programs write there by themselves."""
    title = clean(title or "")
    if not re.search(r"[^\W\d_]{2}", title) or re.search(r"\.\w{2,4}$", title) or "\ufffd" in title:
        return None
    if re.match(
        r"(?:microsoft \w+ - |untitled|document\d*$|مستند\d*$|slide \d|بدون عنوان)", title, re.IGNORECASE
    ):
        return None
    return title[:300]


def _headings(styles: Element) -> Mapping[str, str]:
    """Return the styles of headings and titles: their id, and ``heading`` or ``title``."""
    found: dict[str, str] = {}
    based: dict[str, str] = {}
    for style in find_all(styles, "style"):
        key = attribute(style, "styleId") or ""
        name = (_value(style, "name") or "").lower()
        level = _value(style, "outlineLvl")
        if name == "title":
            found[key] = "title"
        elif re.match(r"heading \d", name) or (level is not None and level in "012345678"):
            found[key] = "heading"
        based[key] = _value(style, "basedOn") or ""
    for key in based:
        seen = {key}
        parent = based[key]
        while key not in found and parent and parent not in seen:
            if parent in found:
                found[key] = found[parent]
            seen.add(parent)
            parent = based.get(parent, "")
    return found


def _value(element: Element, name: str) -> str | None:
    child = next(find_all(element, name), None)
    return attribute(child, "val") if child is not None else None


class _Reading:
    """Goes through a document and writes what it finds."""

    def __init__(
        self,
        limits: Limits,
        headings: Mapping[str, str],
        notes: Mapping[tuple[str, str], Element],
        parts: Parts,
    ) -> None:
        self.writer = Writer(limits)
        self._limits = limits
        self.title: str | None = None
        self.parts = list(parts.damaged)  # what was imported and cannot stand in the text
        self._headings = headings
        self._notes = notes
        self._noted: set[tuple[str, str]] = set()
        self._imported, self._drawn = dict(parts.imported), dict(parts.drawn)

    def write(self, parent: Element) -> None:
        """Write the paragraphs and tables in `parent`."""
        for element in parent:
            name = local(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._table(element)
            elif name == "altChunk":
                if part := self._imported.pop(attribute(element, "id") or "", None):
                    self.parts += write_imported(self.writer, part, self._limits)
            elif name in _THROUGH or name == "AlternateContent":
                self.write(element)

    def _paragraph(self, paragraph: Element) -> None:
        text = _text(paragraph)
        kind = self._kind(paragraph)
        if kind and len(text) <= 300:
            self.writer.heading(text)
            if clean(text) and (self.title is None or kind == "title"):
                self.title = clean(text)
        else:
            self.writer.paragraph(text)
        self._apart(paragraph)

    def _apart(self, parent: Element) -> None:
        """Write what is anchored in `parent` but read apart from it: notes and text boxes."""
        for element in _shown(parent, inside_boxes=True):
            name = local(element)
            if name == "txbxContent":
                self.write(element)
            elif name == "relIds":
                for text in self._drawn.pop(attribute(element, "dm") or "", ()):
                    self.writer.paragraph(text)
            elif name in ("footnoteReference", "endnoteReference"):
                key = (name.removesuffix("Reference"), attribute(element, "id") or "")
                if key in self._notes and key not in self._noted:
                    self._noted.add(key)
                    self.write(self._notes[key])

    def _kind(self, paragraph: Element) -> str | None:
        properties = next((child for child in paragraph if local(child) == "pPr"), None)
        if properties is None:
            return None
        level = _value(properties, "outlineLvl")
        if level is not None and level in "012345678":
            return "heading"
        return self._headings.get(_value(properties, "pStyle") or "")

    def _table(self, table: Element) -> None:
        rows: list[list[str]] = []
        cells: list[Element] = []
        merged: list[Merged] = []
        starts: dict[int, int] = {}  # the row of the cell that reaches down, by its column
        header = 0
        for row in _children(table, "tr"):
            texts = [""] * _count(row, "trPr", "gridBefore", 0)
            for cell in _children(row, "tc"):
                cells.append(cell)
                column = len(texts)
                merge = _property(cell, "tcPr", "vMerge")
                if merge is None or attribute(merge, "val") == "restart" or column not in starts:
                    starts[column] = len(rows)
                elif column < _MOST_COLUMNS:
                    merged.append(Merged(len(rows), column, starts[column]))
                texts += [clean(_text(cell)), *[""] * (_count(cell, "tcPr", "gridSpan", 1) - 1)]
            header += header == len(rows) and _property(row, "trPr", "tblHeader") is not None
            rows.append(texts[:_MOST_COLUMNS])
        arranges = any(len(text) > _TABLE_CELL for row in rows for text in row) or any(
            next(find_all(cell, kind), None) is not None for cell in cells for kind in ("tbl", "altChunk")
        )
        if arranges or max(map(len, rows), default=0) < 2:
            for cell in cells:
                self.write(cell)
        else:
            fill_merged(rows, merged, header=header)
            write_rows(self.writer, rows, header=header)
            self._apart(table)


def _children(parent: Element, name: str) -> Iterator[Element]:
    """Yield the children of that name, also those in content controls and tracked insertions."""
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) in _THROUGH:
            yield from _children(element, name)


def _property(element: Element, properties: str, name: str) -> Element | None:
    """Return a property of a row or a cell, or None."""
    for child in element:
        if local(child) == properties:
            return next(find_all(child, name), None)
    return None


def _count(element: Element, properties: str, name: str, least: int) -> int:
    """Return how many columns a property of a row or a cell names."""
    found = _property(element, properties, name)
    value = (attribute(found, "val") if found is not None else None) or ""
    return min(max(int(value), least), _MOST_COLUMNS) if value.isdecimal() else least


def _shown(parent: Element, *, inside_boxes: bool = False) -> Iterator[Element]:
    """Yield the descendants of a paragraph that are shown, in order; of text boxes only the boxes."""
    waiting = [iter(parent)]
    while waiting:
        for element in waiting[-1]:
            name = local(element)
            if name == "txbxContent" and inside_boxes:
                yield element
            elif name not in _NOT_SHOWN:
                yield element
                waiting.append(iter(element))
                break
        else:
            waiting.pop()


def _text(parent: Element) -> str:
    """Return the text of a paragraph, or of all paragraphs of a cell."""
    pieces: list[str] = []
    for element in _shown(parent):
        name = local(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name in _BREAKS:
            pieces.append(_BREAKS[name])
        elif name == "p":
            pieces.append("\n")
    return "".join(pieces)
