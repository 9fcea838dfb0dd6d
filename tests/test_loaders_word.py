"""Word: what stands in cells, in merged cells, in imported parts, and around every page."""

from __future__ import annotations

import pytest
from hostile import TEXT, W, packed

from rag.loaders import Extract, Limits, LoadError, load, read

R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def run(words: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{words}</w:t></w:r>"


def paragraph(*words: str) -> str:
    return f"<w:p>{''.join(map(run, words))}</w:p>"


def word(body: str, targets: dict[str, str] | None = None, **members: str | bytes) -> bytes:
    relations = "".join(
        f'<Relationship Id="{key}" Target="{name}"/>' for key, name in (targets or {}).items()
    )
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W} {R}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
            **{f"word/{name.replace('_', '.')}": content for name, content in members.items()},
        }
    )


def extract(data: bytes) -> Extract:
    return load(data, "a.docx", Limits())


def text(data: bytes) -> str:
    return extract(data).text


# -- Tables


def cell(*paragraphs: str, is_: str = "") -> str:
    return f"<w:tc><w:tcPr>{is_}</w:tcPr>{''.join(paragraphs) or paragraph()}</w:tc>"


def row(*cells: str, is_: str = "") -> str:
    return f"<w:tr><w:trPr>{is_}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def cells(*words: str) -> list[str]:
    return [cell(paragraph(one)) for one in words]


NAMES = row(*cells("المدينة", "السنة", "العدد"), is_="<w:tblHeader/>")
START, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_notes_and_text_boxes_in_cells_follow_their_table() -> None:
    noted = "<w:p>" + run("٣٦") + "<w:r><w:footnoteReference w:id='2'/></w:r></w:p>"
    box = f"<w:r><w:pict><w:txbxContent>{paragraph('مربع جانبي')}</w:txbxContent></w:pict></w:r>"
    boxed = f"<w:p>{run('النخيل')}{box}</w:p>"
    body = table(NAMES, row(cell(boxed), cell(paragraph("٢٠١٨")), cell(noted))) + paragraph("بعده")
    notes = f"<w:footnotes {W}><w:footnote w:id='2'>{paragraph('تقدير أوّلي')}</w:footnote></w:footnotes>"
    assert text(word(body, footnotes_xml=notes)).split("\n\n") == [
        "المدينة: النخيل | السنة: ٢٠١٨ | العدد: ٣٦",
        "مربع جانبي",
        "تقدير أوّلي",
        "بعده",
    ]


def test_columns_that_a_row_passes_over_do_not_shift_the_others() -> None:
    short = row(*cells("٢٠١٩", "٤١"), is_='<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>')
    assert text(word(table(NAMES, short))) == "السنة: ٢٠١٩ | العدد: ٤١"


def test_a_cell_that_spans_rows_gives_each_of_them_its_value() -> None:
    body = table(
        NAMES,
        row(cell(paragraph("الـمرجان"), is_=START), *cells("٢٠١٨", "36")),
        row(cell(is_=ON), *cells("٢٠١٩", "41")),
        row(cell(is_=ON), cell(paragraph("٢٠٢٠"), is_=START), cell(paragraph("44"))),
        row(cell(paragraph("النخيل")), cell(is_=ON), cell(paragraph("9"))),
    )
    assert text(word(body)).splitlines() == [
        "المدينة: الـمرجان | السنة: ٢٠١٨ | العدد: 36",
        "المدينة: الـمرجان | السنة: ٢٠١٩ | العدد: 41",
        "المدينة: الـمرجان | السنة: ٢٠٢٠ | العدد: 44",
        "المدينة: النخيل | السنة: ٢٠٢٠ | العدد: 9",
    ]


def test_names_of_columns_in_two_rows_are_read_together() -> None:
    two = '<w:gridSpan w:val="2"/>'
    body = table(
        row(cell(paragraph("المدينة"), is_=START), cell(paragraph("السكان"), is_=two), is_="<w:tblHeader/>"),
        row(cell(is_=ON), *cells("ذكور", "إناث"), is_="<w:tblHeader/>"),
        row(*cells("المرجان", "كثير", "قليل")),
    )
    assert text(word(body)) == "المدينة: المرجان | السكان ذكور: كثير | السكان إناث: قليل"


