"""`isnad ask --explain` says how an answer came about; `--after` lets a question lean on earlier ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from cli_support import FIFTY, PIPE, THIRTY

from rag import cli
from rag.commands import ask as ask_command
from rag.commands.answers import describe_explanation
from rag.commands.ask import turns
from rag.conversation import Turn
from rag.filters import Filters
from rag.schema import Answer, AnswerGroup

# -- How it came about -----------------------------------------------------------------------------------

EXPLANATION: dict[str, Any] = {
    "threshold": 0.32,
    "confidence": 0.81234567,
    "encoder": "embedded",
    "reader": "embedded",
    "passages": [
        {
            "document": "000.txt",
            "start": 90,
            "end": 200,
            "score": 0.71,
            "evidence": {"lexical": 12.3456, "dense": 0.5},
            "text": "\nسقط ٣٠ جريحًا\nفي المرفأ. " + "كلام " * 50,
        }
    ],
    "spans": [
        {"document": "000.txt", "start": 104, "end": 113, "quote": "٣٠ جريحًا", "score": 0.8},
        *({"document": "b.txt", "start": i, "end": i + 1, "quote": "x", "score": 0.1} for i in range(11)),
    ],
    "without_first_source": {
        "document": "000.txt",
        "answered": True,
        "answer": "Fifty",
        "confidence": 0.6,
        "relation": "single",
    },
}
COUNTED = Answer(
    "كم؟", 0.81, (AnswerGroup((THIRTY, replace(THIRTY, document="c.txt")), 0.81), AnswerGroup((FIFTY,), 0.6))
)


def explained(**changes: Any) -> list[str]:
    return list(describe_explanation(COUNTED, EXPLANATION | changes, PIPE))


def test_an_explanation_shows_the_scores_of_every_stage() -> None:
    lines = explained()
    assert lines[:6] == [
        "",
        "How it came about",
        "threshold 0.32, confidence 0.8123, encoder embedded, reader embedded",
        "",
        "Passages found, with the score of each stage:",
        "  1  0.7100  000.txt:90-200  (lexical 12.346, dense 0.500)",
    ]
    assert lines[6] == "     سقط ٣٠ جريحًا في المرفأ. " + ("كلام " * 27)[:-1] + "…"
    assert lines[7:10] == [
        "",
        "Words marked in them, with their probability:",
        "  1  0.8000  000.txt:104-113  ٣٠ جريحًا",
    ]
    assert lines[18:24] == [
        " 10  0.1000  b.txt:8-9  x",
        "     and 2 more",
        "",
        "Answers made of these, with the probability that each is right:",
        "     0.8100  ٣٠ جريحًا  (2 documents, 1 origin: copies of one text count once)",
        "     0.6000  Fifty",
    ]


def test_an_explanation_says_what_rests_on_the_first_source() -> None:
    assert explained()[-1] == "Without 000.txt and its copies: Fifty (confidence 0.60, single)"
    gone = {"document": "000.txt", "answered": False, "answer": None, "confidence": 0.1234, "relation": None}
    assert (
        explained(without_first_source=gone)[-1]
        == "Without 000.txt and its copies: not in these documents (confidence 0.12)"
    )
    assert explained(without_first_source=None)[-1] == "     0.6000  Fifty"


def test_an_explanation_of_no_answer_shows_what_was_found() -> None:
    found = EXPLANATION | {"spans": [], "without_first_source": None}
    lines = list(describe_explanation(Answer("كم؟", 0.0), found, PIPE))
    assert len(lines) == 7
    assert lines[-1].startswith("     سقط")


# -- Follow-up questions ---------------------------------------------------------------------------------

Asked = list[tuple[str, list[Turn]]]


class FakePipeline:
    """Answers by the last word of a question, and completes one that begins with "و" or "And"."""

    def __init__(self) -> None:
        self.asked: Asked = []

    def __enter__(self) -> FakePipeline:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def answer(
        self, question: str, k: int = 5, filters: Filters | None = None, earlier: Sequence[Turn] = ()
    ) -> Answer:
        self.asked.append((question, list(earlier)))
        completed = (
            f"{question} [{earlier[-1].answer}]" if earlier and question.startswith(("و", "And")) else None
        )
        groups = () if "لا أحد" in question else (AnswerGroup((THIRTY,), 0.8),)
        return Answer(question, 0.8, groups, "single" if groups else None, completed=completed)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    pipeline = FakePipeline()
    monkeypatch.setattr(ask_command.Pipeline, "open", lambda *_, **__: pipeline)
    return pipeline


def test_earlier_questions_become_turns_with_their_answers(fake: FakePipeline) -> None:
    asked = ["كم جريحا سقط؟", "ومتى سقطوا؟", "أين لا أحد؟"]
    assert turns(fake, asked, Filters()) == [  # type: ignore[arg-type]
        Turn("كم جريحا سقط؟", "٣٠ جريحًا", "number"),
        Turn("ومتى سقطوا؟ [٣٠ جريحًا]", "٣٠ جريحًا", "date"),
        Turn("أين لا أحد؟", None, "place"),
    ]
    assert [len(earlier) for _, earlier in fake.asked] == [0, 1, 2]


def test_a_completed_question_is_shown_before_its_answer(
    fake: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", "ومتى؟", "--after", "كم جريحا سقط؟", "-a", "أين المرفأ؟"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Asked: ومتى؟ [٣٠ جريحًا]", "", "٣٠ جريحًا"]
    assert [question for question, _ in fake.asked] == ["كم جريحا سقط؟", "أين المرفأ؟", "ومتى؟"]
    assert [turn.question for turn in fake.asked[-1][1]] == ["كم جريحا سقط؟", "أين المرفأ؟"]


def test_json_has_the_completed_question(fake: FakePipeline, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ask", "--json", "ومتى؟", "--after", "كم جريحا سقط؟"])
    record = json.loads(capsys.readouterr().out)
    assert (record["question"], record["completed"]) == ("ومتى؟", "ومتى؟ [٣٠ جريحًا]")


def test_a_question_that_stands_on_its_own_is_said_to_be_asked_as_it_is(
    fake: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["ask", "متى سقطوا؟", "--after", "كم جريحا سقط؟"])
    assert capsys.readouterr().out.startswith(
        "Asked as it is; nothing was taken from the questions before it.\n\n"
    )
    cli.main(["ask", "متى سقطوا؟"])
    assert "Asked" not in capsys.readouterr().out


def test_an_empty_earlier_question_is_refused(fake: FakePipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "ومتى؟", "--after", " "]) == 2
    assert "a question of --after is empty" in capsys.readouterr().err
    assert fake.asked == []
