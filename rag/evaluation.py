"""Measure a pipeline, or its reader alone, on a question set: ask everything, then count."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from rag import measures
from rag.schema import Answer, Chunk, Document, Hit
from rag.squad import Question, QuestionSet

if TYPE_CHECKING:
    from rag.reader import Reader

RANKED = 20  # contexts of a prediction's ranking
RECALL_AT = (1, 5, RANKED)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system said to a question."""

    id: str
    answer: str  # empty when it abstained
    confidence: float
    ranking: tuple[int, ...] = ()  # ids of contexts, best first, at most 20; empty: nothing was retrieved
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the line of the predictions file."""
        return {
            "id": self.id,
            "answer": self.answer,
            "confidence": round(self.confidence, 6),
            "ranking": list(self.ranking),
        }


class Asked(Protocol):
    """The part of `Pipeline` that is measured."""

    def answer(self, question: str, k: int = 5) -> Answer:
        """Return what the documents say to `question`."""

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """Return the `k` best chunks for `question`."""


Predict = Callable[[Question], Prediction]


def ask_pipeline(pipeline: Asked) -> Predict:
    """Return the function that asks `pipeline`, whose documents are those of the question set."""

    def predict(question: Question) -> Prediction:
        start = time.perf_counter()
        answer = pipeline.answer(question.text)
        seconds = time.perf_counter() - start
        ranking = rank_contexts(pipeline, question.text)
        return Prediction(question.id, answer.answer or "", answer.confidence, ranking, seconds)

    return predict


def rank_contexts(pipeline: Asked, question: str) -> tuple[int, ...]:
    """Return the ids of the best 20 contexts, each ranked by its best chunk; fewer where fewer are found."""
    k = 5 * RANKED
    while True:
        hits = pipeline.search(question, k)
        ranking = tuple(dict.fromkeys(int(hit.chunk.document_id) for hit in hits))
        # A long context has many chunks, so that 100 of them may come from fewer than 20 contexts.
        if len(ranking) >= RANKED or len(hits) < k:
            return ranking[:RANKED]
        k *= 4


def ask_reader(reader: Reader, documents: Sequence[Document], threshold: float) -> Predict:
    """Return the function that gives `reader` the gold context and nothing else.

    The best span is the answer if its score reaches `threshold`; 0 always answers.
    """

    def predict(question: Question) -> Prediction:
        context = documents[question.context]
        start = time.perf_counter()
        spans = reader.read(question.text, [Chunk(context.id, context.text, 0)]).spans
        seconds = time.perf_counter() - start
        best, score = (spans[0].text, spans[0].score) if spans else ("", 0.0)
        return Prediction(question.id, best if score >= threshold else "", score, seconds=seconds)

    return predict


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The predictions for a question set, in its order, and the figures that follow from them."""

    questions: QuestionSet
    predictions: tuple[Prediction, ...]

    @property
    def figures(self) -> dict[str, Any]:
        """Return the figures as plain JSON values; shares and scores are in [0, 1].

        `exact` and `f1` compare texts without Arabic marks and Unicode punctuation, `exact_squad` and
        `f1_squad` by SQuAD's script as it is. Retrieval figures are null where nothing was retrieved, and
        those of impossible questions where there are none. Retrieval counts answerable questions only.
        """
        asked = list(zip(self.questions.questions, self.predictions, strict=True))
        possible = [(question, prediction) for question, prediction in asked if question.golds]
        impossible = [prediction for question, prediction in asked if not question.golds]
        milliseconds = [1000 * prediction.seconds for prediction in self.predictions]
        squad = measures.normalize_squad
        return {
            "questions": len(asked),
            "contexts": len(self.questions.documents),
            "impossible": len(impossible),
            "exact": _mean([measures.exact_match(p.answer, q.golds) for q, p in asked]),
            "f1": _mean([measures.f1(p.answer, q.golds) for q, p in asked]),
            "exact_squad": _mean([measures.exact_match(p.answer, q.golds, squad) for q, p in asked]),
            "f1_squad": _mean([measures.f1(p.answer, q.golds, squad) for q, p in asked]),
            "answered": _mean([float(bool(p.answer)) for p in self.predictions]),
            **self._retrieval(possible),
            "possible_f1": _mean([measures.f1(p.answer, q.golds) for q, p in possible if impossible]),
            "impossible_accuracy": _mean([float(not p.answer) for p in impossible]),
            "auroc": _round(
                measures.auroc([p.confidence for _, p in possible], [p.confidence for p in impossible])
            ),
            "p50_ms": round(measures.percentile(milliseconds, 50), 2),
            "p95_ms": round(measures.percentile(milliseconds, 95), 2),
        }

    @staticmethod
    def _retrieval(possible: Sequence[tuple[Question, Prediction]]) -> dict[str, float | None]:
        ranked = [(p.ranking, q.context) for q, p in possible] if any(p.ranking for _, p in possible) else []
        at = {
            f"recall@{k}": _mean([measures.recall(ranking, gold, k) for ranking, gold in ranked])
            for k in RECALL_AT
        }
        return {**at, "mrr@10": _mean([measures.reciprocal_rank(ranking, gold) for ranking, gold in ranked])}

    def risk_coverage(self) -> list[measures.RiskPoint]:
        """Return the curve of risk (1 - F1) over coverage, the share of all questions that are answered.

        It ends where the system abstains: at threshold 0 it covers every question that has an answer to give.
        """
        answered = [
            (p.confidence, 1 - measures.f1(p.answer, q.golds))
            for q, p in zip(self.questions.questions, self.predictions, strict=True)
            if p.answer
        ]
        share = len(answered) / len(self.predictions)
        curve = measures.risk_coverage([c for c, _ in answered], [loss for _, loss in answered])
        return [replace(point, coverage=point.coverage * share) for point in curve]


def _mean(values: Sequence[float]) -> float | None:
    return _round(sum(values) / len(values)) if values else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def evaluate(
    questions: QuestionSet,
    predict: Predict,
    progress: Callable[[str, int, int], None] | None = None,
    sink: Callable[[Mapping[str, Any]], None] | None = None,
) -> Evaluation:
    """Ask every question and return the predictions with their figures.

    Args:
        questions: the set.
        predict: such as `ask_pipeline(pipeline)`.
        progress: told the stage, the questions done and their number.
        sink: given each prediction's line as soon as it is made.
    """
    predictions = []
    for done, question in enumerate(questions.questions, start=1):
        prediction = predict(question)
        predictions.append(prediction)
        if sink:
            sink(prediction.to_dict())
        if progress:
            progress("asking", done, len(questions.questions))
    return Evaluation(questions, tuple(predictions))
