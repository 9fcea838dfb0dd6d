"""Measure a static encoder on development data that it was not trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.encoder import StaticEncoder
from training import crossing
from training import data as datasets
from training.data import Passage, Question, QuestionSet

DEVELOPMENT_QUESTIONS = (
    "tydiqa-goldp.ar.dev", "mlqa.ar.dev", "aqad.ar.dev", "arcd.ar.train", "tydiqa-goldp.en.dev",
)  # fmt: skip
PARAGRAPHS = 5  # of each held-out article, as XQuAD has them
CROSSINGS = (("ar", "en"), ("en", "ar"), ("fr", "ar"), ("es", "ar"), ("de", "ar"), ("tr", "ar"))
FLORES = {
    "ar": "arb_Arab", "en": "eng_Latn", "fr": "fra_Latn", "es": "spa_Latn", "de": "deu_Latn",
    "tr": "tur_Latn",
}  # fmt: skip
DEPTH = 10

Matrix = npt.NDArray[np.float32]


def measures(encoder: StaticEncoder, data: Path) -> Iterator[tuple[str, float]]:
    """Yield (name, value in 0 to 1) of every development measure, one after another."""
    for source, columns in (
        ("ud-pud.all", {code: code for code in FLORES}),
        ("flores200-devtest.all", FLORES),
    ):
        path = data / "parallel" / f"{source}.tsv.gz"
        for left, right in CROSSINGS:
            texts = datasets.wide_columns(path, (columns[left], columns[right]))
            yield f"{source.split('.')[0]} {left}→{right} accuracy", matching_accuracy(encoder, *texts)
    for code, columns in (("fr", "fra"), ("es", "spa"), ("de", "deu"), ("tr", "tur")):
        yield f"ntrex {code}→ar MRR@{DEPTH}", cloze_rank(encoder, data, columns, "arb")
    for dataset in [datasets.read_questions(data, name) for name in DEVELOPMENT_QUESTIONS] + [
        held_out_paragraphs(data),
        *crossed_sets(encoder, data),
    ]:
        gold, mean, aligned = question_scores(encoder, dataset)
        yield f"{dataset.name} MRR@{DEPTH}, mean vectors", reciprocal_rank(mean, gold)
        yield f"{dataset.name} MRR@{DEPTH}, token alignment", reciprocal_rank(aligned, gold)
        yield f"{dataset.name} MRR@{DEPTH}, sum of both", reciprocal_rank(mean + aligned, gold)


def matching_accuracy(encoder: StaticEncoder, left: Sequence[str], right: Sequence[str]) -> float:
    """Return how often the translation is the closest of all sentences of the other language."""
    scores = encoder.encode_query(left) @ encoder.encode_document(right).T
    return float(np.mean(scores.argmax(axis=1) == np.arange(len(left))))


def held_out_paragraphs(data: Path) -> QuestionSet:
    """Return the held-out SQuAD articles, of each the five paragraphs with the most questions."""
    dataset = datasets.read_questions(data, crossing.ENGLISH_SET)
    dataset = datasets.by_article(dataset, datasets.HELD_OUT_ARTICLES, held_out=True)
    asked = Counter(question.passage_id for question in dataset.questions)
    of_article: dict[str, list[str]] = {}
    for id_, passage in dataset.passages.items():
        of_article.setdefault(passage.title, []).append(id_)
    kept = {
        id_
        for ids in of_article.values()
        for id_ in sorted(ids, key=asked.__getitem__, reverse=True)[:PARAGRAPHS]
    }
    return _over(
        "squad held out", "en", dataset.questions, {i: p for i, p in dataset.passages.items() if i in kept}
    )


def crossed_sets(encoder: StaticEncoder, data: Path, *, agreeing: bool = False) -> Iterator[QuestionSet]:
    """Yield AQAD's development questions over SQuAD's paragraphs, and the reverse.

    They are joined as for training (`training.crossing`), and were kept out of it. With `agreeing`, only
    those whose answers in the two languages seem to be the same: AQAD's are often wrong.
    """
    english = datasets.read_questions(data, crossing.ENGLISH_SET)
    english = datasets.by_article(english, datasets.HELD_OUT_ARTICLES, held_out=True)
    arabic = datasets.read_questions(data, "aqad.ar.dev")
    join = crossing.agreeing_questions if agreeing else crossing.aligned_questions
    pairs = join(encoder, arabic, english)
    asked = Counter(theirs.passage_id for _, theirs in pairs)
    kept = {id_: english.passages[id_] for id_, _ in asked.most_common(240)}
    to_english = tuple(
        replace(ours, passage_id=theirs.passage_id, answers=theirs.answers) for ours, theirs in pairs
    )
    yield _over("crossed ar→en", "en", to_english, kept)
    to_arabic = tuple(
        replace(theirs, passage_id=ours.passage_id, answers=ours.answers) for ours, theirs in pairs
    )
    yield _over("crossed en→ar", "ar", to_arabic, arabic.passages)


def _over(
    name: str, language: str, questions: tuple[Question, ...], passages: dict[str, Passage]
) -> QuestionSet:
    asked = tuple(question for question in questions if question.passage_id in passages)
    return QuestionSet(name, language, asked, passages)


def cloze_rank(encoder: StaticEncoder, data: Path, source: str, target: str, size: int = 4) -> float:
    """Return MRR@10 of a sentence in one language, over passages in the other, of held-out NTREX documents.

    A passage is `size` sentences on end; the right one is where the sentence stands, its translation taken
    out.
    """
    asked = [s for d in datasets.ntrex_documents(data, source) for s in d]
    passages, gold = [], []
    for document in datasets.ntrex_documents(data, target):
        for first in range(0, len(document), size):
            passage = document[first : first + size]
            gold += [len(passages)] * len(passage)
            passages.append(passage)
    queries = encoder.encode_query(asked)
    scores = queries @ encoder.encode_document([" ".join(passage) for passage in passages]).T
    kept = np.zeros(len(asked), dtype=np.bool_)
    for row, where in enumerate(gold):
        rest = list(passages[where])
        del rest[row - gold.index(where)]
        if rest:
            kept[row] = True
            scores[row, where] = queries[row] @ encoder.encode_document([" ".join(rest)])[0]
    return reciprocal_rank(scores[kept], np.array(gold)[kept])


def question_scores(
    encoder: StaticEncoder, dataset: QuestionSet
) -> tuple[npt.NDArray[np.int64], Matrix, Matrix]:
    """Return the gold passage of each question, and two (questions, passages) score matrices.

    The first is the cosine of mean vectors, the second token alignment.
    """
    position = {id_: row for row, id_ in enumerate(dataset.passages)}
    gold = np.array([position[question.passage_id] for question in dataset.questions])
    questions = [question.text for question in dataset.questions]
    passages = [passage.text for passage in dataset.passages.values()]
    mean = encoder.encode_query(questions) @ encoder.encode_document(passages).T
    return gold, mean, alignment(encoder, questions, passages)


def alignment(encoder: StaticEncoder, questions: Sequence[str], passages: Sequence[str]) -> Matrix:
    """Return the (questions, passages) scores of token alignment, each in -1 to 1.

    Every question token takes its best cosine among the passage's tokens; the mean of these is weighted by
    the tokens' learned weights (ColBERT's MaxSim, Khattab and Zaharia 2020, on static vectors).
    """
    weights = np.linalg.norm(encoder.token_vectors, axis=1)
    units = encoder.token_vectors / np.maximum(weights, 1e-12)[:, None]
    tokens = [np.unique(ids) for ids in encoder.tokenize(passages)]
    tokens = [ids if len(ids) else np.zeros(1, dtype=np.int32) for ids in tokens]
    starts = np.cumsum([0, *map(len, tokens)])[:-1]
    flat = np.concatenate(tokens)
    used, flat = np.unique(flat, return_inverse=True)  # cosines with the tokens that occur, not with all
    used_units = units[used]
    scores = np.zeros((len(questions), len(passages)), dtype=np.float32)
    for row, ids in enumerate(encoder.tokenize(questions)):
        weight = weights[ids]
        if weight.sum() > 0:
            cosines = used_units @ units[ids].T  # (used, question tokens)
            best = np.maximum.reduceat(cosines[flat], starts, axis=0)  # (passages, question tokens)
            scores[row] = best @ (weight / weight.sum())
    return scores


def reciprocal_rank(scores: Matrix, gold: npt.NDArray[np.int64]) -> float:
    """Return the mean reciprocal rank at `DEPTH`; ties count against the gold passage."""
    gold_scores = scores[np.arange(len(gold)), gold]
    ranks = (scores >= gold_scores[:, None]).sum(axis=1)
    return float(np.mean(np.where(ranks <= DEPTH, 1 / ranks, 0)))
