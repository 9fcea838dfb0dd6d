"""Of a saved web page the article is read, whole and alone, with its title, its day and its language."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from saved_pages import DAY, HEADING, NOISE, PAGES, PARAGRAPHS, TITLE

from rag.corpus import read_all
from rag.schema import Document

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def read(path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    content = read_all(path, path.parent)
    assert content.refused == ()
    [document] = content.documents
    return document


def is_article(document: Document, *, old: bool = False) -> None:
    """See that a document is the article, and nothing but it."""
    assert document.title == TITLE
    assert document.date == dt.date.fromisoformat(DAY)
    assert document.lang == "ar"
    places = []
    for paragraph in PARAGRAPHS:
        wanted = paragraph.replace("١٫٣", "1.3").replace("٤١", "41") if old else paragraph
        assert wanted in document.text
        places.append(document.text.index(wanted))
    assert places == sorted(places)
    assert [noise for noise in NOISE if noise in document.text] == []
    assert len(document.text) < 1.25 * sum(map(len, PARAGRAPHS))


@pytest.mark.parametrize("kind", PAGES)
def test_the_article_of_a_saved_page_is_read_whole_and_alone(tmp_path: Path, kind: str) -> None:
    document = read(tmp_path / f"{kind}.html", PAGES[kind]())
    is_article(document, old=kind == "tables")
    if kind not in ("tables", "magazine"):
        assert HEADING in [section.label for section in document.sections]


@pytest.mark.browser
def test_a_page_that_a_browser_has_saved_is_read_alike(tmp_path: Path, browser: Browser) -> None:
    """As a single file (MHTML, which loses scripts, JSON-LD among them), and as the browser has made it."""
    with browser.new_page() as page:
        session = page.context.new_cdp_session(page)
        for kind, make in PAGES.items():
            path = tmp_path / f"{kind}.html"
            path.write_bytes(make())
            page.goto(path.as_uri())
            single = session.send("Page.captureSnapshot", {"format": "mhtml"})["data"].encode()
            complete = page.content().encode()
            path.unlink()
            is_article(read(tmp_path / f"{kind}.mhtml", single), old=kind == "tables")
            is_article(read(tmp_path / f"{kind} complete.html", complete), old=kind == "tables")
