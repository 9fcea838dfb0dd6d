"""Ends a stream in order where Gradio, having said in it that there is no such call, breaks it off."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from ui.page import Application, Message, Receive, Send


class Streams:
    """ASGI middleware: the end of an answer that has begun and was then refused."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except RuntimeError as error:
            if not begun or not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})
