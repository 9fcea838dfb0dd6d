"""As much is quoted as the question asks for: a clause, a sentence or a whole list, around the run.

`data/extents.jsonl` has questions of our own with a sentence, the words that a network marked in it, and what
should be quoted: reasons, manners, definitions and lists, and look-alikes that want no more than a word.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.decoding import Page, Run
from rag.extent import Extent, extent_of
from rag.extent.lines import block
from rag.extent.pairs import closed, pairs
from rag.question import parse
from rag.reader import load_reader
from rag.schema import Chunk
from rag.shaping import Sentence, kind_of, read_sentences, shaped

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "extents.jsonl").read_text(encoding="utf-8").splitlines()
]


def marked_run(page: Page, marked: str) -> tuple[Sentence, Run]:
    """Return the run of the words of `marked`, which the text holds once or more, and its sentence."""
    start = page.text.index(marked)
    end = start + len(marked)
    inside = [i for i, word in enumerate(page.words) if word.start < end and word.end > start]
    run = Run(0, inside[0], inside[-1] + 1, 1.0)
    return next(s for s in read_sentences(page) if s.first <= run.first < s.last), run


def extent(question: str, text: str, marked: str) -> Extent:
    page, asked = Page.of(text), parse(question)
    sentence, run = marked_run(page, marked)
    return extent_of(asked, page, sentence, shaped(asked, page, sentence, run))


def quote(question: str, text: str, marked: str) -> str:
    found = extent(question, text, marked)
    return text[found.start : found.end]


@pytest.mark.parametrize(
    ("question", "marked", "quoted"),
    [
        ("من مدير المقالع؟", "هالة النجار | السبب", "هالة النجار"),
        ("من هي هالة النجار؟", "المدير", "المدير"),
        ("لماذا عُينت هالة النجار؟", "تقاعد سلفها", "السبب: تقاعد سلفها لأسباب صحية"),
        ("كم الراتب؟", "900", "900"),
    ],
)
def test_of_a_row_no_more_than_a_cell_is_quoted(question: str, marked: str, quoted: str) -> None:
    row = "القسم: المقالع | المدير: هالة النجار | السبب: تقاعد سلفها لأسباب صحية | الراتب: 900"
    assert quote(question, row, marked) == quoted


def test_the_table_holds_enough_of_each_language_and_kind() -> None:
    languages = Counter(case["lang"] for case in CASES)
    kinds = Counter(case["kind"] for case in CASES)
    assert languages["ar"] >= 35
    assert languages["en"] >= 15
    assert languages["fr"] >= 10
    assert min(kinds[kind] for kind in ("reason", "manner", "definition", "list", "other", "number")) >= 4


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lang']}-{case['kind']}")
def test_a_question_gets_the_extent_it_asks_for(case: dict[str, str]) -> None:
    assert parse(case["question"]).kind == case["kind"]
    assert quote(case["question"], case["text"], case["marked"]) == case["wanted"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lang']}-{case['kind']}")
def test_what_is_quoted_is_of_the_kind_that_is_asked_for(case: dict[str, str]) -> None:
    page, asked = Page.of(case["text"]), parse(case["question"])
    sentence, run = marked_run(page, case["marked"])
    if asked.kind in ("reason", "manner", "definition", "list"):
        assert kind_of(asked, sentence, run) == asked.kind


# -- what surrounds the quotation ------------------------------------------------------------------------


def test_the_sentence_around_a_clause_is_its_context() -> None:
    text = "فاض النهر.أغلق الجسر بسبب الفيضان، وعاد الناس."
    found = extent("لماذا أغلق الجسر؟", text, "الفيضان")
    assert text[found.start : found.end] == "بسبب الفيضان"
    assert text[found.context_start : found.context_end] == "أغلق الجسر بسبب الفيضان، وعاد الناس."


def test_the_lines_of_a_list_are_their_context_with_the_line_that_leads_to_them() -> None:
    text = "عقدت اللجنة جلستها. وأقرت البنود الآتية:\n- السلامة\n- النقل\n\nثم رُفعت الجلسة."
    found = extent("ما هي البنود التي أقرتها اللجنة؟", text, "النقل")
    assert text[found.start : found.end] == "وأقرت البنود الآتية:\n- السلامة\n- النقل"
    assert (found.context_start, found.context_end) == (found.start, found.end)


def test_a_list_is_found_from_the_line_that_leads_to_it() -> None:
    text = "## التوصيات\nتوصي الدراسة بما يلي:\r\n* تشجير الضفاف\r\n* تنظيف القناة\r\nوانتهت."
    wanted = "توصي الدراسة بما يلي:\r\n* تشجير الضفاف\r\n* تنظيف القناة"
    assert quote("ما هي التوصيات؟", text, "توصي الدراسة") == wanted


def test_a_list_without_a_leading_line_is_quoted_from_its_first_bullet() -> None:
    text = "- قمح\n- شعير\n  من الجبل\n- عدس"
    assert quote("ما هي المحاصيل؟", text, "شعير") == text


def test_one_bullet_is_no_list() -> None:
    assert quote("ما هي المحاصيل؟", "المحاصيل:\n- قمح\nوكفى.", "قمح") == "قمح"


def test_ordinals_at_the_start_of_lines_number_a_list() -> None:
    text = "أولاً: رفع الأجور.\nثانيًا: خفض الساعات.\nوانتهى البيان."
    found = block(text, text.index("خفض"), text.index("خفض") + 3)
    assert found is not None
    assert text[found.start : found.end] == "أولاً: رفع الأجور.\nثانيًا: خفض الساعات."
    assert found.numbered


def test_bullets_are_no_steps_and_a_manner_keeps_to_its_line() -> None:
    text = "أخبار:\n- عبر القارب النهر بمجداف واحد.\n- نام الحارس."
    assert quote("كيف عبر القارب النهر؟", text, "مجداف") == "عبر القارب النهر بمجداف واحد."


def test_a_very_long_sentence_is_quoted_between_its_commas() -> None:
    filler = "، ".join(f"وذكر الشاهد رقم {i} ما رآه في السوق" for i in range(9))
    text = f"{filler}، دخل اللص من باب خلفي مفتوح في آخر الزقاق، {filler}."
    assert quote("كيف دخل اللص؟", text, "باب خلفي") == "دخل اللص من باب خلفي مفتوح في آخر الزقاق"


# -- quotation marks and brackets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("قال «نعم» وذهب", ["«نعم»"]),
        ('قال "نعم" ثم "لا"', ['"نعم"', '"لا"']),
        ("sie sagte „ja“ und »nein«", ["„ja“", "»nein«"]),
        ("قوات ”بدر” و”النور”", ["”بدر”", "”النور”"]),
        ("قال “نعم (أو لا)”", ["“نعم (أو لا)”", "(أو لا)"]),
        ("the owner's 'Blue Door' and it's shut", ["'Blue Door'"]),
        ("l’année d'un « grand [très grand] vent »", ["« grand [très grand] vent »", "[très grand]"]),
        ("وَ«سَلام»", ["«سَلام»"]),
        ("بلا ( شريك « أبدا", []),
    ],
)
def test_pairs_are_found_in_each_direction_and_script(text: str, held: list[str]) -> None:
    assert [text[opening : closing + 1] for opening, closing in pairs(text, 0, len(text))] == held


def test_a_name_gets_its_closing_mark_and_no_further_word() -> None:
    assert quote("من زار البلدة؟", "زار البلدة حزب «النور» أمس.", "حزب «النور") == "حزب «النور»"
    assert quote("من زار البلدة؟", "زار البلدة «حزب النور الجديد» أمس.", "البلدة «حزب") == "البلدة «حزب"


# -- laws ------------------------------------------------------------------------------------------------

_QUESTIONS = st.sampled_from(
    [
        "لماذا أغلق المصنع؟", "كيف أغلق المصنع؟", "ما هو المصنع؟", "ما هي المصانع التي أغلقت؟", "من هو سالم؟",
        "ما أسباب الإغلاق؟", "كم مصنعا أغلق؟", "Why did it close?", "Which mills closed?",
        "Qu'est-ce qu'un moulin ?",
    ]
)  # fmt: skip
_WORDS = st.sampled_from(
    [
        "المصنع", "أغلق", "بسبب", "لأن", "وقال", "ولكن", "والمدير", "وزير", "هي", "هو", "التي", "مثل",
        "في", "من", "يعمل", "والطاقة", "الصحة", "and", "or", "because", "the", "mill", "which", "said",
        "is", "وذلك", "إثر", "26", "و", "فضلا عن", "لتعزيز", "ليس",
    ]
)  # fmt: skip
_GAPS = st.sampled_from(
    [" "] * 8 + ["، ", ", ", "؛ ", ": ", ". ", ".", "\n- ", "\n1. ", " «", "» ", ' "', '" ', " (", ") "]
)
_TEXTS = st.lists(st.tuples(_WORDS, _GAPS), min_size=1, max_size=40).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


@given(_QUESTIONS, _TEXTS, st.data())
def test_the_extent_holds_the_run_and_lies_in_its_context(
    question: str, text: str, data: st.DataObject
) -> None:
    page, asked = Page.of(text), parse(question)
    sentence = data.draw(st.sampled_from(read_sentences(page)))
    first = data.draw(st.integers(sentence.first, sentence.last - 1))
    last = data.draw(st.integers(first + 1, sentence.last))
    found = extent_of(asked, page, sentence, Run(0, first, last, 0.0))
    assert 0 <= found.context_start <= found.start <= page.words[first].start
    assert page.words[last - 1].end <= found.end <= found.context_end <= len(text)
    listed = block(text, page.words[first].start, page.words[last - 1].end)
    if listed is None:
        assert (found.context_start, found.context_end) == (sentence.start, sentence.end)
        if asked.kind in ("reason", "manner", "definition", "list"):
            inner = pairs(text, sentence.start, sentence.end)
            assert closed(inner, found.start, found.end) == (found.start, found.end)
    else:
        assert found.context_start >= min(listed.start, sentence.start)
        assert found.context_end <= max(listed.end, sentence.end)


@given(
    st.text(st.sampled_from(list("اوب ،.:«»\"'()-\n1•aB؛–”“")), min_size=1, max_size=80),
    _QUESTIONS,
    st.data(),
)
def test_whatever_the_text_something_is_quoted(text: str, question: str, data: st.DataObject) -> None:
    page = Page.of(text)
    for sentence in read_sentences(page):
        first = data.draw(st.integers(sentence.first, sentence.last - 1))
        found = extent_of(parse(question), page, sentence, Run(0, first, first + 1, 0.0))
        assert found.context_start <= found.start < found.end <= found.context_end


@given(st.sampled_from([case for case in CASES if case["lang"] == "ar"]), st.data())
def test_harakat_and_tatweel_do_not_change_what_is_quoted(case: dict[str, str], data: st.DataObject) -> None:
    page, asked = Page.of(case["text"]), parse(case["question"])
    sentence, run = marked_run(page, case["marked"])
    plain = extent_of(asked, page, sentence, run)
    signs = data.draw(
        st.lists(
            st.sampled_from(["", "", "", "َ", "ُ", "ّ", "ـ"]), min_size=len(page.text), max_size=len(page.text)
        )
    )
    at, pieces, place = 0, [], []
    for i, (letter, sign) in enumerate(zip(page.text, signs, strict=True)):
        place.append(at)
        in_word = "ا" <= letter <= "ي" and "ا" <= page.text[i + 1 : i + 2] <= "ي"
        pieces.append(letter + (sign if in_word else ""))
        at += len(pieces[-1])
    place.append(at)
    marked = Page.of("".join(pieces))
    assert len(marked.words) == len(page.words)
    inside = next(s for s in read_sentences(marked) if s.first <= run.first < s.last)
    found = extent_of(asked, marked, inside, run)
    assert (found.start, found.end) == (place[plain.start], place[plain.end])
    assert (found.context_start, found.context_end) == (place[plain.context_start], place[plain.context_end])


# -- the reader ------------------------------------------------------------------------------------------

MILL = (
    "افتتحت البلدية مطحنة الوادي عام 2012. وأغلقت مطحنة الوادي لأن مياه النهر لم تعد تكفي لتشغيلها، لكن "
    "العمال بقوا في القرية.وتنتج مطحنة الوادي الدقيق والبرغل والسميد. "
    "ومطحنة الوادي هي معمل صغير يملكه فلاحو القرية، وقد بُني من الحجر."
)


@pytest.mark.parametrize(
    ("question", "wanted", "kind"),
    [
        ("لماذا أغلقت مطحنة الوادي؟", "لأن مياه النهر لم تعد تكفي لتشغيلها", "reason"),
        ("ما هي المنتجات التي تنتجها مطحنة الوادي؟", "الدقيق والبرغل والسميد", "list"),
        ("متى افتتحت مطحنة الوادي؟", "عام 2012", "date"),
    ],
)
def test_the_reader_quotes_the_whole_of_what_is_asked_for(question: str, wanted: str, kind: str) -> None:
    spans = load_reader().read(question, [Chunk("mill.txt", MILL, 0)]).spans
    quoted = [span for span in spans if wanted in span.text]
    assert [span.kind for span in quoted] == [kind]
    assert quoted[0].text in quoted[0].context


def test_spans_of_one_passage_never_quote_the_same_word() -> None:
    text = "تشمل الخطة:\n- ترميم السور القديم\n- تنظيف البئر\n- غرس الزيتون\n\nوتبدأ الخطة في نيسان."
    spans = load_reader().read("ما هي الأعمال التي تشملها الخطة؟", [Chunk("plan.txt", text, 3)]).spans
    assert [span.text for span in spans if "البئر" in span.text] == [text[: text.index("\n\n")]]
    taken = sorted((span.start, span.end) for span in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(taken))
