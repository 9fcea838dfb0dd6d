"""Question sets, and the figures that follow from what a system says to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.errors import DocumentError
from rag.evaluation import Evaluation, Prediction, ask_pipeline, ask_reader, evaluate, rank_contexts
from rag.schema import Answer, AnswerGroup, Chunk, Citation, Hit, Span
from rag.squad import Question, QuestionSet

MILL = "تأسست المطحنة سنة ١٩٥٢ على ضفة النهر.وكان صاحبها «حنّا الطحّان»."
OLIVE = "يُعصر الزيتون في تشرين الثاني."
MILL_EN = "The mill was founded in 1952 on the river bank. Its owner was Hanna the miller."


def qa(identifier: str, question: str, *answers: str, **more: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "question": question,
        "answers": [{"text": a, "answer_start": 0} for a in answers],
    } | more


def squad(*paragraphs: tuple[str, list[dict[str, Any]]], title: str = "Old_mills") -> dict[str, Any]:
    return {
        "version": "1.1",
        "data": [{"title": title, "paragraphs": [{"context": text, "qas": qas} for text, qas in paragraphs]}],
    }


def saved(folder: Path, data: object, name: str = "questions.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_context_ids_count_distinct_paragraphs_in_order_of_first_appearance(tmp_path: Path) -> None:
    data = squad(
        (MILL, [qa("a", "متى تأسست؟", "١٩٥٢")]),
        (OLIVE, [qa("b", "متى يعصر؟", "تشرين الثاني")]),
        (MILL, [qa("c", "من صاحبها؟", "حنّا الطحّان")]),
        ("فقرة أخيرة بلا سؤال.", []),
    )
    asked = QuestionSet.load(saved(tmp_path, data))
    assert [(d.id, d.text) for d in asked.documents] == [
        ("0", MILL),
        ("1", OLIVE),
        ("2", "فقرة أخيرة بلا سؤال."),
    ]
    assert [(q.id, q.context) for q in asked.questions] == [("a", 0), ("b", 1), ("c", 0)]
    assert asked.documents[0].title == "Old mills"


def test_a_question_keeps_every_gold_answer(tmp_path: Path) -> None:
    asked = QuestionSet.load(saved(tmp_path, squad((MILL, [qa("a", "متى؟", "١٩٥٢", "سنة ١٩٥٢")]))))
    assert asked.questions == (Question("a", "متى؟", 0, ("١٩٥٢", "سنة ١٩٥٢")),)
    assert not asked.has_impossible


def test_an_impossible_question_has_no_gold_answer(tmp_path: Path) -> None:
    impossible = qa(
        "a", "كم عاملا فيها؟", is_impossible=True, plausible_answers=[{"text": "١٩٥٢", "answer_start": 18}]
    )
    asked = QuestionSet.load(saved(tmp_path, squad((MILL, [impossible]))))
    assert asked.questions[0].golds == ()
    assert asked.has_impossible


def test_other_contexts_are_joined_by_question_id(tmp_path: Path) -> None:
    english = squad(
        (MILL_EN, [qa("b", "Who owned it?", "Hanna the miller"), qa("a", "When was it founded?", "1952")])
    )
    arabic = squad(
        (OLIVE, [qa("z", "متى يعصر؟", "تشرين الثاني")]),
        (MILL, [qa("a", "متى تأسست؟", "١٩٥٢"), qa("b", "من صاحبها؟", "حنّا الطحّان")]),
    )
    asked = QuestionSet.load(saved(tmp_path, english, "en.json"), saved(tmp_path, arabic, "ar.json"))
    assert [d.text for d in asked.documents] == [OLIVE, MILL]
    assert asked.questions == (
        Question("b", "Who owned it?", 1, ("حنّا الطحّان",)),
        Question("a", "When was it founded?", 1, ("١٩٥٢",)),
    )


def test_a_question_missing_from_the_other_contexts_is_named(tmp_path: Path) -> None:
    own = saved(tmp_path, squad((MILL, [qa("a", "متى؟", "١٩٥٢"), qa("lost", "من؟", "حنّا")])), "own.json")
    other = saved(tmp_path, squad((MILL, [qa("a", "متى؟", "١٩٥٢")])), "other.json")
    with pytest.raises(DocumentError, match=r"other\.json: has no question with id 'lost' \(1 of the 2 ids"):
        QuestionSet.load(own, other)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "'data' is missing"),
        ({"data": {}}, "'data' must be a list, not an object"),
        ({"data": []}, "holds no question"),
        ({"data": ["x"]}, "data[0]: must be an object, not a text"),
        ({"data": [{"title": "t"}]}, "data[0]: 'paragraphs' is missing"),
        (
            squad((OLIVE, []), (" \n", [])),
            "data[0].paragraphs[1]: 'context' must be a text that is not blank",
        ),
        (squad((MILL, [{"question": "متى؟"}])), "data[0].paragraphs[0].qas[0]: 'id' must be a text"),
        (
            squad((MILL, [qa("a", "", "x")])),
            "qas[0]: 'question' must be a text that is not blank, not a blank one",
        ),
        (squad((MILL, [qa("a", "متى؟")])), "qas[0]: has no answers and is not marked is_impossible"),
        (squad((MILL, [qa("a", "م؟", "x"), qa("a", "م؟", "x")])), "qas[1]: id 'a' appears twice"),
        (
            squad((MILL, [qa("a", "متى؟", "x", is_impossible=1)])),
            "'is_impossible' must be true or false, not a number",
        ),
        (
            squad((MILL, [{"id": "a", "question": "متى؟", "answers": {"text": ["x"]}}])),
            "qas[0]: 'answers' must be a list, not an object",
        ),
        (
            squad((MILL, [{"id": "a", "question": "متى؟", "answers": [{"text": None}]}])),
            "qas[0].answers[0]: 'text' must be a text that is not blank, not null",
        ),
    ],
)
def test_a_bad_file_is_refused_naming_the_place(tmp_path: Path, data: object, message: str) -> None:
    path = saved(tmp_path, data)
    with pytest.raises(DocumentError) as caught:
        QuestionSet.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON in UTF-8"),
        (b'{"data": "\xff"}', "is not JSON in UTF-8"),
        (None, "cannot be read (No such file"),
    ],
)
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "q.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        QuestionSet.load(path)
    assert message in str(caught.value)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "q.json"
    path.write_text(json.dumps(squad((MILL, [qa("a", "متى؟", "١٩٥٢")]))), encoding="utf-8-sig")
    assert QuestionSet.load(path).questions[0].id == "a"


def test_characters_that_cannot_be_stored_are_replaced_one_to_one(tmp_path: Path) -> None:
    path = tmp_path / "q.json"
    path.write_text(json.dumps(squad(("a\0b\ud800c", [qa("a", "?", "c")]))), encoding="utf-8")
    assert QuestionSet.load(path).documents[0].text == "a\ufffdb\ufffdc"


# -- Asking ----------------------------------------------------------------------------------------------


def chunks_hit(*contexts: int) -> list[Hit]:
    return [Hit(Chunk(str(c), "نص", 10 * i), 1 / (i + 1)) for i, c in enumerate(contexts)]


def answered(question: str, words: str, confidence: float) -> Answer:
    citation = Citation("0", "t", None, 0, len(words), words, 0, len(words), words, confidence, "")
    return Answer(question, confidence, (AnswerGroup((citation,), confidence),), "single")


@dataclass
class FakePipeline:
    """Gives the answers it was made with, and hits of the contexts it was made with."""

    said: dict[str, Answer]
    contexts: Sequence[int] = ()

    def answer(self, question: str, k: int = 5) -> Answer:
        return self.said[question]

    def search(self, question: str, k: int = 10) -> list[Hit]:
        return chunks_hit(*self.contexts)[:k]


def test_contexts_are_ranked_by_their_best_chunk() -> None:
    assert rank_contexts(FakePipeline({}, [4, 2, 4, 4, 0, 2]), "؟") == (4, 2, 0)


def test_a_ranking_holds_at_most_20_contexts() -> None:
    assert rank_contexts(FakePipeline({}, range(30)), "؟") == tuple(range(20))


def test_long_contexts_do_not_crowd_others_out_of_the_ranking() -> None:
    pipeline = FakePipeline({}, [0] * 350 + [1] * 100 + [2])
    assert rank_contexts(pipeline, "؟") == (0, 1, 2)


def test_what_the_pipeline_says_is_what_is_measured() -> None:
    predict = ask_pipeline(FakePipeline({"م": answered("م", "كلمة", 0.75)}, [3, 1]))
    prediction = predict(Question("id", "م", 0, ("x",)))
    assert (prediction.id, prediction.answer, prediction.confidence) == ("id", "كلمة", 0.75)
    assert prediction.ranking == (3, 1)
    assert prediction.seconds > 0


def test_an_abstention_is_an_empty_answer_that_keeps_its_confidence() -> None:
    prediction = ask_pipeline(FakePipeline({"م": Answer("م", 0.2)}))(Question("id", "م", 0, ("x",)))
    assert (prediction.answer, prediction.confidence) == ("", 0.2)


@dataclass
class FakeReading:
    spans: tuple[Span, ...]
    no_answer: float = 0.0


class FakeReader:
    """Takes the first word of the passage, with a fixed score."""

    name = "first word"

    def __init__(self, score: float) -> None:
        self.score = score
        self.read_passages: list[Chunk] = []

    def read(self, question: str, passages: Sequence[Chunk]) -> FakeReading:
        self.read_passages += passages
        chunk = passages[0]
        end = len(chunk.text.split()[0])
        return FakeReading((Span(chunk, 0, end, 0, len(chunk.text), self.score),))


@pytest.fixture
def asked(tmp_path: Path) -> QuestionSet:
    return QuestionSet.load(
        saved(
            tmp_path,
            squad(
                (MILL, [qa("a", "متى تأسست؟", "سنة ١٩٥٢"), qa("b", "كم عاملا؟", is_impossible=True)]),
                (OLIVE, [qa("c", "ماذا يُفعل بالزيتون؟", "يُعصر")]),
            ),
        )
    )


def test_the_reader_alone_sees_the_gold_context_and_nothing_else(asked: QuestionSet) -> None:
    reader = FakeReader(0.3)
    result = evaluate(asked, ask_reader(reader, asked.documents, 0.0))
    assert [chunk.text for chunk in reader.read_passages] == [MILL, MILL, OLIVE]
    assert [p.answer for p in result.predictions] == ["تأسست", "تأسست", "يُعصر"]
    assert [p.ranking for p in result.predictions] == [(), (), ()]


def test_the_threshold_decides_what_the_reader_alone_answers(asked: QuestionSet) -> None:
    below = evaluate(asked, ask_reader(FakeReader(0.3), asked.documents, 0.31))
    at = evaluate(asked, ask_reader(FakeReader(0.3), asked.documents, 0.3))
    assert [p.answer for p in below.predictions] == ["", "", ""]
    assert [p.answer for p in at.predictions] == ["تأسست", "تأسست", "يُعصر"]


def test_predictions_go_to_the_sink_one_by_one_in_the_order_of_the_file(asked: QuestionSet) -> None:
    lines: list[Any] = []
    seen: list[tuple[str, int, int]] = []
    evaluate(
        asked,
        lambda q: Prediction(q.id, "" if q.id == "b" else "«كلمة»", 0.25, (1, 0)),
        progress=lambda *step: seen.append(step),
        sink=lines.append,
    )
    assert lines == [
        {"id": "a", "answer": "«كلمة»", "confidence": 0.25, "ranking": [1, 0]},
        {"id": "b", "answer": "", "confidence": 0.25, "ranking": [1, 0]},
        {"id": "c", "answer": "«كلمة»", "confidence": 0.25, "ranking": [1, 0]},
    ]
    assert seen == [("asking", 1, 3), ("asking", 2, 3), ("asking", 3, 3)]


# -- Figures ---------------------------------------------------------------------------------------------


def test_figures_are_what_the_predictions_give_by_hand(asked: QuestionSet) -> None:
    result = Evaluation(
        asked,
        (
            # 2 of its 3 words are shared with the 2 of the gold answer: F1 = 2*(2/3)*1 / (2/3+1) = 4/5.
            Prediction("a", "تأسست سنة ١٩٥٢", 0.9, (1, 0), seconds=0.010),
            Prediction("b", "كلمة", 0.6, (0, 1), seconds=0.030),
            # Right without its marks and guillemets; SQuAD's own script does not see that.
            Prediction("c", "«يعصر»", 0.5, (1, 0), seconds=0.020),
        ),
    )
    figures = result.figures
    assert figures == {
        "questions": 3,
        "contexts": 2,
        "impossible": 1,
        "exact": pytest.approx((0 + 0 + 1) / 3, abs=1e-6),
        "f1": pytest.approx((4 / 5 + 0 + 1) / 3, abs=1e-6),
        "exact_squad": 0.0,
        "f1_squad": pytest.approx((4 / 5 + 0 + 0) / 3, abs=1e-6),
        "answered": 1.0,
        "recall@1": (0 + 1) / 2,  # of the two that can be answered
        "recall@5": 1.0,
        "recall@20": 1.0,
        "mrr@10": (1 / 2 + 1) / 2,
        "possible_f1": (4 / 5 + 1) / 2,
        "impossible_accuracy": 0.0,
        "auroc": (1 + 0) / 2,  # .9 > .6, .5 < .6
        "p50_ms": 20.0,
        "p95_ms": 30.0,
    }


def test_silence_is_right_on_the_impossible_and_wrong_on_the_rest(asked: QuestionSet) -> None:
    silent = Evaluation(asked, tuple(Prediction(q.id, "", 0.0) for q in asked.questions)).figures
    assert silent["exact"] == pytest.approx(1 / 3, abs=1e-6)
    assert silent["impossible_accuracy"] == 1.0
    assert silent["possible_f1"] == 0.0
    assert silent["answered"] == 0.0


def test_figures_of_retrieval_are_null_where_nothing_was_retrieved(asked: QuestionSet) -> None:
    figures = Evaluation(asked, tuple(Prediction(q.id, "x", 0.5) for q in asked.questions)).figures
    assert [figures[key] for key in ("recall@1", "recall@5", "recall@20", "mrr@10")] == [None] * 4


def test_figures_of_the_impossible_are_null_where_every_question_has_an_answer(tmp_path: Path) -> None:
    asked = QuestionSet.load(saved(tmp_path, squad((OLIVE, [qa("c", "ما؟", "يُعصر")]))))
    figures = Evaluation(asked, (Prediction("c", "يُعصر", 0.5, (0,)),)).figures
    assert figures["impossible"] == 0
    assert [figures[key] for key in ("impossible_accuracy", "possible_f1", "auroc")] == [None, None, None]
    assert figures["exact"] == figures["exact_squad"] == 1.0


def test_the_risk_curve_ends_at_the_share_that_was_answered(asked: QuestionSet) -> None:
    predictions = (
        Prediction("a", "سنة ١٩٥٢", 0.8),
        Prediction("b", "كلمة", 0.6),
        Prediction("c", "", 0.2),
    )
    curve = Evaluation(asked, predictions).risk_coverage()
    assert [(p.confidence, p.coverage, p.risk) for p in curve] == [
        (0.8, 1 / 2 * 2 / 3, 0.0),
        (0.6, 2 / 3, 1 / 2),
    ]


def test_no_answer_at_all_gives_an_empty_risk_curve(asked: QuestionSet) -> None:
    assert Evaluation(asked, tuple(Prediction(q.id, "", 0.0) for q in asked.questions)).risk_coverage() == []
