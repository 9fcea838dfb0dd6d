"""The records that move through the system, in the order they are made.

``Document → Chunk → Hit → Span → Citation → AnswerGroup → Answer``

Every offset counts code points, is half-open, and points into the text of the *document* as stored, so
``document.text[c.start:c.end] == c.quote`` holds for each citation. Every score is a similarity: larger is
better. This module imports nothing of ours.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Relation = Literal["single", "agree", "compatible", "conflict"]
"""How the sources of an answer stand to one another: one origin, one value from several origins, values that
can be true together, or values that cannot."""

Reason = Literal["no_passage", "no_value", "low_confidence"]
"""Why a question is not answered: nothing is about it; passages are, but give no such value (no number, no
time, no name); or there is a candidate, and it is too unsure to be called an answer."""

Role = Literal["agency", "outlet", "speaker", "title"]
"""What a link in the chain of sources is."""

Kind = Literal[
    "number", "date", "person", "place", "organisation", "reason", "manner", "definition", "list", "yes_no",
    "other",
]  # fmt: skip
"""What a question asks for, or what a span is."""


Place = Literal["sheet", "page", "heading", "row"]
"""What a section of a document is: a sheet of a workbook, a page, what stands under a heading, a row."""

_DEPTH: dict[Place, int] = {"sheet": 0, "page": 1, "heading": 1, "row": 2}  # a row is inside a sheet


@dataclass(frozen=True, slots=True)
class Section:
    """A place in a document that people name it by; it ends where one of its kind or further out starts."""

    kind: Place
    label: str  # "12" for a page or a row, counted from 1; the words of a heading; the name of a sheet
    start: int  # offset into the document's text

    def to_dict(self) -> dict[str, Any]:
        """Return what people call the place as plain JSON values."""
        return {"kind": self.kind, "label": self.label}


@dataclass(frozen=True)
class Document:
    """A file of the corpus: its text as decoded or extracted, and what is known about it."""

    id: str  # path relative to the corpus folder, with forward slashes; inside an archive, "a.zip/b.pdf"
    text: str  # of a text file all of it, front matter included, so that offsets hold against the file itself
    title: str
    lang: str | None = None  # ISO 639-1
    date: dt.date | None = None  # the day the document itself states
    source: str | None = None  # the outlet, where the document names one
    body_start: int = 0  # text[:body_start] is front matter: never searched, never quoted
    sections: tuple[Section, ...] = ()  # by their start; empty where the file has no such places

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the text in UTF-8, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def places(self, offset: int) -> tuple[Section, ...]:
        """Return the sections that hold the character at `offset`, outermost first, at most one a depth.

        ``(sheet السكان, row 14)``, ``(page 3,)``; empty before the first section, and where there is none.
        """
        found: dict[int, Section] = {}
        innermost = len(_DEPTH)
        last = bisect_right(self.sections, offset, key=lambda section: section.start)
        for section in reversed(self.sections[:last]):
            depth = _DEPTH[section.kind]
            if depth < innermost:
                found[depth], innermost = section, depth
            if depth == 0:
                break
        return tuple(found[depth] for depth in sorted(found))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: the unit that is embedded and retrieved."""

    document_id: str
    text: str
    start: int  # document.text[start : start + len(text)] == text

    @property
    def end(self) -> int:
        """Return the offset just past the chunk, in the document."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that the retriever chose, with the evidence for it."""

    chunk: Chunk
    score: float  # the fused score; hits are ordered by it
    evidence: Mapping[str, float] = field(default_factory=dict)  # score of each stage, by its name


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a chunk that the reader takes for an answer, in the sentence around them."""

    chunk: Chunk
    start: int  # offsets into the document, inside the chunk
    end: int
    context_start: int  # the sentence that holds the span: context_start <= start < end <= context_end
    context_end: int
    score: float  # probability in [0, 1] that this span answers the question
    kind: Kind = "other"

    @property
    def text(self) -> str:
        """Return the words of the span."""
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]

    @property
    def context(self) -> str:
        """Return the sentence around the span."""
        return self.chunk.text[self.context_start - self.chunk.start : self.context_end - self.chunk.start]


@dataclass(frozen=True, slots=True)
class Attribution:
    """A link in the chain of who said it: words of the document that name an outlet, a speaker or a title."""

    role: Role
    quote: str  # document.text[start:end]
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """Return the link as plain JSON values."""
        return {"role": self.role, "quote": self.quote, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Resolution:
    """The days that an expression of time means, counted from its document's date and never from today."""

    first: dt.date
    last: dt.date  # included; equal to `first` for a single day
    rule: str  # how it was worked out, in English
    alternatives: tuple[Resolution, ...] = ()  # other readings that the language allows

    def to_dict(self) -> dict[str, Any]:
        """Return the days as plain JSON values."""
        found: dict[str, Any] = {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "rule": self.rule,
        }
        if self.alternatives:
            found["alternatives"] = [other.to_dict() for other in self.alternatives]
        return found


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation that can be checked: the words, and where they stand."""

    document: str  # the document's id
    title: str
    date: dt.date | None
    start: int
    end: int
    quote: str  # document.text[start:end]
    context_start: int
    context_end: int
    context: str  # the sentence: document.text[context_start:context_end]
    score: float
    sha256: str  # of the document's text
    attribution: tuple[Attribution, ...] = ()  # outermost first; empty where the text names nobody
    resolved: Resolution | None = None  # of the time that the quotation tells; None where it tells none
    as_of: dt.date | None = None  # the document's date, where the sentence speaks of what is still to come
    origin: int = 0  # citations of one group with the same number are copies of one text
    places: tuple[Section, ...] = ()  # where it stands, as `Document.places` tells: page, sheet, heading, row

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as plain JSON values."""
        return {
            "document": self.document,
            "title": self.title,
            "date": self.date.isoformat() if self.date else None,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "context_start": self.context_start,
            "context_end": self.context_end,
            "context": self.context,
            "score": round(self.score, 4),
            "sha256": self.sha256,
            "attribution": [link.to_dict() for link in self.attribution],
            "resolved": self.resolved.to_dict() if self.resolved else None,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "origin": self.origin,
            "places": [place.to_dict() for place in self.places],
        }


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Citations that give one and the same answer, best first."""

    citations: tuple[Citation, ...]  # at least one
    confidence: float  # probability in [0, 1]
    value: Mapping[str, Any] | None = None  # what the words mean, e.g. {"kind": "number", "number": 30}

    @property
    def answer(self) -> str:
        """Return the words of the best citation."""
        return self.citations[0].quote

    @property
    def documents(self) -> int:
        """Return how many documents say it."""
        return len({citation.document for citation in self.citations})

    @property
    def origins(self) -> int:
        """Return how many of them are independent: copies of one text count once."""
        return len({citation.origin for citation in self.citations})

    def to_dict(self) -> dict[str, Any]:
        """Return the group as plain JSON values."""
        return {
            "answer": self.answer,
            "confidence": round(self.confidence, 4),
            "value": dict(self.value) if self.value else None,
            "documents": self.documents,
            "origins": self.origins,
            "citations": [citation.to_dict() for citation in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question: groups of citations, or nothing but the nearest passages."""

    question: str
    confidence: float  # probability in [0, 1] that the first answer is right; below the threshold: no groups
    groups: tuple[AnswerGroup, ...] = ()  # best first; empty when not answered
    relation: Relation | None = None
    nearest: tuple[Citation, ...] = ()  # at most three, and not an answer; empty when answered
    hits: tuple[Hit, ...] = ()  # what the retriever brought, best first; not part of the JSON
    took_ms: int = 0
    reason: Reason | None = None  # why not answered; None when answered
    completed: str | None = None  # the question that was looked for, where `question` leaned on earlier ones
    spans: tuple[Span, ...] = ()  # what the reader marked, best first; not part of the JSON

    @property
    def answered(self) -> bool:
        """Tell whether the documents answer the question."""
        return bool(self.groups)

    @property
    def answer(self) -> str | None:
        """Return the words of the first group, or None when not answered."""
        return self.groups[0].answer if self.groups else None

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return the citations of all groups, in order."""
        return tuple(citation for group in self.groups for citation in group.citations)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON values, the same for every face of the product."""
        return {
            "question": self.question,
            "completed": self.completed,
            "answered": self.answered,
            "answer": self.answer,
            "confidence": round(self.confidence, 4),
            "groups": [group.to_dict() for group in self.groups],
            "relation": self.relation,
            "reason": self.reason,
            "nearest": [citation.to_dict() for citation in self.nearest],
            "took_ms": self.took_ms,
        }
