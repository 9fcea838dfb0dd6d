"""Headers, footers and page numbers go, one copy of their words stays, and whatever is in doubt stays."""

from __future__ import annotations

from rag.loaders.edges import without_edges
from rag.loaders.paragraphs import PageLine

FULL = "وصل المهندس إلى ميناء المدينة في الصباح الباكر ومعه جمع"


def page(*texts: str) -> list[PageLine]:
    return [PageLine(text, 50, 550, 700 - 14 * i, 10, True) for i, text in enumerate(texts)]


def kept(*pages: list[str], labels: tuple[str, ...] = ()) -> list[list[str]]:
    found = without_edges([page(*lines) for lines in pages], labels)
    return [[line.text for line in lines] for lines in found]


def test_what_every_page_repeats_is_left_out_but_once_and_what_only_looks_alike_stays() -> None:
    texts = [
        ["مجلة الميناء العدد 7", f"{FULL} {i * 7}", FULL, f"المجموع {i * i} طنا", f"صفحة {i}"]
        for i in range(1, 6)
    ]
    assert kept(*texts) == [texts[0][:4], *(lines[1:4] for lines in texts[1:])]
    assert kept([FULL, "7"]) == [[FULL, "7"]]  # one page repeats nothing
    assert kept([FULL, "٧"], [FULL, "٨"]) == [[FULL], [FULL]]


def test_a_header_stays_on_its_first_page_and_a_footer_on_its_last() -> None:
    pages = [["تقرير السد", f"{FULL} {i}", FULL, f"{FULL} {i}", "حقوق الطبع محفوظة"] for i in (31, 58, 44)]
    middle = [lines[1:4] for lines in pages]
    assert kept(*pages) == [["تقرير السد", *middle[0]], middle[1], [*middle[2], "حقوق الطبع محفوظة"]]
    assert kept(*pages[:2]) == pages[:2]  # two pages are too few to tell


def test_the_copy_that_is_kept_stands_before_and_after_the_text_of_its_page() -> None:
    pages = [["تقرير السد", f"{FULL} {i}", FULL, f"{FULL} {i}", "حقوق الطبع محفوظة"] for i in (31, 58, 44)]
    found = without_edges([page(*lines)[::-1] for lines in pages])  # the file has them in another order
    assert [found[0][0].text, found[-1][-1].text] == ["تقرير السد", "حقوق الطبع محفوظة"]
    assert [len(lines) for lines in found] == [4, 3, 4]


def test_numbers_of_invoices_stay_though_they_count_with_the_pages() -> None:
    pages = [
        [f"فاتورة رقم {1200 + i}", f"الزبون {name}", f"المبلغ {i * 35}", "يدفع نقدا"]
        for i, name in enumerate(["سامي", "هالة", "كريم", "نور"], 1)
    ]
    assert kept(*pages) == [*(lines[:3] for lines in pages[:3]), pages[3]]
    one_by_one = [[f"الدرس {i}", FULL, f"{FULL} {i * 9}"] for i in range(1, 5)]
    assert kept(*one_by_one) == one_by_one
    wide = [[f"الفاتورة | {1200 + i}", f"{FULL} {i * 9}", FULL] for i in range(1, 5)]
    assert [lines[0] for lines in kept(*wide)] == [lines[0] for lines in wide]


def test_the_last_line_of_a_page_that_is_a_sum_stays() -> None:
    assert kept([FULL, "4310"], [FULL, "1958"]) == [[FULL, "4310"], [FULL, "1958"]]
    sums = [[f"{FULL} {i}", FULL, str(value)] for i, value in enumerate([12, 340, 77, 5210, 18])]
    assert [lines[-1] for lines in kept(*sums)] == [lines[-1] for lines in sums]


def body(i: int) -> list[str]:
    return [f"{FULL} {i * i + 40}", f"{FULL} {i * i * i + 90}"]


def test_a_number_of_a_page_goes_where_it_counts_with_the_pages() -> None:
    for first, form in ((1, "{}"), (215, "- {} -"), (3, "Page {}"), (8, "{} / 99")):
        pages = [[*body(i), form.format(first + i)] for i in range(4)]
        assert [len(lines) for lines in kept(*pages)] == [2, 2, 2, 2], form
    anew = [1, 2, 3, 4, 1, 2, 3]  # each part counts for itself
    pages = [[*body(i), str(number)] for i, number in enumerate(anew)]
    assert [len(lines) for lines in kept(*pages)] == [2] * 7


def test_a_number_parted_from_the_words_of_a_header_goes_with_it() -> None:
    for form in ("تقرير السد | {}", "{} | تقرير السد", "تقرير السد – {}", "تقرير السد، صفحة {}"):
        pages = [[form.format(i), *body(i)] for i in range(2, 6)]
        assert kept(*pages) == [pages[0], *(lines[1:] for lines in pages[1:])], form


def test_what_a_browser_prints_around_a_page_goes_from_two_pages_too() -> None:
    pages = [
        [f"{FULL} {i}", f"{FULL} {i * i}", FULL, "5/4/19, 6:03 PM | نشرة", f"https://example.org/a | {i}/2"]
        for i in (1, 2)
    ]
    assert kept(*pages) == [pages[0][:3], pages[1][:4]]
    stamped = [["5/4/19, 6:03 PM", *lines[:3], lines[4]] for lines in pages]
    assert kept(*stamped) == [lines[:3] for lines in pages]
    other = [[*lines[:4], f"https://example.org/a | {i}/9"] for i, lines in enumerate(pages, 1)]
    assert kept(*other) == other


def test_a_line_that_is_the_name_of_its_page_in_the_file_goes() -> None:
    pages = [[*body(1), "iv"], [*body(2), "- v -"], [*body(3), "iv"]]
    assert [len(lines) for lines in kept(*pages, labels=("iv", "v", "1"))] == [2, 2, 3]
    assert kept(*pages) == pages


def test_a_page_of_one_number_keeps_it() -> None:
    assert kept([FULL, "1"], ["2"], [FULL, "3"]) == [[FULL], ["2"], [FULL]]
