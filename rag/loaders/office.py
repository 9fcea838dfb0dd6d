"""What Word and OpenDocument have in common: merged cells, and what stands around every page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rag.loaders.base import Writer, clean
from rag.loaders.columns import TEXT, head_of
from rag.loaders.tables import SAMPLE

PAGE_NUMBER = "\ufdd0"
"""Stands for the number of a page, or of all pages, until `write_around` takes it out; no text holds it."""

_NUMBERED = re.compile(
    rf"(?:\b(?:page|pages|p\.|صفحة|الصفحة|صفحات|ص|seite|página|sayfa)\s*)?[(\[-]?\s*{PAGE_NUMBER}+"
    rf"(?:\s*(?:/|of|من|de|von|sur|out of)\s*{PAGE_NUMBER}+)?\s*[)\]-]?",
    re.IGNORECASE,
)
_REPEATED = 1_000_000  # characters that the cells of a table repeat in the rows they span
_SEPARATORS = " |–—-·•/:،,"


class Merged(NamedTuple):
    """A cell that a cell above it reaches into."""

    row: int
    column: int
    above: int  # the row of the cell whose value it has


def fill_merged(rows: list[list[str]], merged: Sequence[Merged], *, header: int) -> None:
    """Give the value of a cell to every row that it spans, unless it is the name of a column.

    Args:
        rows: the cells, as text; changed.
        merged: which of them belong to one above.
        header: how many of the first rows are marked as names of columns.
    """
    filled = [i for i, row in enumerate(rows) if any(row)]
    marked = [i for i, row in enumerate(filled) if row < header]
    head = head_of([rows[i] for i in filled[:SAMPLE]], TEXT, marked)
    named = filled[head.titles : head.titles + head.rows]
    left = _REPEATED
    for row, column, above in merged:
        if above not in named and not rows[row][column] and left > 0:
            rows[row][column] = rows[above][column]
            left -= len(rows[above][column])


def write_around(writer: Writer, lines: Iterable[str]) -> None:
    """Write what headers and footers say, each line once and none that the text has, without page numbers.

    It comes last, under no heading of the text, so that the text begins as its author began it.
    """
    known = set(writer.text.splitlines())
    started = False
    for line in lines:
        text = clean(_NUMBERED.sub(" ", line)).strip(_SEPARATORS)
        if text in known or not re.search(r"[^\W_]", text):
            continue
        known.add(text)
        if writer.sections and not started:
            writer.section("heading", text)
        started = True
        writer.write(text)
