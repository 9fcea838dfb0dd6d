"""A small map of which documents support, repeat and contradict which, by the answers on the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from rag.schema import Answer, AnswerGroup, Citation
from ui.html import panel
from ui.html.escape import clip_end, document_token, escape, source_link
from ui.strings import Strings

Stance = Literal["conflict", "agree", "copy", "compatible"]
STANCES: tuple[Stance, ...] = ("conflict", "agree", "copy", "compatible")
"""What two documents say of one question: what cannot both be, the same from two origins, the same text
twice, or different things that can be true together."""

MOST_DOCUMENTS = 12
_ROW = 64  # pixels, of a document; static/style/views.css knows it, too
_DEEPEST = 64  # pixels, of an arc
_CHARS = 80


@dataclass(frozen=True, slots=True)
class Tie:
    """Two citations that answer one question, and how they stand to each other."""

    stance: Stance
    question: str
    one: Citation
    other: Citation


def ties(answer: Answer) -> Iterator[Tie]:
    """Yield how each two documents stand to one another in an answer, once for each pair and stance."""
    question = answer.completed or answer.question
    for group in answer.groups:
        for one, other in combinations(_each_document(group), 2):
            yield Tie("copy" if one.origin == other.origin else "agree", question, one, other)
    between: Stance | None = answer.relation if answer.relation in ("conflict", "compatible") else None
    if between is None:
        return
    for left, right in combinations(answer.groups, 2):
        for one, other in product(_each_document(left), _each_document(right)):
            if one.document != other.document:
                yield Tie(between, question, one, other)


def _each_document(group: AnswerGroup) -> list[Citation]:
    """Return the first citation of each document."""
    first: dict[str, Citation] = {}
    for citation in group.citations:
        first.setdefault(citation.document, citation)
    return list(first.values())


def agreement(answers: Sequence[Answer], words: Strings) -> str:
    """Return the map of answers as the panel's HTML: documents, arcs between them, and each tie in words."""
    found = [tie for answer in answers for tie in ties(answer)]
    if not found:
        return panel.view("map", f'<p class="is-hint">{words("map_empty")}</p>', words)
    named = {each.document: each for tie in found for each in (tie.one, tie.other)}
    tied = {name: sum(name in (tie.one.document, tie.other.document) for tie in found) for name in named}
    kept = sorted(named, key=lambda name: (-tied[name], name))[:MOST_DOCUMENTS]
    ordered = sorted(kept, key=lambda name: (named[name].date or dt.date.max, name))
    numbers = {name: number for number, name in enumerate(ordered, 1)}
    found = [tie for tie in found if tie.one.document in numbers and tie.other.document in numbers]
    rows = "".join(_document(named[name], number, words) for name, number in numbers.items())
    body = (
        f'<p class="is-hint">{words("map_hint")}</p>'
        f'<div class="is-legend">{_legend(found, words)}</div>'
        f'<div class="is-map"><ol>{rows}</ol>{_arcs(found, numbers)}</div>'
        f'<ul class="is-ties">{"".join(_statements(found, numbers, words))}</ul>'
    )
    return panel.view("map", body, words)


def _document(citation: Citation, number: int, words: Strings) -> str:
    day = f'<span class="is-date">{words.date(citation.date)}</span>' if citation.date else ""
    return (
        f'<li><a href="#doc-{document_token(citation.document)}">'
        f'<span class="is-number">{number}</span><span class="is-name">'
        f"<bdi>{escape(clip_end(citation.title, _CHARS))}</bdi>{day}</span></a></li>"
    )


def _legend(found: Sequence[Tie], words: Strings) -> str:
    present = {tie.stance for tie in found}
    return "".join(
        f'<span class="is-{stance}"><svg width="28" height="10" aria-hidden="true">'
        f'<path class="is-arc is-{stance}" d="M1 5H27"/></svg>{words(f"tie_{stance}")}</span>'
        for stance in STANCES
        if stance in present
    )


def _arcs(found: Sequence[Tie], numbers: dict[str, int]) -> str:
    """Return the arcs, drawn for left to right; the style mirrors them. The list below says the same."""
    pairs: dict[tuple[int, int], set[Stance]] = {}
    for tie in found:
        one, other = sorted((numbers[tie.one.document], numbers[tie.other.document]))
        pairs.setdefault((one, other), set()).add(tie.stance)
    longest = max(other - one for one, other in pairs)
    paths = []
    for (one, other), stances in sorted(pairs.items()):
        depth = 14 + (_DEEPEST - 14) * (other - one) / longest
        for step, stance in enumerate(stance for stance in STANCES if stance in stances):
            top, bottom, bulge = (one - 0.5) * _ROW, (other - 0.5) * _ROW, depth + 6 * step
            # A cubic curve reaches three quarters of the way to its control points.
            control = bulge / 0.75
            paths.append(
                f'<path class="is-arc is-{stance}" d="M0 {top:.0f}C{control:.0f} {top:.0f} '
                f'{control:.0f} {bottom:.0f} 0 {bottom:.0f}"/>'
            )
    height = len(numbers) * _ROW
    return f'<svg class="is-arcs" width="84" height="{height}" aria-hidden="true">{"".join(paths)}</svg>'


def _statements(found: Sequence[Tie], numbers: dict[str, int], words: Strings) -> Iterator[str]:
    """Yield a line for each tie, what contradicts first."""
    for stance in STANCES:
        for tie in dict.fromkeys(tie for tie in found if tie.stance == stance):
            sides = "".join(_side(each, numbers[each.document]) for each in (tie.one, tie.other))
            yield (
                f'<li class="is-{stance}"><span class="is-stance">{words(f"tie_{stance}")}</span>'
                f'<span class="is-asked" dir="auto">{escape(clip_end(tie.question, _CHARS))}</span>'
                f'<span class="is-sides">{sides}</span></li>'
            )


def _side(citation: Citation, number: int) -> str:
    return (
        f'<a class="is-side" href="{source_link(citation.document, citation.start, citation.end)}">'
        f'<span class="is-number">{number}</span><bdi>{escape(clip_end(citation.quote, _CHARS))}</bdi></a>'
    )
