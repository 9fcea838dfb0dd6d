"""The route through which the panel changes documents: files come in, go, come back, and are read again.

``POST /isnad/documents?do=…&lang=…``. The body of ``do=add&name=…`` is the file as it is. What is done is
told as it happens, a line of JSON each, the last of which says what became of it. A visitor's documents
belong to the token that is given with the first of them, and sent back in the header ``x-isnad-visit``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.errors import IsnadError
from ui import strings
from ui.guards.answers import address
from ui.guards.limits import UPLOAD
from ui.html.reasons import readable, refusal
from ui.strings import Strings
from ui.uploads.files import Allowance, Outcome, RefusedError, Tell, clean, incoming, on_disk, whole
from ui.uploads.keeping import Keeper
from ui.uploads.visit import Visit
from ui.uploads.visits import Visits

HEADER = "x-isnad-visit"
COMING = 8  # files that come in at once
COMING_OF_ONE = 3  # of one client
_BEAT = 10.0  # seconds after which a line without a word is sent, so that no proxy takes it for ended
_PAUSE = 0.1  # seconds between two lines about one stage

Event = dict[str, Any]
Work = Callable[[Tell], Event]

_log = logging.getLogger("isnad.uploads")


class Uploads:
    """Takes files for the owner's folder (`Keeper`) or for each visitor (`Visits`)."""

    def __init__(self, shelf: Keeper | Visits, *, proxied: bool = False) -> None:
        self._shelf = shelf
        self._proxied = proxied
        self._coming: Counter[str] = Counter()

    @property
    def allowance(self) -> Allowance:
        """Return what may be uploaded."""
        return self._shelf.allowance

    @property
    def route(self) -> Route:
        """Return the route, to be put before an application's own."""
        return Route(UPLOAD, self._serve, methods=["POST"])

    async def _serve(self, request: Request) -> Response:
        words = strings.load(request.query_params.get("lang", ""))
        do = request.query_params.get("do", "")
        try:
            if do == "add":
                return await self._receive(request, words)
            if do == "check":
                self._check(request)
                return _line({"done": True})
            if do not in ("remove", "undo", "refresh", "forget"):
                return _line({"refused": True, "message": words("upload_gone")}, 400)
            return _told(self._change(do, request), words)
        except RefusedError as error:
            return _line(_refused(error, words))

    # Files that come in

    def _check(self, request: Request) -> str:
        """Return the name under which a file may come, by what is said of it.

        Raises:
            RefusedError: if it may not.
        """
        name = clean(request.query_params.get("name", "")[:2000])
        said = request.headers.get("content-length") or request.query_params.get("size") or "0"
        if request.query_params.get("do") == "check":
            said = request.query_params.get("size", "0")
        length = int(said) if said.isdecimal() and len(said) < 18 else 0
        if length > self.allowance.file_bytes:
            raise RefusedError("upload_large", limit=self.allowance.file_bytes)
        if isinstance(self._shelf, Keeper):
            self._shelf.check(name, length)
        elif (visit := self._visit(request)) is not None:
            visit.check(name, length)
        return name

    async def _receive(self, request: Request, words: Strings) -> Response:
        """Take a file in, and read it once it is whole; what breaks off leaves nothing."""
        client = address(request.scope, proxied=self._proxied)
        try:
            name = self._check(request)
        except RefusedError as error:
            return _line(_refused(error, words), 413 if error.reason == "upload_large" else 200)
        if self._coming[client] >= COMING_OF_ONE or self._coming.total() >= COMING:
            raise RefusedError("upload_busy")
        folder = self._shelf.folder
        stack = ExitStack()
        self._coming[client] += 1
        try:
            path, file = stack.enter_context(incoming(folder))
            length = 0
            async for piece in request.stream():
                length += len(piece)
                if length > self.allowance.file_bytes:
                    much = RefusedError("upload_large", limit=self.allowance.file_bytes)
                    return _line(_refused(much, words), 413)
                with on_disk():
                    file.write(piece)
            if not length:
                raise RefusedError("upload_empty")
            kept = stack.pop_all()
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            self._coming[client] -= 1
            if not self._coming[client]:
                del self._coming[client]
            stack.close()

        def work(tell: Tell) -> Event:
            with kept:
                whole(file)
                if isinstance(self._shelf, Keeper):
                    return _added(self._shelf.add(name, path, tell), words)
                visit = self._visit(request) or self._shelf.begin(client)
                try:
                    outcome = self._shelf.add(visit, name, path, tell)
                finally:
                    if not visit.files:
                        self._shelf.forget(visit.token)
                return {**_added(outcome, words), "visit": visit.token if outcome.documents else None}

        return _told(work, words)

    # Changes of what there is

    def _change(self, do: str, request: Request) -> Work:
        """Return what makes a change of the documents that are there."""
        name = request.query_params.get("name", "")[:2000]
        if isinstance(shelf := self._shelf, Keeper):
            works: dict[str, Work] = {
                "remove": lambda tell: {"done": True, "undo": shelf.remove(name, tell).key},
                "undo": lambda tell: {"done": True, "name": shelf.put_back(name, tell)},
                "refresh": lambda tell: {"done": True, **shelf.refresh(tell).counts()},
            }
            if do not in works:
                raise RefusedError("upload_gone")
            return works[do]
        visit = self._visit(request)
        if visit is None or do == "refresh":
            raise RefusedError("visit_over")

        def work(tell: Tell) -> Event:
            if do == "forget":
                shelf.forget(visit.token)
                return {"done": True, "over": True}
            (visit.remove if do == "remove" else visit.put_back)(name)
            return {"done": True, "undo": name}

        return work

    def _visit(self, request: Request) -> Visit | None:
        assert isinstance(self._shelf, Visits)  # noqa: S101 - tells mypy what the callers know
        return self._shelf.find(request.headers.get(HEADER, ""))


