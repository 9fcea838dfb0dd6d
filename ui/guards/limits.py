"""Keeps one client from taking what is there for all: how often, how much at once, how much at a time.

All in memory, and bounded: what is known of a client is two numbers, and of the clients only the latest are
remembered.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from ui.guards.answers import address, header, refuse
from ui.page import Application, Message, Receive, Send

KNOWN_CLIENTS = 10_000
READS_PER_CALL = 10  # pages, styles, scripts and streams are cheap, and a page needs dozens
OPEN_PER_CLIENT = 64  # requests at once; each window of the chat keeps up to three streams open
OPEN_IN_ALL = 512
BODY_BYTES = 8_000_000  # a conversation is sent whole with each question
BODY_SECONDS = 30.0  # for the whole of a body
UPLOAD_SECONDS = 300.0
UNQUEUED = "/gradio_api/component_server"  # what Gradio runs at once, past its queue
UNQUEUED_AT_ONCE = 4
UNQUEUED_WAITING = 64
UPLOAD = "/isnad/documents"


class Buckets:
    """A bucket of tokens for each client, which fills again by itself; the clients seen last are kept."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow so many requests a minute in the long run, and as many at once after a minute's rest."""
        self._size = per_minute
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    def take(self, client: str, *, spend: bool = True) -> float:
        """Return 0 where there is a token, and take it if it is to be spent; else the seconds until then."""
        now = self._clock()
        tokens, then = self._held.pop(client, (self._size, now))
        tokens = min(self._size, tokens + (now - then) * self._size / 60)
        enough = tokens >= 1
        self._held[client] = (tokens - (enough and spend), now)
        while len(self._held) > KNOWN_CLIENTS:
            self._held.popitem(last=False)
        return 0.0 if enough else (1 - tokens) * 60 / self._size

    def __len__(self) -> int:
        """Return of how many clients something is known."""
        return len(self._held)


def _has_body(scope: Message) -> bool:
    return bool(header(scope, "transfer-encoding")) or header(scope, "content-length") not in ("", "0")


class TooMuchError(Exception):
    """The body of a request is larger, or comes more slowly, than it may."""


class Limits:
    """ASGI middleware: 429 past a client's rate, 503 past what is served at once, 413 and 408 for bodies."""

    def __init__(
        self,
        app: Application,
        *,
        calls_per_minute: int,
        proxied: bool,
        upload_bytes: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Guard `app`.

        Args:
            app: what is guarded.
            calls_per_minute: POST requests a client may make in a minute; ten times as many others. 0: any.
            proxied: as `address` takes it.
            upload_bytes: how large one upload may be.
            clock: seconds.
        """
        self._app = app
        self._proxied = proxied
        self._upload_bytes = upload_bytes
        self._calls = Buckets(calls_per_minute, clock) if calls_per_minute else None
        self._reads = Buckets(calls_per_minute * READS_PER_CALL, clock) if calls_per_minute else None
        self._open: Counter[str] = Counter()
        self._unqueued: asyncio.Semaphore | None = None  # made in the server's event loop
        self._unqueued_waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = address(scope, proxied=self._proxied)
        buckets = self._calls if scope["method"] == "POST" else self._reads
        if buckets is not None and (seconds := buckets.take(client)):
            reason = "too many requests; ask again in a moment"
            await refuse(send, 429, reason, {"retry-after": str(math.ceil(seconds))})
            return
        if self._open[client] >= OPEN_PER_CLIENT or self._open.total() >= OPEN_IN_ALL:
            await refuse(send, 503, "too many requests at once; ask again in a moment", {"retry-after": "2"})
            return
        self._open[client] += 1
        try:
            await self._in_turn(scope, receive, send)
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

    async def _in_turn(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request; of those that pass Gradio's queue by, only a few at once."""
        if not (scope["method"] == "POST" and scope["path"].startswith(UNQUEUED)):
            await self._sized(scope, receive, send)
            return
        if self._unqueued_waiting >= UNQUEUED_WAITING:
            await refuse(send, 503, "too many requests at once; ask again in a moment", {"retry-after": "2"})
            return
        self._unqueued = self._unqueued or asyncio.Semaphore(UNQUEUED_AT_ONCE)
        self._unqueued_waiting += 1
        try:
            await self._unqueued.acquire()
        finally:
            self._unqueued_waiting -= 1
        try:
            await self._sized(scope, receive, send)
        finally:
            self._unqueued.release()

    async def _sized(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request whose body is neither larger nor slower than it may be."""
        is_upload = scope["path"] == UPLOAD
        most = self._upload_bytes + 10_000 if is_upload else BODY_BYTES
        until = time.monotonic() + (UPLOAD_SECONDS if is_upload else BODY_SECONDS)
        refusal: tuple[int, str] | None = None
        seen, whole, begun = 0, False, False

        async def counted() -> Message:
            nonlocal seen, whole, refusal
            if whole:
                return await receive()  # which waits for the client to leave
            try:
                message = await asyncio.wait_for(receive(), until - time.monotonic())
            except asyncio.TimeoutError:
                refusal = (408, "the request came too slowly")
                raise TooMuchError(refusal[1]) from None
            seen += len(message.get("body", b""))
            if seen > most:
                refusal = (413, f"the request is larger than {most:,} bytes")
                raise TooMuchError(refusal[1])
            whole = not message.get("more_body", False)
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            if refusal is None:
                if not begun and not whole and _has_body(scope):  # or what is left of it would be read, too
                    message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
                begun = True
                await send(message)  # else what the application makes of the broken body is not wanted

        try:
            await self._app(scope, counted, watched)
        except Exception:
            if refusal is None:
                raise
        if refusal and not begun:
            await refuse(send, *refusal, {"connection": "close"})
