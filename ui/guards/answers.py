"""What a guard answers in place of the application, and how it reads a request."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping

from ui.page import Application, Message, Receive, Send


def header(scope: Message, name: str) -> str:
    """Return the last header of a name, or "" if there is none."""
    found = [value for key, value in scope["headers"] if key == name.encode()]
    return found[-1].decode("latin-1") if found else ""


async def whole(receive: Receive) -> bytes | None:
    """Return the whole body of a request; None where the client has left meanwhile."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def again(body: bytes, receive: Receive) -> Receive:
    """Return what gives an application a body that was read already; then it waits for the client to go."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return left.pop() if left else await receive()

    return given


async def answer(
    send: Send,
    status: int,
    body: bytes,
    kind: str = "application/json",
    more: Mapping[str, str] | None = None,
) -> None:
    """Send a whole response."""
    headers = {"content-type": kind, "content-length": str(len(body)), "cache-control": "no-store"}
    headers |= more or {}
    listed = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, reason: str, more: Mapping[str, str] | None = None) -> None:
    """Send a refusal; `reason` is one line, which `gradio_client` and the chat show."""
    body = json.dumps({"detail": reason, "error": reason}).encode()
    await answer(send, status, body, more=more)


def address(scope: Message, *, proxied: bool) -> str:
    """Return what a client is known by: its IPv4 address, or the first half of its IPv6 address.

    Half, because a single household has all of the rest to choose from.

    Args:
        scope: the request.
        proxied: whether a proxy stands before the server. Then the client is the last address that
            X-Forwarded-For names, which the proxy wrote, wherever in the world it is: a client can write what
            it likes before it, but not after it.
    """
    name = str((scope.get("client") or ("",))[0])
    last = _parsed(header(scope, "x-forwarded-for").rpartition(",")[2]) if proxied else None
    found = last or _parsed(name)
    if found is None:
        return name[:45]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Hub:
    """ASGI middleware: takes the hub's own machines off the end of X-Forwarded-For, before a Space.

    They have private addresses, and nobody who asks a Space has one.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            listed = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            hops = b",".join(listed).decode("latin-1").split(",")
            while hops and not ((hop := _parsed(hops[-1])) and hop.is_global):
                hops.pop()
            others = [each for each in scope["headers"] if each[0] != b"x-forwarded-for"]
            through = [(b"x-forwarded-for", ",".join(hops).encode("latin-1"))] if hops else []
            scope = {**scope, "headers": [*others, *through]}
        await self._app(scope, receive, send)


def _parsed(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a name is, with or without a port; None for what is none."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", name.strip())
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None
