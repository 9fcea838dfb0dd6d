"""`isnad verify`: what became of the citations of an answer that was given before."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rag.commands.terminal import Page, ProgressBar, shorten, to_json
from rag.loaders.plain import load_text
from rag.pipeline import Pipeline
from rag.receipts import Check, ReceiptError, Status, check, read

ALL_STAND, SOME_FELL = 0, 1
_SHOWN = 60  # characters of a quotation
_STATUSES: tuple[Status, ...] = ("ok", "moved", "altered", "missing")


def verify(file: Path, corpus: Path | None, as_json: bool) -> int:
    """Say of each citation in `file` what became of it; 0 if all of them stand, else 1.

    The index is brought up to date before, so that the documents are compared as they are now.

    Raises:
        IsnadError: if the file or the folder cannot be read, or the file holds no answer's JSON.
    """
    name = "standard input" if str(file) == "-" else str(file)
    try:
        cited = read(load_text(_bytes(file)))
    except (ReceiptError, ValueError) as error:
        raise ReceiptError(f"{name}: {error}") from None
    with ProgressBar() as progress, Pipeline.open(corpus, progress=progress) as pipeline:
        checks = [check(one, pipeline.document) for one in cited]
    if as_json:
        print(to_json(outcome(checks)))
    else:
        print("\n".join(describe(checks, Page.of(sys.stdout))))
    return ALL_STAND if all(one.stands for one in checks) else SOME_FELL


def outcome(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks and their sum as plain JSON values."""
    counts = Counter(one.status for one in checks)
    return {
        "verified": all(one.stands for one in checks),
        "counts": {status: counts[status] for status in _STATUSES},
        "citations": [one.to_dict() for one in checks],
    }


def _bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); name a file that `isnad ask --json` wrote"
        raise ReceiptError(f"{reason}, or - for standard input") from None


def describe(checks: Sequence[Check], page: Page) -> Iterator[str]:
    """Yield a line for each citation under its question, and the sum."""
    for question, listed in groupby(checks, key=lambda one: one.cited.question):
        yield page.strong(page.isolate(question))
        for one in listed:
            quote = one.cited.quote
            place = page.place(one.cited.document, quote.start, quote.end)
            if one.start is not None and (one.start, one.end) != (quote.start, quote.end):
                place += f" → {one.start}-{one.end}"
            yield f"  {one.status:<7}  {place}  {page.isolate(shorten(quote.text, _SHOWN))}"
            if one.note:
                yield f"           {page.line(one.note)}"
        yield ""
    counts = Counter(one.status for one in checks)
    stand = sum(one.stands for one in checks)
    found = ", ".join(f"{counts[status]} {status}" for status in _STATUSES if counts[status])
    whole = f"{len(checks)} citation{'' if len(checks) == 1 else 's'}"
    part = f"{stand} of {len(checks)} citations stand"
    yield page.strong(f"{whole if stand == len(checks) else part}: {found}")
