"""The visits of this process: who has uploaded what, and who is asked for whom.

A visit is known by a token that cannot be guessed and that only the visitor's window has. What is asked with
it is asked of the collection and of the visit's documents; everything else in this process sees the
collection alone (`Visited`). After an hour without use a visit is forgotten.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rag.filters import Filters
from rag.schema import Answer, Document
from rag.scratch import Scratch
from rag.together import OWN
from ui.uploads.files import Allowance, Outcome, RefusedError, Tell
from ui.uploads.visit import Shared, Visit

SECONDS = 3600.0  # without use, after which a visit is forgotten
VISITS = 64  # at once
ALL_BYTES = 1_000_000_000  # of all visits' uploads together
READING = 2  # files that are read at once, of all visits
WAITING = 16  # files that wait to be read
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_EVERY = 60.0  # seconds between two looks at what can be forgotten

_current: ContextVar[str] = ContextVar("visit", default="")


class Visits:
    """All visits of this process; the one not used for longest goes first. Threads may share it."""

    def __init__(
        self,
        pipeline: Shared,
        home: Path,
        allowance: Allowance,
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = VISITS,
        all_bytes: int = ALL_BYTES,
    ) -> None:
        """Keep visits in a folder of this process inside `home`.

        Args:
            pipeline: asks the collection.
            home: where they are kept.
            allowance: of one visit.
            clock: seconds.
            most: visits at once.
            all_bytes: of all uploads.
        """
        self.allowance = allowance
        self._pipeline = pipeline
        self._clock = clock
        self._most = most
        self._all_bytes = all_bytes
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()
        self._scratch = Scratch.make(home)
        self.folder = self._scratch.folder
        self._reading = threading.Semaphore(READING)
        self._waiting = 0
        self._stop = threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="isnad-visits").start()

    def find(self, token: str) -> Visit | None:
        """Return the visit of a token, which counts as use; None where there is none (any more)."""
        self.forget_unused()
        with self._lock:
            visit = self._visits.get(token) if _TOKEN.fullmatch(token) else None
            if visit is not None:
                visit.used = self._clock()
                self._visits.move_to_end(token)
            return visit

    def begin(self, client: str = "") -> Visit:
        """Return a new visit of a client, as `ui.guards.answers.address` knows it."""
        token = secrets.token_urlsafe(32)
        home = self.folder / secrets.token_hex(8)
        visit = Visit(token, home, self._pipeline, self.allowance)
        visit.used, visit.client = self._clock(), client
        with self._lock:
            self._visits[token] = visit
        self._make_room()
        return visit

    def forget(self, token: str) -> None:
        """Forget a visit at once."""
        with self._lock:
            visit = self._visits.pop(token, None)
        if visit is not None:
            visit.close()

    def forget_unused(self) -> None:
        """Forget what has not been used for so long."""
        until = self._clock() - SECONDS
        with self._lock:
            old = [token for token, visit in self._visits.items() if visit.used < until]
        for token in old:
            self.forget(token)

    def add(self, visit: Visit, name: str, path: Path, tell: Tell) -> Outcome:
        """Let a visit read a file, when it is its turn.

        Raises:
            RefusedError: as `Visit.add`, or if too many wait.
        """
        with self._turn(tell):
            outcome = visit.add(name, path, tell)
        self._make_room()
        return outcome

    def close(self) -> None:
        """Forget all visits."""
        self._stop.set()
        for token in list(self._visits):
            self.forget(token)
        self._scratch.remove()

    def __len__(self) -> int:
        """Return how many visits there are."""
        return len(self._visits)

    @contextmanager
    def _turn(self, tell: Tell) -> Iterator[None]:
        with self._lock:
            if self._waiting >= WAITING:
                raise RefusedError("upload_busy")
            self._waiting += 1
        try:
            tell("waiting", 0, 1)
            self._reading.acquire()
        finally:
            with self._lock:
                self._waiting -= 1
        try:
            yield
        finally:
            self._reading.release()

    def _make_room(self) -> None:
        """Forget visits until the others have room: of the client with most, the one not used for longest.

        So that nobody can push everybody else's out. The last one stays.
        """
        while True:
            with self._lock:
                total = sum(each.bytes for each in self._visits.values())
                full = len(self._visits) > self._most or total > self._all_bytes
                if not full or len(self._visits) < 2:
                    return
                clients = Counter(each.client for each in self._visits.values())
                most = max(clients.values())
                oldest = next(token for token, each in self._visits.items() if clients[each.client] == most)
            self.forget(oldest)

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY):
            self.forget_unused()


class Visited:
    """Stands in for a pipeline: of a visit's block, that visit's; elsewhere the collection's.

    It is the collection's in all that a visit does not have.
    """

    def __init__(self, pipeline: Any, visits: Visits) -> None:
        self._pipeline = pipeline
        self.visits = visits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    def answer(
        self, question: str, k: int = 5, filters: Filters | None = None, earlier: Sequence[Any] = ()
    ) -> Answer:
        """Return what the documents say; see `rag.pipeline.Pipeline.answer`."""
        with self._asked() as pipeline:
            found: Answer = pipeline.answer(question, k, filters, earlier)
            return found

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> Any:
        """Return the passages closest to the question."""
        with self._asked() as pipeline:
            return pipeline.search(question, k, filters)

    def explain(self, answer: Answer) -> Any:
        """Return how an answer came about.

        Raises:
            DocumentError: if it was read in documents of another visit, or of one that is over.
        """
        with self._asked() as pipeline:
            for name in {each.chunk.document_id for each in answer.hits}:
                if name.startswith(OWN):
                    pipeline.document(name)
            return pipeline.explain(answer)

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return the documents, the visit's own last."""
        with self._asked() as pipeline:
            found: list[Document] = pipeline.documents(filters)
            return found

    def document(self, document_id: str) -> Document:
        """Return one document, or raise `DocumentError`."""
        with self._asked() as pipeline:
            found: Document = pipeline.document(document_id)
            return found

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        token = _current.get()
        visit = self.visits.find(token) if token else None
        if visit is None:
            yield self._pipeline
            return
        with visit.pipeline() as both:
            yield self._pipeline if both is None else both


@contextmanager
def of(token: object) -> Iterator[None]:
    """Let what this thread asks in the block be asked for the visit of this token; "" for nobody's."""
    before = _current.set(token if isinstance(token, str) else "")
    try:
        yield
    finally:
        _current.reset(before)


def current() -> str:
    """Return the token of the block that this thread is in; "" outside of any."""
    return _current.get()
