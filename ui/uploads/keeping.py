"""The owner's folder, changed from the chat: files put in, taken out, put back, and looked at again.

Nothing is ever overwritten or deleted: what is taken out goes to a folder in ISNAD_HOME, from where it can be
put back. One change at a time; an index that another process writes is left to it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import DocumentError, IsnadError
from rag.legible import trouble
from rag.schema import Document
from rag.sync import SyncReport
from ui.uploads import files as uploads
from ui.uploads.files import Allowance, Outcome, RefusedError, Tell, another, on_disk, put, settle, spelt

WAITING = 16  # changes that wait for their turn
SHOWN = 20  # files that were taken out, the latest, that can be put back from the list
SHOWN_SECONDS = 86_400.0
_KEY = re.compile(r"(\d{10,12})-[0-9a-f]{12}")
_LEFT_SECONDS = 3600.0  # after which what has not come in whole is not coming


@dataclass(frozen=True)
class Removed:
    """A file that was taken out."""

    key: str
    file: str  # path in the folder
    at: float  # seconds since 1970


class Keeper:
    """Changes the folder of a pipeline. Threads may share it."""

    def __init__(self, pipeline: Any, removed: Path, allowance: Allowance) -> None:
        """Keep the folder of `pipeline`; what is taken out of it goes to the folder `removed`."""
        self.allowance = allowance
        self.folder: Path = pipeline.folder
        self._pipeline = pipeline
        self._removed = removed
        self._lock = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        uploads.sweep(self.folder, time.time() - _LEFT_SECONDS)

    def check(self, name: str, size: int) -> None:
        """See that a file of that name may come.

        Raises:
            RefusedError: if there is one of that name already, in whatever spelling; with another name.
        """
        with on_disk():
            taken = {spelt(each.name) for each in os.scandir(self.folder)}
        if spelt(name) in taken:
            raise RefusedError("upload_same_name", offer=another(name, taken))

    def add(self, name: str, path: Path, tell: Tell) -> Outcome:
        """Put a file that came in whole into the folder, and read it. `name` is as `uploads.clean` gives it.

        One in which nothing can be read is not kept.

        Raises:
            RefusedError: if there is one of that name, or the disk or the index does not let it.
        """
        with self._change(tell):
            self.check(name, path.stat().st_size)
            target = self.folder / name
            with on_disk():
                path.chmod(0o644)  # until now nobody else could read it
                try:
                    put(path, target)
                except FileExistsError:
                    raise RefusedError("upload_same_name", offer=another(name, {spelt(name)})) from None
            report = self._look(tell)
            if report.writer:
                return Outcome(name, waits_for=report.writer)
            refused = tuple((each, reason) for each, reason in report.skipped if _is_of(each, name))
            documents = [each for each in self._documents() if _is_of(each.id, name)]
            if refused and not documents:
                with on_disk():
                    target.unlink(missing_ok=True)
                self._look(tell)
            signs = {each.id: sign for each in documents if (sign := trouble(each.text[each.body_start :]))}
            return Outcome(name, tuple(each.id for each in documents), refused, dict(signs))

    def remove(self, document: str, tell: Tell) -> Removed:
        """Take out the file that holds a document, with all that it holds.

        Raises:
            RefusedError: if there is no such document, it is the last, or the disk or the index refuses.
        """
        with self._change(tell):
            file = self._file_of(document)
            if all(_is_of(each.id, file) for each in self._documents()):
                raise RefusedError("remove_last")
            removed = Removed(f"{int(time.time())}-{secrets.token_hex(6)}", file, time.time())
            target = self._removed / removed.key / file
            with on_disk():
                target.parent.mkdir(parents=True)
                _move(self.folder / file, target)
            self._refuse_unless_read(self._look(tell))
            return removed

    def put_back(self, key: str, tell: Tell) -> str:
        """Put a file back that was taken out, and return its path in the folder.

        Raises:
            RefusedError: if it is not there, another of its name is, or the disk or the index refuses.
        """
        with self._change(tell):
            found = next((each for each in self.removed() if each.key == key), None)
            if found is None:
                raise RefusedError("upload_gone")
            source, target = self._removed / key / found.file, self.folder / found.file
            with uploads.incoming(self.folder) as (path, file), on_disk():
                with source.open("rb") as held:
                    shutil.copyfileobj(held, file)
                uploads.whole(file)
                shutil.copystat(source, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    put(path, target)
                except FileExistsError:
                    raise RefusedError("undo_taken", name=found.file) from None
            with suppress(OSError):
                shutil.rmtree(self._removed / key)
            self._refuse_unless_read(self._look(tell))
            return found.file

    def refresh(self, tell: Tell) -> SyncReport:
        """Look at the folder again, and read what is new or changed.

        Raises:
            RefusedError: if the folder or the index does not let it, or another process is writing.
        """
        with self._change(tell):
            return self._refuse_unless_read(self._look(tell))

    def removed(self) -> list[Removed]:
        """Return what was taken out lately and can be put back, the latest first."""
        found = []
        with suppress(OSError):
            for place in self._removed.iterdir():
                match = _KEY.fullmatch(place.name)
                if match is None or float(match[1]) < time.time() - SHOWN_SECONDS:
                    continue
                files = [path for path in place.rglob("*") if path.is_file()]
                if len(files) == 1:
                    file = files[0].relative_to(place).as_posix()
                    found.append(Removed(place.name, file, float(match[1])))
        return sorted(found, key=lambda each: each.key, reverse=True)[:SHOWN]

    @contextmanager
    def _change(self, tell: Tell) -> Iterator[None]:
        with self._count:
            if self._waiting >= WAITING:
                raise RefusedError("upload_busy")
            self._waiting += 1
        try:
            tell("waiting", 0, 1)
            self._lock.acquire()
        finally:
            with self._count:
                self._waiting -= 1
        try:
            yield
        finally:
            self._lock.release()

    def _look(self, tell: Tell) -> SyncReport:
        try:
            report: SyncReport = self._pipeline.refresh(tell)
        except IsnadError as error:
            raise RefusedError("index_failed", said=str(error)) from error
        return report

    @staticmethod
    def _refuse_unless_read(report: SyncReport) -> SyncReport:
        if report.writer:
            raise RefusedError("index_busy", said=report.writer)
        return report

    def _documents(self) -> list[Document]:
        found: list[Document] = self._pipeline.documents()
        return found

    def _file_of(self, document: str) -> str:
        """Return the path in the folder of the file that holds a document, or that could not be read."""
        known = {each for each, _ in self._pipeline.skipped()}
        try:
            if document not in known:
                self._pipeline.document(document)
        except DocumentError:
            raise RefusedError("upload_gone") from None
        parts = document.split("/")
        with on_disk():  # a folder on the way may have been closed
            for count in range(1, len(parts) + 1):
                file = "/".join(parts[:count])
                if (self.folder / file).is_file():
                    return file
        raise RefusedError("upload_gone")


def _is_of(document: str, file: str) -> bool:
    return document == file or document.startswith(f"{file}/")


def _move(source: Path, target: Path) -> None:
    """Move a file, to another disk if need be; it is there whole before it is gone here."""
    try:
        source.rename(target)
    except OSError:
        if not source.is_file():
            raise
        half = target.with_name(f"{uploads.PART}{target.name[:40]}.part")
        shutil.copy2(source, half)
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        half.rename(target)
        source.unlink()
    settle(target.parent)
    settle(source.parent)
