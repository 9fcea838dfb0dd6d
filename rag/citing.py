"""Make citations of spans: the words, where they stand, who said them, and what days they mean."""

from __future__ import annotations

import datetime as dt

from rag.attribution import attribute
from rag.calendar import Resolved, resolve, tense_of
from rag.errors import IsnadError
from rag.schema import Attribution, Citation, Document, Resolution, Span

_LONGEST_TIME = 120  # code points of a quotation whose time is worked out: a sentence tells several
_NEAR = 2500  # code points around a sentence that its attribution is read from


class CitationError(IsnadError):
    """A citation does not quote its document: the index and the documents are of different versions."""


def cite(span: Span, document: Document, origin: int = 0) -> Citation:
    """Return the citation of `span` in its document, with its attribution and the days that it means.

    Args:
        span: of a chunk of `document`.
        document: as stored.
        origin: the number of its origin within its group.

    Raises:
        CitationError: if the span does not stand in the document where it says.
    """
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
        attribution=_attribution(span, document),
        resolved=_resolved(span, document.date),
        as_of=_as_of(span, document.date),
        origin=origin,
        places=document.places(span.start),
    )
    verify(citation, document)
    return citation


def verify(citation: Citation, document: Document) -> None:
    """Check that `citation` quotes `document` exactly, its sentence and its attribution included.

    Raises:
        CitationError: if something of it stands elsewhere or nowhere in the document.
    """
    text = document.text
    quoted = text[citation.start : citation.end] == citation.quote
    in_context = text[citation.context_start : citation.context_end] == citation.context
    inside = citation.context_start <= citation.start < citation.end <= citation.context_end
    said = all(text[link.start : link.end] == link.quote for link in citation.attribution)
    if not (quoted and in_context and inside and said):
        raise CitationError(
            f"{citation.document}: the words at {citation.start}:{citation.end} are not those that were "
            "indexed; run `isnad index` again"
        )


def resolution(readings: tuple[Resolved, ...]) -> Resolution | None:
    """Return the first reading of a time, with the others beside it; None for none."""
    if not readings:
        return None
    first, *others = (Resolution(one.first, one.last, one.rule) for one in readings)
    return Resolution(first.first, first.last, first.rule, tuple(others))


def _attribution(span: Span, document: Document) -> tuple[Attribution, ...]:
    low = max(document.body_start, span.context_start - _NEAR)
    text = document.text[low : span.context_end + _NEAR]
    links = attribute(
        text, span.context_start - low, span.context_end - low, span=(span.start - low, span.end - low)
    )
    return tuple(
        Attribution(link.role, text[link.start : link.end], link.start + low, link.end + low)
        for link in links
        if not (link.start + low <= span.start and span.end <= link.end + low)  # who said it is the answer
    )


def _resolved(span: Span, date: dt.date | None) -> Resolution | None:
    if span.end - span.start > _LONGEST_TIME or span.kind == "number":
        return None
    start = span.start - span.context_start
    return resolution(resolve(span.context, start, start + len(span.text), date))


def _as_of(span: Span, date: dt.date | None) -> dt.date | None:
    """Return the document's date where the clause of the span speaks of what is to come."""
    start = span.start - span.context_start
    if date is None or tense_of(span.context, start, start + len(span.text)) != "future":
        return None
    return date
