"""What goes around Gradio's page: the script and the style that must come before it, and its policy.

Gradio adds its own `head` only after it has started, too late to choose the language, and puts a prefix
before every selector of its `css`, so that none can speak of the page itself. Hence a middleware.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from ui import strings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

STATIC = Path(__file__).parent / "static"
# The later ones win.
STYLES = (
    "base", "chat", "answer", "panel", "views", "history", "documents", "phone", "touch", "modes", "print",
)  # fmt: skip
SCRIPTS = ("boot", "rest", "access")
_SPOKEN = ("conversation", "placeholder", "does_enter", "stop", "asked_label", "answer_label")  # to access.js
FONTS = "/isnad/fonts/"  # where the typefaces are served; the style names them without the first slash

# Nothing may be fetched from, sent to or run from anywhere but this server. Gradio's HTML component compiles
# its templates, hence 'unsafe-eval'.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ]
)


class Page:
    """ASGI middleware: puts the scripts and the style first in the head, and serves the typefaces."""

    def __init__(self, app: Application) -> None:
        self._app = app
        script = "".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
        script = script.replace("__WORDS__", _words())
        style = "".join((STATIC / "style" / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
        self._head = f"<head><script>{script}</script><style>{style}</style>".encode()
        self._fonts = {FONTS + path.name: path.read_bytes() for path in (STATIC / "fonts").glob("*.woff2")}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] in self._fonts:
            await self._font(self._fonts[scope["path"]], send)
            return
        held: Message | None = None  # the start of a page, kept back until its length is known
        body = b""

        async def changed(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start":
                if scope["method"] == "GET" and scope["path"] == "/" and _is_page(message):
                    held = message
                    return
            elif held is not None:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                body = body.replace(b"<head>", self._head, 1)
                kept = [(name, value) for name, value in held["headers"] if name != b"content-length"]
                await send({**held, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self._app(scope, receive, changed)

    async def _font(self, font: bytes, send: Send) -> None:
        kind = [(b"content-type", b"font/woff2"), (b"content-length", str(len(font)).encode())]
        kept = [(b"cache-control", b"public, max-age=31536000, immutable")]
        await send({"type": "http.response.start", "status": 200, "headers": [*kind, *kept]})
        await send({"type": "http.response.body", "body": font})


def _words() -> str:
    """Return what `access.js` says, by language, as it may stand in a script."""
    every = {lang: strings.load(lang) for lang in strings.LANGUAGES}
    spoken = {lang: {key: words(key) for key in _SPOKEN} for lang, words in every.items()}
    return json.dumps(spoken).replace("<", "\\u003c")


def _is_page(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"])
