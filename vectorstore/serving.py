"""What a store answers from: the indexes as loaded, and which of them fit what the catalog holds."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vectorstore.base import DamagedError, DenseIndex, LexicalIndex, RemakingError
from vectorstore.catalog import Catalog
from vectorstore.derived import MANIFEST, Part, new_name, read_manifest, stamp
from vectorstore.indexes import KINDS, Loaded, facts_of, load_dense, load_lexical

_PATIENCE = 2.0  # seconds that a reader waits for the indexes of a change that is committed already
_PAUSE = 0.005


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The indexes of one generation: they hold the same chunks, and never change."""

    generation: int
    dense: DenseIndex
    lexical: LexicalIndex


class StoreReader:
    """The last complete state of a store; threads may share it."""

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

    def close(self) -> None:
        """Close the catalog, once a thread that is writing has finished, and let the indexes go."""
        self.catalog.close()  # not under the mutex, which that thread may need to finish
        with self._mutex:
            self._loaded = Loaded()
            if self._scratch is not None:
                self._scratch.cleanup()
                self._scratch = None

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

    def _elsewhere(self) -> Path | None:
        return self._own_folder() / new_name("links", 0) if self.catalog.readonly else None

    def _own_folder(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="vectorstore-")
        return Path(self._scratch.name)
