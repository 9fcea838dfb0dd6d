"""Answers are remembered as long as the index stays as it is, and worked out once for all who ask at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.conversation import Turn
from rag.errors import QuestionError
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.schema import Answer
from rag.settings import Settings
from ui.kept.remembering import Remembering


class Counted:
    """Answers with how many questions it was asked, of an index whose generation can be set."""

    folder = Path("counted")

    def __init__(self) -> None:
        self.asked = 0
        self.hold = threading.Event()
        self.hold.set()
        state = SimpleNamespace(identity="one", generation=1)
        self.store = SimpleNamespace(catalog=SimpleNamespace(state=state), generation=1)

    def change(self) -> None:
        self.store.catalog.state.generation += 1
        self.store.generation += 1

    def answer(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        earlier: Sequence[Turn | Answer] = (),
    ) -> Answer:
        self.asked += 1
        number = self.asked
        assert self.hold.wait(10)
        if not question:
            raise QuestionError("the question is empty")
        return Answer(question, number / 100, took_ms=500)


@pytest.fixture
def pipeline() -> Counted:
    return Counted()


def number(answer: Answer) -> int:
    return round(answer.confidence * 100)


def test_the_same_question_is_answered_once(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    assert [number(remembering.answer("من استقال؟")) for _ in range(3)] == [1, 1, 1]
    assert remembering.answer("من استقال؟").took_ms < 500  # what it took now


@pytest.mark.parametrize(
    ("more", "number_of"),
    [
        ({"question": "متى استقال؟"}, 2),
        ({"k": 1}, 2),
        ({"filters": Filters(languages=("ar",))}, 2),
        ({"filters": Filters(documents=("a.txt", "b.txt"))}, 2),
        ({"question": "ومتى؟", "earlier": [Turn("من زار دمشق؟", "سامر بركات")]}, 2),
        ({"filters": Filters()}, 1),
        ({"earlier": [Turn("من هو الوزير؟", "سامر")]}, 1),
        ({"earlier": [Answer("من هو الوزير؟", 0.5)]}, 1),
        ({}, 1),
    ],
)
def test_another_question_is_another_answer(
    pipeline: Counted, more: dict[str, object], number_of: int
) -> None:
    remembering = Remembering(pipeline)
    asked: dict[str, object] = {"question": "من استقال؟"}
    remembering.answer(**asked)  # type: ignore[arg-type]
    assert number(remembering.answer(**(asked | more))) == number_of  # type: ignore[arg-type]
    assert number(remembering.answer(**(asked | more))) == number_of  # type: ignore[arg-type]


def test_a_question_that_leans_on_another_is_another_after_another(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    before = [Turn("من زار دمشق؟", "سامر بركات"), Turn("من زار حلب؟", "سامر بركات")]
    assert [number(remembering.answer("ومتى؟", earlier=[turn])) for turn in before * 2] == [1, 2, 1, 2]


def test_answers_of_older_states_are_let_go(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    for question in ("أ", "ب", "ج"):
        remembering.answer(question)
    assert len(remembering._answers) == 3
    pipeline.change()
    remembering.answer("أ")
    assert len(remembering._answers) == 1


def test_an_answer_is_forgotten_when_the_index_changes(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    assert number(remembering.answer("من؟")) == 1
    pipeline.change()
    assert number(remembering.answer("من؟")) == 2


def test_an_answer_is_forgotten_when_the_index_is_made_anew(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    assert number(remembering.answer("من؟")) == 1
    pipeline.store.catalog.state.identity = "another"
    assert number(remembering.answer("من؟")) == 2
    assert number(remembering.answer("من؟")) == 2
    assert len(remembering._answers) == 1


def test_an_answer_of_an_index_that_changed_meanwhile_is_not_remembered(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    pipeline.hold.clear()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(remembering.answer, "من؟")
        while not pipeline.asked:
            pass
        pipeline.change()
        pipeline.hold.set()
        assert number(asked.result(10)) == 1
    pipeline.store.catalog.state.generation = pipeline.store.generation = 1
    assert number(remembering.answer("من؟")) == 2


def test_while_the_indexes_are_behind_nothing_is_remembered(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    pipeline.store.generation = 0
    assert [number(remembering.answer("من؟")) for _ in range(2)] == [1, 2]


def test_a_failure_is_not_remembered(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    for asked in (1, 2):
        with pytest.raises(QuestionError, match="the question is empty"):
            remembering.answer("")
        assert pipeline.asked == asked


def test_many_who_ask_the_same_at_once_wait_for_one_answer(pipeline: Counted) -> None:
    remembering = Remembering(pipeline)
    pipeline.hold.clear()
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(remembering.answer, "من؟") for _ in range(20)]
        while not pipeline.asked:
            pass
        pipeline.hold.set()
        assert {number(each.result(10)) for each in asked} == {1}
    assert pipeline.asked == 1


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first(pipeline: Counted) -> None:
    remembering = Remembering(pipeline, kept=2)
    for question in ("أ", "ب", "أ", "ج"):
        remembering.answer(question)
    assert pipeline.asked == 3
    assert number(remembering.answer("أ")) == 1
    assert number(remembering.answer("ب")) == 4


def test_in_all_else_it_is_the_pipeline(pipeline: Counted) -> None:
    assert Remembering(pipeline).folder == Path("counted")
    with pytest.raises(AttributeError):
        Remembering(pipeline).nothing  # noqa: B018


def test_a_real_pipeline_answers_anew_when_its_folder_changes(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("زار الوزير سامر بركات مدينة وردان يوم الأحد.", encoding="utf-8")
    with Pipeline.open(folder, settings=Settings.load()) as real:
        remembering = Remembering(real)
        first = remembering.answer("من زار مدينة وردان؟")
        assert remembering.answer("من زار مدينة وردان؟").groups == first.groups
        assert len({id(remembering.answer("من زار مدينة وردان؟").hits) for _ in range(3)}) == 1
        (folder / "a.txt").write_text("زارت الوزيرة لمى الحداد مدينة وردان يوم الأحد.", encoding="utf-8")
        real.refresh()
        changed = remembering.answer("من زار مدينة وردان؟")
        assert "لمى" in changed.hits[0].chunk.text
