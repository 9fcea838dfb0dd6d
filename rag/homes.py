"""Where the index of a folder lies, what it was told of the folder, and its errors in words that help."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag import corpus
from rag.errors import StoreError
from rag.settings import Settings
from vectorstore.base import CatalogError, DamagedError, LockedError, RemakingError
from vectorstore.catalog import Catalog
from vectorstore.discarding import CATALOG
from vectorstore.trouble import of_disk

LINKS = "links"
"""The key under which an index keeps that links out of the folder are followed."""


def place(folder: Path, settings: Settings) -> Path:
    """Return where the index of `folder` is kept: a folder of its own under ISNAD_HOME."""
    resolved = folder.resolve()
    digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:12]
    name = re.sub(r"[^\w.-]", "_", resolved.name)[:40] or "root"
    return settings.home / "indexes" / f"{name}-{digest}"


def scan(folder: Path, settings: Settings) -> dict[str, Path]:
    """Return the files of a folder by their path in it, sorted; raises as `corpus.scan`."""
    found = corpus.scan(folder, follow_links=bool(settings.follow_links), apart=settings.home)
    return {path.relative_to(folder).as_posix(): path for path in found}


def follows_links(home: Path, settings: Settings) -> bool:
    """Tell whether links out of the folder are followed: as it is set, else as the index was last told."""
    if settings.follow_links is not None:
        return settings.follow_links
    try:
        with Catalog.open(home / CATALOG, readonly=True) as catalog:
            return catalog.get_meta(LINKS) is not None
    except (CatalogError, sqlite3.Error, OSError, UnicodeDecodeError):
        return False  # there is none yet, or opening it to write says what is wrong


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Turn what a store or the disk raises into an error that says what to do."""
    try:
        yield
    except LockedError as error:
        raise StoreError(
            f"the index in {home} is being written by {error.owner}; try again shortly"
        ) from None
    except RemakingError:
        raise StoreError(
            f"the index in {home} is being built anew; ask again in a moment, or run `isnad index FOLDER` "
            "where it stays so"
        ) from None
    except (CatalogError, DamagedError, sqlite3.Error, UnicodeDecodeError, OSError) as error:
        trouble = None if isinstance(error, (CatalogError, DamagedError)) else of_disk(error)
        if trouble is None:
            found = str(error).split(";")[0]  # what the store advises is not how it is mended from here
            raise StoreError(
                f"the index in {home} cannot be used ({found}); run `isnad index FOLDER --rebuild`"
            ) from error
        raise StoreError(
            f"the index in {home} cannot be written ({trouble.strerror}); free the disk or set ISNAD_HOME "
            "to a folder that can be written"
        ) from error
