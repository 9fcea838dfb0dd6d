"""One folder: the catalog, and the two indexes derived from it, kept in step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from vectorstore.base import CatalogError, LockedError, Progress
from vectorstore.catalog import Catalog
from vectorstore.derived import MANIFEST, stamp, sweep, write_manifest, written
from vectorstore.discarding import CATALOG as CATALOG
from vectorstore.indexes import KINDS, Loaded, build, compare, cross_check
from vectorstore.serving import Snapshot as Snapshot
from vectorstore.serving import StoreReader
from vectorstore.trouble import told_of_disk


class Store(StoreReader):
    """A folder of documents that can be searched by meaning and by words.

    Write to `catalog`, then call `sync`, or make both one with `publishing`. Threads may search while another
    writes: new indexes are built beside the old ones and then swapped, so that nobody waits and nobody sees
    half of a change. A block of `reading` sees one and the same state of everything. Outside of one, chunks
    removed since a snapshot was taken are still found in it, and are left out by `Catalog.chunk_rows`.
    """

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
            cross_check(store.catalog, store._loaded)
            if not readonly:
                store._tidy()
        except BaseException:
            store.close()
            raise
        return store

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
            if folder == self.folder:
                self._take_up()
                if not self.stale:
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

    def _take_up(self) -> None:
        """Let this process and the folder have the same indexes.

        Those of the folder are loaded, unless it was ours that could not be named and nobody has since.
        """
        if self._unwritten and not self._outdated() and self._loaded.whole:
            self._name(self._loaded)
        elif self._parts() == self._loaded.parts and self._identity == self.catalog.identity:
            self._stamp, self._unwritten = stamp(self.folder / MANIFEST), False
        else:
            self._reload()

    def _sweep(self, folder: Path) -> None:
        """Remove what nobody refers to: neither this process nor the manifest."""
        with suppress(OSError):  # the next one gets it
            sweep(folder, KINDS, self._named())

    def _named(self) -> set[str]:
        return {part.name for part in [*self._loaded.parts.values(), *(self._parts() or {}).values()]}

    def _is_ahead(self) -> bool:
        """Tell whether the folder names indexes of commits that the catalog does not have."""
        parts = self._parts() or {}
        return len(self._fitting(parts)) < len(parts)

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
