"""Tables: each row becomes a passage in which every value follows the name of its column."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Any

from rag.loaders.base import Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.columns import FILE, TEXT, Head, head_of
from rag.loaders.plain import load_text
from rag.loaders.separated import separated

_SHORT = 300  # characters of a row that is written in one line
SAMPLE = 20  # rows by which a table is judged
_MOST_NAMED = 20  # broken lines
_DEEPEST = 8  # objects in objects in a line of JSON


def load_csv(data: bytes, limits: Limits) -> Extract:
    """Return a CSV or TSV file, a row a passage; rows are counted as a spreadsheet counts them."""
    text = load_text(data)
    first = text.split("\n", 1)[0].rstrip("\r").lower()
    if first.startswith("sep=") and len(first) == 5:  # written by Excel
        delimiter, text = first[4], text.split("\n", 1)[1] if "\n" in text else ""
    else:
        delimiter = None
    csv.field_size_limit(limits.text)
    writer = Writer(limits)
    try:
        title = write_table(writer, separated(text, delimiter), expected=FILE)
    except csv.Error as error:
        raise LoadError(f"is no table that can be read ({error}); save it as CSV anew") from error
    return Extract(writer.text, writer.sections, title)


def load_jsonl(data: bytes, limits: Limits) -> Extract:
    """Return a file of JSON lines, an object a passage; lines are counted from 1.

    Lines that are broken are named among the parts, unless half of all are.
    """
    writer = Writer(limits)
    broken: list[tuple[int, str]] = []
    count = 0
    for number, line in enumerate(load_text(data).split("\n"), 1):
        if not line.strip():
            continue
        count += 1
        try:
            value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)  # as it is written
        except (ValueError, RecursionError) as error:
            broken.append((number, _said(error)))
            continue
        writer.section("row", str(number))
        pairs = list(_flat("", value, 0)) if isinstance(value, dict) else [("", _scalar(value))]
        write_row(writer, [(name, clean_cell(value)) for name, value in pairs])
    if broken and len(broken) >= count / 2:
        number, said = broken[0]
        raise LoadError(f"line {number} is not JSON ({said}); correct it")
    parts = [
        Part(f"line {number}", LoadError(f"is not JSON ({said}); correct it"))
        for number, said in broken[:_MOST_NAMED]
    ]
    if more := len(broken) - len(parts):
        parts.append(Part("other lines", LoadError(f"{more:,} more are not JSON; correct them")))
    return Extract(writer.text, writer.sections, parts=parts)


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]}, column {error.colno}"
    return "nested too deeply"


def _flat(prefix: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the values of nested objects under names with dots."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner, depth + 1)
    elif (
        isinstance(value, list)
        and any(isinstance(inner, (dict, list)) for inner in value)
        and depth < _DEEPEST
    ):
        for inner in value:
            yield from _flat(prefix, inner, depth + 1)
    else:
        yield prefix, _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(inner, (dict, list)) for inner in value):
        return "، ".join(map(_scalar, value)) if _is_arabic(value) else ", ".join(map(_scalar, value))
    return json.dumps(value, ensure_ascii=False)[:2000]


def _is_arabic(values: list[Any]) -> bool:
    return any(re.search("[\u0620-\u064a]", value) for value in values if isinstance(value, str))


# -- Rows ------------------------------------------------------------------------------------------------


def write_table(
    writer: Writer,
    rows: Iterable[Sequence[str]],
    *,
    expected: float,
    marked: Collection[int] = (),
) -> str | None:
    """Write the rows of a table, each a section, with the names of its columns where they are told.

    Args:
        writer: takes the rows.
        rows: the cells, as text; blank rows count and are left out.
        expected: what is to be expected of the first row, as in `columns.head_of`.
        marked: the numbers of rows, counted from 1, that are shown as names of columns.

    Returns:
        The title that stands above the columns, if there is one.
    """
    numbered = ((number, [clean_cell(cell) for cell in row]) for number, row in enumerate(rows, 1))
    filled = ((number, row) for number, row in numbered if any(row))
    sample = list(islice(filled, SAMPLE))
    head = head_of(
        [row for _, row in sample], expected, [i for i, (number, _) in enumerate(sample) if number in marked]
    )
    titles = [" ".join(filter(None, row)) for _, row in sample[: head.titles]]
    for title in titles:
        writer.heading(title)
    for number, row in chain(sample[head.titles + head.rows :], filled):
        writer.section("row", str(number))
        write_row(writer, _named(head.names, row))
    return clean(titles[0])[:300] if titles else None


def write_rows(writer: Writer, rows: Sequence[Sequence[str]], *, header: int = 0) -> None:
    """Write a table that stands in a text: a row a line, with the names of its columns where it has them.

    Args:
        writer: takes the rows.
        rows: the cells, as text in one line each.
        header: how many of the first rows are marked as names of columns; -1 if they are marked not to be.
    """
    filled = [(i, row) for i, row in enumerate(rows) if any(row)]
    rows = [row for _, row in filled]
    marked = [i for i, (place, _) in enumerate(filled) if place < header]
    marked = marked[:1] if len(marked) == len(rows) else marked
    head = head_of(rows[:SAMPLE], TEXT, marked) if header >= 0 else Head(0, 0, ())
    for row in rows[: head.titles]:
        writer.paragraph(" ".join(filter(None, row)))
    separator = "\n\n"
    for row in rows[head.titles + head.rows :]:
        cells = [f"{name}: {cell}" if name else cell for name, cell in _named(head.names, row) if cell]
        writer.write(" | ".join(cells), separator)
        separator = "\n"


def _named(names: Sequence[str], row: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip_longest(names[: len(row)], row, fillvalue=""))


def write_row(writer: Writer, pairs: Iterable[tuple[str, str]]) -> None:
    """Write names and values: a short row in one line, one with long texts a column a line."""
    cells = [f"{clean(name)}: {value}" if name else value for name, value in pairs if value]
    in_one_line = sum(map(len, cells)) <= _SHORT and not any("\n" in cell for cell in cells)
    writer.write((" | " if in_one_line else "\n").join(cells))


def clean_cell(cell: str) -> str:
    """Return a cell's text; its lines stay lines."""
    return "\n".join(filter(None, map(clean, cell.splitlines())))
