"""What follows on the page when documents come and go: the row of filters, the suggestions, and who is asked.

Imported only to build the page, because Gradio takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ui import narrow
from ui.backend import Asked
from ui.stubless import gr
from ui.suggestions import still
from ui.uploads import visits

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def token() -> gr.Textbox:
    """Return what carries the token of the visit from the browser's storage to the server; nobody sees it."""
    return gr.Textbox(visible="hidden", elem_id="is-visit", max_length=100)


def for_visit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose last argument is a token: what it asks, it asks for that visit."""

    @wraps(function)
    def visiting(*arguments: Any) -> Any:
        *others, given = arguments
        with visits.of(given):
            return function(*others)

    del visiting.__wrapped__  # or Gradio counts the arguments of the function within, and warns
    return visiting


def served_for_visit(arguments: list[Any]) -> tuple[list[Any], str]:
    """Return what a script sends without the token at its end, and the token; "" where there is none."""
    *others, last = arguments or [None]
    if isinstance(last, dict) and "visit" in last:
        return others, str(last["visit"] or "")
    return arguments, ""


def attach(
    source: Any, pipeline: Asked, visit: Any, narrowing: Sequence[Any], chatbot: Any, given: Sequence[str]
) -> None:
    """Let the page follow the documents.

    Args:
        source: the panel, whose scripts say when something has changed or been chosen.
        pipeline: what answers.
        visit: as `token` returns it.
        narrowing: the row of filters; its first two are the documents' names and the languages.
        chatbot: shows the suggestions.
        given: the questions that were suggested to begin with; they stay as long as they are answered.
    """

    # Of the event and not of `visit`, which may be a moment behind.
    def offer(event: gr.EventData) -> list[Any]:
        with visits.of(event._data.get("visit")):
            documents = pipeline.documents()
        names, languages = narrow.choices(documents)
        more = len(documents) > len(names)
        return [gr.update(choices=names, allow_custom_value=more), gr.update(choices=languages)]

    def suggested(event: gr.EventData) -> Any:
        with visits.of(event._data.get("visit")):
            questions = still(pipeline, given, own=bool(visits.current()))
        return gr.update(examples=[{"text": each} for each in questions])

    source.visited(None, None, visit, js="() => [window.isnad.visit()]", queue=False, **_QUIET)
    source.followed(offer, None, list(narrowing[:2]), queue=False, **_QUIET)
    source.followed(suggested, None, chatbot, concurrency_limit=1, **_QUIET)
    source.narrowed(None, None, narrowing[0], js="() => [window.isnad.only()]", queue=False, **_QUIET)
    narrowing[0].change(
        None, narrowing[0], None, js="(names) => { window.isnad.narrow?.(names); }", queue=False, **_QUIET
    )
