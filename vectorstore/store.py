"""One folder: the catalog, and the two indexes derived from it, kept in step."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vectorstore.base import (
    CatalogError,
    DamagedError,
    DenseIndex,
    LexicalIndex,
    LockedError,
    Progress,
    RemakingError,
)
from vectorstore.catalog import Catalog
from vectorstore.derived import MANIFEST, Part, new_name, read_manifest, stamp, sweep, write_manifest, written
from vectorstore.discarding import CATALOG as CATALOG
from vectorstore.indexes import KINDS, Loaded, build, compare, facts_of, load_dense, load_lexical
from vectorstore.trouble import told_of_disk

_PATIENCE = 2.0  # seconds that a reader waits for the indexes of a change that is committed already
_PAUSE = 0.005


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The indexes of one generation: they hold the same chunks, and never change."""

    generation: int
    dense: DenseIndex
    lexical: LexicalIndex


class Store:
    """A folder of documents that can be searched by meaning and by words.

    Write to `catalog`, then call `sync`, or make both one with `publishing`. Threads may search while another
    writes: new indexes are built beside the old ones and then swapped, so that nobody waits and nobody sees
    half of a change. A block of `reading` sees one and the same state of everything. Outside of one, chunks
    removed since a snapshot was taken are still found in it, and are left out by `Catalog.chunk_rows`.
    """

    def __init__(self, folder: Path, catalog: Catalog, fields: Mapping[str, float], dimension: int) -> None:
        self.folder = folder
        self.catalog = catalog
        self.fields = dict(fields)
        self.dimension = dimension
        self._facts = facts_of(fields, dimension)
        self._loaded = Loaded()
        self._stamp: object = None  # of the manifest that `_loaded` was read from,
        self._identity = ""  # and of the catalog that it was made from
        self._remade = False  # by another process, which has not come to the indexes yet
        self._unwritten = False  # the manifest that names `_loaded` could not be written
        self._missed = -1  # the change for whose indexes a reader has waited in vain
        self._mutex = threading.RLock()  # one thread builds or loads, where no writer's lock sees to it
        self._pinned = threading.local()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self.refusal: OSError | None = None  # why it is read-only, where the disk has said so

    @classmethod
    def open(
        cls, folder: str | Path, *, fields: Mapping[str, float], dimension: int, readonly: bool | None = None
    ) -> Store:
        """Return the store kept in `folder`, made when it is not there; indexes are loaded, not built.

        Args:
            folder: holds the catalog and the indexes, nothing else.
            fields: what each lexical field counts; changing a weight needs no new index.
            dimension: the length of the vectors.
            readonly: write nothing; by default when the folder cannot be written, or its disk is full.

        Raises:
            ValueError: if there is no field, or one counts nothing.
            CatalogError: if the catalog cannot be used.
            LockedError: if the catalog must be made and another process is writing.
            OSError: if the disk is full, or does not let it be written.
        """
        if not fields or not all(weight > 0 for weight in fields.values()):
            raise ValueError(f"fields are {dict(fields)}, expected at least one and each above 0")
        folder = Path(folder).absolute()
        refusal = None
        if readonly is None:
            readonly = folder.is_dir() and not os.access(folder, os.W_OK)
            if not readonly and (folder / CATALOG).exists():
                try:
                    return cls.open(folder, fields=fields, dimension=dimension, readonly=False)
                except OSError as error:  # what is there can be read all the same
                    readonly, refusal = True, error
        if not readonly:
            folder.mkdir(parents=True, exist_ok=True)
        store = cls(folder, Catalog.open(folder / CATALOG, readonly=readonly), fields, dimension)
        store.refusal = refusal
        try:
            store._reload()
            store._cross_check()
            if not readonly:
                store._tidy()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the catalog, once a thread that is writing has finished, and let the indexes go."""
        self.catalog.close()  # not under the mutex, which that thread may need to finish
        with self._mutex:
            self._loaded = Loaded()
            if self._scratch is not None:
                self._scratch.cleanup()
                self._scratch = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the writer's lock over a block of writes and a `sync`; see `Catalog.writing`."""
        with self.catalog.writing(timeout):
            if self._is_ahead():
                self.catalog.renew()  # or its next commits would seem to be those that the indexes hold
            yield

    # Reading

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let everything that this thread reads in the block be of one state: catalog and indexes alike.

        The state is the last complete one. What another process has published is taken up first.
        """
        if getattr(self._pinned, "loaded", None) is not None:
            yield
            return
        deadline = time.monotonic() + _PATIENCE
        while True:
            with self.catalog.snapshot():
                loaded = self._loaded  # before the catalog: they may be older than it, and never newer
                state = self.catalog.state
                if state.identity != self._identity:  # it was made anew: other chunks have the same ids now
                    loaded = Loaded()
                removed, late = state.removed, time.monotonic() > deadline
                # Indexes older than a removal lack what has taken its place. They are about to be swapped,
                # unless their writer was killed in between.
                if not loaded.complete or loaded.generation >= removed or self._missed == removed or late:
                    if loaded.complete and loaded.generation < removed:
                        self._missed = removed
                    if loaded.generation >= state.generation or not self._outdated() or late:
                        self._pinned.loaded = loaded
                        try:
                            yield
                        finally:
                            self._pinned.loaded = None
                        return
            self._catch_up()

    def _outdated(self) -> bool:
        """Tell whether another process has put newer indexes in place, or another catalog."""
        return self._stamp != stamp(self.folder / MANIFEST) or self._identity != self.catalog.identity

    def _catch_up(self) -> None:
        with self._mutex:
            if self._outdated():
                self._reload()
                return
        time.sleep(_PAUSE)

    def snapshot(self) -> Snapshot:
        """Return the current indexes, in a block of `reading` those of the block.

        Raises:
            DamagedError: if one is missing or damaged: call `sync`.
            RemakingError: if that is because another process is making the store anew.
        """
        loaded: Loaded = getattr(self._pinned, "loaded", None) or self._loaded
        if loaded.dense is None or loaded.lexical is None:
            if self._remade:
                raise RemakingError(f"{self.folder}: made anew, and has no indexes yet")
            missing = [kind for kind in KINDS if kind not in loaded.parts]
            raise DamagedError(f"{self.folder}: no {' and no '.join(missing)} index; call sync()")
        return Snapshot(loaded.generation, loaded.dense.index, loaded.lexical.index)

    @property
    def dense(self) -> DenseIndex:
        """Return the current index of vectors; raises as `snapshot`."""
        return self.snapshot().dense

    @property
    def lexical(self) -> LexicalIndex:
        """Return the current index of words; raises as `snapshot`."""
        return self.snapshot().lexical

    @property
    def generation(self) -> int:
        """Return the generation of the catalog that the indexes stand for; raises as `snapshot`."""
        return self.snapshot().generation

    @property
    def ready(self) -> bool:
        """Tell whether there are indexes to answer from, be they of an older generation."""
        return self._loaded.complete

    @property
    def stale(self) -> bool:
        """Tell whether `sync` has something to do: the indexes are behind, or the folder names others."""
        generations, state = [part.generation for part in self._loaded.parts.values()], self.catalog.state
        if state.identity != self._identity or generations != [state.generation] * len(KINDS):
            return True
        return not self.catalog.readonly and (self._unwritten or self._outdated())

    # Writing

    def sync(self, progress: Progress | None = None) -> bool:
        """Bring the indexes up to the catalog; return whether anything had to be done.

        What is missing or damaged is built anew, the rest is changed where that is cheaper. A read-only store
        builds in a temporary folder of its own.

        Raises:
            LockedError: if another process is writing.
            ValueError: if the catalog's vectors are not of length `dimension`.
            OSError: if a file cannot be written.
        """
        if not self.stale:
            return False
        if self.catalog.readonly:
            with self._mutex:
                return self._sync(self._own_folder(), progress)
        with self.writing():
            return self._sync(self.folder, progress)

    def _sync(self, folder: Path, progress: Progress | None) -> bool:
        with self.catalog.snapshot():
            if not self.stale:
                return False  # another thread was quicker
            if folder == self.folder and self._take_up() and not self.stale:
                return True
            try:
                loaded = self._build(folder, progress)
                if folder == self.folder:
                    self._name(loaded)
                self._loaded = loaded
            finally:
                self._sweep(folder)
        return True

    @contextmanager
    def publishing(self, progress: Progress | None = None) -> Iterator[None]:
        """Make the writes of a block and the indexes that fit them one change, which readers see whole.

        The indexes are built from the catalog as the block leaves it, before that is committed. If anything
        fails, nothing has happened.

        Raises:
            LockedError, ValueError, OSError: as `sync`.
        """
        with self.writing():
            self._take_up()
            try:
                with self.catalog.transaction():
                    yield
                    loaded = self._build(self.folder, progress)
                # The catalog has changed for good, so this process goes on with these.
                self._loaded, self._unwritten = loaded, True
                self._name(loaded)
            finally:
                self._sweep(self.folder)

    def _build(self, folder: Path, progress: Progress | None) -> Loaded:
        return build(self.catalog, folder, self._loaded, self.fields, self.dimension, progress)

    def _name(self, loaded: Loaded) -> None:
        """Make these the indexes that the folder names."""
        write_manifest(self.folder, self.catalog.identity, loaded.parts)
        self._stamp, self._unwritten = stamp(self.folder / MANIFEST), False

    def _take_up(self) -> bool:
        """Let this process and the folder have the same indexes; return whether anything had to be done.

        Those of the folder are loaded, unless it was ours that could not be named and nobody has since.
        """
        if self._unwritten and not self._outdated() and self._loaded.whole:
            self._name(self._loaded)
            return True
        if self._parts() == self._loaded.parts and self._identity == self.catalog.identity:
            return False
        self._reload()
        return True

    def _sweep(self, folder: Path) -> None:
        """Remove what nobody refers to: neither this process nor the manifest."""
        with suppress(OSError):  # the next one gets it
            sweep(folder, KINDS, self._named())

    def _named(self) -> set[str]:
        return {part.name for part in [*self._loaded.parts.values(), *(self._parts() or {}).values()]}

    def verify(self) -> list[str]:
        """Return what is wrong with the catalog or the indexes, a line each; an empty list when all is well.

        Reads everything, so it takes a while. What is wrong with an index, `sync` after opening again mends.
        """
        with self.catalog.snapshot():
            problems = self.catalog.verify()
            try:
                return problems + compare(self.catalog, self._loaded)
            except CatalogError as error:
                return problems or [str(error)]

    # Loading

    def _reload(self) -> None:
        """Take up what the folder holds and is whole, of whatever generation."""
        with self._mutex:
            while True:
                seen, identity, parts = stamp(self.folder / MANIFEST), self.catalog.identity, self._parts()
                loaded = Loaded() if parts is None else self._load(self._fitting(parts))
                # A writer elsewhere may have swapped, and swept, while we were reading: then read again.
                if loaded.complete or parts is None or self._parts() in (parts, None):
                    self._remade = self._remade or self._identity not in ("", identity)
                    self._remade = self._remade and not loaded.complete
                    self._loaded, self._stamp, self._identity = loaded, seen, identity
                    self._unwritten = False
                    return

    def _load(self, parts: Mapping[str, Part]) -> Loaded:
        return Loaded(
            load_dense(self.folder, parts.get("dense"), self._facts),
            load_lexical(self.folder, parts.get("lexical"), self._facts, self.fields, self._elsewhere),
        )

    def _parts(self) -> dict[str, Part] | None:
        """Return what the manifest names, or None where it cannot be believed."""
        try:
            return read_manifest(self.folder, self.catalog.identity)
        except DamagedError:
            return None

    def _fitting(self, parts: Mapping[str, Part]) -> dict[str, Part]:
        """Leave out the indexes of commits that the catalog does not have: it was put back from a copy.

        The catalog is looked at after the manifest was: what names a commit comes after it.
        """
        generation = self.catalog.newest.generation
        return {kind: part for kind, part in parts.items() if part.generation <= generation}

    def _is_ahead(self) -> bool:
        """Tell whether the folder names indexes of commits that the catalog does not have."""
        parts = self._parts() or {}
        return len(self._fitting(parts)) < len(parts)

    def _cross_check(self) -> None:
        """Compare the catalog with the sealed indexes made from it: a damaged page can hide rows.

        Raises:
            CatalogError: if they are of one generation and hold other chunks.
        """
        with self.catalog.snapshot():
            generation, wanted = self.catalog.generation, self.catalog.chunk_ids()
        for held in (self._loaded.dense, self._loaded.lexical):
            if held is None or held.part.generation != generation:
                continue
            if not np.array_equal(np.sort(held.index.ids), wanted):
                raise CatalogError(
                    f"{self.catalog.path}: the list of chunks is damaged; delete it and index again"
                )

    def _elsewhere(self) -> Path | None:
        return self._own_folder() / new_name("links", 0) if self.catalog.readonly else None

    def _own_folder(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="vectorstore-")
        return Path(self._scratch.name)

    def _tidy(self) -> None:
        """Remove what a killed writer left, unless somebody is writing right now.

        The lock is taken where there is something to remove only: whoever comes to write would be refused.
        """
        with suppress(LockedError, OSError), told_of_disk():
            found, named = written(self.folder, KINDS), self._named()
            # Where a writer finished in between, what it replaced is gone, and the manifest names the rest.
            if self._is_ahead() or any(path.exists() for path in found if path.name not in named):
                with self.writing():
                    self._sweep(self.folder)  # which reads the manifest again, under the lock
