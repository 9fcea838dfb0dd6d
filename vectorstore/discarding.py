"""Make room for a store where there is one that cannot be used, while others may be reading it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from vectorstore.base import CatalogError
from vectorstore.catalog import Catalog
from vectorstore.derived import MANIFEST
from vectorstore.lock import WriterLock

CATALOG = "catalog.sqlite"
"""The file of the catalog in a store's folder."""


def identity_of(folder: Path) -> str | None:
    """Return the identity of the catalog in a store's folder; None where there is none that can be read."""
    try:
        with Catalog.open(folder / CATALOG, readonly=True) as catalog:
            return catalog.identity
    except (CatalogError, sqlite3.Error, OSError, UnicodeDecodeError):
        return None


def discard(folder: Path, seen: str | None) -> None:
    """Remove a store that cannot be used, so that it can be made anew.

    Args:
        folder: the store's.
        seen: the catalog's identity, as `identity_of` told it before this turned out. Where another process
            has made it anew since, nothing is removed.

    Raises:
        LockedError: if another process is writing.
        OSError: if a file cannot be removed.
    """
    lock = WriterLock(folder / f"{CATALOG}.lock")
    lock.acquire()
    try:
        if (now := identity_of(folder)) is not None and now != seen:
            return
        # The log goes first: beside another catalog, SQLite would take it for that one's.
        first = [folder / name for name in (f"{CATALOG}-wal", f"{CATALOG}-shm", CATALOG, MANIFEST)]
        for path in [*first, *folder.iterdir()]:
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != f"{CATALOG}.lock":
                path.unlink(missing_ok=True)
    finally:
        lock.release()
