"""OpenDocument: shapes, comments, what stands in cells and in merged cells, and around every page."""

from __future__ import annotations

import pytest
from hostile import ODF, TEXT, odt

from rag.loaders import Extract, Limits, load, read

STYLE = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
DRAW = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'


def p(words: str) -> str:
    return f"<text:p>{words}</text:p>"


def text(body: str, **more: str) -> str:
    return load(odt(f"<text:section {DRAW}>{body}</text:section>", **more), "a.odt", Limits()).text


def cell(content: str = "", of: str = "") -> str:
    return f"<table:table-cell {of}>{content}</table:table-cell>"


def table(*rows: tuple[str, ...]) -> str:
    made = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    names = "".join(cell(p(name)) for name in ("المدينة", "السنة", "العدد"))
    head = f"<table:table-header-rows><table:table-row>{names}</table:table-row></table:table-header-rows>"
    return f"<table:table>{head}{made}</table:table>"


NOTE = f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('تقدير')}"
NOTE += "</text:note-body></text:note>"
COMMENT = f"<office:annotation>{p('تعليق المراجع')}</office:annotation>"
SHAPE = f"<draw:custom-shape>{p('داخل الشكل')}<draw:enhanced-geometry/></draw:custom-shape>"
FRAME = f"<draw:frame><draw:text-box>{p('مربع')}</draw:text-box></draw:frame>"


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (SHAPE, ["داخل الشكل"]),
        (f"<draw:rect>{p('مستطيل')}</draw:rect>", ["مستطيل"]),
        (f"<draw:g>{SHAPE}<draw:ellipse>{p('دائرة')}</draw:ellipse></draw:g>", ["داخل الشكل", "دائرة"]),
        (FRAME, ["مربع"]),
        (f"<draw:custom-shape>{p('في' + FRAME)}</draw:custom-shape>", ["في", "مربع"]),
    ],
)
def test_what_is_drawn_follows_the_paragraph_that_it_is_anchored_in(drawn: str, said: list[str]) -> None:
    assert text(p(f"حول {drawn}الشكل") + p("بعده")).split("\n\n") == ["حول الشكل", *said, "بعده"]
    assert text(drawn + p("بعده")).split("\n\n") == [*said, "بعده"]  # anchored to the page


def test_comments_and_deleted_text_are_no_text() -> None:
    deleted = f"<text:changed-region>{p('محذوف')}</text:changed-region>"
    deleted = f"<text:tracked-changes>{deleted}</text:tracked-changes>"
    spaces = f'وصل<text:s text:c="3"/>{COMMENT}<text:tab/>الوفد<text:line-break/>مساءً'
    assert text(deleted + p(spaces)) == "وصل الوفد مساءً"


def test_notes_boxes_and_comments_in_cells_stay_out_of_the_values() -> None:
    body = table((cell(p(f"النخيل{FRAME}{SHAPE}")), cell(p("٢٠١٨") + COMMENT), cell(p(f"٣٦{COMMENT}{NOTE}"))))
    assert text(body + p("بعده")).split("\n\n") == [
        "المدينة: النخيل | السنة: ٢٠١٨ | العدد: ٣٦",
        "مربع",
        "داخل الشكل",
        "تقدير",
        "بعده",
    ]


COVERED = "<table:covered-table-cell/>"


def test_a_cell_that_spans_rows_gives_each_of_them_its_value() -> None:
    two = 'table:number-rows-spanned="2" table:number-columns-spanned="2"'
    body = table(
        (cell(p("المرجان"), 'table:number-rows-spanned="3"'), cell(p("٢٠١٨")), cell(p("36"))),
        (COVERED, cell(p("٢٠١٩")), cell(p("41"))),
        (COVERED, cell(p("٢٠٢٠")), cell()),
        (cell(p("النخيل"), two), COVERED, cell(p("9"))),
        ('<table:covered-table-cell table:number-columns-repeated="2"/>', cell(p("10"))),
        (cell(), cell(p("٢٠٢١")), cell(p("11"))),
    )
    assert text(body).splitlines() == [
        "المدينة: المرجان | السنة: ٢٠١٨ | العدد: 36",
        "المدينة: المرجان | السنة: ٢٠١٩ | العدد: 41",
        "المدينة: المرجان | السنة: ٢٠٢٠",
        "المدينة: النخيل | العدد: 9",
        "المدينة: النخيل | العدد: 10",
        "السنة: ٢٠٢١ | العدد: 11",
    ]


def test_names_of_columns_in_two_rows_are_read_together() -> None:
    upper = cell(p("المدينة"), 'table:number-rows-spanned="2"')
    upper += cell(p("السكان"), 'table:number-columns-spanned="2"') + COVERED
    lower = COVERED + cell(p("ذكور")) + cell(p("إناث"))
    values = "".join(cell(p(value)) for value in ("المرجان", "كثير", "قليل"))
    rows = [f"<table:table-row>{cells}</table:table-row>" for cells in (upper, lower, values)]
    head = f"<table:table-header-rows>{''.join(rows[:2])}</table:table-header-rows>"
    body = f"<table:table>{head}{rows[2]}</table:table>"
    assert text(body) == "المدينة: المرجان | السكان ذكور: كثير | السكان إناث: قليل"


def styles(*parts: str) -> dict[str, str]:
    page = f"<style:master-page>{''.join(parts)}</style:master-page>"
    return {"styles.xml": f"<office:document-styles {ODF} {STYLE}>{page}</office:document-styles>"}


def test_a_letterhead_is_read_once_and_after_the_text_without_page_numbers() -> None:
    numbers = "صفحة <text:page-number>3</text:page-number> من <text:page-count>١٢</text:page-count>"
    more = styles(
        f"<style:header>{p('وزارة الموانئ')}{p(TEXT)}</style:header>",
        f"<style:header-first>{p('وزارة الموانئ')}{p('الرقم: ٤٤/ق')}</style:header-first>",
        f'<style:header-left style:display="false">{p("قديم")}</style:header-left>',
        f"<style:footer>{p(numbers)}{p('هاتف ٥٥٥ | ' + numbers)}</style:footer>",
    )
    assert text(p(TEXT), **more).split("\n\n") == [TEXT, "وزارة الموانئ", "الرقم: ٤٤/ق", "هاتف ٥٥٥"]


def test_damaged_styles_are_named_and_the_text_read() -> None:
    own, damaged = read(odt(p(TEXT), **{"styles.xml": "<office"}), "a.odt", Limits())
    assert isinstance(own.result, Extract)
    assert own.result.text == TEXT
    assert damaged.name == "styles.xml"
    assert "damaged" in str(damaged.result)
