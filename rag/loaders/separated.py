"""Text whose cells are parted by a character, as CSV is: which character, and where a quotation ends."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_DELIMITERS = ",;\t|"
_SAMPLE = 20_000  # characters by which a text is judged, in
_LINES = 60  # lines at most
_IN_VAIN = 5  # times that all lines are looked through for the end of quotations that are none
_WEAK = re.compile(r"(?<=\d),(?=\d)|,(?=[ \u00a0])")  # commas in numbers and sentences


def separated(text: str, delimiter: str | None = None) -> Iterator[list[str]]:
    """Yield the rows of a text.

    A quotation that swallows lines which are rows by themselves is none: its mark is a letter of its cell, as
    in ``5"``.

    Args:
        text: with its line ends as they are.
        delimiter: what parts the cells; None to find it.

    Raises:
        csv.Error: if a cell is longer than `csv.field_size_limit`.
    """
    lines = list(io.StringIO(text, newline=""))
    sample = _sample(lines)
    delimiter = delimiter or _delimiter(sample)
    width, _ = _common(_widths(sample, delimiter))
    at = in_vain = 0
    while at < len(lines):
        for count, row in _records(lines, at, delimiter):
            may_swallow = (row is None or count > 1) and in_vain <= _IN_VAIN * len(lines)
            if may_swallow and _swallows(lines[at : at + count], row, delimiter, width):
                in_vain += count
                yield _unquoted(lines[at], delimiter)
                at += 1
                break
            if row is None:
                count, row = next(_records(lines, at, delimiter, strict=False))
                yield row or []
                at += count
                break
            yield row
            at += count


def _records(
    lines: Sequence[str], at: int, delimiter: str, *, strict: bool = True
) -> Iterator[tuple[int, list[str] | None]]:
    """Yield rows and how many lines they take; None, as the last, for one whose quotation is none."""
    rest = (lines[i] for i in range(at, len(lines)))
    reader = csv.reader(rest, delimiter=delimiter, skipinitialspace=True, strict=strict)
    read = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            if not strict:
                raise
            yield max(reader.line_num - read, 1), None
            return
        if row is None:
            return
        yield reader.line_num - read, row
        read = reader.line_num


def _unquoted(line: str, delimiter: str) -> list[str]:
    return line.rstrip("\r\n").split(delimiter)


def _swallows(lines: Sequence[str], row: Sequence[str] | None, delimiter: str, width: int) -> bool:
    """Tell whether lines that make a row, or would if their quotation were one, are rows by themselves."""
    if width < 2:
        return False
    in_sentence = re.compile(r",\s" if delimiter == "," else r"(?!)")
    fitting = sum(
        line.count(delimiter) == width - 1 and not in_sentence.search(line.rstrip()) for line in lines[1:]
    )
    if row is None or len(row) != width:
        return fitting >= max(1, (len(lines) - 1) / 2)
    enough = 4 if delimiter == "," and width == 2 else 2
    return len(lines) > enough and fitting == len(lines) - 1


def _sample(lines: Sequence[str]) -> list[str]:
    found: list[str] = []
    left = _SAMPLE
    for line in lines[:_LINES]:
        found.append(line[:left])
        left -= len(line)
        if left <= 0:
            break
    return found


def _delimiter(sample: Sequence[str]) -> str:
    """Return the character that parts the columns: the one that does so alike in most of the rows.

    Commas that all stand in numbers and sentences give way to another that does as well.
    """
    widths = {delimiter: _widths(sample, delimiter) for delimiter in _DELIMITERS}
    shares = {delimiter: _common(found)[::-1] for delimiter, found in widths.items()}
    best = max(_DELIMITERS, key=lambda delimiter: shares[delimiter])
    plain = re.sub(r'"[^"\n]*"', "", "".join(sample))
    if best == "," and len(_WEAK.findall(plain)) >= 0.8 * plain.count(","):
        for other in sorted(_DELIMITERS[1:], key=lambda delimiter: shares[delimiter], reverse=True):
            share, width = shares[other]
            if share >= shares[","][0] > 0 and width == widths[other][0]:
                return other
    return best


def _widths(sample: Sequence[str], delimiter: str) -> list[int]:
    """Return how many cells the rows have, blank ones left out."""
    found = list(_records(sample, 0, delimiter))
    rows = [row for _, row in found if row is not None]
    if sum(count for count, row in found if row is not None) < len(sample) / 2:  # a mark quotes nothing
        rows = [row for line in sample for _, row in _records([line], 0, delimiter, strict=False) if row]
    return [len(row) for row in rows if row] or [1]


def _common(widths: Sequence[int]) -> tuple[int, float]:
    """Return the most common width of several columns and the share of rows that have it; (1, 0) for none."""
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 1, 0.0
    width, count = max(counts.items(), key=lambda item: (item[1], item[0]))
    return width, count / len(widths)
