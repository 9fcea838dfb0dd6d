"""XLSX workbooks: each sheet a section, each row a passage."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any

from rag.loaders.base import Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.columns import SHEET
from rag.loaders.tables import SAMPLE, write_table

_COLUMNS = 1_000  # of a row that are looked at
_WITHOUT_VALUE = re.compile(  # an empty text is a value
    rb"<c (?![^>]{0,200}\bt=[\"']str[\"'])[^>]{0,400}>\s{0,20}<f\b[^>]{0,400}(?:/>|>[^<]{0,10000}</f>)"
    rb"\s{0,20}(?:<v\s{0,20}/>|<v>\s{0,20}</v>)?\s{0,20}</c>"
)
_EMPTY = 10_000  # empty rows after which a sheet counts as over


def load_xlsx(data: bytes, limits: Limits) -> Extract:
    """Return a workbook's visible sheets in order, with the values last computed; raises as `Loader`.

    A sheet that is hidden, or lacks values, is named among the parts with the reason.
    """
    writer = Writer(limits)
    title: str | None = None
    missed: list[Part] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which hold no text
        book = _opened(data)
        with closing(book):
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a file says of its size need not be so
                if sheet.sheet_state == "visible":
                    if len(sheets) > 1:
                        writer.section("sheet", sheet.title)
                    title = _write(writer, sheet)
                    if uncomputed := _uncomputed(data, sheet):
                        missed.append(_part(sheet, uncomputed))
                elif sheet.sheet_state == "hidden" and any(any(cells) for cells, _ in _rows(sheet)):
                    missed.append(_part(sheet, "is hidden, and so not read; show it in the workbook"))
    return Extract(writer.text, writer.sections, title if len(sheets) == 1 else None, parts=missed)


def _opened(data: bytes) -> Any:
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    reader.read_chartsheet = lambda sheet, rel: None  # a chart holds no cells
    reader.read()
    return reader.wb


def _part(sheet: Any, reason: str) -> Part:
    name = clean(sheet.title).replace("/", "-").replace("\\", "-")[:100]
    return Part(f"sheet {name}", LoadError(reason))


def _write(writer: Writer, sheet: Any) -> str | None:
    """Write a sheet's rows; return its title. Bold rows above others that are not name the columns."""
    rows = _rows(sheet)
    first = list(islice(rows, SAMPLE))
    bold = [number for number, (cells, is_bold) in enumerate(first, 1) if is_bold and any(cells)]
    all_bold = len(bold) == sum(any(cells) for cells, _ in first)
    cells = (cells for cells, _ in chain(first, rows))
    return write_table(writer, cells, expected=SHEET, marked=() if all_bold else bold)


def _rows(sheet: Any) -> Iterator[tuple[list[str], bool]]:
    """Yield the cells of each row as they are shown, and whether those that hold anything are bold."""
    empty = number = 0
    for number, row in enumerate(sheet.iter_rows(max_col=_COLUMNS)):
        cells = [_shown(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        empty = 0 if any(cells) else empty + 1
        if empty > _EMPTY:
            return
        is_bold = number < SAMPLE and all(cell.font.b for cell, text in zip(row, cells, strict=False) if text)
        yield cells, is_bold


def _uncomputed(data: bytes, sheet: Any) -> str:
    """Return what to say of formulas whose values a sheet does not hold; an empty string where it has all."""
    count = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(sheet._worksheet_path) as file:
        rest = b""
        while piece := file.read(1_000_000):
            text = rest + piece
            cut = text.rfind(b"<c ")  # the last cell may go on in the next piece
            cut = cut if len(text) - 40_000 < cut else len(text)
            count += len(_WITHOUT_VALUE.findall(text, 0, cut))
            rest = text[cut:]
        count += len(_WITHOUT_VALUE.findall(rest))
    if not count:
        return ""
    cells = "a formula" if count == 1 else f"{count:,} formulas"
    return f"holds {cells} without the value; open the workbook in a spreadsheet program and save it"


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
    if re.fullmatch(r"0{2,}", form):
        return f"{round(value):0{len(form)}d}"
    percent = re.search(r"0(?:\.(0+))?%", form)
    if percent:
        return f"{value * 100:.{len(percent[1] or '')}f}%"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"  # as many digits as Excel keeps
