"""Lets through the requests that the chat, the endpoints and the tools make, and no others.

Gradio serves some seventy routes: it fetches other people's addresses, edits its own source, processes
recordings, keeps a history on the hub, and calls functions of the page that are not public. Whatever is not
listed here does not exist, and neither does what a later version adds.
"""

from __future__ import annotations

import re

from ui.api.endpoints import NAMES
from ui.guards.answers import refuse
from ui.guards.limits import UPLOAD
from ui.page import Application, Message, Receive, Send

LONG_SESSION = re.compile(rb"session_hash=[^&]{65}")
_CALL = rf"/gradio_api/call/(v2/)?({'|'.join(NAMES)})"

READ = (
    "/",
    r"/(config|theme\.css|favicon\.ico|robots\.txt|manifest\.json)",
    r"/(assets|static|svelte)/[\w./@-]+",
    r"/isnad/fonts/[\w.-]+",
    r"/gradio_api/(info|app_id|startup-events|queue/data)",
    r"/gradio_api/heartbeat/\w{1,64}",
    rf"{_CALL}/\w{{1,64}}",
    r"/(healthz|metrics)",
)
WRITE = (
    r"/gradio_api/(queue/join|run/predict|component_server/?|cancel|reset)",
    _CALL,
    "/mcp",
    "/isnad/login",
)


class Routes:
    """ASGI middleware: 404 for every route that is not listed."""

    def __init__(self, app: Application, *, uploads: bool = False) -> None:
        """Open the listed routes, and that of documents if any are taken."""
        self._app = app
        write = (*WRITE, UPLOAD) if uploads else WRITE
        self._read, self._write = re.compile("|".join(READ)), re.compile("|".join(write))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not self.is_open(scope["method"], scope["path"]):
            await refuse(send, 404, "there is nothing here")
        elif scope["path"].startswith("/gradio_api/") and LONG_SESSION.search(scope["query_string"]):
            await refuse(send, 414, "this is not the name of a session")
        else:
            await self._app(scope, receive, send)

    def is_open(self, method: str, path: str) -> bool:
        """Tell whether a request may pass."""
        if ".." in path:
            return False
        reads, writes = (pattern.fullmatch(path) is not None for pattern in (self._read, self._write))
        if method == "OPTIONS":
            return reads or writes
        return reads if method in ("GET", "HEAD") else writes if method == "POST" else False
