"""One writer at a time, across processes."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from vectorstore.base import LockedError

_POLL = 0.02  # seconds between two tries

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
        """
        deadline = time.monotonic() + timeout
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        while True:
            try:
                _take(descriptor)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise LockedError(self.owner()) from None
            time.sleep(_POLL)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        self._descriptor = descriptor

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
