"""The parts of a Word document beside its text: imports, diagrams, headers and footers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from rag.loaders.archive import read_member
from rag.loaders.base import Limits, LoadError, Part, Writer
from rag.loaders.html import write_blocks
from rag.loaders.markup import blocks, decode_html, parse_html
from rag.loaders.office import PAGE_NUMBER
from rag.loaders.xml import attribute, find_all, local, parse_xml, words

_PAGE_FIELD = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)


class Parts(NamedTuple):
    """What belongs to a document and lies beside its text; references are those of its elements."""

    imported: Mapping[str, Part]  # by reference
    drawn: Mapping[str, Sequence[str]]  # by reference: the paragraphs of a diagram
    around: Sequence[Element]  # headers and footers that are shown, their page numbers marked
    damaged: Sequence[Part]


def parts_of(archive: ZipFile, main: str, body: Element) -> Parts:
    """Return the parts of the document whose text is `body`, the member `main`."""
    damaged: list[Part] = []

    def read(name: str) -> Element | None:
        try:
            return parse_xml(read_member(archive, name))
        except LoadError as error:
            damaged.append(Part(posixpath.basename(name), error))
            return None

    folder, name = posixpath.split(main)
    relations = f"{folder}/_rels/{name}.rels"
    targets = _targets(folder, read(relations)) if relations in archive.namelist() else {}
    imported: dict[str, Part] = {}
    for key in _references(body, "altChunk", "id"):
        member = targets.get(key, key)
        name = posixpath.basename(member) or "altChunk"
        try:
            imported[key] = Part(name, read_member(archive, member))
        except LoadError as error:
            imported[key] = Part(name, error)
    drawn: dict[str, Sequence[str]] = {}
    for key in _references(body, "relIds", "dm"):
        if key in targets and (diagram := read(targets[key])) is not None:
            drawn[key] = ["".join(map(words, find_all(p, "t"))) for p in find_all(diagram, "p")]
    settings = "word/settings.xml"
    stated = read(settings) if settings in archive.namelist() else None
    around = []
    for key in _around(body, even=stated is not None and _is_on(stated, "evenAndOddHeaders")):
        if key in targets and (part := read(targets[key])) is not None:
            _mark_page_numbers(part)
            around.append(part)
    return Parts(imported, drawn, around, damaged)


def write_imported(writer: Writer, part: Part, limits: Limits) -> list[Part]:
    """Write what a document imports where it stands; return what is to be a document of its own instead.

    Raises:
        LoadError: if the document becomes too long.
    """
    from rag.loaders import kind, load

    name, data = part
    if isinstance(data, LoadError):
        return [part]
    try:
        found = kind(data, name)
        if found == "html":
            root = parse_html(decode_html(data))
            page = list(blocks(root.css_first("body") or root))
        elif found in ("plain", "mail"):
            extract = load(data, name, limits)
        else:
            return [part]
    except LoadError as error:
        return [Part(name, error)]
    if found == "html":
        write_blocks(writer, page)
        return []
    if found == "plain":
        for line in extract.text.splitlines():
            writer.paragraph(line)
        return []
    headings = {section.start: section.label for section in extract.sections if section.kind == "heading"}
    start = 0
    for paragraph in extract.text.split("\n\n"):
        if start in headings:
            writer.section("heading", headings[start])
        writer.write(paragraph)
        start += len(paragraph) + len("\n\n")
    return list(extract.parts)


def _targets(folder: str, relations: Element | None) -> Mapping[str, str]:
    """Return the members that a document in `folder` refers to, by the ids of its references."""
    return {
        attribute(relation, "Id") or "": posixpath.normpath(
            posixpath.join("/", folder, attribute(relation, "Target") or "")
        ).lstrip("/")
        for relation in (find_all(relations, "Relationship") if relations is not None else ())
        if attribute(relation, "TargetMode") != "External"
    }


def _references(body: Element, name: str, key: str) -> dict[str, None]:
    """Return what the elements of that name refer to, each once."""
    return dict.fromkeys(attribute(element, key) or "" for element in find_all(body, name))


def _around(body: Element, *, even: bool) -> list[str]:
    """Return the references to the headers and footers that are shown, section by section, each once."""
    found: dict[str, None] = {}
    for section in find_all(body, "sectPr"):
        kinds = {"default", *(["first"] if _is_on(section, "titlePg") else []), *(["even"] if even else [])}
        for name in ("headerReference", "footerReference"):
            for reference in find_all(section, name):
                if (attribute(reference, "type") or "default") in kinds:
                    found[attribute(reference, "id") or ""] = None
    return list(found)


def _is_on(element: Element, name: str) -> bool:
    """Tell whether a property that is either on or off is on."""
    child = next(find_all(element, name), None)
    return child is not None and (attribute(child, "val") or "1").lower() not in ("0", "false", "off")


def _mark_page_numbers(part: Element) -> None:
    """Put a mark in place of what the fields of page numbers show."""
    instructions: list[str] = []  # of the fields that are open
    for element in part.iter():
        name = local(element)
        if name == "fldChar":
            kind = attribute(element, "fldCharType")
            if kind == "begin":
                instructions.append("")
            elif kind == "end" and instructions:
                instructions.pop()
        elif name == "instrText" and instructions:
            instructions[-1] += element.text or ""
        elif name == "fldSimple" and _PAGE_FIELD.match(attribute(element, "instr") or ""):
            for shown in find_all(element, "t"):
                shown.text = PAGE_NUMBER
        elif name == "t" and any(map(_PAGE_FIELD.match, instructions)):
            element.text = PAGE_NUMBER
