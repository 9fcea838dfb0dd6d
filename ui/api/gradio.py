"""The public endpoints on the page's server, for `gradio_client` and plain HTTP; docs/api.md shows how."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from rag.errors import IsnadError
from ui.api.endpoints import NAMES, Endpoints, Searched, description
from ui.backend import Asked
from ui.stubless import gr

Endpoint = Callable[..., dict[str, Any]]


def add(page: gr.Blocks, pipeline: Asked, max_question_chars: int, concurrent: int) -> None:
    """Add the endpoints to the page that is being laid out.

    Args:
        page: the page, inside its `with`.
        pipeline: what answers.
        max_question_chars: longer questions are refused.
        concurrent: how many calls are served at once, of all endpoints together.
    """
    endpoints = Endpoints(cast("Searched", pipeline), max_question_chars)
    functions: dict[str, Endpoint] = {name: getattr(endpoints, name) for name in NAMES}
    for name, function in functions.items():
        about, arguments = description(function)
        gr.api(
            _refusing(function),
            api_name=name,
            api_description=about,
            concurrency_limit=concurrent,
            concurrency_id="endpoints",
        )
        made = next(each for each in page.fns.values() if each.api_name == name)
        for component, argument in zip(made.inputs, inspect.signature(function).parameters, strict=True):
            component._api_info["additional_description"] = arguments[argument]
    _fill_in(page, functions)


def _refusing(function: Endpoint) -> Endpoint:
    """Return `function` with its refusals as Gradio passes them on: one line, and no traceback."""

    @wraps(function)
    def refusing(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return function(*arguments, **named)
        except (IsnadError, ValueError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return refusing


def _fill_in(page: gr.Blocks, functions: Mapping[str, Endpoint]) -> None:
    """Let an endpoint be called with the first few of its arguments, as the function can be.

    Gradio fills the rest in for callers that name their arguments, and refuses those that list them.
    """
    defaults = {
        name: [each.default for each in inspect.signature(function).parameters.values()]
        for name, function in functions.items()
    }
    check = page.validate_inputs

    def filled(called: Any, inputs: list[Any]) -> None:
        own = defaults.get(called.api_name, [])
        if len(inputs) >= own.count(inspect.Parameter.empty):
            inputs.extend(own[len(inputs) :])
        check(called, inputs)

    page.validate_inputs = filled
