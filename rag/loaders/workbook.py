"""XLSX workbooks: each sheet a section, each row a passage."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from rag.loaders.base import Extract, Limits, Writer
from rag.loaders.tables import write_table

_COLUMNS = 1_000  # of a row that are looked at
_EMPTY = 10_000  # empty rows after which a sheet counts as over


def load_xlsx(data: bytes, limits: Limits) -> Extract:
    """Return a workbook's visible sheets in order, with the values last computed; raises as `Loader`."""
    import openpyxl

    writer = Writer(limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which hold no text
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        with closing(book):
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            for sheet in sheets:
                if len(sheets) > 1:
                    writer.section("sheet", sheet.title)
                sheet.reset_dimensions()  # what a file says of its size need not be so
                write_table(writer, _rows(sheet), may_lack_header=True)
    return Extract(writer.text, writer.sections)


def _rows(sheet: Any) -> Iterator[list[str]]:
    empty = 0
    for row in sheet.iter_rows(max_col=_COLUMNS):
        cells = [_shown(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        empty = 0 if any(cells) else empty + 1
        if empty > _EMPTY:
            return
        yield cells


def _shown(cell: Any) -> str:
    """Return a cell's value about as Excel shows it."""
    value = cell.value
    if value is None or (isinstance(value, str) and cell.data_type == "e"):
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, (int, float)):
        return _number(value, str(cell.number_format or ""))
    return str(value)


def _number(value: float, form: str) -> str:
    percent = re.search(r"0(?:\.(0+))?%", form)
    if percent:
        return f"{value * 100:.{len(percent[1] or '')}f}%"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"  # as many digits as Excel keeps
