"""`isnad ask`: the answer first, then where it stands."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.commands.answers import describe, describe_explanation
from rag.commands.terminal import Page, ProgressBar, to_json
from rag.conversation import Turn
from rag.errors import QuestionError, SettingsError
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.question import parse
from rag.schema import Answer

ANSWERED, NOT_FOUND = 0, 1


def ask(
    question: str,
    corpus: Path | None,
    k: int,
    filters: Filters,
    as_json: bool,
    explain: bool,
    after: Sequence[str] = (),
) -> int:
    """Answer `question` on standard output and return the exit status, as grep does.

    Args:
        question: as typed.
        corpus: the folder; None asks that of the settings.
        k: at most so many different answers; at least 1.
        filters: which documents are asked.
        as_json: print the answer's JSON instead of text.
        explain: say how the answer came about, too.
        after: the questions asked before, oldest first, which `question` may lean on.

    Raises:
        IsnadError: whatever stands in the way of an answer.
    """
    if k < 1:
        raise SettingsError(f"-k is {k}, but at least 1 answer must be asked for; leave it out for 5")
    if not question.strip():
        raise QuestionError('the question is empty; write one in quotes: isnad ask "…"')
    if not all(earlier.strip() for earlier in after):
        raise QuestionError("a question of --after is empty; write it in quotes, or leave --after out")
    with ProgressBar() as progress, Pipeline.open(corpus, progress=progress) as pipeline:
        earlier = turns(pipeline, after, filters)
        answer = pipeline.answer(question, k=k, filters=filters, earlier=earlier)
        explanation = pipeline.explain(answer) if explain else None
    if as_json:
        record = answer.to_dict() | ({} if explanation is None else {"explanation": explanation})
        print(to_json(record))
    else:
        page = Page.of(sys.stdout)
        print("\n".join([*_asked(answer, bool(after), page), *describe(answer, page)]))
        if explanation is not None:
            print("\n".join(describe_explanation(answer, explanation, page)))
    return ANSWERED if answer.answered else NOT_FOUND


def turns(pipeline: Pipeline, questions: Sequence[str], filters: Filters) -> list[Turn]:
    """Return the conversation so far, oldest first: each question as completed, and what answers it now."""
    found: list[Turn] = []
    for question in questions:
        answer = pipeline.answer(question, filters=filters, earlier=found)
        asked = answer.completed or question
        found.append(Turn(asked, answer.answer, parse(asked).kind))
    return found


def _asked(answer: Answer, follows: bool, page: Page) -> Iterator[str]:
    """Yield the question that was looked for, where it may not be the one that was typed."""
    if answer.completed:
        yield f"Asked: {page.isolate(answer.completed)}"
        yield ""
    elif follows:
        yield "Asked as it is; nothing was taken from the questions before it."
        yield ""
