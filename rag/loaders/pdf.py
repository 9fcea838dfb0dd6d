"""PDF: text by where its glyphs stand on the page, so that Arabic comes out in reading order.

PDFium gives each glyph its letters and its place; from there on the work is ours. Measured on PDFs of three
writers, what poppler's pdftotext and pypdf give of the same files loses vowel signs, mixes up lines that hold
numbers, or turns ligatures round (docs/formats.md has the figures), and neither is at hand everywhere.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from rag.loaders.arabic_letters import letters_of, signs, unreadable
from rag.loaders.base import HEARD, Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.direction import is_right_to_left, plain_letters
from rag.loaders.docx import stated_title
from rag.loaders.edges import without_edges
from rag.loaders.forms import fields, fill
from rag.loaders.glyphs import Glyph, glyph_runs, ligature
from rag.loaders.page_lines import Line, lines_of
from rag.loaders.paragraphs import PageLine, is_open, paragraphs, words_of

_PASSWORD, _SECURITY = "Incorrect password", "Unsupported security"
_SPACE_CODES = (0x0A, 0x0D, 0x20, 0xA0)


def load_pdf(data: bytes, limits: Limits) -> Extract:
    """Return a PDF's text with its pages as sections; a page that cannot be read is a part with the reason.

    Raises as `Loader`.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error) or _SECURITY in str(error):
            raise LoadError("is locked with a password; save it without one") from error
        raise LoadError(f"is a damaged PDF file ({_said(error)}); save it anew") from error
    with suppress(pypdfium2.PdfiumError):
        document.init_forms()
    count = len(document)
    if count > limits.pages:
        raise LoadError(f"has {count:,} pages, and {limits.pages:,} are allowed; split it")
    pages = _Pages()
    for number in range(count):
        try:
            pages.labels[number + 1] = clean(document.get_page_label(number))
            HEARD.get()(pages.add(document[number], number + 1, limits))
        except pypdfium2.PdfiumError as error:
            pages.failed[number + 1] = f"is damaged ({_said(error)}); save the file anew"
    title = stated_title(document.get_metadata_value("Title")) or pages.headline
    return pages.extract(limits, title)


def _said(error: Exception) -> str:
    match = re.search(r"PDFium: ([^)]+)", str(error))
    return (match[1] if match else str(error)).rstrip(".").lower()


