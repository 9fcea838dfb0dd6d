"""A follow-up question is completed from the turns before it, or left alone."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.conversation import MAX_TURNS, Completed, Turn, complete

#: Each case says in which of five rounds it was written; a round was scored before anything was fitted to it.
CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "conversations.jsonl").read_text("utf-8").splitlines()
]
MINISTER = Turn("من وزير الخارجية؟", "فؤاد حسين", "person")
BLAST = Turn("كم قتيلا سقط في انفجار مدينة الزهور؟", "14", "number")


def turns(case: dict[str, Any]) -> list[Turn]:
    return [Turn(**turn) for turn in case["earlier"]]


def outcome(case: dict[str, Any]) -> str | None:
    done = complete(case["question"], turns(case))
    return done.question if done else None


def bare(text: str) -> str:
    return "".join(c for c in text if not unicodedata.combining(c) and c != "ـ")


# -- The labelled conversations --------------------------------------------------------------------------


def test_the_set_holds_what_it_should() -> None:
    languages = Counter(case["lang"] for case in CASES)
    assert languages["ar"] >= 45
    assert languages["en"] >= 15
    assert languages["fr"] >= 10
    assert sum(case["completed"] is None for case in CASES) >= 30


@pytest.mark.parametrize("language", ["ar", "en", "fr", "es", "de", "tr"])
def test_nine_completions_in_ten_are_exact_in_each_language(language: str) -> None:
    cases = [case for case in CASES if case["lang"] == language and case["completed"] is not None]
    wrong = [(case["question"], outcome(case)) for case in cases if outcome(case) != case["completed"]]
    assert len(wrong) <= len(cases) / 10, wrong


def test_nothing_is_carried_into_a_question_that_stands_alone() -> None:
    alone = [case for case in CASES if case["completed"] is None]
    assert [(case["question"], outcome(case)) for case in alone if outcome(case) is not None] == []


def test_carried_ranges_are_in_order_and_verbatim_from_an_earlier_turn() -> None:
    for case in CASES:
        done = complete(case["question"], turns(case))
        if done is None:
            continue
        earlier = [text for turn in turns(case) for text in (turn.question, turn.answer) if text]
        assert done.carried, case["question"]
        assert list(done.carried) == sorted(done.carried)
        end = 0
        for start, stop in done.carried:
            assert end <= start < stop <= len(done.question)
            assert any(done.question[start:stop] in text for text in earlier), done
            end = stop


def test_a_completed_question_is_complete() -> None:
    for case in CASES:
        done = complete(case["question"], turns(case))
        if done is not None:
            assert complete(done.question, turns(case)) is None, done.question


def test_a_completed_question_of_the_set_stands_as_the_next_turn() -> None:
    for case in CASES:
        if case["completed"] is not None:
            again = [*turns(case), Turn(case["completed"])]
            assert complete(case["completed"], again) is None, case["completed"]


# -- Single claims ---------------------------------------------------------------------------------------


def test_the_carried_range_is_the_name_and_nothing_else() -> None:
    assert complete("ومتى زار واشنطن؟", [MINISTER]) == Completed("ومتى زار فؤاد حسين واشنطن؟", ((9, 18),))
    assert complete("وكم عدد الجرحى؟", [BLAST]) == Completed(
        "وكم عدد الجرحى في انفجار مدينة الزهور؟", ((15, 37),)
    )


def test_an_interrogative_alone_takes_over_the_sentence_around_the_answer() -> None:
    done = complete("ومتى؟", [Turn("من زار البصرة؟", "وزير النفط", "person")])
    assert done is not None
    assert [done.question[a:b] for a, b in done.carried] == ["زار", "وزير النفط", "البصرة"]


def test_the_most_recent_turn_comes_first() -> None:
    earlier = [MINISTER, Turn("من وزير الصحة؟", "صالح الحسناوي", "person")]
    done = complete("وأين ولد؟", earlier)
    assert done is not None
    assert done.question == "وأين ولد صالح الحسناوي؟"


@pytest.mark.parametrize(("between", "carried"), [(MAX_TURNS - 1, True), (MAX_TURNS, False)])
def test_nothing_is_carried_from_more_than_four_turns_back(between: int, carried: bool) -> None:
    earlier = [MINISTER, *[Turn("متى انتهت الحرب؟")] * between]
    assert (complete("كم عمره؟", earlier) is not None) is carried


def test_nothing_is_carried_past_a_turn_that_was_not_understood() -> None:
    earlier = [MINISTER, Turn("متى التقى سوليفان شتاينماير؟")]
    assert complete("كم عمره؟", earlier) is None


def test_a_masculine_pronoun_passes_over_a_feminine_name() -> None:
    earlier = [Turn("متى زار الرئيس التونسي فرنسا؟")]
    assert complete("وكم عمره؟", earlier) == Completed("وكم عمر الرئيس التونسي؟", ((8, 22),))
    assert complete("وكم عدد سكانها؟", earlier) == Completed("وكم عدد سكان فرنسا؟", ((13, 18),))


def test_who_had_no_answer_is_not_known() -> None:
    assert complete("وكم عمره؟", [Turn("من قتل الصحفي مازن العلي؟", None, "person")]) is None


def test_the_name_keeps_the_spelling_it_had() -> None:
    done = complete("When did he resign?", [MINISTER])
    assert done == Completed("When did فؤاد حسين resign?", ((9, 18),))


@pytest.mark.parametrize(
    ("asked", "completed"),
    [
        ("كم عمره؟", "كم عمر فؤاد حسين؟"),
        ("ما جنسيته؟", "ما جنسية فؤاد حسين؟"),  # ت is ة once the pronoun is gone
        ("من أبناؤه؟", "من أبناء فؤاد حسين؟"),
        ("متى كانت وفاته؟", "متى كانت وفاة فؤاد حسين؟"),
        ("وأين بيته؟", "وأين بيت فؤاد حسين؟"),
    ],
)
def test_a_joined_pronoun_gives_way_and_its_noun_is_written_as_it_stands_alone(
    asked: str, completed: str
) -> None:
    done = complete(asked, [MINISTER])
    assert done is not None
    assert done.question == completed


def test_a_plural_verb_becomes_singular_before_its_subject() -> None:
    done = complete("ومتى عادوا؟", [Turn("أين اختطف الصيادون؟")])
    assert done == Completed("ومتى عاد الصيادون؟", ((9, 17),))


def test_a_pronoun_that_refers_inside_its_question_is_left_alone() -> None:
    assert complete("متى أعلنت الشركة نتائجها؟", [Turn("متى تأسست شركة النخيل؟")]) is None
    assert complete("Who lost his wife?", [Turn("Who won?", "John Marek", "person")]) is None


def test_digits_and_stops_without_a_space_do_not_matter() -> None:
    earlier = [Turn("كم قتيلا سقط في انفجار مدينة الزهور عام ٢٠٢١؟", "14")]
    done = complete("وكم عدد الجرحى؟", earlier)
    assert done is not None
    assert done.question == "وكم عدد الجرحى في انفجار مدينة الزهور؟"
    assert complete("طيب.ومتى زار واشنطن؟", [MINISTER]) == Completed(
        "طيب.ومتى زار فؤاد حسين واشنطن؟", ((13, 22),)
    )


# -- Laws ------------------------------------------------------------------------------------------------

ARABIC = [case for case in CASES if case["lang"] == "ar"]
MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652ـ"
PIECES = [
    *("ومتى", "كم عمره", "هو", "زار", "عادوا", "في", "السوق", "لها", "والجرحى", "\u064e", "ـ", "؟", "«", "»"),
    *("And", "when", "did", "he", "her", "a-t-il", "Qui l'a", "sa", "sie", "¿Y", "O ne", "'s", "-", "\ud800"),
    *("\0", " ", "ﷺ", "é", "İ", "ß", "١٢", "،", ".", "\n", "Paris", "بغداد", "ه", "ها", "َه"),
]  # fmt: skip
texts = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
some_turns = st.lists(
    st.builds(
        Turn,
        texts,
        st.none() | texts,
        st.sampled_from(["person", "place", "organisation", "number", "other"]),
    ),
    max_size=3,
)


@given(st.sampled_from(ARABIC), st.data())
@settings(max_examples=100)
def test_harakat_and_tatweel_change_nothing_but_those_characters(case: dict[str, Any], data: Any) -> None:
    question = bare(case["question"])
    letters = [i for i, c in enumerate(question) if "ء" <= c <= "ي"]
    for i in sorted(data.draw(st.sets(st.sampled_from(letters), max_size=6)), reverse=True):
        mark = data.draw(st.sampled_from(MARKS))
        question = question[: i + 1] + mark + question[i + 1 :]
    plain, marked = complete(bare(question), turns(case)), complete(question, turns(case))
    assert (plain is None) == (marked is None)
    if plain is not None and marked is not None:
        assert bare(marked.question) == bare(plain.question)
        carried = [[done.question[a:b] for a, b in done.carried] for done in (plain, marked)]
        assert carried[0] == carried[1]


@given(texts, some_turns)
@settings(max_examples=200)
def test_any_text_is_completed_lawfully_or_not_at_all(question: str, earlier: list[Turn]) -> None:
    done = complete(question, earlier)
    assert complete(question, earlier) == done
    if done is None:
        return
    sources = [text for turn in earlier for text in (turn.question, turn.answer or "")]
    end = 0
    for start, stop in done.carried:
        assert end <= start < stop <= len(done.question)
        assert any(done.question[start:stop] in text for text in sources)
        end = stop
    assert complete(done.question, earlier) is None


@given(st.sampled_from(CASES), some_turns, texts)
@settings(max_examples=100)
def test_strange_turns_before_and_strange_questions_raise_nothing(
    case: dict[str, Any], before: list[Turn], added: str
) -> None:
    complete(case["question"] + added, [*before, *turns(case)])
    complete(added + case["question"], [*turns(case), *before])
