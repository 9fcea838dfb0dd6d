"""One visitor's own documents: read, asked beside the collection, forgotten.

Of an upload only the text is kept, in an index of the visit's own.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rag import together
from rag.corpus import read_all
from rag.errors import DocumentError
from rag.index import Index
from rag.legible import trouble
from rag.loaders import Limits
from rag.schema import Document
from rag.together import OWN
from ui.uploads.files import Allowance, Outcome, RefusedError, Tell, another, spelt

TEXT = 4_000_000  # characters of one visit's documents


class Shared(Protocol):
    """What a visit needs of the collection's pipeline; `rag.pipeline.Pipeline` has it."""

    def own_index(self, home: Path) -> Index:
        """Return a new, empty index."""
        ...

    def beside(self, own: Index) -> Any:
        """Return a pipeline that asks both."""
        ...


@dataclass
class Held:
    """A file that a visitor has uploaded."""

    name: str
    size: int
    documents: tuple[Document, ...]
    refused: tuple[tuple[str, str], ...] = ()
    trouble: dict[str, str] = field(default_factory=dict)
    removed: bool = False  # it can be put back

    @property
    def characters(self) -> int:
        """Return how much text it holds."""
        return sum(len(each.text) for each in self.documents)


class Visit:
    """One visitor's documents. Threads may share it."""

    def __init__(self, token: str, home: Path, pipeline: Shared, allowance: Allowance) -> None:
        self.token = token
        self.client = ""
        self.used = 0.0
        self.files: dict[str, Held] = {}
        self.allowance = allowance
        self.writing = threading.Lock()  # one change at a time
        self._home = home
        self._shared = pipeline
        self._own: Index | None = None
        self._both: Any = None
        self._users = 0
        self._over = False
        self._count = threading.Lock()

    @property
    def bytes(self) -> int:
        """Return how much was uploaded, and can still be asked or put back."""
        return sum(each.size for each in list(self.files.values()))

    @contextmanager
    def pipeline(self) -> Iterator[Any]:
        """Give what asks the collection and these documents; None where there are none, or no longer."""
        with self._count:
            both = None if self._over or self._own is None else self._both
            self._users += both is not None
        try:
            yield both
        finally:
            if both is not None:
                self._leave()

    def add(self, name: str, path: Path, tell: Tell) -> Outcome:
        """Read a file and ask it from now on. `name` is as `clean` gives it.

        Raises:
            RefusedError: if it is one too many, too large, or nothing in it can be read.
        """
        with self.writing:
            size = path.stat().st_size
            self.check(name, size)
            tell("reading", 0, 1)
            held = self._read(name, path, size)
            if not held.documents:
                return Outcome(name, (), held.refused)
            room = TEXT - sum(each.characters for each in self._standing())
            if held.characters > room:
                raise RefusedError("upload_much_text", limit=TEXT)
            tell("indexing", 0, 1)
            self._put(held)
            self._make_room(held)
            self.files[name] = held
            ids = tuple(OWN + each.id for each in held.documents)
            return Outcome(name, ids, held.refused, {OWN + id_: sign for id_, sign in held.trouble.items()})

    def check(self, name: str, size: int) -> None:
        """See that a file of that name and size may come.

        Raises:
            RefusedError: if not; for a name that is taken, with another.
        """
        allowed = self.allowance
        standing = self._standing()
        taken = {spelt(each.name) for each in standing}
        if spelt(name) in taken:
            raise RefusedError("upload_same_name", offer=another(name, taken))
        if allowed.files is not None and len(standing) >= allowed.files:
            raise RefusedError("upload_many", n=allowed.files)
        held = sum(each.size for each in standing)
        if allowed.total_bytes is not None and held + size > allowed.total_bytes:
            raise RefusedError("upload_total", limit=allowed.total_bytes)

    def remove(self, name: str) -> None:
        """Ask a file no more; it can be put back."""
        with self.writing:
            held = self._held(name)
            if not held.removed and self._own is not None:
                together.remove(self._own, [each.id for each in held.documents])
                held.removed = True

    def put_back(self, name: str) -> None:
        """Ask a file again that was removed."""
        with self.writing:
            held = self._held(name)
            if held.removed:
                self._put(held)
                held.removed = False

    def close(self) -> None:
        """Forget everything, as soon as nobody is being answered from it."""
        with self._count:
            self._over = True
            self._users += 1
        self._leave()

    def _standing(self) -> list[Held]:
        """Return the files that were not removed."""
        return [each for each in list(self.files.values()) if not each.removed]

    def _make_room(self, coming: Held) -> None:
        """Let go of files that were removed, as far as one that comes needs their place.

        What stands has room beside it (`check`); what can be put back has what is left.
        """
        allowed = self.allowance
        for each in [each for each in self.files.values() if each.removed]:
            kept = [*self.files.values(), coming]
            if (
                spelt(each.name) == spelt(coming.name)
                or (allowed.files is not None and len(kept) > allowed.files)
                or (allowed.total_bytes is not None and sum(one.size for one in kept) > allowed.total_bytes)
                or sum(one.characters for one in kept) > TEXT
            ):
                del self.files[each.name]

    def _held(self, name: str) -> Held:
        if name not in self.files:
            raise RefusedError("upload_gone")
        return self.files[name]

    def _read(self, name: str, path: Path, size: int) -> Held:
        """Return what a file holds, under its own name."""
        limits = Limits(file_bytes=self.allowance.file_bytes)
        with tempfile.TemporaryDirectory(dir=self._home.parent, prefix="read-") as folder:
            place = Path(folder) / name
            path.rename(place)
            try:
                content = read_all(place, Path(folder), limits)
            except DocumentError as error:
                return Held(name, size, (), ((error.document, error.reason),))
        signs = {each.id: sign for each in content.documents if (sign := trouble(_body(each)))}
        refused = tuple((each.document, each.reason) for each in content.refused)
        return Held(name, size, content.documents, refused, dict(signs))

    def _put(self, held: Held) -> None:
        with self._count:
            if self._over:
                raise RefusedError("visit_over")
        if self._own is None:
            own = self._shared.own_index(self._home)
            together.add(own, held.documents)
            self._both = self._shared.beside(own)
            self._own = own
        else:
            together.add(self._own, held.documents)

    def _leave(self) -> None:
        with self._count:
            self._users -= 1
            last = self._over and self._users == 0
        if last:
            with self.writing:
                if self._own is not None:
                    self._own.close()
                    self._own = self._both = None
                self.files.clear()
                shutil.rmtree(self._home, ignore_errors=True)


def _body(document: Document) -> str:
    return document.text[document.body_start :]
