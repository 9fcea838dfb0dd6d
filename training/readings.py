"""Lay the question sets out for the reader's network: a window for each question, and where its answer is."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from rag.decoding import Page
from rag.encoder import StaticEncoder
from rag.matching import Matcher
from rag.question import parse
from rag.windows import LONGEST, Layout, Pieces, piece_types, window
from training import crossing
from training import data as datasets
from training.cloze import cloze_questions
from training.data import Question, QuestionSet
from training.switching import Dictionary, switched

LENGTHS = (96, 160, LONGEST)  # windows are padded to one of these
TOKENS = 6000  # pieces of a batch, about

#: How often a question of each set is read in one round; 1 otherwise.
TIMES = {
    "aqad.ar.train": 3.0, "aqad.ar.test": 3.0, "arcd.ar.train": 6.0, "tydiqa-goldp.en.train": 2.0,
    "squad1.1.en.train": 0.5,
}  # fmt: skip
LEFT_OUT = ("zh",)  # whose characters have no pieces
ARCD_PASSAGES = 134  # of 202
CLOZE = 10_000
SWITCHED = {"squad1.1.en.train": ("ar", 12_000), "aqad.ar.train": ("en", 6_000)}
NEGATIVES = 0.15  # of the questions, read with a part of the article that does not answer


@dataclass(frozen=True, slots=True)
class Readings:
    """Windows end to end, with the pieces where each answer begins and ends: 0, 0 where there is none."""

    ids: npt.NDArray[np.int32]
    types: npt.NDArray[np.int8]
    bounds: npt.NDArray[np.int64]  # (n + 1,): window i is ids[bounds[i]:bounds[i + 1]]
    leads: npt.NDArray[np.int16]  # (n,) pieces before the passage
    answers: npt.NDArray[np.int16]  # (n, 2)

    def save(self, path: Path) -> None:
        """Write the arrays to `path`."""
        np.savez(path, **{name: getattr(self, name) for name in self.__dataclass_fields__})

    @classmethod
    def load(cls, path: Path) -> Readings:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows padded to one length."""

    ids: torch.Tensor  # (n, length)
    types: torch.Tensor  # (n, length)
    leads: torch.Tensor  # (n,)
    answers: torch.Tensor  # (n, 2)


def training_sets(data: Path, encoder: StaticEncoder, seed: int) -> Iterator[tuple[QuestionSet, float]]:
    """Yield every set to train on, with how often its questions are read in one round."""
    sets = [one for one in datasets.training_question_sets(data) if one.language not in LEFT_OUT]
    for dataset in sets:
        if dataset.name not in crossing.ARABIC_SETS:
            yield dataset, TIMES.get(dataset.name, 1.0)
    yield arcd_parts(data)[0], TIMES["arcd.ar.train"]
    english = next(one for one in sets if one.name == crossing.ENGLISH_SET)
    for name in crossing.ARABIC_SETS:
        arabic = next(one for one in sets if one.name == name)
        pairs = crossing.agreeing_questions(encoder, arabic, english)
        own = tuple(ours for ours, _ in pairs)
        yield QuestionSet(name, "ar", own, arabic.passages), TIMES[name]
        to_arabic = tuple(replace(ours, text=theirs.text) for ours, theirs in pairs)
        yield QuestionSet(f"en→ar {name}", "ar", to_arabic, arabic.passages), 1.0
        to_english = tuple(
            replace(theirs, text=ours.text)
            for ours, theirs in crossing.aligned_questions(encoder, arabic, english)
            if theirs.answers
        )
        yield QuestionSet(f"ar→en {name}", "en", to_english, english.passages), 1.0
    yield cloze_questions(data, CLOZE, seed), 1.0
    yield from ((one, 1.0) for one in switched_sets(sets, data, seed))


def arcd_parts(data: Path) -> tuple[QuestionSet, QuestionSet]:
    """Return the part of ARCD's training set that the reader is trained on, and the part that measures it."""
    whole = datasets.read_questions(data, "arcd.ar.train")
    read = set(list(whole.passages)[:ARCD_PASSAGES])
    parts = (
        tuple(question for question in whole.questions if (question.passage_id in read) is trained)
        for trained in (True, False)
    )
    train, dev = (QuestionSet(whole.name, whole.language, part, whole.passages) for part in parts)
    return train, dev


def switched_sets(sets: Sequence[QuestionSet], data: Path, seed: int) -> Iterator[QuestionSet]:
    """Yield questions put into the other language word by word (`training.switching`)."""
    dictionary = Dictionary(data)
    for dataset in sets:
        if dataset.name in SWITCHED:
            language, count = SWITCHED[dataset.name]
            yield switched(dataset, language, dictionary, count, seed)


