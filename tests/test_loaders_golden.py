"""Every format: a report that other programs wrote comes out word by word, with its pages, rows and headings.

`scripts/golden.py` wrote the files.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rag.chunking import chunk
from rag.corpus import read_all
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.schema import Document
from rag.settings import Settings

FOLDER = Path(__file__).resolve().parent / "data" / "formats"

TITLE = "تقرير ميناء المرجان"
FIRST = (
    "وصل المهندس سالم العبيدي إلى ميناء المرجان صباح يوم الثلاثاء، وتفقّد الرصيف الجديد مع 36 عاملًا من أبناء "
    "المدينة.وبلغت كلفة الرصيف ٨٥ مليون دينار (أي نحو 58.5% من الموازنة)، كما قال المدير لوكالة Harbour News."
)
QUOTE = "وأضاف المدير: «سنفتح الأرصفة الثلاثة قبل نهاية العام»، ثم غادر الموقع."
HEADING = "حركة السفن"
SECOND = "رست في المينـاء 412 سفينة خلال سنة 2018، مقابل ٣٩٠ سفينة في السنة التي قبلها. لا إله إلا الله."
TABLE = "السنة: 2017 | السفن: 390 | الحمولة (طن): ١٢٠٠\nالسنة: 2018 | السفن: 412 | الحمولة (طن): ١٣٥٠"
LAST = "أعدّ التقرير مكتب الإحصاء في المدينة، وراجعته لجنة من ثلاثة خبراء."
REPORT = [TITLE, FIRST, QUOTE, HEADING, SECOND, TABLE, LAST]
PRINTED = [*REPORT[:5], "السنة السفن الحمولة (طن)", "2017 390 ١٢٠٠\n2018 412 ١٣٥٠", LAST]
ROWS = [
    "المدينة: المرجان | المحافظة: الساحل | عدد السكان: ٤١٢٠٠ | الافتتاح: 2018-05-04",
    "المدينة: النخيل | المحافظة: الواحة | عدد السكان: 36,500 | الافتتاح: 2019-11-17",
    "المدينة: الزيتون | المحافظة: الجبل, الشمالي | عدد السكان: 9800 | الافتتاح: 2020-02-29",
]


def read(name: str) -> list[Document]:
    content = read_all(FOLDER / name, FOLDER)
    assert content.refused == ()
    return list(content.documents)


def place(document: Document, words: str) -> tuple[str, ...]:
    start = document.text.index(words)
    return tuple(f"{section.kind} {section.label}" for section in document.places(start))


@pytest.mark.parametrize("name", ["report.html", "report.docx", "report.odt", "report.epub"])
def test_a_report_comes_out_word_by_word(name: str) -> None:
    [document] = read(name)
    assert document.text == "\n\n".join(REPORT)
    assert (document.title, document.lang) == (TITLE, "ar")


@pytest.mark.parametrize("name", ["report.html", "report.docx", "report.odt"])
def test_its_words_stand_under_its_headings(name: str) -> None:
    [document] = read(name)
    assert place(document, "٨٥ مليون") == (f"heading {TITLE}",)
    assert place(document, "412 سفينة") == place(document, LAST) == (f"heading {HEADING}",)


def test_a_page_states_its_day_and_its_outlet_and_what_surrounds_it_is_left_out() -> None:
    [document] = read("report.html")
    assert (document.date, document.source) == (dt.date(2019, 5, 4), "صحيفة المرجان")
    assert not [word for word in ("اقرأ أيضا", "خبر آخر", "تعليق", "جميع الحقوق") if word in document.text]


def test_markdown_and_old_windows_text_stay_as_they_are() -> None:
    [markdown] = read("report.md")
    assert markdown.text == (FOLDER / "report.md").read_text(encoding="utf-8")
    assert place(markdown, SECOND) == (f"heading {HEADING}",)
    [text] = read("report.txt")
    assert text.text.encode("cp1256") == (FOLDER / "report.txt").read_bytes()
    assert text.sections == ()


@pytest.mark.parametrize("writer", ["chromium", "libreoffice"])
def test_print_comes_out_in_reading_order_and_names_its_pages(writer: str) -> None:
    [document] = read(f"report.{writer}.pdf")
    # Print does not say whether a lam or its alef has the sign, and a gap may look like a column.
    paragraphs = document.text.replace("عاملاً", "عاملًا").replace(" | ", " ").split("\n\n")
    assert paragraphs == PRINTED
    assert (document.title, document.lang, document.date) == (TITLE, "ar", None)
    assert place(document, "٨٥ مليون دينار") == place(document, QUOTE) == ("page 1",)
    assert place(document, HEADING) == place(document, "412 سفينة") == place(document, LAST) == ("page 2",)


@pytest.mark.parametrize(
    ("name", "first"), [("table.csv", 2), ("table.xlsx", 2), ("table.jsonl", 1)], ids=lambda value: str(value)
)
def test_a_row_is_a_passage_with_the_names_of_its_columns(name: str, first: int) -> None:
    [document] = read(name)
    rows = (
        [row.replace("٤١٢٠٠", "41200") for row in ROWS] if name == "table.xlsx" else ROWS
    )  # kept as a number
    assert document.text == "\n\n".join(rows)
    assert [piece.text for piece in chunk(document)] == rows
    assert [place(document, row) for row in rows] == [(f"row {first + i}",) for i in range(3)]
    assert document.title == "table"


def test_a_message_has_a_day_a_sender_and_attachments_of_their_own() -> None:
    message, table = read("report.eml")
    assert (message.id, table.id) == ("report.eml", "report.eml/جدول المدن.csv")
    assert message.text == "\n\n".join([TITLE, FIRST, QUOTE])
    assert (message.title, message.date, message.source) == (TITLE, dt.date(2019, 5, 4), "مكتب الإحصاء")
    assert table.text == "\n\n".join(ROWS)
    assert place(table, "36,500") == ("row 3",)


def test_an_archive_holds_documents_of_their_own() -> None:
    documents = {document.id: document for document in read("reports.zip")}
    assert list(documents) == [
        "reports.zip/2019/تقرير.md",
        "reports.zip/2019/report.docx",
        "reports.zip/جداول/المدن.csv",
    ]
    assert documents["reports.zip/2019/report.docx"].text == "\n\n".join(REPORT)
    assert place(documents["reports.zip/جداول/المدن.csv"], "9800") == ("row 4",)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline.open(FOLDER, settings=Settings(home=tmp_path_factory.mktemp("home")))


QUESTIONS = [
    ("كم سفينة رست في الميناء خلال سنة 2018؟", "412 سفينة", "report.chromium.pdf", "page 2"),
    ("كم سفينة رست في الميناء خلال سنة 2018؟", "412 سفينة", "report.libreoffice.pdf", "page 2"),
    ("كم بلغت كلفة الرصيف؟", "٨٥ مليون دينار", "report.chromium.pdf", "page 1"),
    ("كم سفينة رست في الميناء خلال سنة 2018؟", "412 سفينة", "report.docx", f"heading {HEADING}"),
    ("كم سفينة رست في الميناء خلال سنة 2018؟", "412 سفينة", "report.odt", f"heading {HEADING}"),
    ("كم بلغت كلفة الرصيف؟", "٨٥ مليون دينار", "report.epub", f"heading {TITLE}"),
    ("كم سفينة رست في الميناء خلال سنة 2018؟", "412 سفينة", "report.html", f"heading {HEADING}"),
    ("ما عدد سكان النخيل؟", "36,500", "table.csv", "row 3"),
    ("ما عدد سكان النخيل؟", "36,500", "table.xlsx", "row 3"),
    ("ما عدد سكان النخيل؟", "36,500", "table.jsonl", "row 2"),
    ("ما عدد سكان الزيتون؟", "9800", "report.eml/جدول المدن.csv", "row 4"),
    (
        "كم سفينة رست في الميناء خلال سنة 2018؟",
        "412 سفينة",
        "reports.zip/2019/تقرير.md",
        f"heading {HEADING}",
    ),
]


@pytest.mark.parametrize(
    ("question", "words", "name", "where"),
    QUESTIONS,
    ids=[f"{name}-{i}" for i, (_, _, name, _) in enumerate(QUESTIONS)],
)
def test_a_citation_opens_at_its_place_and_marks_the_words(
    pipeline: Pipeline, question: str, words: str, name: str, where: str
) -> None:
    answer = pipeline.answer(question, filters=Filters(documents=(name,)))
    citation = (answer.citations or answer.nearest)[0]  # unsure answers are shown as the nearest passages
    document = pipeline.document(name)
    assert document.text[citation.start : citation.end] == citation.quote
    assert citation.quote in words or words in citation.quote
    assert [f"{section.kind} {section.label}" for section in document.places(citation.start)] == [where]
