"""What the chat writes: answers and documents as HTML in which nothing foreign is markup."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui_corpus import (
    ABSENT,
    BRIDGE,
    CAUSE,
    CLOSED,
    DOCUMENTS,
    HOSPITAL,
    HOSTILE,
    INJURED,
    KILLED,
    UNSURE,
    FakePipeline,
    cite,
)
from ui_reader import Reader

from rag.schema import Answer, AnswerGroup, Citation, Document, Section
from ui import strings
from ui.html import escape, panel, render
from ui.html.shelving import Shelving

AR, EN = strings.load("ar"), strings.load("en")
HOSTILE_TEXT = next(item.text for item in DOCUMENTS if item.id == HOSTILE)
ATTACKS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</mark></div></body><form action=//evil>",
    "[press](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "# heading\n- item\n1. item\n> quote\n```code```\n    indented | table |",
    "{{constructor}} ${7*7} $$x$$ &lt;b&gt; &#60;b&#62;",
    "www.evil.example https://evil.example mail@evil.example",
    "\u202eغدر\u202c \u2066عزل\u2069 مُحَمَّد ـــ ٤٫٢",
    "س" * 10_000,
    "\x00\x07\x1b",
]


def answered(question: str, words: strings.Strings = AR) -> str:
    return render.answer(FakePipeline().answer(question), words)


# Escaping


@pytest.mark.parametrize("attack", ATTACKS)
def test_escaped_text_holds_no_markup_of_any_kind(attack: str) -> None:
    without_entities = re.sub(
        r"&#\d+;", "", escape.escape(attack).replace('<span class="is-control">RLO</span>', "")
    )
    assert [c for c in without_entities if ord(c) < 0x80 and not c.isalnum()] == []


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\u202d\u202e\r")))
def test_escaped_text_reads_as_the_text(text: str) -> None:
    # Python's reader drops control characters that a browser would keep.
    readable = "".join(c for c in text if html.unescape(f"&#{ord(c)};") == c)
    assert Reader(escape.escape(readable)).text == readable


def test_direction_overrides_are_named_and_other_marks_kept() -> None:
    assert escape.escape("\u202eأب\u200f") == '<span class="is-control">RLO</span>أب\u200f'


def test_halves_of_surrogate_pairs_and_nul_become_replacement_characters() -> None:
    assert escape.escape("a\ud800\x00b") == "a\ufffd\ufffdb"


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u202d\u202e"), max_size=500)
)
def test_a_question_comes_back_as_it_was_typed(text: str) -> None:
    assert html.unescape(escape.question(text)) == text.strip()


def test_a_common_question_is_shown_unchanged() -> None:
    assert escape.question("كم عدد المصابين، ومتى؟") == "كم عدد المصابين، ومتى؟"
    assert escape.question("Who said so, and why?") == "Who said so, and why?"


@given(st.text(min_size=1))
def test_a_document_is_found_again_by_its_token(document_id: str) -> None:
    token = escape.document_token(document_id)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert escape.document_id(token) == document_id


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "a b", "ً", "_w", "A"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError):
        escape.document_id(token)


# Answers


def test_an_answer_comes_first_with_its_sentence_marked_and_its_sources_numbered() -> None:
    page = Reader(answered(CLOSED))
    assert page.marks[0] == "الساعة 5:40 صباحاً"
    assert (
        page.text.index("الساعة 5:40")
        < page.text.index("ثقة عالية")
        < page.text.index("وأضافت أن البلدية أغلقت")
    )
    chips = page.all("a", "is-chip")
    first = cite(BRIDGE, "الساعة 5:40 صباحاً")
    assert [chip["href"] for chip in chips] == [
        f"#src-{escape.document_token(BRIDGE)}-{first.start}-{first.end}",
        escape.source_link(HOSPITAL, *(lambda c: (c.start, c.end))(cite(HOSPITAL, "الساعة 5:40 صباحاً"))),
        escape.source_link(BRIDGE, *(lambda c: (c.start, c.end))(cite(BRIDGE, "فجر اليوم"))),
    ]
    assert re.findall(r'is-chip"[^>]*><span class="is-number">(\d+)<', answered(CLOSED)) == ["1", "2", "3"]
    assert "14 مارس 2023" in page.text
    assert "تتفق عليه وثيقتان" in page.text


def test_what_else_is_said_stands_under_its_own_heading() -> None:
    text = Reader(answered(CAUSE, EN)).text
    assert (
        text.index("floodwater")
        < text.index("Also said, and consistent with it")
        < text.index("أساس الدعامة")
    )


def test_a_conflict_is_said_before_the_answers_and_no_answer_is_put_first() -> None:
    page = Reader(answered(INJURED))
    assert page.text.startswith("الوثائق لا تتفق")
    assert page.text.index("لا تتفق") < page.text.index("اثني عشر عاملاً") < page.text.index("15 مصاباً")
    assert len(page.all("div", "is-card")) == 2
    assert page.all("div", "is-top") == []


def test_not_found_is_said_and_near_passages_are_called_no_answer() -> None:
    page = Reader(answered(ABSENT))
    assert page.text.startswith("ليس في هذه الوثائق")
    assert page.text.index("وليس جوابًا") < page.text.index("حالة المصابين مستقرة")
    near = cite(HOSPITAL, "حالة المصابين مستقرة")
    assert page.all("a", "is-chip")[0]["href"] == escape.source_link(
        HOSPITAL, near.context_start, near.context_end
    )
    assert page.all("div", "is-answer") == []
    assert page.all("a", "is-copy") == []


def test_not_found_without_near_passages_says_no_more() -> None:
    page = Reader(render.answer(Answer("?", 0.0), EN))
    assert page.text == "Not in these documentsNo answer to this question was found in them."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (ABSENT, "Not in these documentsNone of these documents is about what you asked."),
        (
            KILLED,
            "Not in these documentsThe documents touch on the subject, but do not state what you asked.",
        ),
        (
            UNSURE,
            "No sure answer in these documents"
            "Something may answer, but it is too unsure to be called an answer.",
        ),
    ],
)
def test_not_found_says_what_was_missing(question: str, said: str) -> None:
    page = Reader(answered(question, EN))
    assert page.text.startswith(f"{said}The nearest they come")


def test_sources_past_the_third_are_folded() -> None:
    citation = cite(BRIDGE, "فجر اليوم")
    page = Reader(render.answer(Answer("q", 0.9, (AnswerGroup((citation,) * 6, 0.9),), "agree"), AR))
    assert len(page.all("a", "is-chip")) == 6
    assert len(page.all("details", "is-more")) == 2  # the other chains, and what each source says
    assert "و3 وثائق أخرى" in page.text


@pytest.mark.parametrize(
    ("confidence", "word"),
    [(1.0, "high"), (0.75, "high"), (0.749, "medium"), (0.5, "medium"), (0.49, "low"), (0, "low")],
)
def test_confidence_is_a_word(confidence: float, word: str) -> None:
    assert render.confidence_word(confidence) == word


def test_a_sentence_that_is_the_answer_is_not_said_twice() -> None:
    citation = cite(BRIDGE, "فجر اليوم")
    alone = dataclasses.replace(
        citation, context="فجر اليوم.", context_start=citation.start, context_end=citation.end + 1
    )
    assert "blockquote" not in render.answer(Answer("q", 0.9, (AnswerGroup((alone,), 0.9),), "single"), AR)


def test_a_sentence_of_a_megabyte_is_cut_around_the_answer() -> None:
    text = "كلمة " * 100_000 + "الجواب هنا" + " كلمة" * 100_000
    start = text.index("الجواب")
    citation = Citation("d", "t", None, start, start + 10, "الجواب هنا", 0, len(text), text, 0.9, "0" * 64)
    page = Reader(render.answer(Answer("q", 0.9, (AnswerGroup((citation,), 0.9),), "single"), AR))
    assert len(page.text) < 1_000
    assert page.marks == ["الجواب هنا"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_quotations_and_titles_add_no_tag_and_no_blank_line(attack: str) -> None:
    def page(text: str) -> str:
        citation = Citation(
            text, text, None, 2, 2 + len(text), text, 0, len(text) + 4, f"- {text}.\n", 0.9, "0" * 64
        )
        groups = tuple(AnswerGroup((citation,), 0.9) for _ in range(2))
        answers = (Answer(text, 0.9, groups, "compatible"), Answer(text, 0.1, nearest=(citation,)))
        return "".join(render.answer(each, AR) for each in answers)

    def shape(source: str) -> list[tuple[str, str | None]]:
        return [
            (tag, attrs.get("class"))
            for tag, attrs in Reader(source).tags
            if attrs.get("class") != "is-control"
        ]

    assert shape(page(attack)) == shape(page("ن" * len(attack)))
    assert "\n" not in page(attack)  # a blank line would end the block and let Markdown begin


# Documents


def test_a_document_is_whole_with_every_cited_span_marked_and_one_chosen() -> None:
    document = next(item for item in DOCUMENTS if item.id == BRIDGE)
    closed, dawn = cite(BRIDGE, "الساعة 5:40 صباحاً"), cite(BRIDGE, "فجر اليوم")
    spans = [(closed.start, closed.end), (dawn.start, dawn.end)]
    page = Reader(panel.document(document, spans, spans[0], AR))
    assert page.chosen == ["الساعة 5:40 صباحاً"]
    assert page.marks == ["فجر اليوم"]
    body = document.text[document.body_start :].removeprefix("انهيار جسر الوادي\n")
    assert "".join(page.text.split()).endswith("".join(body.split()))
    assert "2 من 2" in page.text
    assert f"#span-{dawn.start}-{dawn.end}" in [attrs.get("href") for _, attrs in page.tags]


def test_the_front_matter_is_not_shown() -> None:
    document = next(item for item in DOCUMENTS if item.id == BRIDGE)
    assert "date: 2023-03-14" not in Reader(panel.document(document, [], None, AR)).text


def test_a_span_over_several_paragraphs_is_marked_in_each() -> None:
    document = Document(id="d", text="أول الكلام\n\nوسطه\nوآخره هنا", title="t")
    page = Reader(panel.document(document, [], (4, 22), AR))
    assert page.chosen == ["الكلام\n", "وسطه\n", "وآخره"]


def test_overlapping_spans_keep_the_text_once() -> None:
    document = Document(id="d", text="واحد اثنان ثلاثة أربعة", title="t")
    page = Reader(panel.document(document, [(0, 10), (5, 16)], (5, 10), AR))
    assert (page.marks, page.chosen) == (["واحد ", " ثلاثة"], ["اثنان"])
    assert page.text.endswith("واحد اثنان ثلاثة أربعة")


@given(
    st.text(st.sampled_from("اب ج\n.<&#a"), max_size=60),
    st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=5),
)
def test_whatever_is_marked_the_document_reads_the_same(text: str, spans: list[tuple[int, int]]) -> None:
    document = Document(id="d", text=text, title="عنوان آخر")
    plain = Reader(panel.document(document, [], None, AR)).text
    for chosen in [None, *spans]:
        page = Reader(panel.document(document, spans, chosen, AR))
        article = page.text[page.text.index("عنوان آخر") :]
        assert article == plain[plain.index("عنوان آخر") :]
        valid = [span for span in spans if 0 <= span[0] < span[1] <= len(text)]
        covered = {i for start, end in valid for i in range(start, end)}
        shown = {
            i for line in re.finditer(r"[^\n]*\n?", text) if line.group().strip() for i in range(*line.span())
        }
        signs = {i for line in re.finditer(r"(?m)^#{1,6} +(?=\S)", text) for i in range(*line.span())}
        assert sum(map(len, page.marks + page.chosen)) == len((covered & shown) - signs)


@pytest.mark.parametrize("span", [(-3, 4), (2, 2), (5, 3), (0, 10_000), (10_000, 10_001)])
def test_a_span_outside_the_document_is_not_marked(span: tuple[int, int]) -> None:
    document = Document(id="d", text="نص قصير", title="t")
    page = Reader(panel.document(document, [span], span, AR))
    assert (page.marks, page.chosen) == ([], [])


def test_a_document_of_ten_megabytes_in_one_line_is_shown_around_the_quotation() -> None:
    text = "كلمة " * 1_000_000 + "الهدف" + " كلمة" * 1_000_000
    start = text.index("الهدف")
    page = Reader(panel.document(Document(id="d", text=text, title="t"), [], (start, start + 5), AR))
    assert page.chosen == ["الهدف"]
    assert "الوثيقة طويلة جدًا" in page.text
    assert len(page.text) < panel.WHOLE_DOCUMENT_CHARS + 200


def test_a_hostile_document_is_text() -> None:
    document = next(item for item in DOCUMENTS if item.id == HOSTILE)
    for source in (panel.document(document, [(3, 9)], (3, 9), EN), Shelving(FakePipeline(), None).html(EN)):
        tags = {tag for tag, _ in Reader(source).tags}
        assert tags <= {
            "div",
            "header",
            "h2",
            "a",
            "p",
            "ul",
            "li",
            "span",
            "bdi",
            "article",
            "mark",
            "nav",
            "input",
            "label",
        }
        assert not any(name.startswith("on") for _, attrs in Reader(source).tags for name in attrs)
    shown = Reader(panel.document(document, [], None, EN)).text
    assert "<script>window.__hacked" in shown
    assert "".join(shown.split()).endswith("".join(HOSTILE_TEXT.replace("\u202e", "RLO").split()))


def test_the_signs_of_a_heading_are_not_part_of_a_passage() -> None:
    citation = dataclasses.replace(cite(BRIDGE, "فجر اليوم"), context="## عنوان فرعي")
    assert "#" not in Reader(render.answer(Answer("q", 0.1, nearest=(citation,)), AR)).text


def test_each_paragraph_has_its_own_direction() -> None:
    document = Document(id="d", text="عربي أولاً\nthen English", title="t")
    paragraphs = [attrs for tag, attrs in Reader(panel.document(document, [], None, EN)).tags if tag == "p"]
    assert [attrs["dir"] for attrs in paragraphs] == ["auto", "auto"]


# Words


def test_arabic_counts_documents_in_its_six_ways() -> None:
    counted = [AR.count("documents", n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)]
    assert counted == [
        "لا وثائق",
        "وثيقة واحدة",
        "وثيقتان",
        "3 وثائق",
        "10 وثائق",
        "11 وثيقة",
        "99 وثيقة",
        "100 وثيقة",
        "102 وثيقة",
        "103 وثائق",
        "111 وثيقة",
    ]


def test_dates_are_words() -> None:
    day = dt.date(2021, 8, 3)
    assert [strings.load(lang).date(day) for lang in ("ar", "en", "fr")] == [
        "3 أغسطس 2021",
        "3 August 2021",
        "3 août 2021",
    ]


def test_an_unknown_language_falls_back_to_arabic() -> None:
    assert strings.load("../en").lang == "ar"


def test_every_language_has_the_same_words_with_the_same_places_to_fill() -> None:
    folder = Path(strings.__file__).parent

    def places(words: object) -> object:
        if isinstance(words, dict):
            return {key: places(value) for key, value in words.items()}
        return sorted(re.findall(r"\{(\w+)\}", str(words)))

    english = json.loads((folder / "en.json").read_text("utf-8"))["isnad"]
    for lang in strings.LANGUAGES:
        own = json.loads((folder / f"{lang}.json").read_text("utf-8"))["isnad"]
        assert own.keys() == english.keys(), lang
        plain = [key for key, value in english.items() if isinstance(value, str)]
        assert {key: places(own[key]) for key in plain} == {key: places(english[key]) for key in plain}
        assert own["langs"].keys() == english["langs"].keys()
        assert len(own["months"]) == 12


# Where a citation lies, and what a number counts

PLACES = {
    "page": (Section("page", "3", 0),),
    "row": (Section("sheet", "السكّان <b>", 0), Section("row", "12", 0)),
    "heading": (Section("heading", "الفصل الثاني", 0),),
    "title": (Section("heading", "انهيار جسر الوادي", 0),),
}


def placed(words: strings.Strings, places: tuple[Section, ...]) -> Reader:
    citation = cite(BRIDGE, "فجر اليوم", places=places)
    answer = Answer(CLOSED, 0.9, (AnswerGroup((citation,), 0.9),), "single")
    return Reader(render.answer(answer, words))


@pytest.mark.parametrize(
    ("where", "arabic", "english"),
    [
        ("page", ["ص 3"], ["p. 3"]),
        ("row", ["ورقة السكّان <b>، الصف 12"], ["sheet السكّان <b>, row 12"]),
        ("heading", ["تحت «الفصل الثاني»"], ["under “الفصل الثاني”"]),
        ("title", [], []),
    ],
)
def test_a_chip_names_the_page_the_row_or_the_section(
    where: str, arabic: list[str], english: list[str]
) -> None:
    assert placed(AR, PLACES[where]).texts("is-place") == arabic
    assert placed(EN, PLACES[where]).texts("is-place") == english


def counted(quote: str, unit: str | None, document: str = HOSPITAL) -> Reader:
    value = {"kind": "number", "number": 15, **({"unit": unit} if unit else {})}
    group = AnswerGroup((cite(document, quote, nth=2 if quote == "15" else 1),), 0.9, value)
    return Reader(render.answer(Answer(INJURED, 0.9, (group,), "single"), AR))


def test_a_bare_number_has_its_noun_beside_it_and_not_within_the_quotation() -> None:
    page = counted("15", "مصاباً")
    assert (page.texts("is-answer"), page.texts("is-unit")) == (["15"], ["مصاباً"])
    assert page.marks == ["15"]


@pytest.mark.parametrize(
    ("quote", "unit"), [("15 مصاباً", "مصاباً"), ("15", None), ("15", "جريحاً"), ("15", "مصاب")]
)
def test_no_noun_is_shown_that_is_quoted_or_that_the_document_does_not_have_there(
    quote: str, unit: str | None
) -> None:
    assert counted(quote, unit).texts("is-unit") == []


def test_an_opened_document_names_its_rows_and_where_the_chosen_words_lie() -> None:
    text = "المدينة: وردان | السكّان: ٤١٢٠٠\nالمدينة: النخلة | السكّان: 9800"
    second = text.index("\n") + 1
    rows = (Section("row", "2", 0), Section("row", "3", second))
    document = Document("towns.csv", text, "المدن", sections=rows)
    start = text.index("9800")
    page = Reader(panel.document(document, [], (start, start + 4), AR))
    assert page.texts("is-where") == ["الصف 3"]
    assert [attrs["data-row"] for name, attrs in page.tags if name == "p" and "data-row" in attrs] == [
        "2",
        "3",
    ]
    assert "الصف" not in panel.document(document, [], None, AR)