@dataclass(slots=True)
class _Pages:
    """The lines of the pages read so far, and why others could not be.

    Of each page no more is kept than its text, in both ways in which it may have to be read: the glyphs of
    two thousand pages are more than the process may hold.
    """

    lines: dict[int, list[PageLine]] = field(default_factory=dict)
    laid: dict[int, list[PageLine]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    headline: str | None = None
    failed: dict[int, str] = field(default_factory=dict)
    characters: int = 0

    def add(self, page: Any, number: int, limits: Limits) -> int:
        """Read a page; return how many glyphs it has."""
        try:
            glyphs = list(_glyphs(page, limits.text - self.characters))
            self.characters += len(glyphs)
            typed = list(fields(page, limits.text - self.characters))
            self.characters += sum(len(field.text) for field in typed)
            found = lines_of(glyphs, _blanks(page))
            if not found and _has_picture(page):
                self.failed[number] = "is a picture without text; read it with OCR"
            fill(found, typed)
            if found and not any(self.lines.values()):
                self.headline = _headline(found)
            self.lines[number] = _read(found, laid=False)
            self.laid[number] = _read(found, laid=True)
            return len(glyphs)
        finally:
            page.close()

    def extract(self, limits: Limits, title: str | None) -> Extract:
        """Return the text of all pages.

        Raises:
            LoadError: if no page can be read, or the order of its Arabic letters cannot be told.
        """
        texts = self._texts()
        pages = without_edges(
            [texts[number] for number in self.lines], [self.labels[number] for number in self.lines]
        )
        writer = Writer(limits)
        open_end = ""
        words = words_of(line.text for lines in pages for line in lines)
        for number, lines in zip(self.lines, pages, strict=True):
            found = paragraphs(lines, words)
            reason = unreadable("\n".join(found))
            if reason:
                self.failed[number] = f"{reason}; save the file anew from its source, or read it with OCR"
                continue
            for i, paragraph in enumerate(found):
                if i == 0:
                    writer.section("page", str(number))
                goes_on = i == 0 and is_open(open_end) and len(paragraph) > 60 and "\n" not in paragraph
                writer.write(paragraph, " " if goes_on else "\n\n")
                open_end = paragraph
        if not len(writer):
            raise LoadError(self._nothing())
        return Extract(writer.text, writer.sections, title, parts=list(self._failures()))

    def _texts(self) -> dict[int, list[PageLine]]:
        """Return the lines as text: in reading order, or as laid where a program laid Arabic wrongly."""
        whole = "\n".join(line.text for lines in self.lines.values() for line in lines)
        seen = signs(whole)
        if seen.is_mixed and letters_of(whole) > 100:
            raise LoadError(
                "has Arabic of which some comes out backwards; save it anew from its source, or use OCR"
            )
        if not seen.is_backward:
            return self.lines
        if signs("\n".join(line.text for lines in self.laid.values() for line in lines)).is_backward:
            raise LoadError("has Arabic that comes out backwards; save it anew from its source")
        return self.laid

    def _nothing(self) -> str:
        """Return why there is no text at all."""
        reasons = set(self.failed.values())
        if len(reasons) == 1:
            reason = reasons.pop()
            return reason.replace("is a picture without text; read it", "is pictures without text; read them")
        return "holds no text; read it with OCR"

    def _failures(self) -> Iterator[Part]:
        """Yield a part for each run of pages that failed for one reason."""
        numbers = sorted(self.failed)
        start = 0
        for i, number in enumerate(numbers):
            last = i + 1 == len(numbers)
            if last or numbers[i + 1] != number + 1 or self.failed[numbers[i + 1]] != self.failed[number]:
                first = numbers[start]
                name = f"page {first}" if first == number else f"pages {first}-{number}"
                yield Part(name, LoadError(self.failed[number]))
                start = i + 1


def _headline(lines: Sequence[Line]) -> str | None:
    """Return the lines in the largest type on a page, where they stand out."""
    sizes = sorted(line.size for line in lines for _ in line.glyphs)
    if not sizes or sizes[-1] < 1.2 * sizes[len(sizes) // 2]:
        return None
    page = is_right_to_left("".join(line.letters for line in lines))
    large = [line for line in lines if line.size > 0.95 * sizes[-1]]
    title = clean(" ".join(line.text(right_to_left=line.is_right_to_left(page)) for line in large))
    return title if 3 < len(title) <= 200 else None


def _read(lines: Sequence[Line], *, laid: bool) -> list[PageLine]:
    """Return the lines of a page as text: in reading order, or as they are laid."""
    page = is_right_to_left("".join(line.letters for line in lines))
    found = []
    for line in lines:
        right_to_left = line.is_right_to_left(page) and not laid
        text = line.as_laid() if laid else line.text(right_to_left=right_to_left)
        is_typed = any(glyph.is_typed for glyph in line.glyphs)
        found.append(PageLine(text, line.left, line.right, line.y, line.size, right_to_left, is_typed))
    return found


def _has_picture(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    return next(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3), None) is not None


def _glyphs(page: Any, most: int) -> Iterator[Glyph]:
    """Yield the glyphs of a page in the order of the file, the letters of a ligature together.

    Raises:
        LoadError: if there are more than `most` letters.
    """
    textpage = page.get_textpage()
    try:
        if textpage.count_chars() > most:
            raise LoadError("holds more text than is allowed; split it")
        for run in glyph_runs(_characters(textpage)):
            letters = [glyph.text for glyph in run]
            yield run[0] if len(run) == 1 else run[0]._replace(text=ligature(letters, reversed_=True))
    finally:
        textpage.close()


def _blanks(page: Any) -> Iterator[Glyph]:
    """Yield the spaces that are pieces of text of their own: these PDFium passes over."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    matrix = pdfium.FS_MATRIX()
    for i in range(pdfium.FPDFPage_CountObjects(page.raw)):
        piece = pdfium.FPDFPage_GetObject(page.raw, i)
        if pdfium.FPDFPageObj_GetType(piece) != pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        if not pdfium.FPDFPageObj_GetBounds(piece, left, bottom, right, top) or right.value > left.value:
            continue
        if not pdfium.FPDFPageObj_GetMatrix(piece, matrix):
            continue
        if matrix.a > 0 and matrix.b == 0 and math.isfinite(matrix.e) and math.isfinite(matrix.f):
            yield Glyph(" ", matrix.e, matrix.e, matrix.e, matrix.f, 1.0)


def _characters(textpage: Any) -> Iterator[Glyph]:
    """Yield each character that stands on the page; not those that PDFium adds."""
    import pypdfium2.raw as pdfium

    page = textpage.raw
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    high = word = 0
    for i in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(page, i)
        if pdfium.FPDFText_IsGenerated(page, i) == 1:
            word += code == 0x20  # an end of a line may stand between any two letters of a short page
            continue
        word += code in _SPACE_CODES
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00 if high else 0xFFFD
        high = 0
        if pdfium.FPDFText_HasUnicodeMapError(page, i) == 1 or not 0 < code < 0x110000:
            code = 0xFFFD
        pdfium.FPDFText_GetCharOrigin(page, i, x, y)
        pdfium.FPDFText_GetLooseCharBox(page, i, box)
        pdfium.FPDFText_GetMatrix(page, i, matrix)
        size = pdfium.FPDFText_GetFontSize(page, i) * math.hypot(matrix.c, matrix.d)
        angle = round(pdfium.FPDFText_GetCharAngle(page, i) / (math.pi / 2)) % 4
        numbers = (x.value, y.value, box.left, box.right, box.bottom, box.top, size)
        text = chr(code)
        if not all(map(math.isfinite, numbers)) or size <= 0 or (text.isspace() and box.right <= box.left):
            continue
        if "\ufe70" <= text <= "\ufe7f" or text.isspace():
            text = plain_letters(text).strip() or " "  # a vowel sign that is written on its own
        yield Glyph(plain_letters(text), *_turned(angle, x.value, y.value, box), size, angle, word)


def _turned(angle: int, x: float, y: float, box: Any) -> tuple[float, float, float, float]:
    """Return pen, left, right and baseline of a glyph on a page turned so that its text lies level."""
    if angle == 0:
        return x, box.left, box.right, y
    if angle == 1:  # downwards
        return -y, -box.top, -box.bottom, x
    if angle == 2:
        return -x, -box.right, -box.left, -y
    return y, box.bottom, box.top, -x
