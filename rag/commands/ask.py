"""`isnad ask`: the answer first, then where it stands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.commands.terminal import Page, ProgressBar
from rag.errors import QuestionError, SettingsError
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.schema import Answer, AnswerGroup

ANSWERED, NOT_FOUND = 0, 1
_SHOWN = 160  # characters of a passage under --explain

_RELATIONS = {
    "conflict": "The documents do not agree; they also say:",
    "agree": "Also, and in agreement:",
    "compatible": "Also:",
}


def ask(question: str, corpus: Path | None, k: int, filters: Filters, as_json: bool, explain: bool) -> int:
    """Answer `question` on standard output and return the exit status, as grep does.

    Raises:
        IsnadError: whatever stands in the way of an answer.
    """
    if k < 1:
        raise SettingsError(f"-k is {k}, but at least 1 answer must be asked for; leave it out for 5")
    if not question.strip():
        raise QuestionError('the question is empty; write one in quotes: isnad ask "…"')
    with ProgressBar() as progress, Pipeline.open(corpus, progress=progress) as pipeline:
        answer = pipeline.answer(question, k=k, filters=filters)
        explanation = pipeline.explain(answer) if explain else None
    if as_json:
        record = answer.to_dict() | ({"explanation": explanation} if explanation else {})
        print(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        page = Page.of(sys.stdout)
        print("\n".join(describe(answer, page)))
        if explanation:
            print("\n".join(describe_passages(explanation, page)))
    return ANSWERED if answer.answered else NOT_FOUND


def describe(answer: Answer, page: Page) -> Iterator[str]:
    """Yield the lines that tell a reader what the documents say."""
    if not answer.answered:
        yield page.strong("Not in these documents.")
        if answer.nearest:
            yield ""
            yield "Nearest passages; they do not answer the question:"
        for citation in answer.nearest:
            yield ""
            yield "  " + page.sentence(citation, marked=False)
            yield "  " + page.source(citation)
        return
    first, *others = answer.groups
    yield from _group(first, page, "")
    if others:
        yield ""
        yield page.strong(_RELATIONS.get(answer.relation or "", "Also:"))
    for group in others:
        yield ""
        yield from _group(group, page, "  ")


def _group(group: AnswerGroup, page: Page, indent: str) -> Iterator[str]:
    yield indent + page.strong(page.isolate(group.answer))
    for citation in group.citations:
        yield ""
        yield indent + "  " + page.sentence(citation)
        yield indent + "  " + page.source(citation)


def describe_passages(explanation: Mapping[str, Any], page: Page) -> Iterator[str]:
    """Yield what was read and why: a line for each passage, best first, with the evidence for it."""
    yield ""
    yield page.strong("How it came about")
    yield ", ".join(f"{name} {value}" for name, value in explanation.items() if name != "passages")
    yield ""
    for rank, passage in enumerate(explanation["passages"], start=1):
        evidence = ", ".join(f"{name} {value:.3f}" for name, value in passage["evidence"].items())
        place = f"{page.isolate(passage['document'])}:{passage['start']}-{passage['end']}"
        yield f"{rank:3}  {passage['score']:.4f}  {place}  ({evidence})"
        text = page.line(passage["text"].strip())
        yield "     " + page.isolate(text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + "…")
