"""Tell a disk that is full or refuses from files that are damaged: the remedies are opposite.

SQLite, FAISS and tantivy each report a full disk as an error of their own, told only by its words.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

_WORDS = {
    "database or disk is full": errno.ENOSPC,
    "no space left": errno.ENOSPC,
    "disk quota": errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC,
    "readonly database": errno.EROFS,
    "read-only file system": errno.EROFS,
    "permission denied": errno.EACCES,
    "too many open files": errno.EMFILE,
    "unable to open database file": errno.EACCES,
    "disk i/o error": errno.EIO,
    "input/output error": errno.EIO,
    "file too large": errno.EFBIG,
}


def of_disk(error: BaseException) -> OSError | None:
    """Return the error of the disk that `error` tells of, or None where it tells of something else."""
    if isinstance(error, OSError):
        return error
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return None
    words = str(error).lower()
    for phrase, number in _WORDS.items():
        if phrase in words:
            return OSError(number, os.strerror(number))
    return None


@contextmanager
def told_of_disk(*, other: int | None = None) -> Iterator[None]:
    """Raise what a library says of the disk as OSError.

    Args:
        other: the number of the OSError that any other failure of the library becomes; None leaves them.
    """
    try:
        yield
    except OSError:
        raise
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        trouble = of_disk(error)
        if trouble is None and other is not None:  # tantivy's threads panic, which is no Exception
            said = str(error).strip().splitlines() or [type(error).__name__]
            trouble = OSError(other, f"{os.strerror(other)}: {said[0]}")
        if trouble is None:
            raise
        raise trouble from error
