"""Turn spans into an answer: group what means the same, count its sources, weigh the groups, or abstain.

Every citation is checked against its document before it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.cues import folded
from rag.dates import MONTHS, time_expressions
from rag.errors import IsnadError
from rag.names import skeleton
from rag.reader import Reading
from rag.schema import Answer, AnswerGroup, Chunk, Citation, Document, Hit, Relation, Span
from rag.text import sentences, words
from rag.values import Number, numbers

Documents = Mapping[str, Document] | Callable[[str], Document]

NEAREST = 3
SUPPORT_SHARE = 0.35  # a span below this share of the best one's probability supports nothing
_LEAST_WORDS = 4  # of a sentence that is shown as near
GROUP_SHARE = 0.5  # and below this one, it makes no group of its own
COPY_OVERLAP = 0.8  # of word triples: sentences this alike have one origin
_SUPPORT_GAIN = 0.3  # how far a second independent document lifts the first one's probability
_TITLES = folded(
    "السيد الدكتور الشيخ رئيس الوزراء الرئيس وزير الخارجية الدفاع "
    "mr mrs ms dr president minister the le la el"
)


class CitationError(IsnadError):
    """A citation does not quote its document: the index and the documents are of different versions."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a span says, for comparing it with others."""

    key: tuple[Any, ...]
    value: dict[str, Any] | None
    number: Number | None = None
    slot: frozenset[str] = frozenset()  # what is counted, and the words just before the number
    qualifier: str | None = None


@dataclass(slots=True)
class _Group:
    meaning: _Meaning
    spans: list[Span]


def compose(
    question: str, hits: Sequence[Hit], reading: Reading, documents: Documents, threshold: float, k: int = 5
) -> Answer:
    """Return the answer that `reading` supports, or none with the nearest sentences.

    Spans of one value are one group: 36, ٣٦ and ستة وثلاثون; a name in two spellings. A group cites each of
    its documents once, by the best span. Documents with nearly the same sentence count as one source when the
    group's probability is raised by its support. The order is that of the groups' probability, then of the
    reading, so the same input gives the same answer.

    Args:
        question: as asked.
        hits: what the retriever brought, best first; kept in the answer, and the source of the nearest
            sentences when the reading has no span.
        reading: the reader's spans over the hits' chunks.
        documents: the documents by id, as a mapping or a function.
        threshold: the least probability of the best span at which the question counts as answered.
        k: at most so many groups; at least 1.

    Raises:
        ValueError: if `k` is below 1.
        CitationError: if a chunk does not stand in its document where it says.
    """
    if k < 1:
        raise ValueError(f"k is {k}; expected at least 1")
    look_up = documents if callable(documents) else documents.__getitem__
    best = reading.spans[0].score if reading.spans else 0.0
    if best < threshold or not reading.spans:
        nearest = _nearest(hits, reading, look_up)
        return Answer(question, best, nearest=nearest, hits=tuple(hits))
    groups = _grouped(reading.spans, best)
    ranked = sorted(groups, key=lambda group: -_confidence(group))  # stable: ties keep the reading's order
    floor = GROUP_SHARE * best
    kept = [group for i, group in enumerate(ranked) if i == 0 or group.spans[0].score >= floor][:k]
    answer_groups = tuple(
        AnswerGroup(
            tuple(_cite(span, look_up) for span in _one_per_document(group.spans)),
            _confidence(group),
            group.meaning.value,
        )
        for group in kept
    )
    return Answer(question, answer_groups[0].confidence, answer_groups, _relation(kept), hits=tuple(hits))


def verify(citation: Citation, document: Document) -> None:
    """Check that `citation` quotes `document` exactly.

    Raises:
        CitationError: if the quote or its sentence stands elsewhere or nowhere in the document.
    """
    quoted = document.text[citation.start : citation.end] == citation.quote
    in_context = document.text[citation.context_start : citation.context_end] == citation.context
    inside = citation.context_start <= citation.start < citation.end <= citation.context_end
    if not (quoted and in_context and inside):
        raise CitationError(
            f"{citation.document}: the words at {citation.start}:{citation.end} are not those that were "
            "indexed; run `isnad index` again"
        )


def _grouped(spans: Sequence[Span], best: float) -> list[_Group]:
    """Put spans of one meaning together, best first within a group."""
    groups: list[_Group] = []
    for span in spans:
        if span.score < SUPPORT_SHARE * best:
            continue
        meaning = _meaning(span)
        for group in groups:
            if _same(group.meaning, meaning):
                group.spans.append(span)
                break
        else:
            groups.append(_Group(meaning, [span]))
    return groups


def _meaning(span: Span) -> _Meaning:
    text = span.text
    given = words(text)
    tokens = [word.text for word in given]
    if span.kind == "number":
        found = numbers(text, given)
        if found:
            first = found[0]
            unit = tuple(tokens[first.last : first.unit])
            value: dict[str, Any] = {"kind": "number", "number": _whole(first.value)}
            if unit:
                value["unit"] = text[given[first.last].start : given[first.unit - 1].end]
            slot = frozenset(skeleton(word) for word in (*_words_before(span), *unit[:1]))
            qualifier = skeleton(unit[1]) if len(unit) > 1 else None
            key = ("number", first.value, first.measure == "percent")
            return _Meaning(key, value, first, slot, qualifier)
    if span.kind == "date":
        times = time_expressions(text, given)
        if times:
            said = tokens[times[0].first : times[0].last]
            parts = {str(MONTHS[token]) + "m" for token in said if token in MONTHS}
            digits = {token for token in said if token.isdigit()}
            if parts or digits:
                return _Meaning(("date", *sorted(digits | parts)), {"kind": "date", "text": text})
            return _Meaning(("date", *said), {"kind": "date", "text": text})
    if len(tokens) > 1 and len(tokens[0]) > 3:
        tokens[0] = tokens[0].removeprefix("و")  # "and": وقاسم الأعرجي is قاسم الأعرجي
    content = tuple(token.removeprefix("ال") if len(token) > 4 else token for token in tokens)
    content = tuple(token for token in content if token not in _TITLES) or content
    return _Meaning((span.kind, *content), None)