def _added(outcome: Outcome, words: Strings) -> Event:
    """Return what became of a file that came in."""
    if outcome.waits_for:
        said = words("upload_waits", writer=outcome.waits_for)
        return {"done": True, "name": outcome.name, "documents": [], "warning": said}
    reasons = [readable(reason, words) for _, reason in outcome.refused]
    if not outcome.documents:
        return {"refused": True, "name": outcome.name, "message": reasons[0] if reasons else ""}
    signs = {words(f"trouble_{sign}") for sign in outcome.trouble.values()}
    parts = [f"{name}: {reason}" for (name, _), reason in zip(outcome.refused, reasons, strict=True)]
    warning = " ".join([*sorted(signs), *parts[:5]])
    return {"done": True, "name": outcome.name, "documents": list(outcome.documents), "warning": warning}


def _refused(error: RefusedError, words: Strings) -> Event:
    return {"refused": True, "message": refusal(error, words), "offer": error.offer}


def _line(event: Event, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    if status == 413:
        headers["connection"] = "close"
    return JSONResponse(event, status, headers=headers)


def _told(work: Work, words: Strings) -> Response:
    """Do something in a thread of its own, and tell what is done line by line; it ends whoever listens."""
    loop, events = asyncio.get_running_loop(), asyncio.Queue[Event | None]()
    last: list[Any] = ["", 0.0]

    def put(event: Event | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(events.put_nowait, event)

    def tell(stage: str, done: float, total: int) -> None:
        now = time.monotonic()
        if stage != last[0] or now - last[1] > _PAUSE or done == total:
            last[:] = [stage, now]
            known = stage if stage in ("waiting", "reading", "embedding") else "indexing"
            put({"stage": known, "done": done, "total": total, "text": words(f"stage_{known}")})

    def run() -> None:
        try:
            put(work(tell))
        except RefusedError as error:
            put(_refused(error, words))
        except IsnadError as error:
            put({"refused": True, "message": words("failed_change", said=error)})
        except Exception:
            _log.exception("a change of the documents failed")
            put({"refused": True, "message": words("failed_change", said="")})
        finally:
            put(None)

    async def lines() -> AsyncIterator[bytes]:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), _BEAT)
            except asyncio.TimeoutError:
                yield b"\n"
                continue
            if event is None:
                return
            yield json.dumps(event, ensure_ascii=False).encode() + b"\n"

    threading.Thread(target=run, daemon=True, name="isnad-change").start()
    return StreamingResponse(
        lines(),
        media_type="application/x-ndjson",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
