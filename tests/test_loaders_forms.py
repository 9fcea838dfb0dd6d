"""What was typed into the fields of a PDF form is read where it stands."""

from __future__ import annotations

import pytest
from hostile import CATALOG, PAGES, pdf, stream

from rag.loaders import Extract, Limits, LoadError
from rag.loaders.forms import Field, fill
from rag.loaders.glyphs import Glyph
from rag.loaders.page_lines import lines_of
from rag.loaders.pdf import load_pdf
from rag.loaders.sandbox import read_safely


def field(place: tuple[int, int, int, int], entries: str, text: str = "", label: str = "") -> bytes:
    """Return a field of a form; what is said of it is in UTF-16."""
    strings = {key: value.encode("utf-16-be").hex() for key, value in (("V", text), ("TU", label)) if value}
    said = "".join(f" /{key} <feff{value}>" for key, value in strings.items())
    rect = " ".join(map(str, place))
    return f"<< /Type /Annot /Subtype /Widget /Rect [{rect}] /T (f{place[1]}) {entries}{said} >>".encode()


def form(*fields: bytes, shown: bytes = b"") -> bytes:
    """Return a PDF of a page of Latin text with these fields."""
    places = b" ".join(b"%d 0 R" % number for number in range(6, 6 + len(fields)))
    catalog = CATALOG.replace(b" >>", b" /AcroForm << /Fields [%s] >> >>" % places)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Annots [%s]" % places
    page += b" /Resources << /Font << /F 5 0 R >> >> >>"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdf([catalog, PAGES, page, stream(b"BT /F 12 Tf " + shown + b" ET"), font, *fields])


def test_the_values_of_a_form_are_read_on_their_lines() -> None:
    data = form(
        field((100, 694, 300, 712), "/FT /Tx", "غادة مرتضى سليم"),
        field((100, 664, 300, 682), "/FT /Ch /Ff 131072 /Opt [(Hit) (Ana)]", "Ana"),
        field((100, 634, 114, 648), "/FT /Btn /AS /Yes /V /Yes"),
        field((100, 604, 114, 618), "/FT /Btn /AS /Off /V /Off"),
        field((100, 574, 300, 588), "/FT /Tx /Ff 8192", "secret"),
        field((100, 544, 300, 558), "/FT /Tx /F 2", "hidden"),
        field((100, 400, 300, 460), "/FT /Tx", "سوق\rالتوابل", "المكان"),
        shown=b"50 700 Td (Name:) Tj 0 -30 Td (Town:) Tj 0 -30 Td (Paid:) Tj 0 -30 Td (Late:) Tj"
        b" 0 -30 Td (Word:) Tj 0 -30 Td (None:) Tj 0 -300 Td (Signed) Tj",
    )
    [(_, extract)] = read_safely(data, "a.pdf", Limits())
    assert isinstance(extract, Extract)
    assert extract.text.split("\n\n") == [
        "Name: غادة مرتضى سليم\nTown: Ana\nPaid: ✓",
        "Late:",
        "Word:",
        "None:",
        "المكان: سوق التوابل",
        "Signed",
    ]


def test_a_form_of_nothing_but_fields_is_read() -> None:
    data = form(field((100, 694, 300, 712), "/FT /Tx", "غادة مرتضى", "الاسم"))
    assert load_pdf(data, Limits()).text == "الاسم: غادة مرتضى"


def test_one_value_in_many_fields_takes_no_more_than_is_allowed() -> None:
    kids = [field((100, 10 * i, 300, 10 * i + 9), "/FT /Tx", "نص طويل " * 50) for i in range(20)]
    with pytest.raises(LoadError, match="holds more text than is allowed; split it"):
        load_pdf(form(*kids), Limits(text=5000))


def test_a_field_on_an_arabic_line_is_read_after_its_label() -> None:
    lines = lines_of(
        Glyph(letter, x + 5 * i, x + 5 * i, x + 5 * i + 5, 700, 10)
        for x, label in ((300, ":مسالا"), (150, ":دلبلا"))
        for i, letter in enumerate(label)
    )
    fill(lines, [Field("سامي الهادي", "", 205, 290, 696, 710), Field("هيت 12", "", 60, 145, 696, 710)])
    (line,) = lines
    assert " ".join(line.text(right_to_left=True).split()) == "الاسم: سامي الهادي | البلد: هيت 12"
