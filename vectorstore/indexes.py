"""The two indexes of a folder: loaded where they are whole, built or changed where they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from vectorstore.base import CatalogError, DamagedError, Ids, Progress
from vectorstore.catalog import Catalog
from vectorstore.dense import FaissIndex
from vectorstore.derived import Part, check, new_name, seal
from vectorstore.lexical import TantivyIndex
from vectorstore.trouble import told_of_disk

KINDS = ("dense", "lexical")
_FORM = 2  # of the indexes' files: raised when they change, so that older ones are built anew
_SMALL = 1_000  # chunks; the words of fewer are indexed anew at every change
_MUCH = 0.2  # share of the chunks; the words are indexed anew when more than it changed

_Index = TypeVar("_Index")
_Batch = TypeVar("_Batch")
Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Held(Generic[_Index]):
    """An index with its files."""

    index: _Index
    part: Part
    home: Path  # the folder that `part` counts from


@dataclass(frozen=True, slots=True)
class Loaded:
    """The indexes as found or made; None where there is none to use."""

    dense: Held[FaissIndex] | None = None
    lexical: Held[TantivyIndex] | None = None

    @property
    def parts(self) -> dict[str, Part]:
        """Return the parts of those that are there, by kind."""
        pairs = (("dense", self.dense), ("lexical", self.lexical))
        return {kind: held.part for kind, held in pairs if held is not None}

    @property
    def complete(self) -> bool:
        """Tell whether both are there."""
        return self.dense is not None and self.lexical is not None

    @property
    def whole(self) -> bool:
        """Tell whether the files of both are as they were sealed."""
        try:
            for held in (self.dense, self.lexical):
                if held is not None:
                    check(held.home, held.part)
        except DamagedError:
            return False
        return self.complete

    @property
    def generation(self) -> int:
        """Return the generation that both have reached; -1 where one is missing."""
        return min((part.generation for part in self.parts.values()), default=-1) if self.complete else -1


def facts_of(fields: Mapping[str, float], dimension: int) -> Facts:
    """Return what indexes must have been made with to fit."""
    return {
        "dense": {"form": _FORM, "dimension": dimension},
        "lexical": {"form": _FORM, "fields": list(fields)},
    }


def load_dense(folder: Path, part: Part | None, facts: Facts) -> Held[FaissIndex] | None:
    """Return the index of vectors, or None where it is missing, damaged, or does not fit."""
    if part is None or part.facts != facts["dense"]:
        return None
    try:
        check(folder, part)
        return Held(FaissIndex.load(folder / part.name), part, folder)
    except DamagedError:
        return None  # to be built anew


def load_lexical(
    folder: Path,
    part: Part | None,
    facts: Facts,
    fields: Mapping[str, float],
    elsewhere: Callable[[], Path | None],
) -> Held[TantivyIndex] | None:
    """Return the index of words likewise; `elsewhere` gives the folder for links (`TantivyIndex.open`)."""
    if part is None or part.facts != facts["lexical"]:
        return None
    try:
        check(folder, part)
        return Held(TantivyIndex.open(folder / part.name, fields, elsewhere()), part, folder)
    except DamagedError:
        return None


def build(
    catalog: Catalog,
    folder: Path,
    old: Loaded,
    fields: Mapping[str, float],
    dimension: int,
    progress: Progress | None,
) -> Loaded:
    """Return indexes of the catalog as this thread sees it, their new files written into `folder`.

    What is in `old` is changed where that is cheaper than building anew; it stays as it is itself. Nothing
    refers to the new files yet.

    Raises:
        ValueError: if the catalog's vectors are of another length.
        OSError: if a file cannot be written.
    """
    held = catalog.dimension
    if held not in (None, dimension):
        raise ValueError(f"the catalog's vectors have {held} numbers, expected {dimension}; clear it")
    ids, generation, facts = catalog.chunk_ids(), catalog.generation, facts_of(fields, dimension)
    if any(part.generation > generation for part in old.parts.values()):
        old = Loaded()  # the catalog has lost commits: the same ids may now stand for other chunks
    dense = _build_dense(catalog, folder, old.dense, ids, generation, dimension, facts, progress)
    lexical = _build_lexical(catalog, folder, old.lexical, ids, generation, fields, facts, progress)
    return Loaded(dense, lexical)


def _build_dense(
    catalog: Catalog,
    folder: Path,
    old: Held[FaissIndex] | None,
    ids: Ids,
    generation: int,
    dimension: int,
    facts: Facts,
    progress: Progress | None,
) -> Held[FaissIndex]:
    if old is None:
        batches = _counted(catalog.vectors(), "dense", len(ids), progress)
        index = FaissIndex.build(batches, dimension)
    else:
        removed, added = _difference(old.index.ids, ids)
        if not removed and not added:
            return replace(old, part=replace(old.part, generation=generation))
        batches = _counted(catalog.vectors(added), "dense", len(added), progress)
        index = old.index.with_changes(removed, batches)
    name = new_name("dense", generation)
    with told_of_disk():
        index.save(folder / name)
    part = seal(folder, name, generation, facts["dense"])
    return Held(FaissIndex.load(folder / name), part, folder)  # which holds less in memory than `index`


def _build_lexical(
    catalog: Catalog,
    folder: Path,
    old: Held[TantivyIndex] | None,
    ids: Ids,
    generation: int,
    fields: Mapping[str, float],
    facts: Facts,
    progress: Progress | None,
) -> Held[TantivyIndex]:
    name = new_name("lexical", generation)
    removed, added = ([], ids.tolist()) if old is None else _difference(old.index.ids, ids)
    if old is not None and not removed and not added:
        return replace(old, part=replace(old.part, generation=generation))
    waste = len(removed) + len(added) + (old.index.deletions if old else 0)
    if old is None or len(ids) <= _SMALL or waste > _MUCH * len(ids):
        every = _counted(catalog.terms(), "lexical", len(ids), progress)
        index = TantivyIndex.build(folder / name, every, fields)
    else:
        some = _counted(catalog.terms(added), "lexical", len(added), progress)
        index = old.index.with_changes(old.home / old.part.name, folder / name, removed, some)
    return Held(index, seal(folder, name, generation, facts["lexical"]), folder)


def cross_check(catalog: Catalog, loaded: Loaded) -> None:
    """Compare the catalog with the sealed indexes made from it: a damaged page can hide rows.

    Raises:
        CatalogError: if they are of one generation and hold other chunks.
    """
    with catalog.snapshot():
        generation, wanted = catalog.generation, catalog.chunk_ids()
    for held in (loaded.dense, loaded.lexical):
        if held is None or held.part.generation != generation:
            continue
        if not np.array_equal(np.sort(held.index.ids), wanted):
            raise CatalogError(f"{catalog.path}: the list of chunks is damaged; delete it and index again")


def compare(catalog: Catalog, loaded: Loaded) -> list[str]:
    """Return how the indexes differ from the catalog, a line each: their files, their ids, what they hold."""
    problems: list[str] = []
    wanted, generation = catalog.chunk_ids(), catalog.generation
    for kind, held in (("dense", loaded.dense), ("lexical", loaded.lexical)):
        if held is None:
            problems.append(f"no {kind} index")
            continue
        try:
            check(held.home, held.part)
        except DamagedError as error:
            problems.append(str(error))
        if held.part.generation != generation:
            age = "older" if held.part.generation < generation else "newer"
            problems.append(f"the {kind} index is {age} than the catalog")
        elif not np.array_equal(np.sort(held.index.ids), wanted):
            problems.append(f"the {kind} index holds other chunks than the catalog")
        else:
            problems += [f"the {kind} index {wrong}" for wrong in _differing(catalog, held.index)]
    return problems


def _differing(catalog: Catalog, index: FaissIndex | TantivyIndex) -> Iterator[str]:
    """Yield what is wrong with an index that holds the ids it should: what it holds, and what it finds."""
    another, missed = "holds another chunk {} than the catalog", "does not find chunk {}"
    if isinstance(index, FaissIndex):
        for ids, vectors in catalog.vectors():
            yield from map(another.format, index.differing(ids, vectors))
            yield from map(missed.format, index.unfound(ids, vectors))
    else:
        for chunks in catalog.terms():
            yield from map(another.format, index.differing(chunks))
        unfound = index.unfound()
        yield from map(missed.format, unfound)
        if not unfound:
            yield from map("finds '{}' in other chunks than hold it".format, index.misfound(catalog.terms()))


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
