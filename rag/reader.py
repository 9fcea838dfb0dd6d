"""Read passages for a question: mark the words that answer it, and say how likely it is that they do."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.confidence import CONFIDENCE, Confidence, Found, evidence
from rag.decoding import Floats, Page, Run, SpanModel
from rag.extent import Extent, extent_of
from rag.hub import Progress
from rag.matching import Matcher, embedded_matcher
from rag.network import EMBEDDED, READER_FOLDER, embedded_network
from rag.question import Question, parse
from rag.schema import Chunk, Span
from rag.shaping import Sentence, clause, kind_of, read_sentences, shaped
from rag.values import Number
from rag.weighing import slots

MOST_SPANS = 3  # of one passage
CANDIDATES = 8  # of one passage, from which the evidence chooses
_MET = 0.6  # how well a word must meet one of the question's to stand for it


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: spans, best first, and how likely it is that no passage answers."""

    spans: tuple[Span, ...]
    no_answer: float  # probability in [0, 1]


class Reader(Protocol):
    """Finds the words of passages that answer a question."""

    @property
    def name(self) -> str:
        """Return the name that the settings know this reader by."""

    def read(self, question: str, passages: Sequence[Chunk]) -> Reading:
        """Return spans of `passages` that answer `question`, best first, at most a few of each passage.

        Args:
            question: in any language.
            passages: in the retriever's order, best first; may be empty.
        """


@dataclass(frozen=True, slots=True)
class Read:
    """What was worked out of a question and its passages: the runs to choose from."""

    question: Question
    pages: tuple[Page, ...]
    found: tuple[Found, ...]  # best margin first
    evidence: Floats  # (len(found), F)
    met: tuple[Floats, ...] = ()  # by page: (terms, words), how well the words meet the question's terms


class SpanReader:
    """Marks spans with a network, gives them whole bounds and a probability. Threads may share it."""

    def __init__(self, model: SpanModel, matcher: Matcher, confidence: Confidence) -> None:
        self.name = model.name
        self._model = model
        self._matcher = matcher
        self._confidence = confidence

    def read(self, question: str, passages: Sequence[Chunk]) -> Reading:
        """Return the spans of `passages` that best answer `question`, best first, at most three of a passage.

        Of a passage, the first 20,000 code points are read. Spans of one passage do not overlap. Equal
        scores keep the passages' order.
        """
        read = self.examine(question, passages)
        if not read.found:
            return Reading((), 1.0)
        scores = self._confidence.probability(read.evidence)
        spans = tuple(_span(read, passages, read.found[i], float(scores[i])) for i in chosen(read, scores))
        return Reading(spans, 1.0 - spans[0].score)

    def examine(self, question: str, passages: Sequence[Chunk]) -> Read:
        """Return the runs to choose from, with the evidence for each."""
        asked = parse(question)
        pages = tuple(Page.of(passage.text) for passage in passages)
        met = self._matcher.meet(asked, [page.words for page in pages])
        places = [read_sentences(page) for page in pages]
        runs = self._model.runs(asked, pages, met, CANDIDATES)
        found = [_place(asked, pages[run.page], places[run.page], run) for run in runs]
        found.sort(key=lambda one: -one.run.margin)
        terms = [term.text for term in asked.terms]
        weights = np.clip(self._matcher.vectors(terms)[1], 0.5, 1.5) * [term.weight for term in asked.terms]
        rows = evidence(asked, pages, met, found, np.asarray(weights, dtype=np.float32), places)
        return Read(asked, pages, tuple(found), rows, tuple(met))


