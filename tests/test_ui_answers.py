"""What an answer says of its sources: who said it, which day, how many agree, and why it was given."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from ui_corpus import (
    ABSENT,
    AND_IN_2020,
    BRIDGE,
    CAUSE,
    CLOSED,
    GUARD,
    HEARING,
    HOSPITAL,
    INJURED,
    LEVEL,
    MIXED,
    PRESS,
    WIRE,
    FakePipeline,
    cite,
    on,
)
from ui_reader import Reader

from rag.schema import Answer, AnswerGroup, Attribution, Citation
from ui import strings
from ui.backend import Backend
from ui.html import escape, quoting, render
from ui.kept.ledger import Ledger

AR, EN, FR = (strings.load(lang) for lang in ("ar", "en", "fr"))


def shown(question: str, words: strings.Strings = AR) -> Reader:
    return Reader(render.answer(FakePipeline().answer(question), words))


def single(*citations: Citation, words: strings.Strings = AR) -> Reader:
    return Reader(render.answer(Answer("q", 0.9, (AnswerGroup(citations, 0.9),), "agree"), words))


# Who said it


def test_a_chain_goes_from_the_document_to_the_speaker_with_the_title() -> None:
    page = shown(PRESS)
    (line,) = page.texts("is-isnad")
    assert line == ("1مستشفى وردان يستقبل المصابين 15 مارس 2023وكالة الواديالمتحدث باسم المستشفى رامي الخطيب")
    assert page.texts("is-via") == ["وكالة الوادي", "المتحدث باسم المستشفى رامي الخطيب"]


def test_each_link_of_a_chain_opens_the_words_that_name_it() -> None:
    links = shown(PRESS).all("a", "is-link")
    text = FakePipeline().document(HOSPITAL).text
    quotes = ["وكالة الوادي", "المتحدث باسم المستشفى", "رامي الخطيب"]
    assert [link["href"] for link in links] == [
        escape.source_link(HOSPITAL, text.index(quote), text.index(quote) + len(quote)) for quote in quotes
    ]
    assert [link["title"] for link in links] == ["وكالة الأنباء", "صفة القائل", "القائل"]


def test_a_text_that_names_nobody_has_no_chain_beyond_its_document() -> None:
    assert shown(CAUSE).all("span", "is-via") == []


def test_a_title_without_its_speaker_stands_alone() -> None:
    links = (Attribution("title", "الوزير", 0, 6), Attribution("agency", "الوكالة", 8, 15))
    page = single(replace(cite(BRIDGE, "فجر اليوم"), attribution=links))
    assert page.texts("is-via") == ["الوزير", "الوكالة"]


# How many say so


def origins(*numbers: int) -> list[Citation]:
    """Return citations of as many documents, each of the origin given."""
    citation = cite(BRIDGE, "فجر اليوم")
    return [replace(citation, document=f"{i}.txt", origin=n) for i, n in enumerate(numbers)]


@pytest.mark.parametrize(
    ("numbers", "arabic", "english"),
    [
        ([0, 0], "وثيقتان، من أصل واحد", "2 documents, 1 origin"),
        ([0, 0, 0], "3 وثائق، من أصل واحد", "3 documents, 1 origin"),
        ([0, 1, 0], "3 وثائق، من أصلين", "3 documents, 2 origins"),
        ([*range(3), 0], "4 وثائق، من 3 أصول", "4 documents, 3 origins"),
        ([0] * 11, "11 وثيقة، من أصل واحد", "11 documents, 1 origin"),
        ([*range(11), 0], "12 وثيقة، من 11 أصلًا", "12 documents, 11 origins"),
        ([0, 1], "تتفق عليه وثيقتان", "2 documents agree"),
        ([0, 1, 2], "تتفق عليه 3 وثائق", "3 documents agree"),
        ([*range(11)], "تتفق عليه 11 وثيقة", "11 documents agree"),
    ],
)
def test_copies_are_told_from_documents_that_agree(numbers: list[int], arabic: str, english: str) -> None:
    assert single(*origins(*numbers)).texts("is-agreed") == [arabic]
    assert single(*origins(*numbers), words=EN).texts("is-agreed") == [english]


def test_one_document_is_not_counted() -> None:
    assert shown(PRESS).texts("is-agreed") == []
    assert single(*[cite(BRIDGE, "فجر اليوم")] * 2).texts("is-agreed") == []


def test_a_copy_names_the_source_that_it_is_a_copy_of() -> None:
    assert single(*origins(4, 5, 4, 5, 5)).texts("is-copied") == [
        "نسخة من 1",
        "نسخة من 2",
        "نسخة من 2",
    ]


def test_the_words_of_each_further_source_unfold() -> None:
    page = shown(CLOSED)
    (wording,) = page.texts("is-wording")
    assert wording.startswith("2")
    assert "قبل وصول سيارات الإسعاف" in wording
    assert page.texts("is-more")[0].startswith("نصّ كل مصدر")


def test_the_sides_of_a_conflict_have_their_own_sources() -> None:
    sides = shown(INJURED).texts("is-card")
    assert [side.count("مصابو جسر وردان في المستشفى") for side in sides] == [0, 1]
    assert "لمى الحداد" in sides[0]
    assert "وثيقتان، من أصل واحد" in sides[1]


@pytest.mark.parametrize(
    ("question", "heading"),
    [(CLOSED, "وجاء في الوثائق أيضًا"), (CAUSE, "وجاء فيها أيضًا ما لا يتعارض معه")],
)
def test_what_else_is_said_is_introduced_by_how_it_stands_to_the_answer(question: str, heading: str) -> None:
    assert shown(question).texts("is-heading") == [heading]
    assert shown(question).all("div", "is-conflict") == []


# Which day


def test_a_relative_day_is_told_with_the_day_that_it_counts_from() -> None:
    assert shown(PRESS).texts("is-when") == ["أي 20 مارس 2023محسوبًا من تاريخ الوثيقة، 15 مارس 2023"]


def test_both_readings_are_told() -> None:
    assert shown(HEARING, EN).texts("is-when") == [
        "that is, 27 March 2023 or 20 March 2023"
        "the words allow both readings · counted from the document’s date, 20 March 2023"
    ]
    assert shown(HEARING).texts("is-when")[0].startswith("أي 27 مارس 2023 أو 20 مارس 2023تحتمل العبارة")


def test_a_date_named_in_full_is_not_told_again() -> None:
    day = on(dt.date(2023, 3, 14), "full date named")
    assert quoting.when(replace(cite(BRIDGE, "14 آذار 2023"), resolved=day), AR) == ""


def test_a_hijri_day_says_how_it_was_counted() -> None:
    day = on(dt.date(2021, 4, 15), "Hijri date, tabular calendar, ±1 day")
    told = Reader(quoting.when(replace(cite(BRIDGE, "14 آذار 2023"), resolved=day), AR)).text
    assert told == "أي 15 أبريل 2021بالتقويم الهجري الحسابي، ±1 يوم"


@pytest.mark.parametrize(
    ("first", "last", "arabic", "french"),
    [
        ((2021, 7, 26), (2021, 7, 26), "26 يوليو 2021", "26 juillet 2021"),
        ((2021, 7, 1), (2021, 7, 31), "يوليو 2021", "juillet 2021"),
        ((2021, 6, 1), (2021, 7, 31), "من يونيو 2021 إلى يوليو 2021", "juin 2021 – juillet 2021"),
        ((2008, 1, 1), (2008, 12, 31), "2008", "2008"),
        ((1990, 1, 1), (1999, 12, 31), "من 1990 إلى 1999", "1990 – 1999"),
        (
            (2021, 7, 18),
            (2021, 7, 24),
            "من 18 يوليو 2021 إلى 24 يوليو 2021",
            "18 juillet 2021 – 24 juillet 2021",
        ),
        ((9999, 12, 1), (9999, 12, 31), "ديسمبر 9999", "décembre 9999"),
    ],
)
def test_days_are_words(first: tuple[int, ...], last: tuple[int, ...], arabic: str, french: str) -> None:
    days = dt.date(*first), dt.date(*last)
    assert AR.days(*days) == arabic
    assert FR.days(*days) == french


def test_what_was_still_to_come_says_as_of_when() -> None:
    assert shown(MIXED).texts("is-asof") == ["لم يكن قد وقع حتى 20 مارس 2023"]
    assert shown(CLOSED).texts("is-asof") == []


# Follow-up questions


def asked_in_turn(*questions: str) -> tuple[Backend, list[dict[str, object]]]:
    backend = Backend(FakePipeline(), 1000)
    history: list[dict[str, object]] = []
    for question in questions:
        page = backend.reply(question, history, "ar")
        history.append({"role": "user", "content": [{"type": "text", "text": question}]})
        history.append({"role": "assistant", "content": [{"type": "text", "text": page}]})
    return backend, history


def last(history: list[dict[str, object]]) -> Reader:
    return Reader(history[-1]["content"][0]["text"])  # type: ignore[index]


def test_a_follow_up_shows_how_it_was_understood_before_the_answer_with_what_was_carried_set_apart() -> None:
    _, history = asked_in_turn(LEVEL, AND_IN_2020)
    page = last(history)
    assert page.text.startswith("فُهم سؤالك هكذا: وكم بلغ منسوب المياه عام 2020؟ عدّله")
    assert page.texts("is-full") == ["وكم بلغ منسوب المياه عام 2020؟"]
    assert "<b>منسوب&#32;المياه&#32;</b>" in history[-1]["content"][0]["text"]  # type: ignore[index]
    assert page.marks == [f"{90 + (2020 * 37) % 160} سنتيمتراً"]


def test_a_question_that_stands_alone_is_not_repeated() -> None:
    _, history = asked_in_turn(LEVEL, CLOSED)
    assert last(history).all("div", "is-completed") == []


def test_a_follow_up_without_a_question_before_it_is_asked_as_it_stands() -> None:
    _, history = asked_in_turn(AND_IN_2020)
    assert last(history).all("div", "is-completed") == []
    assert len(last(history).all("div", "is-absent")) == 1


def test_the_turns_of_a_conversation_are_read_from_its_answers_oldest_first_and_at_most_four() -> None:
    backend, history = asked_in_turn(GUARD, CLOSED, "", ABSENT, LEVEL, AND_IN_2020)
    assert [(each.completed or each.question, each.answer) for each in backend.ledger.earlier(history)] == [
        (CLOSED, "الساعة 5:40 صباحاً"),
        (ABSENT, None),
        (LEVEL, f"{90 + (2019 * 37) % 160} سنتيمتراً"),
        ("وكم بلغ منسوب المياه عام 2020؟", f"{90 + (2020 * 37) % 160} سنتيمتراً"),
    ]


def test_a_key_in_a_question_or_of_nobody_is_no_turn() -> None:
    backend, history = asked_in_turn(CLOSED)
    key = history[1]["content"][0]["text"].split("#why-")[1][:16]  # type: ignore[index]
    forged = [
        {"role": "user", "content": f"#why-{key}"},
        {"role": "assistant", "content": "#why-AAAAAAAAAAAAAAAA"},
        {"role": "assistant", "content": None},
        "#why-" + key,
    ]
    assert backend.ledger.earlier(forged) == []


def test_only_the_newest_answers_are_kept() -> None:
    ledger = Ledger(kept=2)
    keys = [ledger.keep(Answer(str(i), 0.0)) for i in range(3)]
    assert [found.question for found in ledger.all(keys)] == ["1", "2"]
    assert ledger.get(keys[0]) is None
    assert len(set(keys)) == 3


# Why


def reasons(question: str, lang: str = "ar") -> Reader:
    backend = Backend(FakePipeline(), 1000)
    key = backend.ledger.keep(FakePipeline().answer(question))
    return Reader(backend.why([key, lang]))


def test_why_tells_search_reading_and_decision() -> None:
    page = reasons(CLOSED)
    assert page.texts("is-heading") == [
        "البحث: أقرب المقاطع",
        "القراءة: ما يُرجَّح جوابًا منها",
        "القرار",
        "من دون المصدر الأول",
    ]
    assert page.texts("is-scores")[0] == "الكلمات 12.5الأسماء 0.00المعنى 0.60كلمة بكلمة 0.75المجموع 1.50"
    assert page.texts("is-scores")[3] == "الاحتمال 90٪"
    assert "الثقة بالجواب 91٪، والحدّ الأدنى ليُعرض جواب 32٪." in page.text
    assert page.texts("is-flag") == ["منه الجواب"] * 3


def test_why_tells_the_answer_without_the_first_source() -> None:
    assert reasons(CLOSED, "en").text.endswith(
        "Without “انهيار جسر الوادي” and its copies the answer would be "
        "“الساعة 5:40 صباحاً” (Medium confidence)."
    )
    assert reasons(PRESS).text.endswith("لولا «مستشفى وردان يستقبل المصابين» ونُسخه لما وُجد جواب.")


def test_why_nothing_was_found_tells_how_far_it_was_from_an_answer() -> None:
    page = reasons(ABSENT, "en")
    assert page.text.endswith("Confidence in the best that was found is 12%; an answer is given from 32%.")
    assert page.texts("is-flag") == []


def test_why_of_a_forgotten_answer_says_so() -> None:
    backend = Backend(FakePipeline(), 1000)
    assert "too long ago" in backend.why(["A" * 16, "en"])


def test_a_hostile_explanation_is_text() -> None:
    page = reasons(GUARD)
    assert {tag for tag, _ in page.tags} <= {"div", "p", "ol", "li", "a", "bdi", "b", "span"}


def test_the_copy_is_cited_beside_its_original() -> None:
    hrefs = [chip["href"] for chip in shown(INJURED).all("a", "is-chip")]
    copy = cite(WIRE, "15 مصاباً")
    assert hrefs[2] == escape.source_link(WIRE, copy.start, copy.end)
