"""The headers that tell a browser what it may do."""

from __future__ import annotations

from ui.page import POLICY, Application, Message, Receive, Send

HUB = ("https://huggingface.co",)  # where Spaces are shown, in a frame


def headers(framed_by: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer.

    Args:
        framed_by: origins of pages that may show the chat in a frame, beside its own.
    """
    frames = " ".join(("frame-ancestors 'self'", *framed_by))
    return [
        (b"content-security-policy", f"{POLICY}; {frames}".encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (b"cross-origin-resource-policy", b"same-origin"),
        *([] if framed_by else [(b"x-frame-options", b"SAMEORIGIN")]),
    ]


class Headers:
    """ASGI middleware: the headers on every answer, in place of any of the same name."""

    def __init__(self, app: Application, framed_by: tuple[str, ...]) -> None:
        self._app = app
        self._headers = headers(framed_by)
        self._named = {name for name, _ in self._headers} | {b"x-frame-options"}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [each for each in message.get("headers", []) if each[0].lower() not in self._named]
                message["headers"] = [*others, *self._headers]
            await send(message)

        await self._app(scope, receive, changed if scope["type"] == "http" else send)
