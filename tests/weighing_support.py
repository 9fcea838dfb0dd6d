"""Cases of weighing from a file: documents, the spans marked in them, and what they come to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from rag.decoding import Page, Run
from rag.question import parse
from rag.schema import Chunk, Span
from rag.shaping import kind_of, read_sentences
from rag.weighing import Weighed, weigh
from rag.weighing.statements import Alike


@dataclass(frozen=True)
class Case:
    """A question, its marked spans, and the groups and the relation wanted."""

    id: str
    question: str
    spans: tuple[Span, ...]
    dates: dict[str, dt.date | None]
    groups: frozenset[frozenset[int]]
    relation: str

    def weighed(self, alike: Alike) -> Weighed:
        return weigh(self.question, self.spans, self.dates, alike)

    def found(self, weighed: Weighed) -> frozenset[frozenset[int]]:
        """Return the groups as sets of span numbers."""
        place = {id(span): i for i, span in enumerate(self.spans)}
        return frozenset(
            frozenset(place[id(statement.span)] for statement in group.statements) for group in weighed.groups
        )


def read_cases(path: Path) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield _case(json.loads(line))


def _case(raw: dict[str, Any]) -> Case:
    texts = {document["id"]: document["text"] for document in raw["documents"]}
    dates = {
        document["id"]: dt.date.fromisoformat(document["date"]) if document.get("date") else None
        for document in raw["documents"]
    }
    spans = tuple(
        _span(raw["question"], one["document"], texts[one["document"]], one, 0.9 - 0.02 * i)
        for i, one in enumerate(raw["spans"])
    )
    return Case(
        raw["id"], raw["question"], spans, dates, frozenset(map(frozenset, raw["groups"])), raw["relation"]
    )


def _span(question: str, name: str, text: str, raw: dict[str, Any], score: float) -> Span:
    at = text.index(raw["sentence"]) if raw.get("sentence") else 0
    start = text.index(raw["quote"], at)
    end = start + len(raw["quote"])
    page = Page.of(text)
    inside = [i for i, word in enumerate(page.words) if word.start < end and word.end > start]
    run = Run(0, inside[0], inside[-1] + 1, 1.0)
    places = read_sentences(page)
    sentence = max((s for s in places if s.first <= run.first), key=lambda s: s.first)
    low, high = min(sentence.start, start), max(sentence.end, end)
    return Span(Chunk(name, text, 0), start, end, low, high, score, kind_of(parse(question), sentence, run))


def pairs(groups: Iterable[Iterable[int]]) -> set[frozenset[int]]:
    """Return which two spans are together."""
    return {frozenset(pair) for group in groups for pair in combinations(sorted(group), 2)}


def score(cases: list[Case], alike: Alike) -> tuple[float, float, list[str]]:
    """Return (F1 of the pairs grouped together, share of relations that are right, lines on what is not)."""
    both = wanted_count = found_count = right = 0
    wrong = []
    for case in cases:
        weighed = case.weighed(alike)
        found, wanted = pairs(case.found(weighed)), pairs(case.groups)
        both += len(found & wanted)
        wanted_count += len(wanted)
        found_count += len(found)
        right += weighed.relation == case.relation
        if found != wanted or weighed.relation != case.relation:
            groups = sorted(map(sorted, case.found(weighed)))
            wrong.append(f"{case.id}: {weighed.relation} for {case.relation}, {groups}")
    return 2 * both / max(1, wanted_count + found_count), right / len(cases), wrong


def compared(strengths: Callable[..., Any], vectors: Callable[..., Any]) -> Alike:
    """Return how alike two words are to a `Matcher` with these methods."""

    def alike(left: str, right: str) -> float:
        return float(strengths([left], vectors([left])[0], [right], vectors([right])[0], [True])[0, 0])

    return alike
