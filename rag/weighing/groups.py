"""Put spans that mean the same together, count who says so independently, tell how the groups stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.question import parse
from rag.schema import Relation, Span
from rag.text import words
from rag.weighing import relations
from rag.weighing.origins import copies, origins
from rag.weighing.relations import Asked
from rag.weighing.statements import Alike, Statement, plainly_alike, read_statement

SUPPORT_GAIN = 0.3  # how far a second independent document lifts the first one's probability


@dataclass(slots=True)
class Group:
    """Spans that mean the same, best first."""

    statements: list[Statement]
    origins: list[int] = field(default_factory=list)  # of each document of `cited`, in order

    @property
    def cited(self) -> list[Statement]:
        """Return the best statement of each document, in order."""
        seen: dict[str, Statement] = {}
        for statement in self.statements:
            seen.setdefault(statement.document, statement)
        return list(seen.values())

    @property
    def confidence(self) -> float:
        """Return the best span's probability, lifted a little by each further origin."""
        confidence = 0.0
        known: set[int] = set()
        for statement, origin in zip(self.cited, self.origins, strict=True):
            if origin not in known:
                score = statement.span.score
                confidence = confidence + (1 - confidence) * SUPPORT_GAIN * score if known else score
                known.add(origin)
        return min(confidence, 1.0)

    @property
    def value(self) -> dict[str, Any] | None:
        """Return what the words mean, as plain JSON values."""
        return value_of(self.statements[0])


@dataclass(frozen=True, slots=True)
class Weighed:
    """The groups of an answer, best first, and how they stand."""

    groups: tuple[Group, ...]
    relation: Relation | None  # None without a group


def weigh(
    question: str,
    spans: Sequence[Span],
    dates: Mapping[str, dt.date | None] | Callable[[str], dt.date | None],
    alike: Alike = plainly_alike,
    keep: Callable[[Sequence[Group]], Sequence[Group]] = lambda groups: groups,
) -> Weighed:
    """Return `spans` in groups of one meaning, and how the groups stand to one another.

    A span joins the first group whose best span means the same. The groups are ordered by their confidence;
    equal ones keep the spans' order, so the same spans give the same groups.

    Args:
        question: as asked.
        spans: best first.
        dates: the documents' dates by id.
        alike: how well one folded word stands for another, in [0, 1].
        keep: chooses among the ordered groups before their relation is told.
    """
    look_up = dates if callable(dates) else dates.get
    asked = Asked.of(parse(question), [word.text for word in words(question)])
    groups: list[Group] = []
    for span in spans:
        statement = read_statement(span, look_up(span.chunk.document_id))
        for group in groups:
            if relations.compare(asked, group.statements[0], statement, alike) == "same":
                group.statements.append(statement)
                break
        else:
            groups.append(Group([statement]))
    for group in groups:
        group.origins = origins([(one.span.context, one.span.chunk.text) for one in group.cited])
    ranked = _without_echoes(asked, sorted(groups, key=lambda group: -group.confidence), alike)
    kept = tuple(keep(ranked))
    return Weighed(kept, _relation(asked, kept, alike))


def _without_echoes(asked: Asked, ranked: Sequence[Group], alike: Alike) -> list[Group]:
    """Leave out what the copy of a sentence says beside the answer: a sentence seldom answers twice.

    Numbers stay, and so does what contradicts: a copy whose figure or name was changed.
    """
    kept: list[Group] = []
    for group in ranked:
        own = group.statements[0]
        echo = own.sort != "number" and asked.question.kind != "list"
        if not echo or not any(_echoes(asked, own, other.statements[0], alike) for other in kept):
            kept.append(group)
    return kept


def _echoes(asked: Asked, statement: Statement, first: Statement, alike: Alike) -> bool:
    ours, theirs = ([word.text for word in one.words] for one in (statement, first))
    apart = statement.document != first.document
    return apart and copies(ours, theirs) and relations.compare(asked, statement, first, alike) != "conflict"


def value_of(statement: Statement) -> dict[str, Any] | None:
    """Return what a statement's words mean, as plain JSON values; None for names and texts."""
    quantity = statement.quantity
    if quantity is not None:
        value: dict[str, Any] = {"kind": "number", "number": _whole(quantity.written)}
        first, last = quantity.unit
        if last > first:
            text = statement.span.context
            value["unit"] = text[statement.words[first].start : statement.words[last - 1].end]
        if quantity.bound:
            value["bound"] = quantity.bound
        return value
    if statement.sort == "time":
        return {"kind": "date", "text": statement.span.text}
    return None


def _relation(asked: Asked, groups: Sequence[Group], alike: Alike) -> Relation | None:
    if not groups:
        return None
    if len(groups) == 1:
        return "agree" if len(set(groups[0].origins)) > 1 else "single"
    pairs = ((a, b) for i, one in enumerate(groups) for other in groups[i + 1 :]
             for a in one.cited for b in other.cited)  # fmt: skip
    conflict = any(relations.compare(asked, a, b, alike) == "conflict" for a, b in pairs)
    return "conflict" if conflict else "compatible"


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value
