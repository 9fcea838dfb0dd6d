"""Print comes out as it is read: direction, ligatures, signs, columns, broken words."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hostile import CATALOG, PAGE, PAGES, SENTENCES, pdf, stream, typeset
from hypothesis import given
from hypothesis import strategies as st

from rag.loaders import Extract, Limits, LoadError
from rag.loaders.arabic_letters import Signs, signs, unreadable
from rag.loaders.direction import CELL, is_right_to_left, logical, plain_letters
from rag.loaders.glyphs import Glyph, ligature
from rag.loaders.page_lines import lines_of
from rag.loaders.paragraphs import PageLine, joined, paragraphs, words_of
from rag.loaders.pdf import load_pdf
from rag.loaders.sandbox import read_safely

# -- Direction


@pytest.mark.parametrize(
    ("seen", "read"),  # from left to right on the paper, and as it is read
    [
        ("ناجرملا ءانيم", "ميناء المرجان"),
        ("ةنيفس 412 تسر", "رست 412 سفينة"),
        (".12/03/2019 يف", "في 12/03/2019."),
        ("رانيد نويلم ٨٥", "٨٥ مليون دينار"),
        ("%36 نم رثكأ", "أكثر من 36%"),
        ("36% نم رثكأ", "أكثر من 36%"),
        ("1.250.000 و 10:30 ةعاسلا", "الساعة 10:30 و 1.250.000"),
        ("2018 2017 ةنسلا", "السنة 2017 2018"),
        ("Harbour News ةلاكول", "لوكالة Harbour News"),
        ("Windows 10 ماظن", "نظام Windows 10"),
        ("،)USD 58 وحن( رانيد", "دينار (نحو USD 58)،"),
        ("،(USD 58 وحن) رانيد", "دينار (نحو USD 58)،"),  # a file that names the shapes drawn
        ("»رشن« :لاقو", "وقال: «نشر»"),
        (")راجلا(و ديربلا", "البريد و(الجار)"),
        ("(راجلا(و ديربلا", "البريد و(الجار)"),
        ("ركذ(12(مقر", "رقم(12)ذكر"),
        ("ركذ)12)مقر", "رقم(12)ذكر"),
        ("((1)قحلم)", "(ملحق(1))"),
        ("(و وأ أ", "أ أو و)"),
        ("", ""),
        (" ", " "),
    ],
)
def test_a_line_that_runs_to_the_left_is_read_from_the_right(seen: str, read: str) -> None:
    assert logical(list(seen), right_to_left=True) == read


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("Harbour News, 12 May", "Harbour News, 12 May"),
        ("the word ةنيدم means city", "the word مدينة means city"),
        ("the port of ناجرملا ءانيم (2018)", "the port of ميناء المرجان (2018)"),
    ],
)
def test_arabic_words_in_an_english_line_are_turned_and_nothing_else(seen: str, read: str) -> None:
    assert logical(list(seen), right_to_left=False) == read


def test_the_cells_of_a_table_are_read_one_by_one() -> None:
    seen = [*"ةنيفس 390", CELL, *"2017", CELL, *"Aden"]
    assert logical(seen, right_to_left=True) == "Aden | 2017 | 390 سفينة"


@given(st.text(alphabet="ابتثجحخدةى ءأإ،.«»()", max_size=40))
def test_arabic_alone_is_turned_round_whole(text: str) -> None:
    turned = logical(list(text), right_to_left=True)
    assert [c for c in turned if c not in "()«»"] == [c for c in reversed(text) if c not in "()«»"]


@given(st.text(max_size=40), st.booleans())
def test_no_letter_is_lost_or_made_up(text: str, right_to_left: bool) -> None:
    brackets = str.maketrans("([{«<", ")]}»>")
    turned = logical(list(text), right_to_left=right_to_left)
    assert sorted(turned.translate(brackets)) == sorted(text.translate(brackets))


@given(
    st.lists(st.sampled_from(["ميناء", "المدينة", "412", "٨٥", "News", "في", "2018"]), min_size=1, max_size=8)
)
def test_what_a_browser_lays_out_is_read_back(words: list[str]) -> None:
    """Where a Latin word stands beside a number, paper does not tell which of the two comes first."""
    kinds = [unicodedata.bidirectional(word[0]) for word in words]
    if any({"L", "EN"} >= {a, b} and "L" in (a, b) for a, b in pairwise(kinds)):
        return
    laid = [word[::-1] if is_right_to_left(word) else word for word in reversed(words)]
    assert logical(list(" ".join(laid)), right_to_left=True) == " ".join(words)


def test_shapes_of_letters_become_letters() -> None:
    assert plain_letters("ﻻ ﺳﻼﻡ ﬁn ½ ﷺ") == "لا سلام fin ½ ﷺ"


# -- Lines


def laid(text: str, y: float = 700.0, x: float = 50.0, size: float = 10.0, step: float = 5.0) -> list[Glyph]:
    """Return the glyphs of a line that is laid from left to right, half as wide as high."""
    return [Glyph(c, x + i * step, x + i * step, x + (i + 1) * step, y, size) for i, c in enumerate(text)]


def read(glyphs: list[Glyph]) -> list[str]:
    return [line.text(right_to_left=True) for line in lines_of(glyphs)]


def test_glyphs_on_one_baseline_are_a_line_in_whatever_order_they_come() -> None:
    glyphs = laid("ناجرملا ءانيم")
    assert read(glyphs) == read(glyphs[::-1]) == read(glyphs[7:] + glyphs[:7]) == ["ميناء المرجان"]


def test_a_piece_of_a_line_that_comes_later_is_put_back() -> None:
    line = laid("ناجرملا ءانيم")
    assert read(line[:5] + laid("ةنيدم", y=680) + line[5:]) == ["ميناء المرجان", "مدينة"]


def test_a_gap_parts_words_and_a_wide_one_columns() -> None:
    assert read([*laid("ءانيم"), *laid("رحب", x=78)]) == ["بحر ميناء"]
    assert read([*laid("ءانيم"), *laid("رحب", x=110)]) == ["بحر | ميناء"]
    assert read([*laid("ءانيم"), *laid("رحب", x=75)]) == ["بحرميناء"]


def blank(x: float, y: float = 700.0) -> Glyph:
    return Glyph(" ", x, x, x, y, 1.0)


def read_with(glyphs: list[Glyph], *blanks: Glyph) -> list[str]:
    return [line.text(right_to_left=True) for line in lines_of(glyphs, blanks)]


def test_a_space_in_the_file_parts_words_however_little_ink_leaves_of_it() -> None:
    one, two = laid("ءانيم"), laid("رحب", x=75.5)
    assert read([*one, *two]) == ["بحرميناء"]
    assert read_with([*one, *two], blank(74.0)) == ["بحر ميناء"]
    assert read_with([*one, *two], blank(75.4)) == ["بحرميناء"]  # a joiner, which takes no room
    assert read_with([*one, *two], blank(75.6)) == ["بحرميناء"]
    assert read_with([*one, *two], blank(74.0, y=690.0)) == ["بحرميناء"]


def test_a_gap_inside_a_word_is_none_on_a_line_whose_spaces_are_in_the_file() -> None:
    one, two, three = laid("ءان"), [g._replace(word=1) for g in laid("يم", x=66)], laid("رحب", x=80)
    assert read([*one, *two, *three]) == ["بحر مي ناء"]  # PDFium counts a space somewhere between
    assert read_with([*one, *two, *three], blank(76.5)) == ["بحر ميناء"]
    assert read_with([*one, *two, *three], blank(66.0), blank(80.0)) == ["بحر مي ناء"]  # of no room
    assert read_with([*one, *two, *three, *laid("وه", x=99)], blank(76.5)) == ["هو بحر مي ناء"]
    assert read_with([*one, *two, *laid("رحب", x=78)], blank(66.0)) == ["بحر مي ناء"]
    assert read_with([*one, *laid("رحب", x=110)], blank(70.0)) == ["بحر | ناء"]
    assert read_with([*one, *laid("رحب", x=67), *laid("وه", x=84)], blank(82.5)) == ["هو بحر ناء"]


def test_the_hollow_on_the_left_of_a_letter_parts_nothing() -> None:
    alef = Glyph("ا", 65.5, 67.0, 70.0, 700.0, 10.0)
    assert read([*laid("ءان"), alef]) == ["اناء"]


def test_a_sign_goes_to_the_letter_over_which_it_stands() -> None:
    word = laid("قفتو")  # وتفق
    sign = Glyph("\u0651", 51.0, 51.0, 53.0, 702.0, 10.0)  # over the qaf, on the left
    for glyphs in ([sign, *word], [*word, sign], [*word[:2], sign, *word[2:]]):
        assert read(glyphs) == ["وتفقّ"]
    apart = Glyph("\u0651", 51.0, 51.0, 53.0, 750.0, 10.0)
    assert read([*word, apart]) == ["وتفق"]


def test_a_lam_and_an_alef_that_are_drawn_together_are_read_lam_first() -> None:
    lam, alef = Glyph("ل", 55.0, 55.0, 62.2, 700.0, 10.0), Glyph("أ", 55.1, 55.1, 61.8, 700.0, 10.0)
    assert read([*laid("ن"), lam, alef]) == ["لأن"]


@pytest.mark.parametrize(
    ("letters", "read_"),
    [("الل", "للا"), ("هلل", "لله"), ("لله", "لله"), ("ال", "لا"), ("لا", "لا"), ("fi", "fi"), ("بم", "مب")],
)
def test_a_ligature_has_its_letters_in_reading_order(letters: str, read_: str) -> None:
    assert ligature(list(letters), reversed_=True) == read_


def test_a_letter_that_is_printed_twice_counts_once() -> None:
    assert read([g for g in laid("ءانيم") for _ in range(2)]) == ["ميناء"]
    assert read(laid("ررقم")) == ["مقرر"]


def test_a_raised_figure_is_no_part_of_the_number() -> None:
    note = Glyph("3", 70.0, 70.0, 72.0, 703.0, 5.0)
    assert [line.text(right_to_left=False) for line in lines_of([*laid("2018"), note])] == ["2018 3"]
    for y, text in ((703.0, "2018 3"), (700.0, "20183")):
        note = Glyph("3", 70.0, 70.0, 72.0, y, 8.3)
        assert [line.text(right_to_left=False) for line in lines_of([*laid("2018"), note])] == [text]


# -- Paragraphs


def page(*texts: str, width: float = 500, y: float = 700, step: float = 14) -> list[PageLine]:
    longest = max(map(len, texts))
    return [
        PageLine(text, 550 - width * len(text) / longest, 550, y - i * step, 10, True)
        for i, text in enumerate(texts)
    ]


FULL = "وصل المهندس إلى ميناء المدينة في الصباح الباكر ومعه جمع"


def test_lines_that_go_on_are_one_paragraph_and_a_short_one_ends_it() -> None:
    lines = page(FULL, FULL, "من العمال.", FULL, "ثم خرجوا.")
    assert paragraphs(lines) == [f"{FULL} {FULL} من العمال.", f"{FULL} ثم خرجوا."]


def test_a_larger_gap_and_a_larger_type_start_a_paragraph() -> None:
    one, two = page(FULL, FULL), page(FULL, FULL, y=640)
    assert paragraphs([*one, *two]) == [f"{FULL} {FULL}"] * 2
    large = PageLine("عنوان", 50, 550, 714, 16, True)
    assert paragraphs([large, *one]) == ["عنوان", f"{FULL} {FULL}"]


def test_items_and_rows_stay_apart() -> None:
    assert paragraphs(page(FULL, "- " + FULL, "2) " + FULL)) == [FULL, f"- {FULL}", f"2) {FULL}"]
    rows = page("السنة | السفن", "2017 | 390", "2018 412", FULL)
    assert paragraphs(rows) == ["السنة | السفن\n2017 | 390\n2018 412", FULL]


def test_a_word_broken_at_the_end_of_a_line_is_whole_again() -> None:
    words = words_of(["the porte and the parole of inter"])
    assert joined("an inter-", "national port", words) == "an international port"
    assert joined("la porte-", "parole du port", words) == "la porte-parole du port"
    assert joined("an inter", "national", words, soft=True) == "an international"
    assert joined("1990-", "1995", words) == "1990- 1995"
    assert joined("الشرق-", "الأوسط", words) == "الشرق- الأوسط"


# -- Letters


def test_signs_tell_backward_from_forward() -> None:
    text = " ".join(SENTENCES)
    assert signs(text).forward > 15
    assert signs(text).backward == 0
    assert signs(text[::-1]).is_backward
    assert not signs(text).is_backward
    assert not signs(text).is_mixed
    assert signs(text + text[::-1]).is_mixed
    assert signs("Harbour News of the year 2018") == Signs(0, 0)
    assert signs("سَلامٌ عَلى المَدينَةِ") == Signs(3, 0) or signs("سَلامٌ عَلى المَدينَةِ").backward == 0


@pytest.mark.parametrize(
    "text",
    [
        " ".join(SENTENCES) * 10,
        "Le navire est entré dans le port à l'aube ; l'équipage, très fatigué, a été reçu par l'évêque. " * 3,
        "Gemi sabah limana girdi; işçiler yeni rıhtımı gezdi ve şehrin ışıkları söndü. " * 3,
        "این کشتی در بامداد به بندر رسید و شهردار از آن دیدن کرد که برای مردم شهر مهم است. " * 12,
        "یہ جہاز صبح کے وقت بندرگاہ میں پہنچا اور شہر کے لوگوں نے اس کو دیکھا ہے۔ " * 12,
        "1990 1991 1992 12.5 % 36,4 € 58 $ " * 4,
        "ميناء",
    ],
)
def test_what_people_write_is_readable(text: str) -> None:
    assert unreadable(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\ufffd\ufffd ab \ue012\ue013 cd \ufffd " * 5, "its fonts do not say which letters they draw"),
        ("(cid:12)(cid:7)(cid:99) (cid:3)" * 5, "its fonts do not say which letters they draw"),
        ("¢õòãÇ §ëâðï ¤ÚÍæ ©ÑÏÊ¶ " * 5, "its fonts give other letters than they draw"),
        ("ا ل م د ي ن ة ا ل ك ب ي ر ة " * 12, "its Arabic letters stand apart, so that no words can be told"),
        ("ظثقف غصضش زرؤئ ذطكم نتلب يسشا " * 30, "its Arabic letters make no words"),
    ],
)
def test_what_fonts_garble_is_named(text: str, reason: str) -> None:
    assert unreadable(text) == reason


# -- Files


def test_lines_laid_as_arabic_is_come_out_in_reading_order() -> None:
    extract = load_pdf(typeset([line[::-1] for line in SENTENCES]), Limits())
    assert extract.text.replace("\n\n", " ") == " ".join(SENTENCES)


LETTER = (Path(__file__).resolve().parent / "data" / "print" / "letter.chromium.pdf").read_bytes()


def test_a_font_with_wide_letters_is_not_torn_and_a_page_of_one_line_is_read_in_order() -> None:
    assert load_pdf(LETTER, Limits()).text.split("\n\n") == [
        "كانوا ينامون في المخيمات أسابيع، وأنشد الشاعر قصيدة ثمانية أبيات، ووزّعت البيانات بالمجان على "
        "النازحين، ثم عادوا إلى البساتين.",
        "بيعت سنة 1974 نحو 6318 نخلة و(فسيلة) وفق المادة (27).",
    ]


def test_digits_stay_together_also_where_no_space_is_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.loaders.pdf._blanks", lambda page: ())
    assert {"1974", "6318", "(27)."} < set(load_pdf(LETTER, Limits()).text.split())


def two_pages(second: bytes) -> bytes:
    """Return a PDF of a page of text and another of this content."""
    resources = b"/Resources << /Font << /F 6 0 R >> /XObject << /I 7 0 R >> >>"
    pages = [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R %s >>" % (number, resources)
        for number in (5, 8)
    ]
    text = stream(b"BT /F 12 Tf 50 700 Td (Harbour report of the year) Tj ET")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    kind = b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    both = b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>"
    return pdf([CATALOG, both, *pages, text, font, stream(b"\x80" * 64, kind), stream(second)])


def test_a_page_that_is_a_picture_is_named_and_the_others_are_read() -> None:
    found = list(read_safely(two_pages(b"q 612 0 0 792 0 0 cm /I Do Q"), "a.pdf", Limits()))
    assert [name for name, _ in found] == ["", "page 2"]
    assert isinstance(found[0].result, Extract)
    assert found[0].result.text == "Harbour report of the year"
    assert str(found[1].result) == "is a picture without text; read it with OCR"


def test_a_blank_page_is_no_failure_and_pages_keep_their_numbers() -> None:
    [(_, blank)] = read_safely(two_pages(b""), "a.pdf", Limits())
    assert isinstance(blank, Extract)
    [(_, extract)] = read_safely(
        two_pages(b"BT /F 12 Tf 50 700 Td (The second page) Tj ET"), "a.pdf", Limits()
    )
    assert isinstance(extract, Extract)
    assert [(section.label, extract.text[section.start :][:3]) for section in extract.sections] == [
        ("1", "Har"),
        ("2", "The"),
    ]


def test_more_pages_or_letters_than_are_allowed_are_refused() -> None:
    data = two_pages(b"BT /F 12 Tf 50 700 Td (The second page) Tj ET")
    with pytest.raises(LoadError, match="has 2 pages, and 1 are allowed; split it"):
        load_pdf(data, Limits(pages=1))
    with pytest.raises(LoadError, match="holds more text than is allowed; split it"):
        load_pdf(data, Limits(text=20))


def test_a_turned_page_is_read_along_its_lines() -> None:
    page_ = PAGE.replace(b" /XObject << /I 6 0 R >>", b"")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    upwards = b"BT /F 12 Tf 0 1 -1 0 100 100 Tm (First line of it) Tj 0 1 -1 0 120 100 Tm (second line) Tj ET"
    downwards = (
        b"BT /F 12 Tf 0 -1 1 0 120 600 Tm (First line of it) Tj 0 -1 1 0 100 600 Tm (second line) Tj ET"
    )
    over = b"BT /F 12 Tf -1 0 0 -1 400 100 Tm (First line of it) Tj -1 0 0 -1 400 120 Tm (second line) Tj ET"
    for lines in (upwards, downwards, over):
        extract = load_pdf(pdf([CATALOG, PAGES, page_, stream(lines), font]), Limits())
        assert extract.text.split() == ["First", "line", "of", "it", "second", "line"]
