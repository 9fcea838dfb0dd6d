"""Read one file of the folder as it stands still: its bytes' digest, and the documents in it."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import NamedTuple

from rag import corpus
from rag.errors import DocumentError
from rag.loaders import Limits
from rag.loaders.base import PassingError
from rag.schema import Document
from rag.settings import Settings
from rag.sync import Look, look

_TRIES = 3
_PAUSE = 0.1  # seconds between two tries
_BLOCK = 1 << 20
_AT_ONCE = 2  # failures of a file's reader after which the next try waits,
_LONGEST = 600.0  # seconds at most
_REMEMBERED = 1000  # files of which that is known

_failures: dict[str, tuple[int, float]] = {}  # by a file's digest: how many, and when it may be tried again


class UnsettledError(Exception):
    """A file cannot be read just now; the message says why. What is known of it is not to be lost by that."""


class PausedError(UnsettledError):
    """Likewise, and nothing was tried: what reads the file has been ended too often of late."""


class VanishedError(Exception):
    """A file is no longer there."""


class Content(NamedTuple):
    """What a file holds."""

    documents: list[Document]
    refused: list[tuple[str, str]]  # what in it cannot be taken in: (name, reason)
    passing: frozenset[str] = frozenset()  # the names of what in it cannot be taken in just now


def identify(path: Path, max_bytes: int) -> tuple[Look, str]:
    """Return how a file is and the SHA-256 of its bytes, in hexadecimal; "" for one larger than `max_bytes`.

    Raises:
        UnsettledError: if it cannot be read, or changes all the while.
        VanishedError: if it is not there.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        before = look(path)
        try:
            digest = "" if before.size > max_bytes else _digest(path)
        except FileNotFoundError:
            raise VanishedError from None
        except OSError as error:
            raise UnsettledError(f"cannot be read ({error.strerror}); allow it to be read") from error
        if look(path) == before:
            return before, digest
    raise UnsettledError("is being written to; it is read when it stays as it is")


def read(path: Path, folder: Path, settings: Settings) -> tuple[Look, str, Content]:
    """Return how a file is, its digest, and what it holds, all of one moment; raises as `identify`."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        before, digest = identify(path, settings.max_file_bytes)
        if time.monotonic() < _failures.get(digest, (0, 0.0))[1]:
            raise PausedError("cannot be read: its reader was ended several times; it is tried again later")
        content, found = _content(path, folder, settings, digest)
        if look(path) == before and found in ("", digest):
            return before, digest, content
    raise UnsettledError("is being written to; it is read when it stays as it is")


def _content(path: Path, folder: Path, settings: Settings, digest: str) -> tuple[Content, str]:
    """Return what a file holds, and the digest of the bytes that were read; "" where that is not told."""
    try:
        limits, follow = Limits(file_bytes=settings.max_file_bytes), bool(settings.follow_links)
        found = corpus.read_all(path, folder, limits, follow_links=follow)
    except DocumentError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise VanishedError from None
        if isinstance(error.__cause__, (OSError, PassingError)):
            _note(digest, failed=isinstance(error.__cause__, PassingError))
            raise UnsettledError(error.reason) from error
        return Content([], [(error.document, error.reason)]), ""
    refused = [(error.document, error.reason) for error in found.refused]
    passing = {error.document for error in found.refused if isinstance(error.__cause__, PassingError)}
    _note(digest, failed=bool(passing))
    return Content(list(found.documents), refused, frozenset(passing)), found.digest


def _note(digest: str, *, failed: bool) -> None:
    """Remember whether a file's reader was ended, for some end it each time: not to be read for ever."""
    count, _ = _failures.pop(digest, (0, 0.0))
    if failed:
        pause = min(2.0 ** min(count, 20), _LONGEST) if count >= _AT_ONCE else 0.0
        _failures[digest] = count + 1, time.monotonic() + pause
        if len(_failures) > _REMEMBERED:
            del _failures[next(iter(_failures))]


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with corpus.opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
