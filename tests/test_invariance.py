"""What must not change an answer: spelling that only looks different, copies, and the day of asking."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.pipeline import Pipeline
from rag.schema import Answer, Document
from rag.settings import Settings
from rag.text import fold_text

TEXTS = {
    "bridge.txt": (
        "افتتح وزير النقل سمير الحلبي جسر السرو يوم الأحد الماضي. يبلغ طول الجسر 850 مترا، وقد كلف بناؤه "
        "أربعين مليون دينار. وقال الحلبي إن الحركة عليه ستبدأ الإثنين المقبل."
    ),
    "flood.txt": (
        "اجتاحت السيول بلدة الورد ليلة الخميس. وأسفرت السيول عن مقتل 12 شخصا وإصابة 40 آخرين، وفق مصدر في "
        "الدفاع المدني. وأعلن رئيس البلدية إغلاق المدارس أسبوعا."
    ),
    "flood-later.txt": (
        "عادت المياه إلى مجراها في بلدة الورد. وأحصى المستشفى 15 قتيلا سقطوا في السيول، بينهم ثلاثة أطفال. "
        "وتوزع الجمعيات الخيام على الأهالي."
    ),
    "museum.txt": (
        "يضم متحف الأنهار ألفي قطعة من الفخار. تديره الباحثة ليلى الدباغ منذ عام 2015. ويزوره كل عام نحو "
        "ثلاثين ألف زائر، معظمهم من الطلاب."
    ),
}
QUESTIONS = (
    "كم يبلغ طول جسر السرو؟",
    "من افتتح جسر السرو؟",
    "متى تبدأ الحركة على الجسر؟",
    "كم قتيلا سقط في سيول بلدة الورد؟",
    "من يدير متحف الأنهار؟",
)
WRITTEN = dt.date(2024, 3, 6)
MARKS = "ًٌٍَُِّْ"


def with_harakat(text: str, draw: random.Random) -> str:
    return re.sub("[ء-ي]", lambda m: m[0] + (draw.choice(MARKS) if draw.random() < 0.4 else ""), text)


def with_tatweel(text: str, draw: random.Random) -> str:
    joins = "بتثجحخسشصضطظعغفقكلمنهي"
    return re.sub(f"[{joins}](?=[ء-ي])", lambda m: m[0] + "ـ" * (draw.random() < 0.2), text)


def with_bare_alefs(text: str, draw: random.Random) -> str:
    return re.sub("[أإآ]", lambda m: "ا" if draw.random() < 0.7 else m[0], text)


def without_spaces_after_stops(text: str, draw: random.Random) -> str:
    return re.sub(r"([.،]) ", lambda m: m[1] if draw.random() < 0.7 else m[0], text)


SPELLINGS: tuple[Callable[[str, random.Random], str], ...] = (
    with_harakat,
    with_tatweel,
    with_bare_alefs,
    without_spaces_after_stops,
)


def documents(texts: dict[str, str]) -> list[Document]:
    return [Document(name, text, name, lang="ar", date=WRITTEN) for name, text in texts.items()]


def opened(texts: dict[str, str]) -> Pipeline:
    return Pipeline.from_documents(documents(texts), settings=Settings(threshold=0.02))


def sentence(answer: Answer) -> tuple[str, str]:
    """Return the document and the sentence of the first citation, as a reader takes them in."""
    first = answer.citations[0]
    return first.document, re.sub(r"[\W_]+", "", fold_text(first.context))


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with opened(TEXTS) as made:
        yield made


@pytest.fixture(scope="module")
def answers(pipeline: Pipeline) -> dict[str, Answer]:
    return {question: pipeline.answer(question) for question in QUESTIONS}


def test_the_questions_have_answers(answers: dict[str, Answer]) -> None:
    assert [question for question, answer in answers.items() if not answer.answered] == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6), question=st.sampled_from(QUESTIONS), spelling=st.sampled_from(SPELLINGS[:3])
)
def test_how_a_question_is_spelt_does_not_change_the_answer(
    pipeline: Pipeline, answers: dict[str, Answer], seed: int, question: str, spelling: Callable[..., str]
) -> None:
    respelt = spelling(question, random.Random(seed))
    assert sentence(pipeline.answer(respelt)) == sentence(answers[question])


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.__name__)
@pytest.mark.parametrize("seed", [1, 2])
def test_how_the_documents_are_spelt_changes_offsets_and_not_the_answers(
    answers: dict[str, Answer], spelling: Callable[..., str], seed: int
) -> None:
    draw = random.Random(seed)
    respelt = {name: spelling(text, draw) for name, text in TEXTS.items()}
    assert respelt != TEXTS
    with opened(respelt) as other:
        for question in QUESTIONS:
            answer = other.answer(question)
            assert sentence(answer) == sentence(answers[question])
            for citation in answer.citations:
                assert respelt[citation.document][citation.start : citation.end] == citation.quote


EDITS = (
    lambda text: text,
    lambda text: text.replace(".", "،").replace("يوم ", ""),
    lambda text: "وكالة المشرق: " + text.replace("وفق مصدر", "بحسب مصدر"),
    lambda text: with_harakat(text, random.Random(3)),
    lambda text: text.replace("وقد ", "").replace("بلدة", "مدينة") + " انتهى الخبر.",
)


@pytest.mark.parametrize("edit", range(len(EDITS)))
@pytest.mark.parametrize("copied", ["flood.txt", "bridge.txt"])
def test_an_edited_copy_never_changes_how_many_sources_are_independent(
    answers: dict[str, Answer], copied: str, edit: int
) -> None:
    with opened({**TEXTS, "copy.txt": EDITS[edit](TEXTS[copied])}) as more:
        for question, answer in answers.items():
            again = more.answer(question)
            assert again.groups[0].origins == answer.groups[0].origins, question
            assert again.relation == answer.relation, question


@pytest.mark.parametrize("today", [dt.date(1999, 12, 31), dt.date(2024, 3, 7), dt.date(2061, 1, 1)])
def test_the_day_of_asking_changes_no_byte(today: dt.date) -> None:
    def told() -> list[str]:
        with opened(TEXTS) as made:
            return [
                json.dumps({**made.answer(question).to_dict(), "took_ms": 0}, ensure_ascii=False)
                for question in QUESTIONS
            ]

    now = told()
    with time_machine.travel(today, tick=True):
        assert told() == now
    assert any('"resolved": {"from": "2024-03-11"' in line for line in now)
