"""Keeps other sites' pages from acting and reading through the browser of somebody who may ask here.

A browser sends what a page of any site tells it to. Where the server is for others, too, what is meant for
programs may be called from there, but no page of another site may read what comes back (`ui.app`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from ui.guards.answers import header, refuse
from ui.page import Application, Message, Receive, Send

FOR_PROGRAMS = re.compile(r"/gradio_api/call/.*|/mcp")
LOGIN = "/isnad/login"  # which the chat's own page sends with the origin `null`, as its policy has it


class Origins:
    """ASGI middleware: 403 for what another site's page sends or fetches."""

    def __init__(self, app: Application, names: Collection[str], *, local: bool) -> None:
        """Guard `app`.

        Args:
            app: what is guarded.
            names: as `is_foreign` takes them.
            local: whether the server is for this machine alone; then nothing at all may be asked.
        """
        self._app = app
        self._names = names
        self._local = local

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and self._is_refused(scope):
            await refuse(send, 403, "this was sent by another site; set ISNAD_NAMES if it is this one")
        else:
            await self._app(scope, receive, send)

    def _is_refused(self, scope: Message) -> bool:
        path = scope["path"]
        if path == LOGIN or (FOR_PROGRAMS.fullmatch(path) and not self._local):
            return False
        return is_foreign(scope, self._names)


def is_foreign(scope: Message, names: Collection[str]) -> bool:
    """Tell whether a page of another site sent the request.

    Whoever follows a link from there, or sees the chat in a frame, gets a page of ours. Programs name none.

    Args:
        scope: the request.
        names: what the server goes by, beside the name that it is called by. X-Forwarded-Host does not count:
            such a page could send it.
    """
    if scope["method"] in ("GET", "HEAD") and header(scope, "sec-fetch-mode") == "navigate":
        return False
    origin = header(scope, "origin")
    if not origin:
        return header(scope, "sec-fetch-site") == "cross-site"
    try:
        place = urlsplit(origin)
        return not place.netloc or (place.netloc != header(scope, "host") and place.hostname not in names)
    except ValueError:
        return True