def read_sets(
    sets: Iterator[tuple[QuestionSet, float]], layout: Layout, matcher: Matcher, seed: int
) -> Readings:
    """Return one round of readings, in a shuffled order that repeats."""
    draw = random.Random(seed)
    rows: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], int, tuple[int, int]]] = []
    for dataset, times in sets:
        before = len(rows)
        for row in _read_set(dataset, times, layout, matcher, draw):
            rows.append(row)
        print(f"{dataset.name}: {len(rows) - before:,} windows", flush=True)
    draw.shuffle(rows)
    return Readings(
        np.concatenate([row[0] for row in rows]),
        np.concatenate([row[1] for row in rows]),
        np.cumsum([0, *(len(row[0]) for row in rows)]),
        np.array([row[2] for row in rows], dtype=np.int16),
        np.array([row[3] for row in rows], dtype=np.int16),
    )


def _read_set(
    dataset: QuestionSet, times: float, layout: Layout, matcher: Matcher, draw: random.Random
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], int, tuple[int, int]]]:
    pages = {id_: Page.of(passage.text) for id_, passage in dataset.passages.items()}
    cut = dict(zip(pages, layout.cut(list(pages.values())), strict=True))
    siblings: dict[str, list[str]] = defaultdict(list)
    for passage in dataset.passages.values():
        siblings[passage.title].append(passage.id)
    for question in dataset.questions:
        for _ in range(int(times) + (draw.random() < times % 1)):
            passage_id, answers = question.passage_id, question.answers
            others = [i for i in siblings[dataset.passages[passage_id].title] if i != passage_id]
            if draw.random() < NEGATIVES and others and answers:
                passage_id = draw.choice(others)
                if any(text in dataset.passages[passage_id].text for text, _ in answers):
                    continue
                answers = ()
            row = _row(question, pages[passage_id], cut[passage_id], answers, layout, matcher, draw)
            if row is not None:
                yield row


def _row(
    question: Question,
    page: Page,
    pieces: Pieces,
    answers: Sequence[tuple[str, int]],
    layout: Layout,
    matcher: Matcher,
    draw: random.Random,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], int, tuple[int, int]] | None:
    """Return ids, types, lead and answer of one window that holds an answer whole; None where none can."""
    parsed = parse(question.text)
    asked = layout.asked(parsed)
    room = LONGEST - len(asked) - 3
    count = len(pieces.ids)
    span = None
    if answers:
        span = piece_span(pieces, *draw.choice(list(answers)))
        if span is None or span[1] - span[0] >= room:
            return None
    if not count:
        return None
    first = 0
    if count > room:
        low, high = (max(0, span[1] - room + 1), min(span[0], count - room)) if span else (0, count - room)
        first = draw.randint(low, max(low, high))
    types = piece_types(pieces, matcher.meet(parsed, [page.words])[0])
    one = window(asked, pieces, types, 0, first, min(first + room, count))
    target = (0, 0) if span is None else (one.lead + span[0] - first, one.lead + span[1] - first)
    return one.ids.astype(np.int32), one.types.astype(np.int8), one.lead, target


def piece_span(pieces: Pieces, text: str, start: int) -> tuple[int, int] | None:
    """Return the first and last piece of an answer, spaces and punctuation at its ends left out."""
    inner = text.strip(" \t\n.,،؛;:!?؟«»\"'()[]")
    start += text.find(inner) if inner else 0
    end = start + len(inner)
    inside = np.flatnonzero((pieces.offsets[:, 1] > start) & (pieces.offsets[:, 0] < end))
    return (int(inside[0]), int(inside[-1])) if len(inside) and inner else None


def batches(readings: Readings, seed: int) -> Iterator[Batch]:
    """Yield batches without end, each of windows of about one length; every round in another order."""
    draw = random.Random(seed)
    lengths = np.diff(readings.bounds)
    order = list(range(len(lengths)))
    waiting: dict[int, list[int]] = {size: [] for size in LENGTHS}
    while True:
        draw.shuffle(order)
        for i in order:
            size = next(size for size in LENGTHS if size >= lengths[i])
            waiting[size].append(i)
            if (len(waiting[size]) + 0.5) * size >= TOKENS:
                yield collate(readings, waiting[size], size)
                waiting[size] = []


def collate(readings: Readings, chosen: Sequence[int], size: int) -> Batch:
    """Return the chosen windows padded to `size`."""
    ids = np.zeros((len(chosen), size), dtype=np.int64)
    types = np.zeros_like(ids)
    for row, i in enumerate(chosen):
        part = slice(readings.bounds[i], readings.bounds[i + 1])
        length = part.stop - part.start
        ids[row, :length], types[row, :length] = readings.ids[part], readings.types[part]
    leads, answers = readings.leads[list(chosen)], readings.answers[list(chosen)]
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(types),
        torch.from_numpy(leads.astype(np.int64)),
        torch.from_numpy(answers.astype(np.int64)),
    )