def test_the_name_of_a_column_that_spans_two_rows_is_no_value() -> None:
    body = table(
        row(cell(paragraph("المدينة"), is_=START), *cells("ذكور", "إناث"), is_="<w:tblHeader/>"),
        row(cell(is_=ON), *cells("بالآلاف", "بالمئات")),
        row(*cells("المرجان", "36", "41")),
    )
    assert text(word(body)).splitlines() == [
        "ذكور: بالآلاف | إناث: بالمئات",
        "المدينة: المرجان | ذكور: 36 | إناث: 41",
    ]


# -- Imported parts


def test_what_a_document_imports_stands_in_its_place() -> None:
    targets = {"h": "afchunk.htm", "t": "/word/afchunk.txt", "m": "afchunk.mht"}
    page = "<html><head><style>p{}</style></head><body><h2>الأرصفة</h2><p>فُتح الرصيف.</p></body></html>"
    fields = "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit"
    saved = f"{fields}\n\n<p>{TEXT}</p>"
    body = (
        paragraph("قبل")
        + '<w:altChunk r:id="h"/>'
        + paragraph("بين")
        + '<w:altChunk r:id="t"/><w:altChunk r:id="m"/><w:altChunk r:id="h"/>'
    )
    found = extract(
        word(body, targets, afchunk_htm=page, afchunk_txt="سطر أول\r\nسطر ثان", afchunk_mht=saved)
    )
    assert found.text.split("\n\n") == ["قبل", "الأرصفة", "فُتح الرصيف.", "بين", "سطر أول", "سطر ثان", TEXT]
    assert [section.label for section in found.sections] == ["الأرصفة"]
    assert found.parts == ()


def test_what_is_imported_in_a_cell_is_read_too() -> None:
    imported = cell('<w:altChunk r:id="h"/>', paragraph())
    data = word(table(row(*cells("المدينة"), imported)), {"h": "a.htm"}, a_htm="<p>ميناء <b>جديد</b></p>")
    assert text(data) == "المدينة\n\nميناء جديد"


def test_an_import_that_cannot_stand_in_the_text_is_a_document_or_a_reason() -> None:
    body = paragraph("قبل") + "".join(f'<w:altChunk r:id="{key}"/>' for key in "dxg")
    data = word(body, {"d": "in.docx", "x": "old.rtf"}, in_docx=word(paragraph(TEXT)), old_rtf=r"{\rtf1 a}")
    own, inner, refused, lacking = read(data, "a.docx", Limits())
    assert [one.name for one in (own, inner, refused, lacking)] == ["", "in.docx", "old.rtf", "g"]
    assert isinstance(inner.result, Extract)
    assert inner.result.text == TEXT
    assert "RTF" in str(refused.result)
    assert isinstance(lacking.result, LoadError)


def test_the_text_of_a_diagram_follows_its_paragraph() -> None:
    drawing = '<w:r><w:drawing><x:relIds xmlns:x="urn:x" r:dm="d" r:lo="l"/></w:drawing></w:r>'
    points = "".join(
        f"<pt><text><p><r><t>{a}</t></r><r><t>{b}</t></r></p></text></pt>" for a, b in ("أب", "جد")
    )
    body = f"<w:p>{run('قبل')}{drawing}</w:p>" + paragraph("بعد")
    points = points.replace("<pt><t>", "<pt><text>").replace("</t></pt>", "</text></pt>")
    data = word(body, {"d": "diagrams/data1.xml"}, **{"diagrams/data1_xml": f"<model>{points}</model>"})
    assert text(data).split("\n\n") == ["قبل", "أب", "جد", "بعد"]


@pytest.mark.parametrize("name", ["word/settings.xml", "word/_rels/document.xml.rels"])
def test_a_damaged_part_is_named_and_the_text_read(name: str) -> None:
    document = f"<w:document {W}><w:body>{paragraph(TEXT)}</w:body></w:document>"
    own, damaged = read(packed({"word/document.xml": document, name: "<w:"}), "a.docx", Limits())
    assert isinstance(own.result, Extract)
    assert own.result.text == TEXT
    assert "damaged" in str(damaged.result)


