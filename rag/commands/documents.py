"""`isnad documents` and `isnad show`: what is in the folder."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.commands.index import skipped_lines
from rag.commands.terminal import Page, ProgressBar, to_json, visible
from rag.errors import DocumentError, SettingsError
from rag.filters import Filters
from rag.index import Index
from rag.schema import Document
from rag.settings import Settings

_AROUND = 300  # characters shown on either side of a span


def opened(corpus: Path | None) -> Index:
    """Return the index of a folder, brought up to date; raises as `Index.open`."""
    settings = Settings.load()
    with ProgressBar() as progress:
        return Index.open(corpus.expanduser() if corpus else settings.corpus, settings, progress=progress)


def documents(corpus: Path | None, filters: Filters, as_json: bool) -> int:
    """List the documents that meet `filters`: a table in a terminal, tab-separated lines in a pipe.

    Raises:
        IsnadError: if the folder cannot be read, or no document meets `filters`.
    """
    with opened(corpus) as index:
        found = index.documents(filters)
        skipped = index.skipped()
    if as_json:
        listing = {
            "documents": [record(document) for document in found],
            "skipped": [{"document": name, "reason": reason} for name, reason in skipped],
        }
        print(to_json(listing))
        return 0
    page = Page.of(sys.stdout)
    if page.terminal:
        _print_table(found, page)
    else:
        for document in found:
            name, *others = _fields(document)
            fields = (page.line(field).replace("\t", " ") for field in others)
            print("\t".join((visible(name, in_a_field=True), *fields)))
    for line in skipped_lines(skipped, Page.of(sys.stderr)):
        print(f"skipped {line}", file=sys.stderr)
    return 0


def record(document: Document) -> dict[str, str | int | None]:
    """Return what is known of a document, as plain JSON values; its text is not among them."""
    return {
        "document": document.id,
        "title": document.title,
        "lang": document.lang,
        "date": document.date.isoformat() if document.date else None,
        "source": document.source,
        "length": len(document.text),
        "sha256": document.sha256,
    }


def _fields(document: Document) -> tuple[str, str, str, str, str]:
    date = document.date.isoformat() if document.date else ""
    return document.id, document.title, document.lang or "", date, str(len(document.text))


def _print_table(found: Sequence[Document], page: Page) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("document", "title", "lang", "date", box=None, pad_edge=False)
    table.add_column("length", justify="right")
    for document in found:
        name, title, lang, *rest = _fields(document)
        table.add_row(Text(page.isolate(name)), Text(page.isolate(title)), Text(page.line(lang)), *rest)
    Console().print(table)


def show(document_id: str, span: str | None, corpus: Path | None) -> int:
    """Print a document's text, or the part around a span with the span marked.

    Into a pipe the whole text goes out as it is, front matter included, so that offsets hold against it.

    Raises:
        IsnadError: if there is no such document or the span is not inside it.
    """
    with opened(corpus) as index:
        document = _named(index, document_id)
    page = Page.of(sys.stdout)
    if span is None:
        sys.stdout.write(page.text(document.text) if page.terminal else document.text)
        if page.terminal and not document.text.endswith("\n"):
            sys.stdout.write("\n")
        return 0
    start, end = parse_span(span, document)
    before, after = around(document.text, start, end)
    date = document.date.isoformat() if document.date else None
    place = f"{page.isolate(document.id)}:{start}-{end}"
    print(" · ".join(part for part in (page.isolate(document.title), date, place) if part))
    print()
    print(page.text(before) + page.mark(page.text(document.text[start:end])) + page.text(after))
    return 0


def _named(index: Index, name: str) -> Document:
    """Return the document of a name, be it as it is or as `documents` prints it.

    Raises:
        DocumentError: if there is none.
    """
    try:
        return index.document(name)
    except DocumentError:
        printed = [
            document
            for document in (index.documents() if "\\" in name else ())
            if visible(document.id, in_a_field=True) == name
        ]
        if len(printed) != 1:
            raise
        return printed[0]


def parse_span(span: str, document: Document) -> tuple[int, int]:
    """Return the offsets that `A:B` (or `A-B`, as citations print them) stands for.

    Raises:
        SettingsError: if it is neither, or not inside the document.
    """
    match = re.fullmatch(r"(\d{1,12})[:-](\d{1,12})", span.strip())
    if not match:
        raise SettingsError(f"--span is {span!r}, but two offsets are expected, such as 412:421")
    start, end = int(match[1]), int(match[2])
    if not start < end <= len(document.text):
        raise SettingsError(
            f"--span {start}:{end} is not inside {document.id}, which has {len(document.text)} characters; "
            "the first offset must be below the second"
        )
    return start, end


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return up to 300 characters before and after a span, cut between words, with … where they are cut."""
    first = max(0, start - _AROUND)
    before = text[first:start]
    if first:
        space = re.search(r"\s+", before)
        before = "…" + (before[space.end() :] if space else before)
    last = min(len(text), end + _AROUND)
    after = text[end:last]
    if last < len(text):
        *_, space = [None, *re.finditer(r"\s+", after)]
        after = (after[: space.start()] if space else after) + "…"
    return before, after
