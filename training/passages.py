"""Lay out questions with passages as the retriever would bring them: the answering one and near misses."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.analysis import Analyzer
from rag.schema import Chunk
from rag.text import sentences
from training.data import Question as Asked
from training.data import QuestionSet

CHUNK = 450  # code points, as the product cuts its documents
PASSAGES = 12  # as many as the product reads


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the passages to read; `answers` are (passage, start, end), none when unanswerable."""

    question: str
    language: str
    passages: tuple[Chunk, ...]
    answers: tuple[tuple[int, int, int], ...]
    texts: tuple[str, ...]  # the answers' wordings, which may by chance stand elsewhere too


class Pool:
    """The chunks of a question set, searched by BM25 over stems."""

    def __init__(self, questions: QuestionSet) -> None:
        self.chunks: list[Chunk] = []
        self._of_passage: dict[str, list[int]] = defaultdict(list)
        for passage in questions.passages.values():
            for start, end in pack(passage.text):
                self._of_passage[passage.id].append(len(self.chunks))
                self.chunks.append(Chunk(passage.id, passage.text[start:end], start))
        self._analyzer = Analyzer()
        counts = [Counter(self._terms(chunk.text)) for chunk in self.chunks]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        norm = 0.9 * (1 - 0.4 + 0.4 * lengths / max(float(lengths.mean()), 1.0))
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for i, count in enumerate(counts):
            for term, n in count.items():
                postings[term].append((i, n / (n + norm[i])))
        total = len(counts)
        self._postings: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]] = {}
        for term, found in postings.items():
            idf = np.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
            where = np.array([i for i, _ in found])
            self._postings[term] = where, np.array([w * idf for _, w in found], dtype=np.float32)

    def search(self, question: str, k: int) -> list[int]:
        """Return the numbers of the `k` best chunks, best first."""
        scores = np.zeros(len(self.chunks), dtype=np.float32)
        for term in set(self._terms(question)):
            if term in self._postings:
                where, gains = self._postings[term]
                scores[where] += gains
        return np.argsort(-scores, kind="stable")[:k].tolist()

    def answering(self, question: Asked) -> dict[int, list[tuple[int, int]]]:
        """Return the chunks that hold an answer whole, with its offsets in the chunk."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for i in self._of_passage[question.passage_id]:
            chunk = self.chunks[i]
            for text, start in question.answers:
                inside = chunk.start <= start and start + len(text) <= chunk.end
                if inside and is_whole(chunk.text, start - chunk.start, start - chunk.start + len(text)):
                    found[i].append((start - chunk.start, start - chunk.start + len(text)))
        return found

    def _terms(self, text: str) -> list[str]:
        return self._analyzer.fields(text)["words"]


def is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] cuts no word: one set's answers were moved by a machine, and many do."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (
        after.isalnum() and text[end - 1].isalnum()
    )


def pack(text: str) -> list[tuple[int, int]]:
    """Cut a passage into runs of whole sentences of about 450 code points."""
    packs: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if packs and end - packs[-1][0] <= CHUNK:
            packs[-1] = (packs[-1][0], end)
        else:
            packs.append((start, end))
    return packs


def examples(
    questions: QuestionSet, chosen: Sequence[Asked], rng: random.Random, unanswerable: float
) -> list[Example]:
    """Return an example for each question that can be laid out; a share of them without their answer."""
    pool = Pool(questions)
    made = []
    for question in chosen:
        texts = tuple({text.strip() for text, _ in question.answers if text.strip()})
        answering = pool.answering(question)
        if not answering or not texts:
            continue
        found = pool.search(question.text, 3 * PASSAGES)
        if rng.random() < unanswerable:
            # Whatever holds the answer's words is left out, so that no answer is there by chance.
            kept = [i for i in found if not any(text in pool.chunks[i].text for text in texts)][:PASSAGES]
            made.append(Example(question.text, question.language, _chunks(pool, kept), (), texts))
            continue
        kept = found[:PASSAGES]
        if not answering.keys() & set(kept):
            kept[-1 - rng.randrange(len(kept))] = next(iter(answering))
        spans = tuple((p, start, end) for p, i in enumerate(kept) for start, end in answering.get(i, ()))
        made.append(Example(question.text, question.language, _chunks(pool, kept), spans, texts))
    return made


def _chunks(pool: Pool, numbers: Sequence[int]) -> tuple[Chunk, ...]:
    return tuple(pool.chunks[i] for i in numbers)
