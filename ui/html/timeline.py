"""A timeline of what the documents date: each day with the sentences that name it, as links to the words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rag.calendar import resolve
from rag.dates import time_expressions
from rag.schema import Document
from rag.text import sentences
from rag.text import words as words_of
from ui.html import panel
from ui.html.escape import clip_end, clip_start, escape, source_link
from ui.html.quoting import unheaded
from ui.strings import Strings

SHOWN = 200  # facts
_READ_CHARS = 200_000  # of a document
_AROUND = 110  # characters on either side of the expression
_LEAST_WORDS = 4  # of a sentence beyond the expression: a line with less is a dateline, and tells nothing


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that tells when, and which days it means."""

    first: dt.date
    last: dt.date
    other: tuple[dt.date, dt.date] | None  # the other reading, where there are two
    document: str
    title: str
    start: int  # of the expression of time, in the document
    end: int
    before: str  # the sentence around it
    words: str
    after: str


@lru_cache(maxsize=256)
def facts(document: Document) -> tuple[Fact, ...]:
    """Return what a document dates, in its order; only what can be placed in the calendar for sure."""
    found = []
    end = min(len(document.text), document.body_start + _READ_CHARS)
    for first, last in sentences(document.text, document.body_start, end):
        sentence = document.text[first:last]
        held = words_of(sentence)
        for expression in time_expressions(sentence, held):
            if len(held) - (expression.last - expression.first) < _LEAST_WORDS:
                continue
            start, stop = held[expression.first].start, held[expression.last - 1].end
            readings = resolve(sentence, start, stop, document.date)
            if not readings:
                continue
            best, *others = readings
            found.append(
                Fact(
                    best.first,
                    best.last,
                    (others[0].first, others[0].last) if others else None,
                    document.id,
                    document.title,
                    first + start,
                    first + stop,
                    unheaded(sentence[:start]),
                    sentence[start:stop],
                    sentence[stop:],
                )
            )
    return tuple(found)


def timeline(documents: Iterable[Document], words: Strings) -> str:
    """Return the timeline of documents as the panel's HTML, earliest first."""
    every = sorted(
        (fact for document in documents for fact in facts(document)),
        key=lambda fact: (fact.first, fact.last, fact.document, fact.start),
    )
    days = "".join(_days(every[:SHOWN], words))
    more = len(every) - SHOWN
    rest = f'<p class="is-hint">{words.count("more_facts", more)}</p>' if more > 0 else ""
    body = f'<ol class="is-timeline">{days}</ol>{rest}' if days else ""
    hint = words("timeline_hint" if days else "timeline_empty")
    return panel.view("timeline", f'<p class="is-hint">{hint}</p>{body}', words)


def _days(every: Sequence[Fact], words: Strings) -> Iterator[str]:
    for (first, last), told in groupby(every, key=lambda fact: (fact.first, fact.last)):
        items = "".join(_fact(fact, words) for fact in told)
        yield f'<li><div class="is-day">{words.days(first, last)}</div>{items}</li>'


def _fact(fact: Fact, words: Strings) -> str:
    other = f" · {words('or')} {words.days(*fact.other)}" if fact.other else ""
    return (
        f'<a class="is-event" href="{source_link(fact.document, fact.start, fact.end)}">'
        f'<span class="is-told" dir="auto">{escape(clip_start(fact.before, _AROUND))}'
        f"<mark>{escape(fact.words)}</mark>{escape(clip_end(fact.after, _AROUND))}</span>"
        f'<span class="is-panel-facts"><span><bdi>{escape(fact.title)}</bdi>{other}</span></span></a>'
    )
