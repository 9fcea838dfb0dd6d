"""Tables in files: which rows name the columns, how cells are parted, and what is said of cells left out."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from rag.loaders import Extract, Limits, LoadError, load
from rag.loaders.columns import head_of, is_known


def extract(data: bytes | str, name: str = "a.csv") -> Extract:
    return load(data if isinstance(data, bytes) else data.encode(), name, Limits())


def lines(data: bytes | str, name: str = "a.csv") -> list[str]:
    return extract(data, name).text.split("\n\n")


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(rows: Sequence[Sequence[Any]], bold: int = 0) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cell in book.active[bold] if bold else ():
        cell.font = Font(bold=True)
    return saved(book)


def as_csv(rows: Sequence[Sequence[Any]]) -> list[str]:
    return lines("\n".join(",".join(map(str, row)) for row in rows) + "\n")


def as_workbook(rows: Sequence[Sequence[Any]]) -> list[str]:
    return lines(workbook(rows), "a.xlsx")


def as_page(rows: Sequence[Sequence[Any]]) -> list[str]:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return extract(f"<!doctype html><body><table>{body}</table>", "a.html").text.split("\n")


EVERY = pytest.mark.parametrize("read", [as_csv, as_workbook, as_page])
Read = Callable[[Sequence[Sequence[Any]]], list[str]]


# -- Names of columns


@EVERY
def test_years_in_a_row_name_columns(read: Read) -> None:
    rows = [["البلدة", 2019, 2020], ["الخابور", 300, 450], ["العاصي", 120, 130]]
    assert read(rows) == ["البلدة: الخابور | 2019: 300 | 2020: 450", "البلدة: العاصي | 2019: 120 | 2020: 130"]


@EVERY
def test_years_over_years_are_values(read: Read) -> None:
    rows = [["علي الحسن", 2001, 2005], ["سامي عودة", 1999, 2003], ["لبنى مراد", 1990, 2011]]
    assert read(rows) == [f"{name} | {start} | {end}" for name, start, end in rows]


def test_years_in_arabic_digits_and_falling_ones_name_columns() -> None:
    assert lines("البلدة,٢٠٢٠,٢٠١٩\nالخابور,٣٠٠,٤٥٠\n") == ["البلدة: الخابور | ٢٠٢٠: ٣٠٠ | ٢٠١٩: ٤٥٠"]
    assert lines(",2019/20,2020/21\nالخابور,300,450\n") == ["الخابور | 2019/20: 300 | 2020/21: 450"]


@EVERY
def test_a_name_may_stand_twice(read: Read) -> None:
    rows = [["الاسم", "الهاتف", "الهاتف"], ["ريما", 551, 552], ["فارس", 553, 554]]
    assert read(rows)[0] == "الاسم: ريما | الهاتف: 551 | الهاتف: 552"


@pytest.mark.parametrize("read", [as_csv, as_workbook])
def test_names_of_columns_of_words_are_told_by_what_columns_are_called(read: Read) -> None:
    rows = [["Name", "Branch", "City"], ["Rima Odeh", "South", "Homs"], ["Fares Zayd", "North", "Aleppo"]]
    assert read(rows)[0] == "Name: Rima Odeh | Branch: South | City: Homs"
    arabic = [["الموظف", "الفرع", "المدينة"], ["ريما عودة", "الجنوب", "حمص"], ["فارس زيد", "الشمال", "حلب"]]
    assert read(arabic)[0] == "الموظف: ريما عودة | الفرع: الجنوب | المدينة: حمص"
    assert is_known("العُمـــر")
    assert is_known("Phone number")
    assert not is_known("نادية سالم")


@EVERY
def test_a_table_of_people_without_names_of_columns_is_given_none(read: Read) -> None:
    rows = [["نادية سالم", "عمر فتحي"], ["رنا عودة", "كريم زيد"], ["لينا حداد", "سامي بركات"]]
    assert read(rows) == [" | ".join(row) for row in rows]


def test_what_stands_below_tells_names_of_columns() -> None:
    assert head_of([["first_name", "home_town"], ["Nadia", "Homs"]], 0.0).rows == 1
    assert head_of([["vessel", "captain"], ["Amal", "Yusuf"], ["Nawras", "Karim"]], 0.0).rows == 1
    assert head_of([["Vessel", "Captain"], ["Amal", "Yusuf"], ["Nawras", "Karim"]], 0.0).rows == 0
    assert head_of([["Vessel", "Web"], ["Amal", "www.amal.example"]], 0.0).rows == 1
    assert head_of([["a@example.org", "Rima"], ["b@example.org", "Fares"]], 1.0).rows == 0
    assert head_of([["Homs", "teacher"], ["Aleppo", "nurse"], ["Homs", "clerk"]], 1.0).rows == 0
    assert head_of([["Name", "Salim"], ["Age", "41"], ["City", "Homs"], ["Phone", "551"]], 1.0).rows == 0


def test_bold_cells_above_others_name_columns() -> None:
    rows = [["Vessel", "Captain", "Port"], ["Amal", "Yusuf", "Tartus"], ["Nawras", "Karim", "Latakia"]]
    assert lines(workbook(rows, bold=1), "a.xlsx")[0] == "Vessel: Amal | Captain: Yusuf | Port: Tartus"
    assert lines(workbook(rows, bold=3), "a.xlsx")[0] == "Vessel | Captain | Port"


@EVERY
def test_a_title_above_a_table_is_no_name_of_a_column(read: Read) -> None:
    rows = [
        ["تقرير العيادة الشهري", "", ""],
        ["القسم", "الزيارات", "الأسرة"],
        ["العيون", 14, 3],
        ["القلب", 9, 4],
    ]
    found = [line for line in read(rows) if line]
    assert found == [
        "تقرير العيادة الشهري",
        "القسم: العيون | الزيارات: 14 | الأسرة: 3",
        "القسم: القلب | الزيارات: 9 | الأسرة: 4",
    ]


def test_a_title_is_where_its_rows_stand() -> None:
    found = extract("تقرير العيادة الشهري\n\nالقسم,الزيارات\nالعيون,14\nالقلب,9\n")
    places = found.sections
    assert [(place.kind, place.label) for place in places] == [
        ("heading", "تقرير العيادة الشهري"),
        ("row", "4"),
        ("row", "5"),
    ]
    assert found.title == "تقرير العيادة الشهري"


def test_the_name_of_a_group_of_rows_is_no_title_of_all() -> None:
    found = extract("الشمال,\nالخابور,3\nالبليخ,4\nالساجور,6\nالجنوب,\nاليرموك,5\n")
    assert found.text.startswith("الشمال\n\nالخابور | 3")
    assert {place.kind for place in found.sections} == {"row"}


@EVERY
def test_names_in_two_rows_are_joined(read: Read) -> None:
    rows = [
        ["", "2019", "", "2020", ""],
        ["البلدة", "رجال", "نساء", "رجال", "نساء"],
        ["الخابور", 1, 2, 3, 4],
        ["العاصي", 5, 6, 7, 8],
    ]
    assert read(rows)[0] == "البلدة: الخابور | 2019 رجال: 1 | 2019 نساء: 2 | 2020 رجال: 3 | 2020 نساء: 4"


def test_values_above_numbers_and_sums_in_bold_are_no_names() -> None:
    rows = [["الاسم", "العلامة", "", "المدينة"], ["علي", "غائب", "لا", "حمص"], ["ريما", 5, 6, "حماة"]]
    assert as_csv(rows)[0] == "الاسم: علي | العلامة: غائب | لا | المدينة: حمص"
    assert (
        lines(workbook([["المجموع", 500], ["حمص", 300], ["حماة", 200]], bold=1), "a.xlsx")[0]
        == "المجموع | 500"
    )


def test_a_column_without_a_name_does_not_make_a_row_of_values_one_of_names() -> None:
    rows = [["الاسم", "العمر", "", "المدينة"], ["علي", 41, "ملاحظة", "حمص"], ["ريما", 33, "", "حلب"]]
    assert as_csv(rows)[0] == "الاسم: علي | العمر: 41 | ملاحظة | المدينة: حمص"


# -- Cells


@pytest.mark.parametrize("last", ['"6 بوصات', '6"'])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_mark_that_quotes_nothing_swallows_no_rows(delimiter: str, last: str) -> None:
    rows = [("أنبوب", '"5 بوصات', "1"), ("برغي", "3", "2"), ("صامولة", "4", "3"), ("خرطوم", last, "4")]
    rows = [("الصنف", "القياس", "العدد"), *rows, ("مشبك", "٧", "5")]
    found = lines("\n".join(map(delimiter.join, rows)) + "\n", "a.tsv")
    assert found == [f"الصنف: {one} | القياس: {two} | العدد: {three}" for one, two, three in rows[1:]]


def test_lines_in_a_quotation_stay_in_their_cell() -> None:
    text = "سطر, أول\nسطر, ثان\nسطر, ثالث\nسطر, رابع\nسطر, خامس"
    assert lines(f'الرقم,النص\n1,"{text}"\n2,"نص"\n') == [f"الرقم: 1\nالنص: {text}", "الرقم: 2 | النص: نص"]
    assert lines(f'الرقم,النص\n1,نص\n2,"{text}')[1] == f"الرقم: 2\nالنص: {text}"  # cut


def test_blanks_before_a_quotation_are_none_of_its_cell() -> None:
    assert lines('الاسم, القول\nهند, "السلام, أولا"\nريما, "العدل, ثانيا"\n') == [
        "الاسم: هند | القول: السلام, أولا",
        "الاسم: ريما | القول: العدل, ثانيا",
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_commas_in_numbers_and_sentences_part_no_cells(delimiter: str) -> None:
    rows = [("النوع", "القيمة, بالدينار"), ("خبز", "1,50"), ("حليب", "2,75")]
    assert lines("\n".join(map(delimiter.join, rows))) == [
        f"النوع: {a} | القيمة, بالدينار: {b}" for a, b in rows[1:]
    ]
    assert lines(f"1,50{delimiter}2,75\n3,50{delimiter}4,25\n") == ["1,50 | 2,75", "3,50 | 4,25"]


def test_lists_in_a_column_do_not_part_the_columns() -> None:
    assert lines("الاسم, الوسوم\nعلي, أ;ب\nريما, ج;د\n")[0] == "الاسم: علي | الوسوم: أ;ب"


# -- Workbooks


def test_formulas_without_values_are_named() -> None:
    found = extract(workbook([["البند", "المبلغ"], ["خبز", 10], ["المجموع", "=SUM(B2:B2)"]]), "a.xlsx")
    assert found.text == "البند: خبز | المبلغ: 10\n\nالبند: المجموع"
    reason = "holds a formula without the value; open the workbook in a spreadsheet program and save it"
    assert [(part.name, str(part.data)) for part in found.parts] == [("sheet Sheet", reason)]


def test_a_hidden_sheet_that_holds_cells_is_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(["البند", "خبز"])
    for name in ("سر", "فارغ"):
        book.create_sheet(name).sheet_state = "hidden"
    book["سر"].append(["سر"])
    found = extract(saved(book), "a.xlsx")
    assert found.text == "البند | خبز"
    reason = "is hidden, and so not read; show it in the workbook"
    assert [(part.name, str(part.data)) for part in found.parts] == [("sheet سر", reason)]


def test_numbers_keep_the_noughts_that_their_format_puts_before_them() -> None:
    book = openpyxl.Workbook()
    book.active.append(["الاسم", "الهاتف", "الرمز"])
    book.active.append(["رنا", 7701234567, 42])
    book.active["B2"].number_format, book.active["C2"].number_format = "00000000000", "0"
    assert lines(saved(book), "a.xlsx") == ["الاسم: رنا | الهاتف: 07701234567 | الرمز: 42"]


def test_a_chart_on_a_sheet_of_its_own_does_not_keep_the_others_from_being_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["البند", "خبز"])
    book.create_chartsheet("رسم", 0)
    assert lines(saved(book), "a.xlsx") == ["البند | خبز"]


# -- JSON lines


def test_of_json_lines_the_good_ones_are_read_and_the_broken_ones_are_named() -> None:
    good = [f'{{"السفينة": "أمل {i}", "الحمولة": {i}}}' for i in range(1, 6)]
    found = extract("\n".join([*good, '{"السفينة": "أم']), "a.jsonl")
    assert found.text.split("\n\n") == [f"السفينة: أمل {i} | الحمولة: {i}" for i in range(1, 6)]
    reason = "is not JSON (unterminated string starting at, column 13); correct it"
    assert [(part.name, str(part.data)) for part in found.parts] == [("line 6", reason)]
    found = extract("\n".join([*good * 20, *["{"] * 30]), "a.jsonl")
    assert [part.name for part in found.parts][-2:] == ["line 120", "other lines"]


def test_a_file_whose_lines_are_half_broken_is_refused_and_names_the_first_once() -> None:
    with pytest.raises(LoadError) as caught:
        extract('{"أ": 1}\n{"ب": \n', "a.jsonl")
    assert str(caught.value) == "line 2 is not JSON (expecting value, column 7); correct it"
