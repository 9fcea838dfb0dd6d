"""Say why an answer was given: what each stage found, and what it would be without its first source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.schema import Answer
from ui.html.escape import clip_end, escape, source_link
from ui.html.render import confidence_word
from ui.strings import Strings

SHOWN_PASSAGES = 5
SHOWN_MARKS = 5
_CHARS = 90

# The kinds of evidence a passage has, in the order of the search; others are shown by their own name.
_EVIDENCE = ("lexical", "names", "dense", "alignment")


def why(answer: Answer, explained: Mapping[str, Any], titles: Mapping[str, str], words: Strings) -> str:
    """Return the explanation as HTML: search, reading, decision, and the answer without its first source.

    Args:
        answer: what is explained.
        explained: what `Pipeline.explain` says of it.
        titles: the titles of the documents that it names, by id.
        words: the interface's words.
    """
    parts = [
        _part(words("why_search"), _passages(answer, explained.get("passages", ()), titles, words)),
        _part(words("why_reading"), _marks(answer, words)),
        _part(words("why_decision"), _decision(answer, explained, words)),
    ]
    if answer.answered:
        parts.append(_part(words("why_without"), _without(explained, titles, words)))
    return "".join(parts)


def changed(before: Answer, now: Answer, words: Strings) -> str:
    """Return what is answered now in the place of `before`, as HTML; nothing where it is the same."""
    one, other = ((each.relation, [(c.document, c.quote) for c in each.citations]) for each in (before, now))
    if one == other:
        return ""
    quoted = f"<bdi>{escape(clip_end(now.answer, _CHARS))}</bdi>" if now.answer else ""
    told = words("why_changed", answer=quoted) if quoted else words("why_changed_none")
    return f'<p class="is-note">{told}</p>'


def _part(heading: str, body: str) -> str:
    return f'<div class="is-stage"><div class="is-heading">{heading}</div>{body}</div>' if body else ""


def _passages(
    answer: Answer, passages: Sequence[Mapping[str, Any]], titles: Mapping[str, str], words: Strings
) -> str:
    cited = [(each.document, each.start) for each in answer.citations]
    rows = []
    for passage in passages[:SHOWN_PASSAGES]:
        document, start, end = str(passage["document"]), int(passage["start"]), int(passage["end"])
        source = any(document == name and start <= at < end for name, at in cited)
        flag = f'<span class="is-flag">{words("why_cited")}</span>' if source else ""
        title = escape(clip_end(titles.get(document, document), _CHARS))
        rows.append(
            f'<li><a class="is-link" href="{source_link(document, start, end)}"><bdi>{title}</bdi></a>{flag}'
            f'<span class="is-scores">{_scores(passage, words)}</span></li>'
        )
    return f"<ol>{''.join(rows)}</ol>" if rows else ""


def _scores(passage: Mapping[str, Any], words: Strings) -> str:
    evidence = passage.get("evidence") or {}
    named = [(name, evidence[name]) for name in _EVIDENCE if name in evidence]
    scores = [(words(f"evidence_{name}"), value) for name, value in named]
    scores.append((words("evidence_score"), passage["score"]))
    return "".join(f"<span>{name} <b>{_figure(float(value))}</b></span>" for name, value in scores)


def _marks(answer: Answer, words: Strings) -> str:
    rows = [
        f'<li><bdi class="is-marked">{escape(clip_end(span.text, _CHARS))}</bdi><span class="is-scores">'
        f"<span>{words('probability')} <b>{words.percent(span.score)}</b></span></span></li>"
        for span in answer.spans[:SHOWN_MARKS]
    ]
    return f"<ol>{''.join(rows)}</ol>" if rows else ""


def _decision(answer: Answer, explained: Mapping[str, Any], words: Strings) -> str:
    threshold = float(explained.get("threshold", 0))
    key = "why_above" if answer.answered else "why_below"
    line = words(key, confidence=words.percent(answer.confidence), threshold=words.percent(threshold))
    return f"<p>{line}</p>"


def _without(explained: Mapping[str, Any], titles: Mapping[str, str], words: Strings) -> str:
    other = explained.get("without_first_source")
    if not other:
        return ""
    title = escape(clip_end(titles.get(str(other["document"]), str(other["document"])), _CHARS))
    source = f"<bdi>{title}</bdi>"
    if not other.get("answered"):
        return f"<p>{words('without_none', source=source)}</p>"
    confidence = float(other.get("confidence") or 0)
    found = words(
        "without_some",
        source=source,
        answer=f"<bdi>{escape(clip_end(str(other.get('answer') or ''), _CHARS))}</bdi>",
        confidence=words(f"confidence_{confidence_word(confidence)}"),
    )
    conflict = f" {words('conflict')}." if other.get("relation") == "conflict" else ""
    return f"<p>{found}{conflict}</p>"


def _figure(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
