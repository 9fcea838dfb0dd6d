"""Compare a folder with what the catalog knows of it: what is new, changed, gone, or cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from vectorstore.base import Skipped
from vectorstore.catalog import Catalog


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a look at the folder found, as document ids."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()  # (file, reason)


class FileState(NamedTuple):
    """A file as it was when it was read."""

    digest: str  # SHA-256 of its bytes
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Plan:
    """What is to be done to bring the catalog up to the folder, and, once it is done, what was found."""

    known: dict[str, tuple[int, int]]  # size and time of what the catalog holds
    gone: list[str]
    pending: list[str] = field(default_factory=list)  # to be read
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    work: bool = False  # whether anything has to be written

    @classmethod
    def of(cls, files: Mapping[str, Path], catalog: Catalog) -> Plan:
        """Compare the files, by document id, with the catalog: by size and time, without reading them."""
        known = {entry.name: (entry.size, entry.mtime_ns) for entry in catalog.documents()}
        refused = {file.name: file for file in catalog.skipped()}
        plan = cls(known=known, gone=sorted(known.keys() - files.keys()))
        for name, path in files.items():
            state = state_of(path)
            if known.get(name) == state:
                plan.unchanged.append(name)
            elif name in refused and (refused[name].size, refused[name].mtime_ns) == state:
                plan.skipped[name] = refused[name]
            else:
                plan.pending.append(name)
        plan.work = bool(plan.pending or plan.gone or plan.skipped.keys() != refused.keys())
        return plan

    def report(self) -> SyncReport:
        """Return what was found, each list in order."""
        return SyncReport(
            added=tuple(sorted(self.added)),
            changed=tuple(sorted(self.changed)),
            removed=tuple(sorted(self.gone)),
            unchanged=tuple(sorted(self.unchanged)),
            skipped=tuple((name, self.skipped[name].reason) for name in sorted(self.skipped)),
        )


def state_of(path: Path) -> tuple[int, int]:
    """Return size and time of change of a file; (-1, -1) for one that cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return -1, -1  # `corpus.read_file` says why
    return status.st_size, status.st_mtime_ns