# -- Headers and footers


def around(name: str, *paragraphs: str) -> str:
    return f"<w:{name} {W}>{''.join(paragraphs)}</w:{name}>"


def section(*references: str, title_page: bool = False) -> str:
    listed = "".join(
        f'<w:{kind}Reference w:type="{which}" r:id="{key}"/>'
        for kind, which, key in (reference.split() for reference in references)
    )
    return f"<w:sectPr>{listed}{'<w:titlePg/>' if title_page else ''}</w:sectPr>"


def number(field: str) -> str:
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    return f"{begin}<w:r><w:instrText> {field} </w:instrText></w:r>{separate}{run('12')}{end}"


TARGETS = {key: f"{key}.xml" for key in ("one", "two", "three", "four")}


def test_a_letterhead_is_read_once_and_after_the_text() -> None:
    head = around("hdr", paragraph("وزارة الموانئ"), table(row(*cells("الرقم: ٤٤/ق", "التاريخ: 12/5/2019"))))
    foot = around("ftr", paragraph("هاتف ٥٥٥-٠١٢٣"), paragraph("نص الكتاب"))
    body = (
        f"<w:p><w:pPr>{section('header default one', 'footer default two')}</w:pPr>{run('نص الكتاب')}</w:p>"
        + section("header default one", "footer default three")
    )
    data = word(body, TARGETS, one_xml=head, two_xml=foot, three_xml=foot)
    assert text(data).split("\n\n") == [
        "نص الكتاب",
        "وزارة الموانئ",
        "الرقم: ٤٤/ق | التاريخ: 12/5/2019",
        "هاتف ٥٥٥-٠١٢٣",
    ]


def test_page_numbers_are_no_text() -> None:
    simple = '<w:fldSimple w:instr=" PAGE \\* MERGEFORMAT ">' + run("٣") + "</w:fldSimple>"
    foot = around(
        "ftr",
        f"<w:p>{run('صفحة ')}{number('PAGE')}{run(' من ')}{number('NUMPAGES')}</w:p>",
        f"<w:p>{run('- ')}{simple}{run(' -')}</w:p>",
        f"<w:p>{run('تقرير المرفأ | Page ')}{simple}</w:p>",
        f"<w:p>{run('حُفظ في ')}{number('DATE')}</w:p>",
    )
    data = word(paragraph(TEXT) + section("footer default one"), TARGETS, one_xml=foot)
    assert text(data).split("\n\n") == [TEXT, "تقرير المرفأ", "حُفظ في 12"]


@pytest.mark.parametrize("shown", [False, True])
def test_headers_that_no_page_shows_are_left_out(shown: bool) -> None:
    body = paragraph(TEXT) + section("header first one", "header even two", title_page=shown)
    settings = f"<w:settings {W}>{'<w:evenAndOddHeaders/>' if shown else ''}</w:settings>"
    parts = {f"{key}_xml": around("hdr", paragraph(f"ترويسة {key}")) for key in ("one", "two")}
    found = text(word(body, TARGETS, settings_xml=settings, **parts)).split("\n\n")
    assert found == ([TEXT, "ترويسة one", "ترويسة two"] if shown else [TEXT])


def test_a_letterhead_stands_under_no_heading_of_the_text() -> None:
    heading = f'<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr>{run("الأرصفة")}</w:p>'
    data = word(
        heading + paragraph(TEXT) + section("header default one"),
        TARGETS,
        one_xml=around("hdr", paragraph("وزارة الموانئ")),
    )
    found = extract(data)
    assert [section.label for section in found.sections] == ["الأرصفة", "وزارة الموانئ"]
    assert found.title == "الأرصفة"


def test_a_damaged_header_is_named_and_the_text_read() -> None:
    data = word(paragraph(TEXT) + section("header default one"), TARGETS, one_xml="<w:hdr>")
    own, header = read(data, "a.docx", Limits())
    assert isinstance(own.result, Extract)
    assert own.result.text == TEXT
    assert header.name == "one.xml"
    assert "damaged" in str(header.result)