def load_reader(
    name: str = EMBEDDED,
    matcher: Matcher | None = None,
    *,
    device: str = "auto",
    batch_size: int = 32,
    progress: Progress | None = None,
) -> Reader:
    """Return the reader that `name` stands for.

    Args:
        name: ``embedded``, a hub id such as `timpal0l/mdeberta-v3-base-squad2`, or a folder's path.
        matcher: says how well a passage meets a question; one of the embedded encoder when None.
        device: where a hub model computes.
        batch_size: windows that a hub model reads at once.
        progress: told when a hub model is downloaded and loaded.

    Raises:
        ModelError: if there is no such reader, or it cannot be loaded.
    """
    matcher = matcher or embedded_matcher()
    if name == EMBEDDED:
        return SpanReader(embedded_network(), matcher, Confidence.load(READER_FOLDER / CONFIDENCE))
    from rag.hub_reader import HubReader

    model = HubReader.open(name, device=device, batch_size=batch_size, progress=progress)
    return SpanReader(model, matcher, Confidence.of_margin())


def _place(question: Question, page: Page, sentences: Sequence[Sentence], run: Run) -> Found:
    """Return a run with whole bounds and the sentence that it begins in."""
    at = max(0, bisect_right([sentence.first for sentence in sentences], run.first) - 1)
    sentence = sentences[at]
    return Found(shaped(question, page, sentence, run), sentence)


def chosen(read: Read, scores: Floats) -> list[int]:
    """Return which runs are kept, best first: at most `MOST_SPANS` of a passage, no two quoting one word.

    Nor, unless a list is asked for, a sentence: it seldom answers a question twice.
    """
    kept: list[int] = []
    quoted: dict[int, Extent] = {}
    of_page: Counter[int] = Counter()
    for i in _wholes_and_parts(read, np.argsort(-scores, kind="stable").tolist()):
        one = read.found[i]
        if of_page[one.run.page] >= MOST_SPANS:
            continue
        beside = [other for other in kept if read.found[other].run.page == one.run.page]
        if read.question.kind != "list" and any(
            read.found[other].sentence.first == one.sentence.first for other in beside
        ):
            continue
        extent = _extent(read, one)
        if all(extent.end <= quoted[other].start or quoted[other].end <= extent.start for other in beside):
            quoted[i] = extent
            kept.append(i)
            of_page[one.run.page] += 1
    return kept


def _wholes_and_parts(read: Read, order: list[int]) -> list[int]:
    """Return `order` so that of a number and a part of it ("dont 300 femmes") the one asked for is first.

    The part is asked for if the question names it: a word of the question is met in the clause of the part,
    and not in that of the whole.
    """
    if read.question.kind != "number":
        return order
    given = {i: number for i in order if (number := _number(read.found[i])) is not None}
    for i, part in given.items():
        page, sentence = read.pages[read.found[i].run.page], read.found[i].sentence
        if not slots.read(page.words, sentence.numbers, part, page.text).included:
            continue
        for j, whole in given.items():
            other = read.found[j]
            if (other.run.page, other.sentence) != (read.found[i].run.page, sentence) or whole == part:
                continue
            if slots.read(page.words, sentence.numbers, whole, page.text).included:
                continue
            named = _met(read, read.found[i], part) & ~_met(read, other, whole)
            first, second = (i, j) if named.any() else (j, i)
            if order.index(first) > order.index(second):
                order.remove(first)
                order.insert(order.index(second), first)
            break
    return order


def _number(found: Found) -> Number | None:
    """Return the first number of a run."""
    return next(
        (each for each in found.sentence.numbers if found.run.first <= each.first < found.run.last), None
    )


def _met(read: Read, found: Found, number: Number) -> NDArray[np.bool_]:
    """Return which of the question's terms are met in a number's clause, (terms,)."""
    first, last = clause(read.pages[found.run.page], found.sentence, number)
    strongest = read.met[found.run.page][:, first:last].max(axis=1)
    return np.asarray(strongest >= _MET)


def _extent(read: Read, found: Found) -> Extent:
    return extent_of(read.question, read.pages[found.run.page], found.sentence, found.run)


def _span(read: Read, passages: Sequence[Chunk], found: Found, score: float) -> Span:
    extent, chunk = _extent(read, found), passages[found.run.page]
    return Span(
        chunk,
        chunk.start + extent.start,
        chunk.start + extent.end,
        chunk.start + extent.context_start,
        chunk.start + extent.context_end,
        score,
        kind_of(read.question, found.sentence, found.run),
    )