def _words_before(span: Span) -> list[str]:
    """Return the last words before a span that do not belong to another number before it."""
    text = span.context[: span.start - span.context_start]
    given = words(text)
    first = max((number.tail for number in numbers(text, given)), default=0)
    return [word.text for word in given[first:][-4:]]


def _same(left: _Meaning, right: _Meaning) -> bool:
    """Tell whether two meanings are one: equal values, or one name that holds the other."""
    if left.key == right.key:
        return True
    if left.key[0] != right.key[0] or left.key[0] == "number":
        return False
    few, many = sorted((set(left.key[1:]), set(right.key[1:])), key=len)
    if left.key[0] == "date":
        return bool(few) and few < many and any(len(part) == 4 or part.endswith("m") for part in few)
    if few and few <= many:
        return True
    few_sounds, many_sounds = {skeleton(word) for word in few}, {skeleton(word) for word in many}
    return (
        left.key[0] in ("person", "place")
        and min(map(len, few_sounds), default=0) > 2
        and few_sounds <= many_sounds
    )


def _confidence(group: _Group) -> float:
    """Return the best span's probability, lifted a little by each further independent document."""
    first, *others = _one_per_document(group.spans)
    confidence, origins = first.score, [_shingles(first.context)]
    for span in others:
        shingles = _shingles(span.context)
        if all(_overlap(shingles, other) < COPY_OVERLAP for other in origins):
            confidence += (1 - confidence) * _SUPPORT_GAIN * span.score
            origins.append(shingles)
    return min(confidence, 1.0)


def _origins(group: _Group) -> int:
    """Count the documents of a group, those with nearly the same sentence once."""
    kept: list[frozenset[tuple[str, ...]]] = []
    for span in _one_per_document(group.spans):
        shingles = _shingles(span.context)
        if all(_overlap(shingles, other) < COPY_OVERLAP for other in kept):
            kept.append(shingles)
    return len(kept)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    tokens = [word.text for word in words(text)]
    return frozenset(zip(tokens, tokens[1:], tokens[2:], strict=False)) or frozenset([tuple(tokens)])


def _overlap(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    return len(left & right) / max(1, len(left | right))


def _one_per_document(spans: Sequence[Span]) -> list[Span]:
    """Keep the best span of each document, in order."""
    seen: dict[str, Span] = {}
    for span in spans:
        seen.setdefault(span.chunk.document_id, span)
    return list(seen.values())


def _relation(groups: Sequence[_Group]) -> Relation:
    if len(groups) == 1:
        return "agree" if _origins(groups[0]) > 1 else "single"
    conflict = any(_conflicts(a, b) for i, a in enumerate(groups) for b in groups[i + 1 :])
    return "conflict" if conflict else "compatible"


def _conflicts(one: _Group, other: _Group) -> bool:
    """Tell whether two numbers claim different values for one slot.

    Said of numbers only: that two names or two dates exclude each other cannot be told from the words.
    Numbers of one sentence are of different things.
    """
    left, right = one.meaning, other.meaning
    places = [
        {(span.chunk.document_id, span.context_start) for span in group.spans} for group in (one, other)
    ]
    if places[0] & places[1]:
        return False
    a, b = left.number, right.number
    if a is None or b is None or a.value == b.value or (a.measure or "") != (b.measure or ""):
        return False
    if left.qualifier and right.qualifier and left.qualifier != right.qualifier:
        return False  # American soldiers and foreign soldiers
    return any(len(x) >= 3 and len(y) >= 3 and (x in y or y in x) for x in left.slot for y in right.slot)


def _nearest(
    hits: Sequence[Hit], reading: Reading, look_up: Callable[[str], Document]
) -> tuple[Citation, ...]:
    """Return up to three whole sentences: those of the best spans, else the first ones of the best hits."""
    found: dict[tuple[str, int], Span] = {}

    def add(chunk: Chunk, start: int, end: int, score: float) -> bool:
        # A heading is a sentence of its own, and says little.
        if len(words(chunk.text[start - chunk.start : end - chunk.start])) < _LEAST_WORDS:
            return False
        found.setdefault((chunk.document_id, start), Span(chunk, start, end, start, end, score))
        return True

    for span in reading.spans:
        add(span.chunk, span.context_start, span.context_end, span.score)
    for hit in hits:
        if len(found) >= NEAREST:
            break
        first = hit.chunk.start
        any(add(hit.chunk, first + start, first + end, 0.0) for start, end in sentences(hit.chunk.text))
    return tuple(_cite(span, look_up) for span in list(found.values())[:NEAREST])


def _cite(span: Span, look_up: Callable[[str], Document]) -> Citation:
    document = look_up(span.chunk.document_id)
    citation = Citation(
        document=document.id,
        title=document.title,
        date=document.date,
        start=span.start,
        end=span.end,
        quote=span.text,
        context_start=span.context_start,
        context_end=span.context_end,
        context=span.context,
        score=span.score,
        sha256=document.sha256,
    )
    verify(citation, document)
    return citation


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value
