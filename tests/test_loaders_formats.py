"""What a file is, its content tells; and each format's own turns: hidden text, notes, spans, encodings."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hostile import TEXT, packed, xlsx
from hypothesis import given
from hypothesis import strategies as st

from rag.loaders import Extract, Limits, LoadError, kind, load
from rag.loaders.base import Writer, clean
from rag.loaders.columns import is_header
from rag.loaders.kinds import is_passed_over
from rag.schema import Section

OTHER = "وقالت اللجنة إن العمل يسير على ما يرام، وإن الميناء الجديد يفتح في الربيع المقبل."


def extract(data: bytes | str, name: str) -> Extract:
    return load(data if isinstance(data, bytes) else data.encode(), name, Limits())


def text(data: bytes | str, name: str) -> str:
    return extract(data, name).text


def places(found: Extract) -> list[tuple[str, str, str]]:
    return [(s.kind, s.label, found.text[s.start :][:6].split("\n")[0]) for s in found.sections]


# -- Kinds

MAIL = "From: a@example.org\nTo: b@example.org\nMessage-ID: <1@x>\n\nنص\n"


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("%PDF-1.4 ...", "a.txt", "pdf"),
        ("junk before\n%PDF-1.4\n1 0 obj\n", "a", "pdf"),
        (b"junk before %PDF-1.4\r%\xe2\xe3\xcf\xd3\r1 0 obj\rstream\r\n\x01\x02\0", "a", "pdf"),
        ("\ufeff \n%PDF-1.4 ...", "a", "pdf"),
        ("يبدأ كل ملف بالعلامة %PDF-1.7 ثم تليه الكائنات.", "a.txt", "plain"),
        ("أول سطر فيه:\n%PDF-1.7\nوبعده نص لا كائن فيه.", "a.txt", "plain"),
        ("كما في %PDF-1.7\n1 0 obj\nو endobj", "a.txt", "plain"),
        ("<html><p>العلامة %PDF-1.4", "a.html", "html"),
        (b"PK\x03\x04....", "a.docx", "zip"),
        ("<!DOCTYPE html><p>x", "a.txt", "html"),
        ("\ufeff\n <!-- saved --> <HTML><p>x", "a.xls", "html"),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html>', "a", "html"),
        ('<?xml version="1.0"?><html xmlns="x">', "a.xhtml", "html"),
        ("<div>جزء</div>", "a.html", "html"),
        ("نص بلا علامات", "a.html", "plain"),
        ("# عنوان <b>", "a.md", "markdown"),
        ("نص", "a.text", "plain"),
        ("نص", "README", "plain"),
        ("a,b\n1,2", "a.csv", "csv"),
        ("a\tb\n1\t2", "a.xls", "csv"),
        ("a,b\n1,2", "a.txt", "plain"),
        ('{"a": 1}\n{"a": 2}\n', "a.txt", "jsonl"),
        ('{"a": 1}\n', "a.jsonl", "jsonl"),
        ("{ليس كذلك}\n{ولا هذا}\n", "a.txt", "plain"),
        (MAIL, "a.txt", "mail"),
        ("From: a\nDate: b\n\nx", "a.eml", "mail"),
        ("Date: السبت\nFrom: المدينة\nنص.\n", "a.txt", "plain"),
    ],
)
def test_content_tells_what_a_file_is(content: str | bytes, name: str, expected: str) -> None:
    assert kind(content if isinstance(content, bytes) else content.encode(), name) == expected


def test_comments_without_end_and_without_number_take_no_time() -> None:
    assert kind(b"<!--" * 16_000, "a.txt") == "plain"
    assert kind(b"<!---->" * 9_000 + b"<html>", "a.txt") == "html"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            packed({"ppt/presentation.xml": "x"}),
            "is a PowerPoint file, which is not supported; save it as PDF",
        ),
        (
            packed({"xl/workbook.bin": "x"}),
            "is a binary Excel workbook, which is not supported; save it as XLSX",
        ),
        (packed({"Index/Document.iwa": "x"}), "is a Pages, Numbers or Keynote file"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "that is no text"),
        (packed({"META-INF/container.xml": "x", "META-INF/rights.xml": "x"}), "is locked by its seller"),
        (b'<?xml version="1.0"?><feed/>', "is XML of an unknown kind; save it as HTML or text"),
        (b"\0" * 257 + b"ustar\0", "is a tar archive, which is not supported; unpack it, or pack it as ZIP"),
    ],
)
def test_what_is_not_supported_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(LoadError, match=reason):
        load(content, "a", Limits())


def test_pictures_and_programs_are_passed_over_and_documents_are_not() -> None:
    assert all(map(is_passed_over, ["a.JPG", "b/c.py", "x.json", "ص.mp4"]))
    assert not any(map(is_passed_over, ["a.pdf", "a.doc", "a", "a.2019", "py", "أ.txt", ".jpg"]))


# -- Text


@given(st.text())
def test_clean_text_is_one_line_that_can_be_stored(line: str) -> None:
    found = clean(line)
    assert found == " ".join(found.split(" ")).strip()
    assert len(found.splitlines()) <= 1
    found.encode("utf-8")
    assert clean(found) == found


def test_sections_without_text_are_left_out_and_starts_are_those_of_the_text() -> None:
    writer = Writer(Limits())
    writer.section("page", "1")
    writer.section("page", "2")
    writer.paragraph(" \n ")
    writer.paragraph("  نص   أول ")
    writer.heading("عنوان")
    writer.section("page", "3")
    assert writer.text == "نص أول\n\nعنوان"
    assert writer.sections == (Section("page", "2", 0), Section("heading", "عنوان", 8))
    with pytest.raises(LoadError, match="holds more than 5 characters of text; split it"):
        Writer(Limits(text=5)).write("ستة أحرف")


def test_headings_of_markdown_are_sections_but_not_in_code() -> None:
    source = "---\n# ليس عنوانا\n---\n# **أول** #\n```\n# code\n```\n#بلا مسافة\n## ثان\nنص\n"
    found = extract(source, "a.md")
    assert found.text == source
    assert [section.label for section in found.sections] == ["ليس عنوانا", "أول", "ثان"]
    from rag.corpus import _document

    document = _document(
        "a.md",
        Extract("---\ntitle: x\n# y\n---\n# z\n", extract("---\ntitle: x\n# y\n---\n# z\n", "a.md").sections),
    )
    assert [section.label for section in document.sections] == ["z"]  # front matter has none


# -- Web pages


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def test_paragraphs_lines_and_inline_marks() -> None:
    body = "<p>وصل <b>المهن</b>دس&nbsp;سالم<br>صباحا</p><div>ثم<p>خرج</p>وعاد</div>أول<br><br>ثان"
    assert text(page(body), "a") == "وصل المهندس سالم صباحا\n\nثم\n\nخرج\n\nوعاد\n\nأول\n\nثان"


def test_what_is_not_shown_is_not_read() -> None:
    hidden = (
        "<p hidden>سر</p><p style='display: none'>سر</p><div aria-hidden=true>سر</div><template>سر</template>"
    )
    assert (
        text(page(f"{hidden}<p>{TEXT}</p><noscript>سر</noscript><!-- سر --><select><option>سر</select>"), "a")
        == TEXT
    )


def test_the_main_element_is_told_by_its_text_where_nothing_names_it() -> None:
    menu = (
        "<table><tr><td>"
        + "".join(f"<a href=/{i}>باب من أبواب الموقع {i}</a> " for i in range(30))
        + "</table>"
    )
    main = f"<div id=x><div><h3>عنوان</h3><p>{TEXT}</p><p>{OTHER}</p></div></div>"
    body = f"<div>{menu}</div>{main}<div>{menu}</div>"
    assert text(page(body), "a") == f"عنوان\n\n{TEXT}\n\n{OTHER}"


@pytest.mark.parametrize(
    "name",
    [
        "elementor-widget elementor-widget-text-editor",
        "overflow-hidden md:block",
        "has-sidebar",
        "page menu-open",
    ],
)
def test_names_that_mislead_do_not_hide_the_text(name: str) -> None:
    assert text(page(f"<div class='{name}'><p>{TEXT}</p></div><div class='share'>شارك</div>"), "a") == TEXT


def test_a_page_without_running_text_is_read_whole() -> None:
    assert text(page("<ul><li>ميناء</ul><nav><a>رئيسية</a></nav>"), "a") == "ميناء"
    assert text(page("<a href=/>رئيسية</a>"), "a") == "رئيسية"


def test_a_headline_above_the_article_is_kept() -> None:
    body = f"<header><h1>افتتاح الميناء</h1></header><article><p>{TEXT}</p><p>{OTHER}</p></article>"
    found = extract(page(body, "<title>افتتاح الميناء - صحيفة</title>"), "a")
    assert (found.title, found.text) == ("افتتاح الميناء", f"افتتاح الميناء\n\n{TEXT}\n\n{OTHER}")


def test_tables_of_a_page_have_the_names_of_their_columns_and_layout_has_not() -> None:
    table = "<table><tr><th>السنة<th>السفن</tr><tr><td>٢٠١٧<td colspan=1>٣٩٠</tr></table>"
    assert text(page(f"<p>{TEXT}</p>{table}"), "a") == f"{TEXT}\n\nالسنة: ٢٠١٧ | السفن: ٣٩٠"
    layout = f"<table><tr><td><p>{TEXT}</p><p>{OTHER}</p></td><td>جانب</td></tr></table>"
    assert text(page(layout), "a").startswith(f"{TEXT}\n\n{OTHER}")


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@graph": [{"datePublished": "2021-07-17T23:30-05"}]}</script>',
        '<meta property="article:published_time" content="2021-07-17T10:00:00Z">',
        '<meta name="pubdate" content="17 يوليو 2021">',
        "<meta itemprop=datePublished content=2021-07-17>",
    ],
)
def test_a_page_states_its_day(head: str) -> None:
    assert extract(page(f"<p>{TEXT}</p>", head), "a").date == dt.date(2021, 7, 17)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="date" content="2021-13-45">',
        '<script type="application/ld+json">{{{</script>',
        '<meta name="date" content="قبل يومين">',
        '<script type="application/ld+json">[1, "x", {"datePublished": 5}]</script>',
        "",
    ],
)
def test_a_page_that_states_no_day_has_none(head: str) -> None:
    assert extract(page(f"<p>{TEXT}</p>", head), "a").date is None


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("cp1256", "windows-1256"),
        ("cp1256", ""),
        ("utf-16", "utf-16"),
        ("utf-8", "iso-8859-1x"),
    ],
)
def test_a_page_is_decoded_as_it_declares_or_as_it_reads(encoding: str, declared: str) -> None:
    body = TEXT.replace("٨٥", "85")
    source = page(f"<p>{body}</p>", f"<meta charset={declared}>" if declared else "")
    assert text(source.encode(encoding), "a.html") == body


def test_the_language_is_detected_where_a_template_says_another() -> None:
    from rag.corpus import _document

    arabic = extract(page(f"<p>{TEXT}</p>").replace("<html>", "<html lang=en-US>"), "a")
    assert arabic.lang == "en"
    assert _document("a", arabic).lang == "ar"
    assert _document("a", Extract("Ok. 12", lang="tr")).lang == "tr"


# -- Tables


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    found = extract('الاسم;العدد\n\nميناء;36\n;\n"سطر\nثان";٧\n', "a.csv")
    assert found.text == "الاسم: ميناء | العدد: 36\n\nالاسم: سطر\nثان\nالعدد: ٧"
    assert places(found) == [("row", "3", "الاسم:"), ("row", "5", "الاسم:")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_alike(delimiter: str) -> None:
    rows = [["المدينة", "العدد"], ["المرجان، البحر", "1.5"], ["النخيل", "2.5"]]
    assert text("\n".join(delimiter.join(row) for row in rows), "a.csv").count(" | ") == 2
    assert (
        text(f"sep={delimiter}\r\n" + "\r\n".join(delimiter.join(row) for row in rows), "a.csv").count(" | ")
        == 2
    )


def test_a_long_value_stands_in_lines_of_its_own() -> None:
    long = f"{TEXT} {OTHER} {TEXT} {OTHER}"
    assert text(f'العنوان,النص\nخبر,"{long}"\n', "a.csv") == f"العنوان: خبر\nالنص: {long}"


def test_a_table_of_one_row_or_of_numbers_alone_has_no_names() -> None:
    assert text("1,2\n3,4\n", "a.csv") == "1 | 2\n\n3 | 4"
    assert text("الاسم,العدد\n", "a.csv") == "الاسم | العدد"
    assert not is_header([["a", "a"], ["1", "2"]])
    assert not is_header([["ميناء", "بحر"], ["نهر", "جبل"]])
    assert is_header([["ميناء", "بحر"], ["نهر", "جبل"]], sure=True)
    assert is_header([["السنة", "العدد"], ["أولى", "(٣٬٤٠٠)"]])


def test_json_lines_keep_numbers_as_written_and_name_what_is_nested() -> None:
    rows = [{"م": {"أ": 1.10, "ب": [1, 2]}, "ن": None, "ق": True, "ك": [{"س": "x"}, {"س": "y"}]}, "نص", 7]
    source = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).replace("1.1", "1.10")
    found = extract(source + "\n\n", "a.jsonl")
    assert found.text == "م.أ: 1.10 | م.ب: 1, 2 | ق: true | ك.س: x | ك.س: y\n\nنص\n\n7"
    assert [section.label for section in found.sections] == ["1", "2", "3"]
    with pytest.raises(LoadError, match=r"line 2 is not JSON \(.*\); correct it"):
        extract('{"a": 1}\nx\n', "a.jsonl")


def cell(place: str, value: str, kind_: str = "n", style: int = 0) -> str:
    return f'<c r="{place}" t="{kind_}" s="{style}">{value}</c>'


def test_cells_of_a_workbook_are_shown_about_as_excel_shows_them() -> None:
    def words(place: str, value: str) -> str:
        return cell(place, f"<is><t>{value}</t></is>", "inlineStr")

    rows = [
        words("A1", "البند") + words("B1", "القيمة"),
        words("A3", "عدد") + cell("B3", "<v>36.0</v>"),
        words("A4", "كسر") + cell("B4", "<v>0.1</v>"),
        words("A5", "منطق") + cell("B5", "<v>1</v>", "b"),
        words("A6", "خطأ") + cell("B6", "<v>#N/A</v>", "e"),
        words("A7", "صيغة") + cell("B7", "<f>1+1</f><v>2</v>"),
    ]
    sheet = "".join(f'<row r="{r}">{row}</row>' for r, row in zip((1, 3, 4, 5, 6, 7), rows, strict=True))
    found = extract(xlsx(sheet), "a.xlsx")
    assert found.text.split("\n\n") == [
        "البند: عدد | القيمة: 36",
        "البند: كسر | القيمة: 0.1",
        "البند: منطق | القيمة: TRUE",
        "البند: خطأ",
        "البند: صيغة | القيمة: 2",
    ]
    assert [section.label for section in found.sections] == ["3", "4", "5", "6", "7"]


def test_sheets_are_named_where_there_are_several_and_hidden_ones_are_not_read() -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "السكان"
    book.active.append(["المدينة", "النسبة", "اليوم"])
    book.active.append(["المرجان", 0.365, dt.date(2019, 5, 4)])
    book.active["B2"].number_format = "0.0%"
    other = book.create_sheet("المدن")
    other.append(["النخيل", dt.datetime(2019, 5, 4, 10, 30)])
    hidden = book.create_sheet("سر")
    hidden.append(["سر"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    found = extract(out.getvalue(), "a.xlsx")
    assert found.text == "المدينة: المرجان | النسبة: 36.5% | اليوم: 2019-05-04\n\nالنخيل | 2019-05-04 10:30"
    assert [(section.kind, section.label) for section in found.sections] == [
        ("sheet", "السكان"),
        ("row", "2"),
        ("sheet", "المدن"),
        ("row", "1"),
    ]
