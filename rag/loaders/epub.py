"""EPUB: the chapters of a book in reading order."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from rag.loaders.archive import open_archive, read_member
from rag.loaders.base import Extract, Limits, LoadError, Writer, clean
from rag.loaders.docx import stated_title
from rag.loaders.html import day_of, write_blocks
from rag.loaders.markup import blocks, decode_html, is_heading, parse_html
from rag.loaders.xml import attribute, find_all, local, parse_xml, words

_CHAPTERS = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")


def load_epub(data: bytes, limits: Limits) -> Extract:
    """Return a book's text, its headings or the entries of its table of contents as sections.

    Raises as `Loader`.
    """
    writer = Writer(limits)
    with open_archive(data, limits) as archive:
        if "META-INF/rights.xml" in archive.namelist():
            raise LoadError("is locked by its seller (DRM); only what is not can be read")
        container = parse_xml(read_member(archive, "META-INF/container.xml"))
        rootfile = next(find_all(container, "rootfile"), None)
        path = attribute(rootfile, "full-path") if rootfile is not None else None
        if not path:
            raise LoadError("names no book, so it is damaged; save it anew")
        package = parse_xml(read_member(archive, path))
        manifest = {attribute(item, "id") or "": item for item in find_all(package, "item")}
        contents = _contents(archive, path, manifest)
        for reference in find_all(package, "itemref"):
            item = manifest.pop(attribute(reference, "idref") or "", None)  # once each
            if item is None or attribute(item, "media-type") not in _CHAPTERS:
                continue
            chapter = _resolved(path, attribute(item, "href") or "")
            if chapter not in archive.namelist() or "nav" in (attribute(item, "properties") or "").split():
                continue
            root = parse_html(decode_html(read_member(archive, chapter)))
            found = list(blocks(root.css_first("body") or root))
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
    )


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
