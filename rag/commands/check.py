"""`isnad doctor --check`: compare all that is stored with one another, as Lucene's CheckIndex does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

from rag.commands.terminal import Page, to_json
from rag.errors import CorpusError
from rag.index import FIELDS, place
from rag.settings import Settings
from vectorstore.base import CatalogError, DamagedError, Ids
from vectorstore.catalog import Catalog
from vectorstore.dense import FaissIndex
from vectorstore.derived import MANIFEST, read_manifest
from vectorstore.store import CATALOG, Store
from vectorstore.trouble import of_disk

REMEDY = "run `isnad index FOLDER`, and where that does not help `isnad index FOLDER --rebuild`"
_KIND = "(dense|lexical)"


def check(corpus: Path | None, as_json: bool) -> int:
    """Print what is wrong with the index of a folder; 0 if nothing is, else 2.

    Documents that a run has read and not indexed, since it was stopped, are told and are nothing wrong.

    Raises:
        CorpusError: if the folder has no index.
    """
    settings = Settings.load()
    folder = corpus.expanduser() if corpus is not None else settings.corpus
    problems, facts = examine(folder, settings)
    if as_json:
        print(to_json({"ok": not problems, **facts, "problems": problems}))
        return 2 if problems else 0
    page = Page.of(sys.stdout)
    waiting, stale = facts.pop("waiting", 0), facts.pop("stale", False)
    print(f"{page.isolate(str(folder))}: {', '.join(f'{value} {name}' for name, value in facts.items())}")
    for problem in problems:
        print(f"✗ {page.line(problem)}")
    if waiting:
        print(f"{waiting} document{' waits' if waiting == 1 else 's wait'} for the next run of `isnad index`")
    elif stale and not problems:
        print("changes wait for the next run of `isnad index`")
    whole = "✓ what is stored is whole" if waiting or stale else "✓ catalog, vectors and words agree"
    print(f"→ {REMEDY}" if problems else whole)
    return 2 if problems else 0


def examine(folder: Path, settings: Settings) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with the index of a folder, a line each, and how large it is and how much waits.

    Nothing is mended. The catalog is read whole: its pages, every row's checksum, every chunk's place in its
    document. Then each index: its files' checksums, its ids, and every vector and every word it holds.

    Raises:
        CorpusError: if the folder has no index.
    """
    home = place(folder, settings)
    if not (home / CATALOG).exists():
        raise CorpusError(f"{folder} has no index yet; run `isnad index` to make one")
    return examine_home(home)


def examine_home(home: Path) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with the index that lies in `home`, and how large it is, as `examine` does."""
    try:
        with Catalog.open(home / CATALOG, readonly=True) as catalog:
            dimension = catalog.dimension or _empty_dimension(home, catalog.identity)
        with Store.open(home, fields=FIELDS, dimension=dimension) as store:
            stale = store.stale
            problems, waiting = _settled(store)
            facts = {
                "documents": store.catalog.count(),
                "passages": len(store.catalog),
                "skipped": len(store.catalog.skipped()),
                "commits": store.catalog.generation,
                "waiting": waiting,
                "stale": stale,
            }
    except Exception as error:  # whatever is wrong is what we are looking for
        if not isinstance(error, CatalogError) and (trouble := of_disk(error)) is not None:
            return [f"the index cannot be read ({trouble.strerror})"], {}
        return [str(error).split(";")[0]], {}
    return problems, facts


def _settled(store: Store) -> tuple[list[str], int]:
    """Return what is wrong with a store, and how many documents wait to be indexed.

    A run that is stopped leaves a catalog with other documents than the indexes have, or that has no indexes
    yet; the next one goes on there.
    """
    begun = (store.folder / MANIFEST).exists()
    waits = f"the {_KIND} index is older than the catalog" if begun else f"no {_KIND} index"
    with store.reading():
        problems = store.verify()
        if any(not re.fullmatch(waits, problem) for problem in problems):
            return problems, 0
        dense = store.dense if store.ready else None
        held: Ids = dense.ids if isinstance(dense, FaissIndex) else np.empty(0, np.int64)
        wanted = store.catalog.chunk_ids()
        lacking = np.setdiff1d(wanted, held)
        waiting = {row.document for row in store.catalog.chunk_rows(lacking)} | set(store.catalog.staged())
        differ = not begun or len(wanted) != len(held) or len(lacking) > 0
    return [] if differ else problems, len(waiting)


def _empty_dimension(home: Path, identity: str) -> int:
    """Return the length of the vectors of an index that holds none, as it was made for."""
    try:
        return int(read_manifest(home, identity)["dense"].facts["dimension"])
    except (DamagedError, KeyError, TypeError, ValueError):
        return 1
