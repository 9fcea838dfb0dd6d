"""Find question pairs that translate each other, and so questions for passages of another language.

AQAD's Arabic questions are machine translations of SQuAD 1.1's, kept in their order, with some left out; its
passages are Arabic Wikipedia's. So each Arabic article has one English article whose questions run alongside.
A first encoder, trained on translations alone, is enough to find it and to align the two runs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.encoder import StaticEncoder
from training import data as datasets
from training.data import Question, QuestionSet
from training.examples import TextPair, passage_views

ARABIC_SETS = ("aqad.ar.train", "aqad.ar.test")
ENGLISH_SET = "squad1.1.en.train"

#: Cosine below which two questions are strangers.
FLOOR = 0.25
#: Cosine from which two answers are taken for translations of each other.
AGREEING = 0.4
#: How much better than the runner-up an English article must fit.
MARGIN = 1.5
#: Questions of an Arabic article that are compared with every English one, and articles looked at closer.
PROBES = 12
FINALISTS = 3


def crossed_pairs(encoder: StaticEncoder, data: Path) -> list[TextPair]:
    """Return (question, passage) pairs across Arabic and English, in both directions, and question pairs."""
    english = datasets.read_questions(data, ENGLISH_SET)
    english = datasets.by_article(english, datasets.HELD_OUT_ARTICLES, held_out=False)
    pairs: list[TextPair] = []
    for name in ARABIC_SETS:
        arabic = datasets.read_questions(data, name)
        for ours, theirs in aligned_questions(encoder, arabic, english):
            pairs.append(TextPair((ours.text,), (theirs.text,)))
            for one, other, passages in ((ours, theirs, english.passages), (theirs, ours, arabic.passages)):
                passage = passages[other.passage_id]
                for view in passage_views(other, passage):
                    pairs.append(TextPair((one.text,), view, passage.id, f"crossed {passage.title}"))
    return pairs


def aligned_questions(
    encoder: StaticEncoder, arabic: QuestionSet, english: QuestionSet
) -> list[tuple[Question, Question]]:
    """Return the pairs of questions that translate each other, article by article, in order."""
    theirs = _by_article(english)
    vectors = {
        title: encoder.encode_query([q.text for q in questions]) for title, questions in theirs.items()
    }
    pairs = []
    for questions in _by_article(arabic).values():
        ours = encoder.encode_query([question.text for question in questions])
        probes = ours[:: 1 + len(ours) // PROBES]
        # What the probes could gain if order did not matter.
        bounds = {
            title: float(np.maximum((probes @ candidates.T).max(axis=1) - FLOOR, 0).sum())
            for title, candidates in vectors.items()
        }
        finalists = sorted(bounds, key=bounds.__getitem__, reverse=True)[:FINALISTS]
        fits = [(*align(ours @ vectors[title].T - FLOOR), title) for title in finalists]
        (first, path, title), (second, _, _) = sorted(fits, key=lambda fit: fit[0], reverse=True)[:2]
        if first > MARGIN * second:
            pairs += [(questions[i], theirs[title][j]) for i, j in path]
    return pairs


def agreeing_questions(
    encoder: StaticEncoder, arabic: QuestionSet, english: QuestionSet
) -> list[tuple[Question, Question]]:
    """Return the aligned pairs whose answers seem to translate each other, too.

    AQAD's answers were found in its passages by a machine, and more than half of them are wrong.
    """
    pairs = [
        (ours, theirs)
        for ours, theirs in aligned_questions(encoder, arabic, english)
        if ours.answers and theirs.answers
    ]
    left = encoder.encode_query([ours.answers[0][0] for ours, _ in pairs])
    right = encoder.encode_query([theirs.answers[0][0] for _, theirs in pairs])
    cosines = np.einsum("nd,nd->n", left, right)
    return [pair for pair, cosine in zip(pairs, cosines.tolist(), strict=True) if cosine >= AGREEING]


def align(gain: npt.NDArray[np.float32]) -> tuple[float, list[tuple[int, int]]]:
    """Return the best total gain of a strictly rising alignment of rows and columns, and its pairs.

    Rows and columns may stay alone at no cost, so no pair with a gain of 0 or less is ever chosen.
    (Needleman and Wunsch 1970, with free gaps.)
    """
    rows, columns = gain.shape
    table = np.zeros((rows + 1, columns + 1), dtype=np.float64)
    for i in range(rows):
        taken = np.maximum(table[i, :-1] + gain[i], table[i, 1:])
        table[i + 1, 1:] = np.maximum.accumulate(np.maximum(taken, 0))
    pairs, i, j = [], rows, columns
    while i and j:
        if table[i, j] == table[i - 1, j]:
            i -= 1
        elif table[i, j] == table[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return float(table[rows, columns]), pairs[::-1]


def _by_article(dataset: QuestionSet) -> dict[str, list[Question]]:
    articles: dict[str, list[Question]] = {}
    for question in dataset.questions:
        articles.setdefault(dataset.passages[question.passage_id].title, []).append(question)
    return articles
