"""A document comes back from the store with all that it went in with."""

from __future__ import annotations

import datetime as dt

from rag.records import document_of, record_of
from rag.schema import Document, Section
from rag.sync import FileState

STATE = FileState("digest", 12, 34)


def test_a_document_comes_back_with_its_sections() -> None:
    document = Document(
        "كتاب.pdf",
        "وصل.\n\nثم خرج.",
        "كتاب",
        "ar",
        dt.date(2019, 5, 4),
        "المرجان",
        0,
        (Section("page", "1", 0), Section("page", "2", 6)),
    )
    record = record_of(document, STATE)
    assert record.layout == '[["page","1",0],["page","2",6]]'
    assert document_of(record) == document


def test_a_document_without_sections_has_no_layout() -> None:
    document = Document("a.txt", "وصل.", "a")
    assert record_of(document, STATE).layout == ""
    assert document_of(record_of(document, STATE)) == document


def test_an_offset_has_the_sections_that_hold_it_outermost_first() -> None:
    sheet, row, heading = Section("sheet", "السكان", 0), Section("row", "2", 0), Section("row", "3", 10)
    second, last = Section("sheet", "المدن", 20), Section("row", "2", 25)
    document = Document("a.xlsx", "x" * 40, "a", sections=(sheet, row, heading, second, last))
    assert document.places(0) == document.places(9) == (sheet, row)
    assert document.places(10) == (sheet, heading)
    assert document.places(22) == (second,)  # the row before belongs to the other sheet
    assert document.places(39) == (second, last)
    pages = Document("a.pdf", "x" * 9, "a", sections=(Section("page", "4", 3), Section("page", "5", 6)))
    assert [pages.places(offset) for offset in (0, 3, 8)] == [(), pages.sections[:1], pages.sections[1:]]
