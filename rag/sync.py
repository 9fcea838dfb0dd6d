"""Compare a folder with what the catalog knows of it: what is new, changed, gone, or cannot be read.

A file counts as unchanged while its size, its times of change and its inode stay the same, or else its bytes.
Its time of change of the second kind (ctime) no program can set back, so that an edit which keeps the size
and restores the other time is seen, too; on Windows there is none. A time within `RACY` of the clock is not
believed: the file may have been written again in the same tick.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from vectorstore.base import FileEntry, Skipped
from vectorstore.catalog import Catalog

RACY = 2_000_000_000  # ns; the coarsest clock of a file system in use (FAT)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a look at the folder found, as document ids."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()  # (file, reason)
    renamed: tuple[tuple[str, str], ...] = ()  # (old, new)
    left: int = 0  # files that were not looked into, because it was stopped
    writer: str | None = None  # the process that is writing, where that kept this one from looking

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind."""
        kinds = ("added", "changed", "renamed", "removed", "unchanged", "skipped")
        return {kind: len(getattr(self, kind)) for kind in kinds} | {"left": self.left}


class FileState(NamedTuple):
    """A file as it was when it was read."""

    digest: str  # SHA-256 of its bytes
    size: int
    mtime_ns: int


class Look(NamedTuple):
    """A file as the system describes it, unread."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def settled(self) -> Look:
        """Return what to remember: a file changed just now is to be read again, so its time is left out."""
        recent = max(self.mtime_ns, self.ctime_ns) > time.time_ns() - RACY
        return self._replace(ctime_ns=-1) if recent else self

    def entry(self, name: str, digest: str) -> FileEntry:
        """Return the file as the catalog keeps it."""
        return FileEntry(name, digest, *self)


UNSEEN = Look(-1, -1, -1, -1)


def look(path: Path) -> Look:
    """Return how a file is; `UNSEEN` for one that cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return UNSEEN  # reading it says why
    return Look(
        status.st_size, _signed(status.st_mtime_ns), _signed(status.st_ctime_ns), _signed(status.st_ino)
    )


def _signed(number: int) -> int:
    """Return a number as the catalog can keep it, in 64 bits: years after 2262 and some inodes are larger."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


@dataclass(slots=True)
class Plan:
    """What is to be done to bring the catalog up to the folder."""

    known: Mapping[str, FileEntry]  # what the catalog has read, by file
    names: Mapping[str, list[str]]  # the documents of each file
    refused: Mapping[str, list[Skipped]]  # what of each file could not be taken in
    staged: Mapping[str, FileEntry]  # files of which documents wait that are to replace others
    gone: list[str]  # files, as the rest
    pending: list[str] = field(default_factory=list)  # to be read
    waiting: list[str] = field(default_factory=list)  # read before, but not yet published
    dropped: list[str] = field(default_factory=list)  # of which documents wait, though they are gone
    unchanged: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, files: Mapping[str, Path], catalog: Catalog, *, anew: bool = False, max_bytes: int = 0
    ) -> Plan:
        """Compare the files with the catalog without reading them.

        Args:
            files: by their path in the folder.
            catalog: what is known.
            anew: read all of them, whatever is known.
            max_bytes: files up to this size are read, also those that were too large before.
        """
        with catalog.snapshot():
            known, staged = catalog.files(), catalog.staged()
            names, refused = catalog.names(), _by_file(catalog.skipped())
        missing = sorted(known.keys() - files.keys())
        kept = {name for name in missing if _is_in_closed_folder(name, files)}
        plan = cls(known, names, refused, staged, [name for name in missing if name not in kept])
        plan.unchanged += sorted(kept)
        for name, path in files.items():
            state = tuple(look(path))
            if name in staged and tuple(staged[name][2:]) == state:
                plan.waiting.append(name)
            elif not anew and name not in staged and name in known and tuple(known[name][2:]) == state:
                was_too_large = not known[name].digest and known[name].size <= max_bytes
                (plan.pending if was_too_large else plan.unchanged).append(name)
            else:
                plan.pending.append(name)
        plan.dropped = sorted(staged.keys() - files.keys())
        return plan

    @property
    def work(self) -> bool:
        """Tell whether anything has to be written."""
        return bool(self.pending or self.waiting or self.gone or self.dropped)


def _is_in_closed_folder(name: str, files: Mapping[str, Path]) -> bool:
    """Tell whether a file lies in a folder that cannot be read, so that nothing is known of it now."""
    above = (parent.as_posix() for parent in PurePosixPath(name).parents)
    return any(each in files and not os.path.isfile(files[each]) for each in above)


def _by_file(skipped: Collection[Skipped]) -> dict[str, list[Skipped]]:
    found: dict[str, list[Skipped]] = {}
    for each in skipped:
        found.setdefault(each.file or each.name, []).append(each)
    return found
