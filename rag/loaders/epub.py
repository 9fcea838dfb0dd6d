"""EPUB: the chapters of a book in reading order, then what stands beside them."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from rag.loaders.archive import open_archive, read_member
from rag.loaders.base import Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.docx import stated_title
from rag.loaders.html import day_of, write_blocks
from rag.loaders.markup import Block, Node, blocks, decode_html, is_heading, is_invisible, parse_html
from rag.loaders.xml import attribute, find_all, local, parse_xml, words

_CHAPTERS = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")
_NOTES = """
    footnote footnotes endnote endnotes rearnote rearnotes doc-footnote doc-endnote doc-endnotes
"""
_IS_NOTE, _TO_NOTE = frozenset(_NOTES.split()), frozenset(("noteref", "doc-noteref"))
_MARK = re.compile(r"\s*[\[(]?(?:\d{1,3}|[*†‡§]{1,3})[\])]?\s*")
_LOCKED = "is locked by its seller (DRM); only what is not can be read"


def load_epub(data: bytes, limits: Limits) -> Extract:
    """Return a book's text, its headings or the entries of its table of contents as sections.

    Raises as `Loader`.
    """
    writer = Writer(limits)
    damaged: list[Part] = []
    with open_archive(data, limits) as archive:
        if "META-INF/rights.xml" in archive.namelist():
            raise LoadError(_LOCKED)
        container = parse_xml(read_member(archive, "META-INF/container.xml"))
        rootfile = next(find_all(container, "rootfile"), None)
        path = attribute(rootfile, "full-path") if rootfile is not None else None
        if not path:
            raise LoadError("names no book, so it is damaged; save it anew")
        package = parse_xml(read_member(archive, path))
        manifest = {attribute(item, "id") or "": item for item in find_all(package, "item")}
        contents = _contents(archive, path, manifest)
        locked = _locked(archive)
        spine = sorted(find_all(package, "itemref"), key=lambda each: attribute(each, "linear") == "no")
        for reference in spine:
            item = manifest.pop(attribute(reference, "idref") or "", None)  # once each
            if item is None or attribute(item, "media-type") not in _CHAPTERS:
                continue
            chapter = _resolved(path, attribute(item, "href") or "")
            leads_out = chapter.startswith(("../", "/"))  # nothing of the book
            if leads_out or "nav" in (attribute(item, "properties") or "").split():
                continue
            if chapter in locked:
                raise LoadError(_LOCKED)
            try:
                found = _chapter(read_member(archive, chapter))
            except LoadError as error:
                damaged.append(Part(posixpath.basename(chapter) or "chapter", error))
                continue
            if chapter in contents and not any(map(is_heading, found)):
                writer.section("heading", contents[chapter])
            write_blocks(writer, found)
    facts = {local(fact): clean(words(fact)) for fact in _metadata(package)}
    return Extract(
        writer.text,
        writer.sections,
        stated_title(facts.get("title")),
        (facts.get("language") or "").lower().split("-")[0][:3] or None,
        day_of(facts.get("date", "")),
        facts.get("publisher") or None,
        parts=tuple(damaged),
    )


def _locked(archive: ZipFile) -> frozenset[str]:
    """Return the members that are encrypted."""
    if (name := "META-INF/encryption.xml") not in archive.namelist():
        return frozenset()
    references = find_all(parse_xml(read_member(archive, name)), "CipherReference")
    return frozenset(_resolved("", attribute(reference, "URI") or "") for reference in references)


def _chapter(data: bytes) -> list[Block]:
    """Return what a chapter shows, and notes that open when they are touched, but not their marks.

    Raises:
        LoadError: if it is damaged.
    """
    root = parse_html(decode_html(data))
    return list(blocks(root.css_first("body") or root, _is_left_out))


def _is_left_out(node: Node) -> bool:
    attributes = node.attributes or {}
    types = {*(attributes.get("epub:type") or "").split(), *(attributes.get("role") or "").split()}
    if types & _IS_NOTE:
        return False
    if types & _TO_NOTE:
        return True
    if node.tag == "a" and "#" in (attributes.get("href") or ""):
        parent = node.parent
        raised = (parent is not None and parent.tag == "sup") or node.css_first("sup") is not None
        if raised and _MARK.fullmatch(node.text()):
            return True
    return is_invisible(node)


def _metadata(package: Element) -> list[Element]:
    """Return the facts of a book; of several of one name the first comes last, and so counts."""
    found = next(find_all(package, "metadata"), None)
    return [fact for fact in found.iter() if fact.text][::-1] if found is not None else []


def _resolved(base: str, href: str) -> str:
    """Return a member's name from a reference relative to another member."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def _contents(archive: ZipFile, path: str, manifest: dict[str, Element]) -> dict[str, str]:
    """Return the entry of the table of contents for each chapter, by its member's name."""
    found: dict[str, str] = {}
    for item in manifest.values():
        name = _resolved(path, attribute(item, "href") or "")
        is_nav = "nav" in (attribute(item, "properties") or "").split()
        if name not in archive.namelist():
            continue
        if is_nav:
            for link in parse_html(decode_html(read_member(archive, name))).css("nav a[href]"):
                found.setdefault(_resolved(name, link.attributes.get("href") or ""), clean(link.text()))
        elif attribute(item, "media-type") == "application/x-dtbncx+xml":
            for point in find_all(parse_xml(read_member(archive, name)), "navPoint"):
                content = next(find_all(point, "content"), None)
                if content is not None:
                    label = clean(words(next(find_all(point, "text"), None)))
                    found.setdefault(_resolved(name, attribute(content, "src") or ""), label)
    return found
