"""One writer at a time, across processes.

The lock is the system's, on an open file: it is gone with its process, however that ends. So none is ever
stale and no process id has to be believed: what the file says only names the owner. A file system that keeps
no locks says so and is refused, for two writers would each take the other's files for rubbish.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from vectorstore.base import LockedError

_POLL = 0.02  # seconds between two tries
_HELD = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)  # the last two are Windows'

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        # Far past the owner's line, because Windows lets nobody else read a locked byte.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WriterLock:
    """An exclusive lock on a file that names its holder; the system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, timeout: float = 0.0) -> None:
        """Take the lock, waiting up to `timeout` seconds.

        Raises:
            LockedError: if another process, or another lock on this file, still holds it.
            OSError: if the file cannot be made, or its file system keeps no locks.
        """
        deadline = time.monotonic() + timeout
        while (descriptor := self._try()) is None:
            if time.monotonic() >= deadline:
                raise LockedError(self.owner())
            time.sleep(_POLL)
        self._descriptor = descriptor
        with suppress(OSError):  # on a full disk the lock holds all the same, and nobody is named
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())

    def _try(self) -> int | None:
        """Return the locked file, open; None where it is held, or was removed in between."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        ours = False
        try:
            _take(descriptor)
            ours = os.path.samestat(os.fstat(descriptor), os.stat(self._path))
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno not in _HELD:
                raise
        finally:
            if not ours:
                os.close(descriptor)
        return descriptor if ours else None

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would let two in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def owner(self) -> str:
        """Return who holds the lock, or held it last."""
        try:
            return self._path.read_text("utf-8", "replace").strip() or "another process"
        except OSError:
            return "another process"
