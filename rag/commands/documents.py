"""`isnad index`, `isnad documents` and `isnad show`: the folder itself."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.commands.terminal import Page, ProgressBar
from rag.errors import SettingsError
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.schema import Document

_AROUND = 300  # characters shown on either side of a span
_NAMED = 10  # files named in a summary before "and … more"


def index(corpus: Path | None, rebuild: bool) -> int:
    """Bring the index of a folder up to date, and say what was done.

    Raises:
        IsnadError: if the folder cannot be read or the index cannot be written.
    """
    page = Page.of(sys.stdout)
    start = time.monotonic()
    with ProgressBar() as progress:
        pipeline = Pipeline.open(corpus, progress=progress, rebuild=rebuild)
    with pipeline:
        report = pipeline.report
        count = len(pipeline.documents())
        documents = f"{count} document{'' if count == 1 else 's'}"
        print(f"{page.isolate(str(pipeline.folder))}: {documents} ready, {time.monotonic() - start:.1f} s")
    for word in ("added", "changed", "removed", "unchanged"):
        names: Sequence[str] = getattr(report, word)
        listed = [] if word == "unchanged" else names
        print("\n".join(_tally(word, len(names), [page.isolate(name) for name in listed])))
    print("\n".join(_tally("skipped", len(report.skipped), _skipped(report.skipped, page))))
    return 0


def _tally(word: str, count: int, lines: Sequence[str]) -> Iterator[str]:
    yield f"  {word:<10}{count:>6}"
    for line in lines[:_NAMED]:
        yield f"    {line}"
    if len(lines) > _NAMED:
        yield f"    and {len(lines) - _NAMED} more"


def _skipped(skipped: Sequence[tuple[str, str]], page: Page) -> list[str]:
    return [f"{page.isolate(name)}: {page.line(reason)}" for name, reason in skipped]


def documents(corpus: Path | None, filters: Filters, as_json: bool) -> int:
    """List the documents that meet `filters`: a table in a terminal, tab-separated lines in a pipe.

    Raises:
        IsnadError: if the folder cannot be read, or no document meets `filters`.
    """
    with ProgressBar() as progress, Pipeline.open(corpus, progress=progress) as pipeline:
        found = pipeline.documents(filters)
        skipped = pipeline.skipped()
    if as_json:
        record = {
            "documents": [_record(document) for document in found],
            "skipped": [{"document": name, "reason": reason} for name, reason in skipped],
        }
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return 0
    page = Page.of(sys.stdout)
    if page.terminal:
        _print_table(found, page)
    else:
        for document in found:
            print("\t".join(page.line(field).replace("\t", " ") for field in _fields(document)))
    for line in _skipped(skipped, Page.of(sys.stderr)):
        print(f"skipped {line}", file=sys.stderr)
    return 0


def _record(document: Document) -> dict[str, str | int | None]:
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
        name, title, *rest = _fields(document)
        table.add_row(Text(page.isolate(name)), Text(page.isolate(title)), *rest)
    Console().print(table)


def show(document_id: str, span: str | None, corpus: Path | None) -> int:
    """Print a document's text, or the part around a span with the span marked.

    The whole text goes out as it is, front matter included, so that offsets hold against it.

    Raises:
        IsnadError: if there is no such document or the span is not inside it.
    """
    with ProgressBar() as progress, Pipeline.open(corpus, progress=progress) as pipeline:
        document = pipeline.document(document_id)
    page = Page.of(sys.stdout)
    if span is None:
        sys.stdout.write(page.text(document.text))
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
