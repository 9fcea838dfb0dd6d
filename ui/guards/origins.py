"""Keeps other sites' pages from acting through the browser of somebody who may ask here.

A browser sends what a page of any site tells it to, and Gradio lets pages of other sites read the answers
where the server is a public one. What is meant for programs may be called from there; the rest is the chat's.
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
    """ASGI middleware: 403 for what another site's page sends."""

    def __init__(self, app: Application, names: Collection[str], *, local: bool) -> None:
        """Guard `app`.

        Args:
            app: what is guarded.
            names: as `is_foreign` takes them.
            local: whether the server is for this machine alone; then nothing at all may be sent.
        """
        self._app = app
        self._names = names
        self._local = local

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "POST" and self._is_refused(scope):
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

    Args:
        scope: the request.
        names: what the server goes by, beside the name that it is called by. X-Forwarded-Host does not count:
            such a page could send it.
    """
    origin = header(scope, "origin")
    if not origin:
        return False
    try:
        place = urlsplit(origin)
        return not place.netloc or (place.netloc != header(scope, "host") and place.hostname not in names)
    except ValueError:
        return True
