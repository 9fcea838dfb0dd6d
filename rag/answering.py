"""Turn a reading into an answer: weigh its spans and cite them, or abstain and say why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.citing import CitationError, cite, verify
from rag.question import Question, parse
from rag.reader import Reading
from rag.schema import Answer, AnswerGroup, Chunk, Citation, Document, Hit, Reason, Span
from rag.text import sentences, words
from rag.weighing import Alike, Group, plainly_alike, slots, weigh

__all__ = ["CitationError", "compose", "verify"]

Documents = Mapping[str, Document] | Callable[[str], Document]

NEAREST = 3
SUPPORT_SHARE = 0.05  # a span below this share of the best one's probability supports nothing
GROUP_SHARE = 0.5  # a group below this share of the best span's probability is not shown
SLOT_SHARE = 0.15  # nor one that is below this share, though it gives a value for just what is asked
_LEAST_WORDS = 4  # of a sentence that is shown as near
_UNPLACED = 0.6  # how an answer to "when" is ranked whose time cannot be placed in a calendar
_ABOUT = 0.35  # of the question's words, by weight, that a passage about it holds


def compose(
    question: str,
    hits: Sequence[Hit],
    reading: Reading,
    documents: Documents,
    threshold: float,
    k: int = 5,
    alike: Alike = plainly_alike,
) -> Answer:
    """Return the answer that `reading` supports, or none with its reason and the nearest sentences.

    Spans of one value are one group: 36, ٣٦ and ستة وثلاثون; a name in two spellings. A group cites each of
    its documents once, by the best span. Copies of one text count as one origin, and only further origins
    raise a group's probability. The order is that of the groups' probability, then of the reading, so the
    same input gives the same answer.

    Args:
        question: as it was looked for.
        hits: what the retriever brought, best first; kept in the answer, and the source of the nearest
            sentences when the reading has no span.
        reading: the reader's spans over the hits' chunks.
        documents: the documents by id, as a mapping or a function.
        threshold: the least probability of the best group at which the question counts as answered.
        k: at most so many groups; at least 1.
        alike: how well one folded word stands for another, in [0, 1].

    Raises:
        ValueError: if `k` is below 1.
        CitationError: if a chunk does not stand in its document where it says.
    """
    if k < 1:
        raise ValueError(f"k is {k}; expected at least 1")
    look_up = documents if callable(documents) else documents.__getitem__
    asked = parse(question)
    spans = reading.spans
    best = spans[0].score if spans else 0.0
    weighed = weigh(
        question,
        [span for span in spans if span.score >= SUPPORT_SHARE * best],
        lambda name: look_up(name).date,
        alike,
        lambda groups: _kept(asked, groups, best)[:k],
    )
    confidence = weighed.groups[0].confidence if weighed.groups else 0.0
    if confidence < threshold or not weighed.groups:
        nearest = _nearest(hits, spans, look_up)
        reason = _reason(asked, hits, spans, alike)
        return Answer(question, confidence, nearest=nearest, hits=tuple(hits), reason=reason, spans=spans)
    groups = tuple(_cited(group, look_up) for group in weighed.groups)
    return Answer(question, confidence, groups, weighed.relation, hits=tuple(hits), spans=spans)


def without(
    answer: Answer, documents: Documents, threshold: float, alike: Alike = plainly_alike
) -> Answer | None:
    """Return what the answer would be without its first source: that document and the copies of it.

    None where there is nothing to leave out.
    """
    if not answer.groups:
        return None
    first = answer.groups[0].citations[0]
    left_out = {c.document for c in answer.groups[0].citations if c.origin == first.origin}
    spans = tuple(span for span in answer.spans if span.chunk.document_id not in left_out)
    hits = tuple(hit for hit in answer.hits if hit.chunk.document_id not in left_out)
    reading = Reading(spans, 1.0 - spans[0].score if spans else 1.0)
    return compose(answer.completed or answer.question, hits, reading, documents, threshold, alike=alike)


def _kept(asked: Question, groups: Sequence[Group], best: float) -> list[Group]:
    """Return the groups that answer what was asked, best first, leaving out those far less likely.

    A number of another slot is left out (the wounded, where the dead are asked for); one of the very slot is
    shown although it is less likely: it may contradict.
    """
    ranked = sorted(groups, key=lambda group: -group.confidence * _weight(asked, group))
    wanted = slots.asked([word.text for word in words(asked.text)]).state
    fitting = [group for group in ranked if _state(group) in (wanted, None) or wanted is None] or ranked
    first = fitting[:1]
    for group in fitting[1:]:
        of_slot = wanted is not None and _state(group) == wanted
        if group.statements[0].span.score >= (SLOT_SHARE if of_slot else GROUP_SHARE) * best:
            first.append(group)
    return first


def _state(group: Group) -> str | None:
    return group.statements[0].slot.state


def _weight(asked: Question, group: Group) -> float:
    """Return how a group is ranked beyond its probability: "when" prefers a time that can be placed."""
    if asked.kind != "date":
        return 1.0
    return 1.0 if any(one.days is not None and one.days.readings for one in group.statements) else _UNPLACED


def _cited(group: Group, look_up: Callable[[str], Document]) -> AnswerGroup:
    citations = tuple(
        cite(statement.span, look_up(statement.document), origin)
        for statement, origin in zip(group.cited, group.origins, strict=True)
    )
    return AnswerGroup(citations, group.confidence, group.value)


def _reason(asked: Question, hits: Sequence[Hit], spans: Sequence[Span], alike: Alike) -> Reason:
    """Say what was missing: a passage about it, a value of the kind that is asked for, or certainty."""
    if not any(_met(asked, hit.chunk, alike) >= _ABOUT for hit in hits):
        return "no_passage"
    if asked.kind in ("number", "date") and not any(span.kind == asked.kind for span in spans):
        return "no_value"
    return "low_confidence" if spans else "no_value"


def _met(asked: Question, chunk: Chunk, alike: Alike) -> float:
    """Return what share of the question's words, by weight, a passage holds."""
    given = {word.text for word in words(chunk.text)}
    total = sum(term.weight for term in asked.terms)
    met = sum(
        term.weight
        for term in asked.terms
        if term.text in given or any(alike(term.text, word) >= 0.5 for word in given)
    )
    return met / total if total else 0.0


def _nearest(
    hits: Sequence[Hit], spans: Sequence[Span], look_up: Callable[[str], Document]
) -> tuple[Citation, ...]:
    """Return up to three whole sentences: those of the best spans, else the first ones of the best hits."""
    found: dict[tuple[str, int], Span] = {}

    def add(chunk: Chunk, start: int, end: int, score: float) -> bool:
        # A heading is a sentence of its own, and says little.
        if len(words(chunk.text[start - chunk.start : end - chunk.start])) < _LEAST_WORDS:
            return False
        found.setdefault((chunk.document_id, start), Span(chunk, start, end, start, end, score))
        return True

    for span in spans:
        add(span.chunk, span.context_start, span.context_end, span.score)
    for hit in hits:
        if len(found) >= NEAREST:
            break
        first = hit.chunk.start
        any(add(hit.chunk, first + start, first + end, 0.0) for start, end in sentences(hit.chunk.text))
    return tuple(cite(span, look_up(span.chunk.document_id)) for span in list(found.values())[:NEAREST])
