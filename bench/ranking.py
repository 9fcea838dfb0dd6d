"""Rank passages for questions: what the retrieval benchmark measures with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rag.chunking import chunk
from rag.schema import Chunk, Document
from training import data as datasets
from training import measure

K1, B = 0.9, 0.4

Scores = npt.NDArray[np.float32]
Tokens = Callable[[str], list[str]]


@dataclass(frozen=True)
class Task:
    """Questions over passages: what a row of a table is measured on."""

    name: str
    documents: list[Document]
    questions: list[str]
    gold: npt.NDArray[np.int64]  # (questions,) rows of `documents`
    crossed: bool = False

    @cached_property
    def chunks(self) -> list[list[Chunk]]:
        """Return the chunks of each document."""
        return [chunk(document) for document in self.documents]

    @cached_property
    def texts(self) -> list[str]:
        """Return the text of every chunk."""
        return [piece.text for pieces in self.chunks for piece in pieces]

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Return where the chunks of each document begin among all."""
        return np.cumsum([0, *map(len, self.chunks)])[:-1]

    def rank(self, scores: Scores) -> float:
        """Return MRR@10 of (questions, chunks) scores, each document ranked by its best chunk."""
        return measure.reciprocal_rank(np.maximum.reduceat(scores, self.starts, axis=1), self.gold)


def task(dataset: datasets.QuestionSet, language: str, most: int, *, crossed: bool = False) -> Task:
    """Return a question set as a task, at most so many questions of it."""
    rows = {id_: row for row, id_ in enumerate(dataset.passages)}
    documents = [
        Document(id=str(row), text=passage.text, title=passage.title, lang=language)
        for row, passage in enumerate(dataset.passages.values())
    ]
    asked = dataset.questions[:: 1 + len(dataset.questions) // (most + 1)]
    gold = np.array([rows[question.passage_id] for question in asked])
    name = re.sub(r"-goldp|-2020|\.(dev|train|test|all)$", "", dataset.name)
    return Task(name, documents, [question.text for question in asked], gold, crossed)


class Bm25:
    """BM25 over given tokens, exact (Robertson and Zaragoza 2009, Lucene's idf), as the store computes it."""

    def __init__(self, chunks: Iterable[Sequence[str]], k1: float = K1, b: float = B) -> None:
        postings: dict[str, tuple[list[int], list[int]]] = {}
        lengths = []
        for row, tokens in enumerate(chunks):
            lengths.append(len(tokens))
            for token, count in Counter(tokens).items():
                rows, counts = postings.setdefault(token, ([], []))
                rows.append(row)
                counts.append(count)
        self._postings = {t: (np.array(r), np.array(c, dtype=np.float32)) for t, (r, c) in postings.items()}
        length = np.array(lengths, dtype=np.float32)
        self._norms = k1 * (1 - b + b * length / max(1e-9, float(length.mean())))

    def scores(self, queries: Iterable[Sequence[str]]) -> Scores:
        """Return (queries, chunks)."""
        found = []
        n = len(self._norms)
        for tokens in queries:
            row = np.zeros(n, dtype=np.float32)
            for token, count in Counter(tokens).items():
                if token in self._postings:
                    rows, counts = self._postings[token]
                    idf = np.log1p((n - len(rows) + 0.5) / (len(rows) + 0.5))
                    row[rows] += count * idf * counts / (counts + self._norms[rows])
            found.append(row)
        return np.stack(found)


def table(title: str, tasks: Sequence[Task], rows: Iterable[tuple[str, Sequence[float | None]]]) -> None:
    """Print a Markdown table, a row as soon as it is known."""
    print(f"\n### {title}\n\n| | {' | '.join(each.name for each in tasks)} |", flush=True)
    print("|---|" + "---:|" * len(tasks))
    for name, values in rows:
        cells = ("–" if value is None else f"{value:.3f}" for value in values)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
