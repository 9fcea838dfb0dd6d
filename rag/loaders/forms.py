"""What people typed into the fields of a PDF form, put on the lines on which the fields stand."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from rag.loaders.base import LoadError
from rag.loaders.glyphs import Glyph
from rag.loaders.page_lines import Line

_UNSEEN = 0b100010  # flags of an annotation that no screen shows: hidden, no view
_PASSWORD = 1 << 13  # flag of a field whose text is not to be seen
_TICK = "✓"
_SIZE = 10.0  # of the type in a field that stands on no line


class Field(NamedTuple):
    """A field that is filled."""

    text: str
    label: str  # what a program says of it to somebody who does not see it
    left: float
    right: float
    bottom: float
    top: float


def fields(page: Any, most: int) -> Iterator[Field]:
    """Yield the filled fields of a page of a document whose forms are read.

    Raises:
        LoadError: if they hold more than `most` letters.
    """
    import pypdfium2.raw as pdfium

    if page.formenv is None:
        return
    form = page.formenv.raw
    for i in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, i)
        if not annotation:
            continue
        try:
            hidden = pdfium.FPDFAnnot_GetFlags(annotation) & _UNSEEN
            is_widget = pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET
            if is_widget and not hidden and (text := _text(form, annotation)):
                most -= len(text)
                if most < 0:
                    raise LoadError("holds more text than is allowed; split it")
                box = pdfium.FS_RECTF()
                pdfium.FPDFAnnot_GetRect(annotation, box)
                sides = (box.left, box.right, min(box.bottom, box.top), max(box.bottom, box.top))
                if all(map(math.isfinite, sides)):
                    label = _string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
                    yield Field(text, label, *sides)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _text(form: Any, annotation: Any) -> str:
    """Return what stands in a field: its text, a choice, or a tick."""
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        return _TICK if pdfium.FPDFAnnot_IsChecked(form, annotation) else ""
    if kind == pdfium.FPDF_FORMFIELD_TEXTFIELD:
        if pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
            return ""
    elif kind not in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
        return ""
    return _string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)


def _string(ask: Callable[..., int], form: Any, annotation: Any) -> str:
    """Return a text that PDFium tells in UTF-16, in one line."""
    import pypdfium2.raw as pdfium

    size = ask(form, annotation, None, 0)
    buffer = ctypes.create_string_buffer(size)
    ask(form, annotation, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return " ".join(buffer.raw.decode("utf-16-le", "replace").replace("\0", " ").split())


def fill(lines: list[Line], found: Iterable[Field]) -> None:
    """Put each field on the line beside it, or on one of its own between those above and below."""
    printed = list(lines)
    for field in found:
        middle = (field.bottom + field.top) / 2
        beside = [
            (max(line.left - field.right, field.left - line.right, 0.0), place)
            for place, line in enumerate(printed)
            if line.angle == 0 and field.bottom <= line.y + 0.3 * line.size <= field.top
        ]
        if beside:
            line = printed[min(beside)[1]]
            line.glyphs.append(_glyph(field, f" {field.text} ", line.y, line.size))
            continue
        text = f"{field.label}: {field.text}" if field.label else field.text
        glyph = _glyph(field, text, middle - 0.3 * _SIZE, _SIZE)
        place = next((i for i, line in enumerate(lines) if line.angle == 0 and line.y < middle), len(lines))
        lines.insert(place, Line([glyph], glyph.y, _SIZE, 0))


def _glyph(field: Field, text: str, y: float, size: float) -> Glyph:
    return Glyph(text, field.left, field.left, field.right, y, size, is_typed=True)
