"""Looks into what is sent to Gradio and to the tools before they do.

Gradio fetches whatever address an argument names as that of a file, of any function; keeps the name of a
session however long it is; and checks a conversation message by message in the loop that serves everybody.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ui.guards.answers import again, refuse, whole
from ui.page import Application, Message, Receive, Send

CALLED = re.compile(r"/gradio_api/.*|/mcp")
CONVERSATION = re.compile(r"/gradio_api/(queue/join|run/predict)")
MOST_TOLD = (
    20_000  # values of a conversation that is sent with its next question: nearly three thousand messages
)
MOST_VALUES = 200_000  # of what is not looked at message by message: receipts, conversations to be restored
DEEPEST = 60
_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
_NAMES = ("session_hash", "event_id", "trigger_id")


class Payloads:
    """ASGI middleware: 400 for calls that are no JSON, name files or no proper session, or hold too much."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or CALLED.fullmatch(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        body = await whole(receive)
        if body is None:
            return
        most = MOST_TOLD if CONVERSATION.fullmatch(scope["path"]) else MOST_VALUES
        if reason := trouble(body, most):
            await refuse(send, 400, reason)
        else:
            await self._app(scope, again(body, receive), send)


def trouble(body: bytes, most: int) -> str:
    """Return why the body of a call is refused, in a line; an empty string where it is not.

    Args:
        body: the whole of it.
        most: how many values it may hold, those inside others counted.
    """
    if body.count(b"[") + body.count(b"{") > 2 * most:  # reading those would take longer than counting them
        return _too_many(most)
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return "the request is not JSON, or nested too deeply"
    named = [payload.get(name) for name in _NAMES] if isinstance(payload, dict) else []
    if not all(each is None or isinstance(each, int) or _is_name(each) for each in named):
        return "this is not the name of a session"
    values, level = 1, [payload]
    for _ in range(DEEPEST):
        inside: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                if isinstance(each.get("meta"), dict) and "_type" in each["meta"]:
                    return "no files are taken here; /isnad/documents takes them"
                inside += each.values()
            elif isinstance(each, list):
                inside += each
        values += len(inside)
        if values > most:
            return _too_many(most)
        level = [each for each in inside if isinstance(each, (dict, list))]
        if not level:
            return ""
    return "the request is not JSON, or nested too deeply"


def _too_many(most: int) -> str:
    return f"the request holds more than {most:,} values; start a new conversation"


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _SESSION.fullmatch(value) is not None
