"""The public endpoint: `ask`, for `gradio_client` and for plain HTTP."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import gradio as gr

from rag.errors import IsnadError
from rag.filters import Filters
from ui.backend import Asked


def add(page: gr.Blocks, pipeline: Asked, max_question_chars: int, concurrent: int) -> None:
    """Add the endpoint to the page that is being laid out.

    Args:
        page: the page, inside its `with`.
        pipeline: what answers.
        max_question_chars: longer questions are refused.
        concurrent: how many are answered at once.
    """

    def ask(
        question: str,
        k: int = 5,
        documents: list[str] | None = None,
        languages: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the documents, in their own words, with sources; at most `k` answers.

        Documents can be chosen by name or pattern (2021/*.md), by language (ar) and by date (2021-07-24).
        """
        if len(question) > max_question_chars:
            raise gr.Error(
                f"the question has {len(question)} characters; at most {max_question_chars} fit",
                print_exception=False,
            )
        try:
            filters = Filters.read(documents, languages, since, until)
            return pipeline.answer(question, k=k, filters=filters).to_dict()
        except (IsnadError, ValueError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    gr.api(ask, api_name="ask", concurrency_limit=concurrent)
    _fill_in(page, "ask", ask)


def _fill_in(page: gr.Blocks, endpoint: str, function: Callable[..., Any]) -> None:
    """Let an endpoint be called with the first few of its arguments, as the function can be.

    Gradio fills the rest in for callers that name their arguments, and refuses those that list them.
    """
    defaults = [each.default for each in inspect.signature(function).parameters.values()]
    required = defaults.count(inspect.Parameter.empty)
    check = page.validate_inputs

    def filled(called: Any, inputs: list[Any]) -> None:
        if called.api_name == endpoint and len(inputs) >= required:
            inputs.extend(defaults[len(inputs) :])
        check(called, inputs)

    page.validate_inputs = filled
