"""Word, OpenDocument, books, messages and archives: hidden text, notes, tables, and files in files."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

import pytest
from hostile import TEXT, W, docx, odt, packed

from rag.loaders import Extract, Limits, Read, load, read

OTHER = "وقالت اللجنة إن العمل يسير على ما يرام، وإن الميناء الجديد يفتح في الربيع المقبل."


def extract(data: bytes, name: str) -> Extract:
    return load(data, name, Limits())


def text(data: bytes, name: str) -> str:
    return extract(data, name).text


def page(body: str) -> str:
    return f"<!doctype html><html><body>{body}</body></html>"


# -- Word, OpenDocument, books


def run(words: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{words}</w:t></w:r>"


def word(body: str, **parts: str) -> bytes:
    parts = {f"word/{name}.xml": part for name, part in parts.items()}
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            **parts,
        }
    )


def test_word_shows_what_its_reader_sees() -> None:
    body = (
        f"<w:p>{run('وصل ')}<w:del>{run('أمس ')}</w:del><w:ins>{run('اليوم')}</w:ins><w:r><w:tab/></w:r>"
        f"<w:hyperlink>{run('المهندس')}</w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run('داخل')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p><w:r><w:drawing><w:txbxContent><w:p>{run('مربع')}</w:p></w:txbxContent></w:drawing></w:r>{run('حوله')}</w:p>"
    )
    assert text(word(body), "a.docx") == "وصل اليوم المهندس\n\nداخل\n\nحوله\n\nمربع"


def test_notes_of_word_follow_their_paragraph() -> None:
    body = f"<w:p>{run('نص')}<w:r><w:footnoteReference w:id='2'/></w:r></w:p><w:p>{run('بعده')}</w:p>"
    notes = f"<w:footnotes {W}><w:footnote w:id='2'><w:p>{run('حاشية')}</w:p></w:footnote></w:footnotes>"
    assert text(word(body, footnotes=notes), "a.docx") == "نص\n\nحاشية\n\nبعده"


def test_headings_of_word_are_known_by_the_name_of_their_style_in_any_language() -> None:
    styles = (
        f"<w:styles {W}><w:style w:styleId='1'><w:name w:val='heading 1'/></w:style>"
        "<w:style w:styleId='a'><w:basedOn w:val='1'/></w:style>"
        "<w:style w:styleId='t'><w:name w:val='Title'/></w:style></w:styles>"
    )

    def styled(style: str, words: str) -> str:
        return f"<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr>{run(words)}</w:p>"

    found = extract(
        word(
            styled("1", "أول") + styled("a", "ثان") + styled("t", "عنوان") + styled("x", "نص"), styles=styles
        ),
        "a",
    )
    assert [section.label for section in found.sections] == ["أول", "ثان", "عنوان"]
    assert found.title == "عنوان"


def test_tables_of_word_stand_where_they_stand() -> None:
    def row(*cells: str, head: bool = False) -> str:
        made = "".join(f"<w:tc><w:p>{run(words)}</w:p></w:tc>" for words in cells)
        return f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if head else ''}{made}</w:tr>"

    table = f"<w:tbl>{row('الاسم', 'المدينة', head=True)}{row('سالم', 'المرجان')}</w:tbl>"
    body = f"<w:p>{run('قبل')}</w:p>{table}<w:p>{run('بعد')}</w:p><w:tbl>{row('سطر واحد')}</w:tbl>"
    assert text(word(body), "a.docx") == "قبل\n\nالاسم: سالم | المدينة: المرجان\n\nبعد\n\nسطر واحد"


def test_titles_that_programs_write_by_themselves_are_no_titles() -> None:
    from rag.loaders.docx import stated_title

    for title in (
        "Microsoft Word - x.doc",
        "Document1",
        "تقرير.docx",
        "untitled",
        "12",
        "مستند1",
        "",
        None,
        "a\ufffdb",
    ):
        assert stated_title(title) is None
    assert stated_title(" تقرير  الميناء ") == "تقرير الميناء"


def test_opendocument_shows_what_its_reader_sees() -> None:
    body = (
        "<text:tracked-changes><text:p>محذوف</text:p></text:tracked-changes><text:h>عنوان</text:h>"
        "<text:p>وصل<text:s/>المهندس<text:span> سالم</text:span>"
        "<text:note><text:note-body><text:p>حاشية</text:p></text:note-body></text:note>.</text:p>"
        "<text:list><text:list-item><text:p>بند</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>السنة</text:p></table:table-cell><table:table-cell>"
        "<text:p>العدد</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>أولى</text:p>"
        "</table:table-cell><table:table-cell><text:p>٣٦</text:p></table:table-cell></table:table-row></table:table>"
    )
    found = extract(odt(body), "a.odt")
    assert found.text == "عنوان\n\nوصل المهندس سالم.\n\nحاشية\n\nبند\n\nالسنة: أولى | العدد: ٣٦"
    assert (found.title, [section.label for section in found.sections]) == ("عنوان", ["عنوان"])


def test_a_book_is_read_in_the_order_of_its_spine_with_the_names_of_its_contents() -> None:
    package = (
        "<package><metadata><title>كتاب البحر</title><language>ar-EG</language><date>2019-05-04</date>"
        "<publisher>دار المرجان</publisher></metadata><manifest>"
        '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="a" href="one%20a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="n"/><itemref idref="a"/></spine></package>'
    )
    data = packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="x/p.opf"/></container>',
            "x/p.opf": package,
            "x/nav.xhtml": '<html><body><nav><a href="one%20a.xhtml#p">الفصل الثاني</a></nav></body></html>',
            "x/one a.xhtml": f"<html><body><p>{OTHER}</p></body></html>",
            "x/b.xhtml": f"<html><body><h1>الفصل الأول</h1><p>{TEXT}</p></body></html>",
        }
    )
    found = extract(data, "a.epub")
    assert found.text == f"الفصل الأول\n\n{TEXT}\n\n{OTHER}"
    assert [section.label for section in found.sections] == ["الفصل الأول", "الفصل الثاني"]
    assert (found.title, found.lang, found.date, found.source) == (
        "كتاب البحر",
        "ar",
        dt.date(2019, 5, 4),
        "دار المرجان",
    )


# -- Messages and archives


def message(**fields: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": "س <s@example.org>", "Message-ID": "<1@x>", **fields}.items():
        made[name.replace("_", "-")] = value
    return made


def test_of_a_text_in_two_forms_the_plain_one_is_read_unless_it_is_a_notice() -> None:
    both = message(Subject="خبر")
    both.set_content(TEXT)
    both.add_alternative(f"<p>{TEXT}</p>", subtype="html")
    assert text(both.as_bytes(), "a.eml") == f"خبر\n\n{TEXT}"
    notice = message(Subject="خبر")
    notice.set_content("افتحها في المتصفح.")
    notice.add_alternative(f"<p>{TEXT}</p><p>{OTHER}</p>", subtype="html")
    assert text(notice.as_bytes(), "a.eml") == f"خبر\n\n{TEXT}\n\n{OTHER}"


def test_wrapped_lines_are_joined_and_short_ones_stay() -> None:
    made = message(Subject="خبر")
    made.set_content(f"{TEXT[:70]}\n{TEXT[70:]}\n\nمع الشكر\nسالم\n> {OTHER[:62]}\n")
    parts = text(made.as_bytes(), "a.eml").split("\n\n")
    assert parts == [
        "خبر",
        f"{TEXT[:70].strip()} {TEXT[70:].strip()}",
        f"مع الشكر\nسالم\n> {OTHER[:62].strip()}",
    ]


def test_attachments_are_documents_and_pictures_are_not() -> None:
    made = message(Date="Fri, 31 Dec 2021 23:30:00 +0300")
    made.set_content(TEXT)
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="شعار.png")
    for name in ("نص.txt", "نص.txt", "..\\..\\x/y.txt"):
        made.add_attachment(OTHER.encode(), maintype="text", subtype="plain", filename=name)
    found = list(read(made.as_bytes(), "a.eml", Limits()))
    assert [name for name, _ in found] == ["", "نص.txt", "نص.txt~2", "y.txt"]
    assert isinstance(found[0].result, Extract)
    assert (found[0].result.date, found[0].result.source) == (dt.date(2021, 12, 31), "س")


def test_a_page_saved_by_a_browser_as_a_message_is_a_page() -> None:
    source = page(f"<article><h1>خبر</h1><p>{TEXT}</p><p>{OTHER}</p></article><nav><a>رئيسية</a></nav>")
    saved = message(Subject="x", Snapshot_Content_Location="http://example.org/")
    saved.set_content(source, subtype="html")
    saved.make_related()
    assert text(saved.as_bytes(), "a.mhtml") == f"خبر\n\n{TEXT}\n\n{OTHER}"


def test_hidden_members_and_pictures_in_an_archive_are_passed_over() -> None:
    names = ["__MACOSX/a.txt", ".git/a.txt", "a/.b.txt", "a/~$b.txt", "p.png", "ع.txt"]
    assert [name for name, _ in read(packed(dict.fromkeys(names, TEXT)), "a.zip", Limits())] == ["ع.txt"]


def test_number_signs_and_saved_pages_in_an_archive_are_documents() -> None:
    members = {
        "#1 جدول.txt": TEXT,
        "#2/أول.txt": TEXT,
        "#رسالة.txt#": TEXT,
        "صفحة.php": page(f"<p>{TEXT}</p>"),
        "code.php": f"<html><?php x ?>{TEXT}",
    }
    found = [name for name, _ in read(packed(members), "a.zip", Limits())]
    assert found == ["#1 جدول.txt", "#2/أول.txt", "صفحة.php"]
    made = message()
    made.set_content(TEXT)
    for name, content in members.items():
        made.add_attachment(content.encode(), maintype="text", subtype="plain", filename=name)
    found = [name for name, _ in read(made.as_bytes(), "a.eml", Limits())]
    assert found == ["", "#1 جدول.txt", "أول.txt", "صفحة.php"]


def test_names_in_an_archive_are_read_in_the_encoding_of_their_time() -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("XXXXXX.txt", TEXT)
    for encoding, name in (("cp720", "تقرير"), ("utf-8", "أول")):
        data = out.getvalue().replace(b"XXXXXX", name.encode(encoding).ljust(6, b"_"))
        [(found, _)] = read(data, "a.zip", Limits())
        assert found == f"{name.ljust(6, '_') if encoding == 'cp720' else name}.txt"


def named(*names: bytes) -> bytes:
    """Return an archive whose members have names in an encoding that it does not state."""
    made = packed({chr(ord("A") + i) * len(name): TEXT for i, name in enumerate(names)})
    for i, name in enumerate(names):
        made = made.replace(bytes([ord("A") + i]) * len(name), name)
    return made


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1256", ["تقرير المجلس عن الإسكان.txt"]),
        ("cp1256", ["مُذكِّرة – نسخة «أولى».txt", "étude côté 2021.txt"]),
        ("cp1256", ["من.txt", "ملون ومنه.txt"]),
        ("cp1256", ["گزارش چاپ.txt"]),
        ("cp1256", ["rapport général où.txt"]),
        ("cp720", ["تقرير المجلس عن الإسكان.txt"]),
        ("cp720", ["كل قلم.txt", "عن.txt", "من.txt"]),
        ("cp720", ["مُذكِّرة.txt", "rapport général où.txt", "à côté.txt"]),
        ("cp437", ["Übersicht für März.txt", "Größe.txt"]),
        ("cp437", ["España y año.txt"]),
        ("cp1252", ["Übersicht für März.txt", "Größe.txt"]),
        ("utf-8", ["تقرير.txt", "Übersicht.txt"]),
    ],
)
def test_names_in_an_archive_make_sense_in_one_encoding(encoding: str, names: list[str]) -> None:
    found = read(named(*(name.encode(encoding) for name in names)), "a.zip", Limits())
    assert [name for name, _ in found] == names


def test_control_characters_in_the_names_of_members_are_replaced_and_names_stay_apart() -> None:
    names = ["a\x1b[31m.txt", "a\x07[31m.txt", "ب\x85\x9f.txt", "d\n/e\x7f.txt"]
    found = [name for name, _ in read(packed(dict.fromkeys(names, TEXT)), "a.zip", Limits())]
    assert found == ["a\ufffd[31m.txt", "a\ufffd[31m.txt~2", "ب\ufffd\ufffd.txt", "d\ufffd/e\ufffd.txt"]


def test_archives_lie_in_one_another_as_deep_as_is_allowed() -> None:
    inner = packed({"a.txt": TEXT})
    data = packed({"b.zip": inner})
    assert [name for name, _ in read(data, "c.zip", Limits())] == ["b.zip/a.txt"]
    [(name, result)] = read(data, "c.zip", Limits(depth=1))
    assert (name, str(result)) == ("b.zip/a.txt", "lies too deep in archives; unpack them")


@pytest.mark.parametrize("after", range(5))
def test_reading_goes_on_after_any_document(after: int) -> None:
    data = packed(
        {
            "a.txt": TEXT,
            "b.zip": packed({"c.txt": TEXT, "d.txt": OTHER}),
            "e.zip": packed({"f.txt": TEXT}),
            "g.txt": OTHER,
        }
    )
    whole: list[Read] = list(read(data, "x.zip", Limits()))
    assert [name for name, _ in whole] == ["a.txt", "b.zip/c.txt", "b.zip/d.txt", "e.zip/f.txt", "g.txt"]
    assert list(read(data, "x.zip", Limits(), after=whole[after].name)) == whole[after + 1 :]


def test_docx_is_known_by_its_parts() -> None:
    assert (
        text(docx(f"<w:document {W}><w:body><w:p>{run(TEXT)}</w:p></w:body></w:document>"), "a.zip") == TEXT
    )
