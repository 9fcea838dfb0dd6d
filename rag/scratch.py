"""Folders for what a process keeps only while it lives; what killed ones left is removed by the next."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from vectorstore.base import LockedError
from vectorstore.lock import WriterLock

_LOCK = "lock"  # held as long as a folder is in use
_PATIENCE = 10.0  # seconds to wait for another process that makes a folder


class Scratch:
    """A folder of this process alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = WriterLock(folder / _LOCK)
        self._lock.acquire()

    @classmethod
    def make(cls, home: Path) -> Scratch:
        """Return a new one in `home`, or among the system's temporary folders if that cannot be written."""
        try:
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o700)
            lock = WriterLock(home / _LOCK)
            lock.acquire(_PATIENCE)  # or another process could take a folder that has no lock yet for left
            try:
                for folder in home.iterdir():
                    _remove_if_left(folder)
                return cls(Path(tempfile.mkdtemp(dir=home)))
            finally:
                lock.release()
        except (OSError, LockedError):
            return cls(Path(tempfile.mkdtemp(prefix="isnad-")))

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def _remove_if_left(folder: Path) -> None:
    """Remove what a process left that is gone; a living one holds its lock."""
    if not folder.is_dir():
        return
    with suppress(LockedError, OSError):
        lock = WriterLock(folder / _LOCK)
        lock.acquire()
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)
