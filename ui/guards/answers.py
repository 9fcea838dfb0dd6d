"""What a guard answers in place of the application, and how it reads a request."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping

from ui.page import Message, Send


def header(scope: Message, name: str) -> str:
    """Return the last header of a name, or "" if there is none."""
    found = [value for key, value in scope["headers"] if key == name.encode()]
    return found[-1].decode("latin-1") if found else ""


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
        proxied: whether a proxy stands before the server. Then the client is the last public address that
            X-Forwarded-For names: a client can write what it likes before it, but not after it.
    """
    name = str((scope.get("client") or ("",))[0])
    if proxied:
        hops = [hop.strip() for hop in header(scope, "x-forwarded-for").split(",")]
        name = next((hop for hop in reversed(hops) if _is_public(hop)), name)
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return name[:45]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _is_public(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        return False
