"""How an answer is shown in a terminal and in a pipe: who disagrees, who said it, when, and why not."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from cli_support import FIFTY, PIPE, TERMINAL, THIRTY, citation

from rag.commands.answers import describe
from rag.schema import Answer, AnswerGroup, Attribution, Citation, Reason, Resolution, Role, Section


def test_the_answer_comes_first_then_its_sentence_and_its_source() -> None:
    answer = Answer("كم؟", 0.8, (AnswerGroup((THIRTY,), 0.8),), "single")
    assert list(describe(answer, PIPE)) == [
        "٣٠ جريحًا",
        "",
        "  سقط **٣٠ جريحًا** في المرفأ.",
        "  عنوان · 2021-07-24 · 000.txt:104-113",
    ]


def test_documents_that_do_not_agree_are_said_to_first_and_then_each_side() -> None:
    answer = Answer("كم؟", 0.8, (AnswerGroup((THIRTY,), 0.8), AnswerGroup((FIFTY,), 0.6)), "conflict")
    assert list(describe(answer, PIPE)) == [
        "The documents do not agree. Each side, in its own words:",
        "",
        "٣٠ جريحًا",
        "",
        "  سقط **٣٠ جريحًا** في المرفأ.",
        "  عنوان · 2021-07-24 · 000.txt:104-113",
        "",
        "Fifty",
        "",
        "  **Fifty** were hurt, they said.",
        "  At the port · b.txt:7-12",
    ]


def test_answers_that_can_both_be_true_are_not_said_to_disagree() -> None:
    answer = Answer("كم؟", 0.8, (AnswerGroup((THIRTY,), 0.8), AnswerGroup((FIFTY,), 0.6)), "compatible")
    lines = list(describe(answer, PIPE))
    assert lines[0] == "٣٠ جريحًا"
    assert lines[4:8] == ["", "Also:", "", "  Fifty"]


# -- Independent documents, and copies -------------------------------------------------------------------


def test_documents_that_agree_are_counted_and_all_quoted() -> None:
    group = AnswerGroup((THIRTY, replace(FIFTY, origin=1)), 0.8)
    assert list(describe(Answer("كم؟", 0.8, (group,), "agree"), PIPE)) == [
        "٣٠ جريحًا",
        "2 documents, 2 origins",
        "",
        "  سقط **٣٠ جريحًا** في المرفأ.",
        "  عنوان · 2021-07-24 · 000.txt:104-113",
        "",
        "  **Fifty** were hurt, they said.",
        "  At the port · b.txt:7-12",
    ]


def test_copies_count_as_one_origin_and_are_quoted_once() -> None:
    copies = [replace(THIRTY, document=f"{name}.txt") for name in ("نسخة", "c")]
    group = AnswerGroup((THIRTY, copies[0], replace(FIFTY, origin=1), copies[1]), 0.8)
    assert list(describe(Answer("كم؟", 0.8, (group,), "agree"), PIPE)) == [
        "٣٠ جريحًا",
        "4 documents, 2 origins: copies of one text count once",
        "",
        "  سقط **٣٠ جريحًا** في المرفأ.",
        "  عنوان · 2021-07-24 · 000.txt:104-113",
        "  the same in: عنوان · 2021-07-24 · نسخة.txt:104-113",
        "  the same in: عنوان · 2021-07-24 · c.txt:104-113",
        "",
        "  **Fifty** were hurt, they said.",
        "  At the port · b.txt:7-12",
    ]


def test_an_edited_copy_is_quoted_as_it_is_and_said_to_be_one() -> None:
    edited = citation("وسقط ٣٠ جريحًا أمس في المرفأ.", "٣٠ جريحًا", document="c.txt", offset=0)
    said = replace(edited, attribution=(Attribution("speaker", "هالة", 40, 44),))
    lines = list(describe(Answer("كم؟", 0.8, (AnswerGroup((THIRTY, said), 0.8),), "single"), PIPE))
    assert lines[4:] == [
        "  عنوان · 2021-07-24 · 000.txt:104-113",
        "",
        "  the same text, edited:",
        "  وسقط **٣٠ جريحًا** أمس في المرفأ.",
        "  عنوان · 2021-07-24 · c.txt:5-14",
        "  c.txt → هالة",
    ]


def test_two_documents_of_one_origin_are_said_to_be_one() -> None:
    group = AnswerGroup((THIRTY, replace(THIRTY, document="c.txt")), 0.8)
    lines = list(describe(Answer("كم؟", 0.8, (group,), "single"), PIPE))
    assert lines[1] == "2 documents, 1 origin: copies of one text count once"


def test_two_sentences_of_one_document_are_both_quoted_and_no_copies() -> None:
    again = citation("وبلغ العدد ٣٠ جريحًا مساء.", "٣٠ جريحًا", offset=300)
    lines = list(describe(Answer("كم؟", 0.8, (AnswerGroup((THIRTY, again), 0.8),), "single"), PIPE))
    assert [line for line in lines if "**" in line or "·" in line] == [
        "  سقط **٣٠ جريحًا** في المرفأ.",
        "  عنوان · 2021-07-24 · 000.txt:104-113",
        "  وبلغ العدد **٣٠ جريحًا** مساء.",
        "  عنوان · 2021-07-24 · 000.txt:311-320",
    ]
    assert "documents" not in "".join(lines)


# -- Who said it, and when -------------------------------------------------------------------------------


def chained(*links: tuple[Role, str]) -> Citation:
    return replace(
        THIRTY, attribution=tuple(Attribution(role, quote, 0, len(quote)) for role, quote in links)
    )


@pytest.mark.parametrize(
    ("links", "chain"),
    [
        ([("speaker", "هالة البنّا")], "000.txt → هالة البنّا"),
        ([("title", "المديرة"), ("speaker", "هالة البنّا")], "000.txt → هالة البنّا, المديرة"),
        ([("title", "مصدر في المرفأ")], "000.txt → مصدر في المرفأ"),
        (
            [
                ("agency", "وكالة الميناء"),
                ("outlet", "Harbour News"),
                ("title", "المديرة"),
                ("speaker", "هالة"),
            ],
            "000.txt → وكالة الميناء → Harbour News → هالة, المديرة",
        ),
        (
            [("title", "الوزير"), ("title", "المديرة"), ("speaker", "هالة"), ("speaker", "نبيل")],
            "000.txt → الوزير → هالة, المديرة → نبيل",
        ),
        ([("title", "الوزير"), ("outlet", "Harbour\nNews")], "000.txt → الوزير → Harbour News"),
    ],
)
def test_who_said_it_stands_under_the_quotation(links: list[tuple[Role, str]], chain: str) -> None:
    lines = list(describe(Answer("كم؟", 0.8, (AnswerGroup((chained(*links),), 0.8),), "single"), PIPE))
    assert lines[3:] == ["  عنوان · 2021-07-24 · 000.txt:104-113", f"  {chain}"]


def test_each_link_of_the_chain_is_isolated_in_a_terminal() -> None:
    said = chained(("agency", "وكالة\x1b[2J الميناء"), ("title", "المديرة"), ("speaker", "هالة"))
    assert TERMINAL.chain(said) == (
        "\u2068000.txt\u2069 → \u2068وكالة\\x1b[2J الميناء\u2069 → \u2068هالة\u2069, \u2068المديرة\u2069"
    )


SUNDAY = Resolution(dt.date(2021, 7, 25), dt.date(2021, 7, 25), "day after the document's")
WEEK = Resolution(dt.date(2021, 7, 31), dt.date(2021, 8, 6), "week after the document's")


def test_a_relative_time_is_given_with_its_days_and_how_they_were_found() -> None:
    lines = list(
        describe(Answer("متى؟", 0.8, (AnswerGroup((replace(THIRTY, resolved=SUNDAY),), 0.8),)), PIPE)
    )
    assert lines[4:] == ["  that is 2021-07-25 (day after the document's)"]


def test_both_readings_of_a_time_are_given() -> None:
    both = replace(THIRTY, resolved=replace(SUNDAY, alternatives=(WEEK,)))
    lines = list(describe(Answer("متى؟", 0.8, (AnswerGroup((both,), 0.8),)), PIPE))
    assert lines[4:] == [
        "  that is 2021-07-25 (day after the document's), "
        "or 2021-07-31 to 2021-08-06 (week after the document's)"
    ]


def test_what_was_still_to_come_bears_the_day_it_was_said() -> None:
    coming = replace(chained(("speaker", "هالة")), resolved=SUNDAY, as_of=dt.date(2021, 7, 24))
    lines = list(describe(Answer("متى؟", 0.8, (AnswerGroup((coming,), 0.8),)), PIPE))
    assert lines[4:] == [
        "  000.txt → هالة",
        "  that is 2021-07-25 (day after the document's)",
        "  as of 2021-07-24: it was still to come then",
    ]


def test_a_sentence_that_is_only_near_is_given_no_days() -> None:
    near = replace(chained(("speaker", "هالة")), resolved=SUNDAY)
    lines = list(describe(Answer("متى؟", 0.1, nearest=(near,)), PIPE))
    assert lines[-2:] == ["  عنوان · 2021-07-24 · 000.txt:104-113", "  000.txt → هالة"]


# -- No answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("كم قتيلا؟", "no_passage", "No passage is about this. Ask in other words; `isnad documents` lists"),
        ("كم قتيلا؟", "no_value", "There are passages about it, but none gives a number."),
        ("When did the ferry sink?", "no_value", "There are passages about it, but none gives a time."),
        ("Qui a parlé ?", "no_value", "There are passages about it, but none gives a name."),
        ("ميناء", "no_value", "There are passages about it, but none gives what was asked for."),
        (
            "كم قتيلا؟",
            "low_confidence",
            "What was found is too unsure to be called an answer (confidence 0.21).",
        ),
    ],
)
def test_no_answer_comes_with_its_reason_and_what_to_do(question: str, reason: Reason, said: str) -> None:
    first, second, *rest = describe(Answer(question, 0.214, nearest=(FIFTY,), reason=reason), PIPE)
    assert first == "Not in these documents."
    assert second.startswith(said)
    assert re.search(r"Ask |judge by the passages", second)
    assert rest[0] == ""


def test_of_a_follow_up_the_completed_question_tells_what_was_wanted() -> None:
    answer = Answer("وهناك؟", 0.1, reason="no_value", completed="كم قتيلا هناك؟")
    assert list(describe(answer, PIPE))[1].startswith("There are passages about it, but none gives a number.")


def test_what_is_near_is_labelled_as_no_answer_and_bears_no_mark() -> None:
    assert list(describe(Answer("أين؟", 0.1, nearest=(FIFTY,)), PIPE)) == [
        "Not in these documents.",
        "",
        "Nearest passages; they do not answer the question:",
        "",
        "  Fifty were hurt, they said.",
        "  At the port · b.txt:7-12",
    ]


def test_nothing_near_leaves_one_line() -> None:
    assert list(describe(Answer("أين؟", 0.0), PIPE)) == ["Not in these documents."]


def test_a_terminal_gets_bold_marks_and_isolates() -> None:
    answer = Answer("كم؟", 0.8, (AnswerGroup((THIRTY,), 0.8),), "single")
    assert list(describe(answer, TERMINAL))[2:] == [
        "  \u2068سقط \x1b[1;4m٣٠ جريحًا\x1b[0m في المرفأ.\u2069",
        "  \u2068عنوان\u2069 · 2021-07-24 · \u2068000.txt\u2069:104-113",
    ]


def test_a_sentence_over_several_lines_is_shown_on_one() -> None:
    assert (
        PIPE.sentence(citation("أغرق\n  السيل\r\nالحقول كلها.", "السيل\r\nالحقول"))
        == "أغرق **السيل الحقول** كلها."
    )


def test_a_long_title_leaves_room_for_the_place_beside_it() -> None:
    long = citation("كلمة واحدة.", "كلمة", title="عنوان " * 30)
    assert PIPE.source(long) == "عنوان " * 13 + "ع… · 2021-07-24 · 000.txt:100-104"


def test_escape_sequences_of_a_document_do_not_reach_the_terminal() -> None:
    hostile = citation("\x1b]0;title\x07 كلمة\x9b2J أخيرة", "كلمة")
    assert (
        re.findall(
            "[\x00-\x1f\x7f-\x9f]", TERMINAL.sentence(hostile).replace("\x1b[1;4m", "").replace("\x1b[0m", "")
        )
        == []
    )


def test_a_source_names_its_page_row_or_section_before_its_characters() -> None:
    places = {
        "p. 3": (Section("page", "3", 0),),
        "sheet السكان, row 14": (Section("sheet", "السكان", 0), Section("row", "14", 0)),
        "under “مقدمة”": (Section("heading", "مقدمة", 0),),
    }
    for named, each in places.items():
        source = PIPE.source(replace(THIRTY, places=each))
        assert source == f"عنوان · 2021-07-24 · {named} · 000.txt:{THIRTY.start}-{THIRTY.end}"
    assert PIPE.source(replace(THIRTY, places=(Section("heading", "عنوان", 0),))) == PIPE.source(THIRTY)
