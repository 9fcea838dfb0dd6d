"""Document → chunks: passages of whole sentences, whose offsets are sums of lengths."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.boilerplate import boilerplate
from rag.dateline import parse_date
from rag.schema import Chunk, Document
from rag.stated import is_heading
from rag.text import sentences

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

SIZE = 450  # characters: about a paragraph of news, and what the embedded models were trained on


def chunk(document: Document, size: int = SIZE) -> list[Chunk]:
    """Return the passages of `document` in order: whole sentences, about `size` characters together.

    Chunks do not overlap, have no white space at their ends, and together hold every other character of the
    body that is not boilerplate. Headings and datelines stay with the sentence after them; a row of a table
    is a passage of its own. A chunk is longer than `size` only where one sentence (at most 600 characters)
    is, with the headings before it.

    Raises:
        ValueError: if `size` is below 1.
    """
    if size < 1:
        raise ValueError(f"size is {size}; give at least 1")
    mark = _unused(document.text)
    return [
        piece
        for start, end in _searched(document)
        for piece in _chunk_range(document, start, end, size, mark)
    ]


def _searched(document: Document) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the body that are cut apart: between boilerplate lines, and between rows."""
    start = document.body_start
    rows = [section.start for section in document.sections if section.kind == "row"]
    end = len(document.text)
    cuts = merge(boilerplate(document.text, start), ((row, row) for row in rows), ((end, end),))
    for low, high in cuts:
        if start < low:
            yield start, low
        start = max(start, high)


def _chunk_range(document: Document, start: int, end: int, size: int, mark: str) -> Iterator[Chunk]:
    text = document.text
    cuts = [unit_start for unit_start, _ in _units(text, start, end, size)][1:]
    marked = "".join(text[a:b] + mark for a, b in pairwise([start, *cuts]))
    marked += text[cuts[-1] if cuts else start : end]
    position = start
    for piece in _splitter(size, mark).split_text(marked):
        written = piece.replace(mark, "")
        body = written.strip()
        if body:
            yield Chunk(document.id, body, position + len(written) - len(written.lstrip()))
        position += len(written)


def _units(text: str, start: int, end: int, size: int) -> list[tuple[int, int]]:
    """Return the sentences of a range, each with the headings and datelines before it."""
    units: list[tuple[int, int]] = []
    waiting: int | None = None  # where headings began that wait for their sentence
    for low, high in sentences(text, start, end):
        first = low if waiting is None else waiting
        line = text[low:high]
        stands_alone = high - first < size // 2 and _is_line(text, low, high)
        if stands_alone and (is_heading(line) or parse_date(line)):
            waiting = first
            continue
        units.append((first, high))
        waiting = None
    if waiting is not None:  # headings with nothing after them
        units.append((waiting, end))
    return units


def _is_line(text: str, low: int, high: int) -> bool:
    """Tell whether text[low:high] stands on a line of its own."""
    before = text[max(0, low - 20) : low].rstrip(" \t")
    after = text[high : high + 20].lstrip(" \t")
    return before[-1:] in ("", "\n", "\r") and after[:1] in ("", "\n", "\r")


def _splitter(size: int, mark: str) -> RecursiveCharacterTextSplitter:
    """Return a splitter that cuts at `mark` only and fills chunks up to `size`; its pieces join to the whole.

    `sentences` has cut already what is longer than a sentence may be, at the stops of Arabic and of other
    scripts, so that no second separator is needed.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # 0.7 s, so only when indexing

    return RecursiveCharacterTextSplitter(
        separators=[mark],
        keep_separator="end",
        chunk_size=size,
        chunk_overlap=0,
        strip_whitespace=False,
        length_function=lambda piece: len(piece.replace(mark, "")),
    )


def _unused(text: str) -> str:
    """Return a character that `text` does not hold, to mark where sentences end.

    A lone surrogate: the loaders leave none in a text, so that the first one tried will do.
    """
    return next(mark for mark in map(chr, range(0xD800, 0xE000)) if mark not in text)
