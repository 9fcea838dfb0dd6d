"""Web pages: tables as they are seen, words as they are written, and no text lost for what surrounds it."""

from __future__ import annotations

import time

import pytest
from hostile import TEXT

from rag.loaders import Limits, load

OTHER = "وقالت اللجنة إن العمل يسير على ما يرام، وإن الميناء الجديد يفتح في الربيع المقبل."


def text(body: str) -> str:
    return load(f"<!doctype html><html><body>{body}</body></html>".encode(), "a.html", Limits()).text


# -- Tables

HEAD = "<tr><th>الربع<th>المالك<th>الإيجار</tr>"


def test_what_spans_rows_belongs_to_each_of_them() -> None:
    rows = "<tr><td rowspan=2>باب توما<td>ريما<td>300</tr><tr><td>فارس<td>450</tr>"
    rows += "<tr><td>القنوات<td>هدى<td>٢٠٠</tr>"
    assert text(f"<table>{HEAD}{rows}</table>").split("\n") == [
        "الربع: باب توما | المالك: ريما | الإيجار: 300",
        "الربع: باب توما | المالك: فارس | الإيجار: 450",
        "الربع: القنوات | المالك: هدى | الإيجار: ٢٠٠",
    ]


def test_a_span_ends_with_its_part_of_the_table() -> None:
    parts = "<tbody><tr><td rowspan=0>باب توما<td>ريما<td>300<tr><td>فارس<td>450</tbody>"
    parts += "<tbody><tr><td>القنوات<td>هدى<td>200</tbody>"
    assert text(f"<table>{HEAD}{parts}</table>").split("\n")[1:] == [
        "الربع: باب توما | المالك: فارس | الإيجار: 450",
        "الربع: القنوات | المالك: هدى | الإيجار: 200",
    ]


def test_a_span_in_the_last_column_belongs_to_its_rows() -> None:
    rows = "<tr><td>باب توما<td>ريما<td rowspan=2>300</tr><tr><td>القنوات<td>فارس</tr>"
    assert text(f"<table>{HEAD}{rows}</table>").endswith("الربع: القنوات | المالك: فارس | الإيجار: 300")


def test_names_of_groups_of_columns_stand_before_theirs() -> None:
    head = "<tr><th rowspan=2>البلدة<th colspan=2>السكان</tr><tr><th>رجال<th>نساء</tr>"
    rows = "<tr><td>الخابور<td>3<td>٤</tr>"
    assert text(f"<table>{head}{rows}</table>") == "البلدة: الخابور | السكان رجال: 3 | السكان نساء: ٤"


def test_numbers_that_are_marked_as_names_are_names_and_names_of_rows_are_not_those_of_columns() -> None:
    rows = "<tr><th>الأسبوع<th>1<th>2<tr><td>الزوار<td>36<td>41"
    assert text(f"<table>{rows}</table>") == "الأسبوع: الزوار | 1: 36 | 2: 41"
    rows = "<tr><th>الاسم<td>سالم<tr><th>العمر<td>41"
    assert text(f"<table>{rows}</table>") == "الاسم | سالم\nالعمر | 41"


def test_where_all_cells_are_marked_the_first_row_has_the_names() -> None:
    rows = "<tr><th>النهر<th>المنبع<tr><th>الخابور<th>رأس العين<tr><th>البليخ<th>عين العروس"
    assert text(f"<table>{rows}</table>").split("\n")[0] == "النهر: الخابور | المنبع: رأس العين"


@pytest.mark.parametrize("cell", ["<td rowspan=99999 colspan=99999>س", f"<td rowspan=65534>{'س' * 290}"])
def test_spans_without_end_take_little(cell: str) -> None:
    start = time.monotonic()
    assert len(text(f"<table><tr>{cell * 99}{'<tr><td>ص' * 20_000}</table>")) < 2_500_000
    assert time.monotonic() - start < 10


def test_a_table_of_more_columns_than_are_told_apart_loses_none() -> None:
    cells = "".join(f"<td>يوم{i}" for i in range(150))
    assert "يوم149" in text(f"<table><tr>{cells}<tr>{cells}</table>")


def test_marks_in_a_word_do_not_part_it_and_blocks_do() -> None:
    rows = "<tr><th>النهر<th>الطول<tr><td><b>ال</b>خابـ<i>ـور</i><td><div>320</div><p>كم</p>أو<br>أكثر"
    assert text(f"<table>{rows}</table>") == "النهر: الخابــور | الطول: 320 كم أو أكثر"
    page = load(f"<h1><b>ال</b>خابور</h1><p>{TEXT}</p>".encode(), "a.html", Limits())
    assert page.title == "الخابور"


def test_what_is_not_shown_in_a_table_is_not_read() -> None:
    hidden = "<style>.x{}</style><script>x()</script><span style='display: none'>سر</span>"
    rows = "<tr><th>النهر<th style='display:none'>سر<th><button>الطول</button></tr>"
    rows += f"<tr><td>{hidden}الخابور<td hidden>سر<td>320"
    assert text(f"<table>{rows}</table>") == "النهر: الخابور | الطول: 320"


def test_the_caption_of_a_table_is_read() -> None:
    assert text(f"<table><caption>أنهار البلاد</caption>{HEAD}<tr><td>أ<td>ب<td>3</table>") == (
        "أنهار البلاد\n\nالربع: أ | المالك: ب | الإيجار: 3"
    )


# -- What surrounds the text, and what does not


def told(what: str, count: int) -> str:
    return "".join(
        f"<p>رست السفينة رقم {i} في {what} بعد رحلة طويلة من الشمال إلى الجنوب.</p>" for i in range(count)
    )


@pytest.mark.parametrize(
    "body",
    [
        "<article>{}</article><article>{}</article>",
        "<article>{}</article><section>{}</section>",
        "<main><article>{}</article></main><div>{}</div>",
        "<div><div>{}</div><div>{}</div></div>",
        "<div><div itemprop=articleBody>{}</div></div>{}",
    ],
)
def test_text_beside_the_main_text_is_read(body: str) -> None:
    found = text(body.format(told("المرجان", 8), told("النخيل", 2)))
    assert (found.count("المرجان"), found.count("النخيل")) == (8, 2)
    found = text(body.format(told("المرجان", 8), f"<h3>ما بعدها</h3>{told('النخيل', 2)}"))
    assert found.index("ما بعدها") < found.index("النخيل")


def test_teasers_and_short_lines_beside_the_main_text_are_not_read() -> None:
    card = "<article><h3><a href=/x>سوق قديم يعود إلى الحياة</a></h3>"
    card += "<p>قال التجار إن الزبائن عادوا إليه منذ الربيع.</p></article>"
    body = f"<article>{told('المرجان', 6)}</article>{card * 3}<div>{card * 3}</div><div>تابعونا</div>"
    assert text(body).count("المرجان") == text(body).count(".") == 6


SHARES = "يبلغ ثمن كل سهم ٧٥ دينارًا، ولا يباع إلا لأعضاء الجمعية المسجلين فيها."


@pytest.mark.parametrize("name", ["share", "menu", "subscription", "promo banner", "tags"])
def test_prose_in_an_element_that_is_called_like_a_list_of_links_is_read(name: str) -> None:
    links = "".join(f"<a href=/{i}>شارك هذا الخبر مع أصدقائك على المنصة رقم {i}</a> " for i in range(4))
    body = f"{told('المرجان', 4)}<div class='{name}'><p>{SHARES}</p></div><div class='{name}'>{links}</div>"
    assert SHARES in text(body)
    assert "أصدقائك" not in text(body)
