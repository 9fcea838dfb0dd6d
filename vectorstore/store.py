"""One folder: the catalog, and the two indexes derived from it, kept in step."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from vectorstore.base import DamagedError, DenseIndex, Ids, LexicalIndex, LockedError, Progress
from vectorstore.catalog import Catalog
from vectorstore.dense import FaissIndex
from vectorstore.derived import Part, check, new_name, read_manifest, seal, sweep, write_manifest
from vectorstore.lexical import TantivyIndex

CATALOG = "catalog.sqlite"
_KINDS = ("dense", "lexical")
_FORM = 2  # of the indexes' files: raised when they change, so that older ones are built anew
_SMALL = 1_000  # chunks; the words of fewer are indexed anew at every change
_MUCH = 0.2  # share of the chunks; the words are indexed anew when more than it changed

_Index = TypeVar("_Index")
_Batch = TypeVar("_Batch")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The indexes of one generation: they hold the same chunks, and never change."""

    generation: int
    dense: DenseIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class _Held(Generic[_Index]):
    """An index with its files."""

    index: _Index
    part: Part
    home: Path  # the folder that `part` counts from


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The indexes as found or made; None where there is none to use."""

    dense: _Held[FaissIndex] | None = None
    lexical: _Held[TantivyIndex] | None = None

    @property
    def parts(self) -> dict[str, Part]:
        pairs = (("dense", self.dense), ("lexical", self.lexical))
        return {kind: held.part for kind, held in pairs if held is not None}


class Store:
    """A folder of documents that can be searched by meaning and by words.

    Write to `catalog`, then call `sync`. Threads may search while another writes: `sync` builds new indexes
    beside the old ones and then swaps them, so that nobody waits and nobody sees half of a change. Chunks
    removed since a snapshot was taken are still found in it, and are left out by `Catalog.chunk_rows`.
    """

    def __init__(self, folder: Path, catalog: Catalog, fields: Mapping[str, float], dimension: int) -> None:
        self.folder = folder
        self.catalog = catalog
        self.fields = dict(fields)
        self.dimension = dimension
        self._facts: dict[str, dict[str, Any]] = {
            "dense": {"form": _FORM, "dimension": dimension},
            "lexical": {"form": _FORM, "fields": list(fields)},
        }
        self._loaded = _Loaded()
        self._mutex = threading.RLock()  # one thread builds, where no writer's lock sees to it
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def open(
        cls, folder: str | Path, *, fields: Mapping[str, float], dimension: int, readonly: bool | None = None
    ) -> Store:
        """Return the store kept in `folder`, made when it is not there; indexes are loaded, not built.

        Args:
            folder: holds the catalog and the indexes, nothing else.
            fields: what each lexical field counts; changing a weight needs no new index.
            dimension: the length of the vectors.
            readonly: write nothing; by default when the folder cannot be written.

        Raises:
            ValueError: if there is no field, or one counts nothing.
            CatalogError: if the catalog cannot be used.
            LockedError: if the catalog must be made and another process is writing.
        """
        if not fields or not all(weight > 0 for weight in fields.values()):
            raise ValueError(f"fields are {dict(fields)}, expected at least one and each above 0")
        folder = Path(folder).absolute()
        if readonly is None:
            readonly = folder.is_dir() and not os.access(folder, os.W_OK)
        if not readonly:
            folder.mkdir(parents=True, exist_ok=True)
        store = cls(folder, Catalog.open(folder / CATALOG, readonly=readonly), fields, dimension)
        try:
            store._loaded = store._load()
            if not readonly:
                store._tidy()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the catalog and let the indexes go."""
        with self._mutex:
            self._loaded = _Loaded()
            self.catalog.close()
            if self._scratch is not None:
                self._scratch.cleanup()
                self._scratch = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def writing(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the writer's lock over a block of writes and a `sync`; see `Catalog.writing`."""
        return self.catalog.writing(timeout)

    def snapshot(self) -> Snapshot:
        """Return the current indexes.

        Raises:
            DamagedError: if one is missing or damaged: call `sync`.
        """
        loaded = self._loaded
        if loaded.dense is None or loaded.lexical is None:
            missing = [kind for kind in _KINDS if kind not in loaded.parts]
            raise DamagedError(f"{self.folder}: no {' and no '.join(missing)} index; call sync()")
        generation = min(part.generation for part in loaded.parts.values())
        return Snapshot(generation, loaded.dense.index, loaded.lexical.index)

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
    def stale(self) -> bool:
        """Tell whether `sync` has something to do."""
        generations = [part.generation for part in self._loaded.parts.values()]
        return generations != [self.catalog.generation] * len(_KINDS)

    def sync(self, progress: Progress | None = None) -> bool:
        """Bring the indexes up to the catalog; return whether anything had to be done.

        What is missing or damaged is built anew, the rest is changed where that is cheaper. A read-only store
        builds in a temporary folder of its own.

        Raises:
            LockedError: if another process is writing.
            ValueError: if the catalog's vectors are not of length `dimension`.
        """
        if not self.stale:
            return False
        if self.catalog.readonly:
            with self._mutex:
                return self._sync(self._own_folder(), progress)
        with self.catalog.writing():
            return self._sync(self.folder, progress)

    def verify(self) -> list[str]:
        """Return what is wrong with the catalog or the indexes, a line each; an empty list when all is well.

        Reads everything, so it takes a while. What is wrong with an index, `sync` after opening again mends.
        """
        problems = self.catalog.verify()
        loaded = self._loaded
        wanted = self.catalog.chunk_ids()
        for kind, held in (("dense", loaded.dense), ("lexical", loaded.lexical)):
            if held is None:
                problems.append(f"no {kind} index")
                continue
            try:
                check(held.home, held.part)
            except DamagedError as error:
                problems.append(str(error))
            if held.part.generation != self.catalog.generation:
                problems.append(f"the {kind} index is older than the catalog")
            elif not np.array_equal(np.sort(held.index.ids), wanted):
                problems.append(f"the {kind} index holds other chunks than the catalog")
        return problems

    def _sync(self, folder: Path, progress: Progress | None) -> bool:
        with self.catalog.snapshot():
            held = self.catalog.dimension
            if held not in (None, self.dimension):
                raise ValueError(
                    f"the catalog's vectors have {held} numbers, expected {self.dimension}; clear it"
                )
            if not self.stale:
                return False  # another thread was quicker
            if folder == self.folder and self._parts() != self._loaded.parts:
                self._loaded = self._load()  # another process was quicker
                if not self.stale:
                    return True
            ids, generation = self.catalog.chunk_ids(), self.catalog.generation
            try:
                dense = self._sync_dense(folder, ids, generation, progress)
                loaded = _Loaded(dense, self._sync_lexical(folder, ids, generation, progress))
                if folder == self.folder:
                    write_manifest(folder, self.catalog.identity, loaded.parts)
                self._loaded = loaded
            finally:
                sweep(folder, _KINDS, self._loaded.parts)
        return True

    def _sync_dense(
        self, folder: Path, ids: Ids, generation: int, progress: Progress | None
    ) -> _Held[FaissIndex]:
        old = self._loaded.dense
        if old is None:
            batches = _counted(self.catalog.vectors(), "dense", len(ids), progress)
            index = FaissIndex.build(batches, self.dimension)
        else:
            removed, added = _difference(old.index.ids, ids)
            if not removed and not added:
                return replace(old, part=replace(old.part, generation=generation))
            batches = _counted(self.catalog.vectors(added), "dense", len(added), progress)
            index = old.index.with_changes(removed, batches)
        name = new_name("dense", generation)
        index.save(folder / name)
        part = seal(folder, name, generation, self._facts["dense"])
        return _Held(FaissIndex.load(folder / name), part, folder)  # which holds less in memory than `index`

    def _sync_lexical(
        self, folder: Path, ids: Ids, generation: int, progress: Progress | None
    ) -> _Held[TantivyIndex]:
        old = self._loaded.lexical
        name = new_name("lexical", generation)
        removed, added = ([], ids.tolist()) if old is None else _difference(old.index.ids, ids)
        if old is not None and not removed and not added:
            return replace(old, part=replace(old.part, generation=generation))
        waste = len(removed) + len(added) + (old.index.deletions if old else 0)
        if old is None or len(ids) <= _SMALL or waste > _MUCH * len(ids):
            every = _counted(self.catalog.terms(), "lexical", len(ids), progress)
            index = TantivyIndex.build(folder / name, every, self.fields)
        else:
            some = _counted(self.catalog.terms(added), "lexical", len(added), progress)
            index = old.index.with_changes(old.home / old.part.name, folder / name, removed, some)
        return _Held(index, seal(folder, name, generation, self._facts["lexical"]), folder)

    def _load(self) -> _Loaded:
        """Return what the folder holds and is whole, of whatever generation."""
        while True:
            parts = self._parts()
            if parts is None:
                return _Loaded()
            loaded = _Loaded(self._load_dense(parts), self._load_lexical(parts))
            # A writer elsewhere may have swapped, and swept, while we were reading: then read again.
            if len(loaded.parts) == len(_KINDS) or self._parts() in (parts, None):
                return loaded

    def _parts(self) -> dict[str, Part] | None:
        """Return what the manifest names, or None where it cannot be believed."""
        try:
            return read_manifest(self.folder, self.catalog.identity)
        except DamagedError:
            return None

    def _load_dense(self, parts: Mapping[str, Part]) -> _Held[FaissIndex] | None:
        part = parts.get("dense")
        if part is None or part.facts != self._facts["dense"]:
            return None
        try:
            check(self.folder, part)
            return _Held(FaissIndex.load(self.folder / part.name), part, self.folder)
        except DamagedError:
            return None  # to be built anew

    def _load_lexical(self, parts: Mapping[str, Part]) -> _Held[TantivyIndex] | None:
        part = parts.get("lexical")
        if part is None or part.facts != self._facts["lexical"]:
            return None
        try:
            check(self.folder, part)
            elsewhere = self._own_folder() / new_name("links", 0) if self.catalog.readonly else None
            index = TantivyIndex.open(self.folder / part.name, self.fields, elsewhere)
            return _Held(index, part, self.folder)
        except DamagedError:
            return None

    def _own_folder(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="vectorstore-")
        return Path(self._scratch.name)

    def _tidy(self) -> None:
        """Remove what a killed writer left, unless somebody is writing right now."""
        try:
            with self.catalog.writing():
                parts = self._parts() or {}  # read under the lock: another may have written since we loaded
                sweep(self.folder, _KINDS, parts)
        except LockedError:
            return


def _difference(held: Ids, wanted: Ids) -> tuple[list[int], list[int]]:
    """Return which ids to remove and which to add."""
    return np.setdiff1d(held, wanted).tolist(), np.setdiff1d(wanted, held).tolist()


def _counted(
    batches: Iterable[_Batch], stage: str, total: int, progress: Progress | None
) -> Iterator[_Batch]:
    """Pass the batches on and tell how many chunks have been passed."""
    done = 0
    if progress:
        progress(stage, 0, total)
    for batch in batches:
        yield batch
        # Either a list of chunks or the pair (ids, vectors).
        done += len(batch[0]) if isinstance(batch, tuple) else len(batch)  # type: ignore[arg-type]
        if progress:
            progress(stage, done, total)
