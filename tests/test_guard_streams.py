"""Answers that are refused after they have begun. No server."""

from __future__ import annotations

import pytest
from guard_support import call
from starlette.exceptions import HTTPException

from ui.guards.streams import Streams
from ui.page import Message, Receive, Send


class Broken:
    """Begins to answer, or not, and fails."""

    def __init__(self, error: Exception, *, begins: bool = True) -> None:
        self.error, self.begins = error, begins

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self.begins:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": "لا شيء هنا".encode(), "more_body": True})
        raise self.error


def refused() -> RuntimeError:
    error = RuntimeError("the response has begun")
    error.__cause__ = HTTPException(404)
    return error


def test_a_stream_that_is_refused_after_it_began_ends_with_what_it_said() -> None:
    assert call(Streams(Broken(refused()))).text == "لا شيء هنا"


@pytest.mark.parametrize(
    "app", [Broken(refused(), begins=False), Broken(RuntimeError("else")), Broken(KeyError("x"))]
)
def test_every_other_error_goes_on(app: Broken) -> None:
    with pytest.raises((RuntimeError, KeyError)):
        call(Streams(app))
