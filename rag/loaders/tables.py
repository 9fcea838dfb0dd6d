"""Tables: each row becomes a passage in which every value follows the name of its column."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from rag.loaders.base import Extract, Limits, LoadError, Writer, clean
from rag.loaders.plain import load_text

_DELIMITERS = ",;\t|"
_SHORT = 300  # characters of a row that is written in one line
_NUMBER = re.compile(
    r"[-+(]?\W{0,2}[\d\u0660-\u0669\u06f0-\u06f9][\d\u0660-\u0669\u06f0-\u06f9.,:/٫٬٪% -]*\W{0,2}"
)
_DEEPEST = 8  # objects in objects in a line of JSON


def load_csv(data: bytes, limits: Limits) -> Extract:
    """Return a CSV or TSV file, a row a passage; rows are counted as a spreadsheet counts them."""
    text = load_text(data)
    first = text.split("\n", 1)[0].rstrip("\r").lower()
    if first.startswith("sep=") and len(first) == 5:  # written by Excel
        delimiter, text = first[4], text.split("\n", 1)[1] if "\n" in text else ""
    else:
        delimiter = _delimiter(text)
    csv.field_size_limit(limits.text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    writer = Writer(limits)
    try:
        write_table(writer, rows, may_lack_header=False)
    except csv.Error as error:
        raise LoadError(f"is no table that can be read ({error}); save it as CSV anew") from error
    return Extract(writer.text, writer.sections)


def _delimiter(text: str) -> str:
    """Return the character that parts the columns: the one that does so alike in the first rows."""
    sample = text[:20_000]
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths = [
            len(row) for row in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 20)
        ]
        widths = [width for width in widths if width] or [1]
        common = max(set(widths), key=widths.count)
        found = (widths.count(common), common) if common > 1 else (0, 0)
        if found > most:
            best, most = delimiter, found
    return best


def load_jsonl(data: bytes, limits: Limits) -> Extract:
    """Return a file of JSON lines, an object a passage; lines are counted from 1."""
    writer = Writer(limits)
    for number, line in enumerate(load_text(data).split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)  # as it is written
        except (ValueError, RecursionError) as error:
            raise LoadError(f"line {number} is not JSON ({error}); correct it") from error
        writer.section("row", str(number))
        pairs = list(_flat("", value, 0)) if isinstance(value, dict) else [("", _scalar(value))]
        write_row(writer, [(name, clean_cell(value)) for name, value in pairs])
    return Extract(writer.text, writer.sections)


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
    writer: Writer, rows: Iterable[Sequence[str]], *, may_lack_header: bool, first: int = 1
) -> None:
    """Write the rows of a table, each a section, with the names of its columns where the first row has them.

    Args:
        writer: takes the rows.
        rows: the cells, as text; blank rows count and are left out.
        may_lack_header: whether the first row counts as names only if the rest tells it apart.
        first: the number of the first row.
    """
    numbered = ((number, [clean_cell(cell) for cell in row]) for number, row in enumerate(rows, first))
    filled = ((number, row) for number, row in numbered if any(row))
    sample = list(islice(filled, 20))
    names: list[str] = []
    if is_header([row for _, row in sample], sure=not may_lack_header):
        names = sample.pop(0)[1]
    for number, row in chain(sample, filled):
        writer.section("row", str(number))
        write_row(writer, [(names[i] if i < len(names) else "", cell) for i, cell in enumerate(row)])
    if names and not len(writer):  # a header and nothing under it
        writer.section("row", str(first))
        write_row(writer, [("", name) for name in names])


def write_rows(writer: Writer, rows: Sequence[Sequence[str]], *, header: bool = False) -> None:
    """Write a table that stands in a text: a row a line, with the names of its columns where it has them.

    Args:
        writer: takes the rows.
        rows: the cells, as text in one line each.
        header: whether the first row is marked as holding the names.
    """
    rows = [row for row in rows if any(row)]
    names: Sequence[str] = rows[0] if is_header(rows, sure=header) else ()
    separator = "\n\n"
    for row in rows[1:] if names else rows:
        cells = [
            f"{names[i]}: {cell}" if i < len(names) and names[i] else cell
            for i, cell in enumerate(row)
            if cell
        ]
        writer.write(" | ".join(cells), separator)
        separator = "\n"


def write_row(writer: Writer, pairs: Iterable[tuple[str, str]]) -> None:
    """Write names and values: a short row in one line, one with long texts a column a line."""
    cells = [f"{clean(name)}: {value}" if name else value for name, value in pairs if value]
    in_one_line = sum(map(len, cells)) <= _SHORT and not any("\n" in cell for cell in cells)
    writer.write((" | " if in_one_line else "\n").join(cells))


def clean_cell(cell: str) -> str:
    """Return a cell's text; its lines stay lines."""
    return "\n".join(filter(None, map(clean, cell.splitlines())))


def is_header(rows: Sequence[Sequence[str]], *, sure: bool = False) -> bool:
    """Tell whether the first of some rows holds the names of the columns.

    It does if its cells are short, different, no numbers, and as many as the others have; and, unless
    `sure`, if there are at least two columns, of which one holds numbers further down.
    """
    if len(rows) < 2 or not rows[0]:
        return False
    names = [name for name in rows[0] if name]
    if not names or len(set(names)) < len(names):
        return False
    if any(len(name) > 80 or "\n" in name or _NUMBER.fullmatch(name) for name in names):
        return False
    if sure:
        return True
    width = max(len(row) for row in rows)
    return (
        width >= 2
        and len(names) >= width - 1
        and any(_NUMBER.fullmatch(row[i]) for row in rows[1:] for i in range(len(row)) if i < len(rows[0]))
    )
