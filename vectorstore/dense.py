"""Nearest vectors by FAISS: every vector compared up to about 300,000 of them, an HNSW graph above."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import DamagedError, Ids, Vectors
from vectorstore.exact import among, best, check_queries, gather, scores

Kind = Literal["flat", "hnsw"]

LARGEST_FLAT = 300_000  # vectors; comparing more than these one by one takes too long
_LINKS = 16  # of a vector in the graph
_FEW = 20_000  # allowed vectors that are compared one by one rather than found through the graph
_MOST_DEAD = 0.2  # share of removed vectors at which a graph is built anew
_SPARE = 16  # neighbours looked at beyond `k`
_VECTORS, _IDS = "vectors.faiss", "ids.npy"
_ROUNDING = 1e-5  # more than FAISS's float32 sums of unit vectors are ever off


class FaissIndex:
    """Vectors in a FAISS index that is never changed once built: adding while others search would crash.

    FAISS numbers vectors by their row, and `ids` and `rows` say which chunk has which. A graph holds equal
    vectors once, since many copies of one vector link only to one another and cut off what lies behind them.
    FAISS only picks candidates: their scores are computed again as by `ExactIndex`, so that the two agree
    to the last bit wherever the candidates do.
    """

    def __init__(self, index: Any, ids: Ids, rows: Ids) -> None:
        self._faiss = faiss = _faiss()
        self._index = index  # IndexFlatIP or IndexHNSWFlat, of m vectors
        self._ids = ids  # (n,) -1 where the chunk was removed and its vector is still in the graph
        self._rows = rows  # (n,) in 0..m-1; 0, 1, 2, … when flat
        self._alive = ids >= 0  # (n,)
        self._held = int(self._alive.sum())
        flat = index if self.kind == "flat" else faiss.downcast_index(index.storage)
        size = index.ntotal * index.d
        view = faiss.rev_swig_ptr(flat.get_xb(), size) if size else np.empty(0, dtype=np.float32)
        self._vectors: Vectors = view.reshape(index.ntotal, index.d)  # the index's own memory
        self._by_row = np.argsort(rows, kind="stable")
        self._starts = np.searchsorted(rows[self._by_row], np.arange(index.ntotal + 1))

    @classmethod
    def build(
        cls,
        batches: Iterable[tuple[Ids, Vectors]],
        dimension: int,
        kind: Kind | None = None,
        threads: int = 1,
    ) -> FaissIndex:
        """Return an index over batches of ids (n,) and unit vectors (n, dimension).

        Args:
            batches: ids are not negative, and none comes twice.
            dimension: the length of the vectors.
            kind: by their number when None.
            threads: to build a graph with.

        Raises:
            ValueError: if an id is negative or comes twice, or a vector is not finite or of another length.
        """
        faiss = _faiss()
        ids, vectors = gather(batches, dimension)
        if len(ids) and ids.min() < 0:
            raise ValueError(f"id {ids.min()} is negative")
        if (kind or kind_for(len(ids))) == "flat":
            index = faiss.IndexFlatIP(dimension)
            index.add(vectors)
            return cls(index, ids, np.arange(len(ids)))
        index = faiss.IndexHNSWFlat(dimension, _LINKS, faiss.METRIC_INNER_PRODUCT)
        return cls(index, ids, _add_to_graph(index, vectors[:0], vectors, threads))

    def with_changes(
        self, removed: Iterable[int], added: Iterable[tuple[Ids, Vectors]], threads: int = 1
    ) -> FaissIndex:
        """Return a new index without `removed` and with `added`; this one stays as it is.

        Raises:
            ValueError: if an added id is held already, or as `build`.
        """
        kept = self._alive & ~among(self._ids, list(removed))
        new_ids, new_vectors = gather(added, self.dimension)
        if among(self._ids[kept], new_ids.tolist()).any():
            raise ValueError("an id comes twice")
        if self.kind == "flat" or kept.sum() < (1 - _MOST_DEAD) * len(kept):
            old = (self._ids[kept], self._vectors[self._rows[kept]])
            kind = None if self.kind == "flat" else self.kind
            return type(self).build([old, (new_ids, new_vectors)], self.dimension, kind, threads)
        index = self._faiss.clone_index(self._index)
        rows = _add_to_graph(index, self._vectors, new_vectors, threads)
        ids = np.where(kept, self._ids, -1)
        return type(self)(index, np.concatenate([ids, new_ids]), np.concatenate([self._rows, rows]))

    @property
    def kind(self) -> Kind:
        """Tell how vectors are found."""
        return "hnsw" if isinstance(self._index, self._faiss.IndexHNSW) else "flat"

    @property
    def dimension(self) -> int:
        """Return the length of the vectors."""
        return int(self._index.d)

    @property
    def ids(self) -> Ids:
        """Return the ids held, (n,), in no promised order."""
        return self._ids[self._alive]

    def __len__(self) -> int:
        """Return the number of vectors."""
        return self._held

    def search(
        self, queries: Vectors, k: int, allowed: Collection[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return, for each of the (n, d) queries, the `k` best (id, score), best first.

        Fewer than `k` where fewer are held or `allowed`. Equal scores stand by ascending id. Exact when
        `kind` is flat; a graph may miss some. Each query runs on one thread.

        Raises:
            ValueError: if `k` is below 1, or a query is not finite or of another length than the vectors.
        """
        queries = check_queries(queries, k, self.dimension)
        usable = self._alive if allowed is None else self._alive & among(self._ids, allowed)
        entries = np.flatnonzero(usable)
        if allowed is not None and len(entries) <= _FEW:
            return [self._best(entries, query, k) for query in queries]
        self._faiss.omp_set_num_threads(1)  # of this thread only: OpenMP counts for each
        rows = np.zeros(self._index.ntotal, dtype=np.bool_)
        rows[self._rows[entries]] = True
        count, selector, bits = int(rows.sum()), None, np.packbits(rows, bitorder="little")
        if count < len(rows):
            selector = self._faiss.IDSelectorBitmap(len(rows), self._faiss.swig_ptr(bits))
        return [self._nearest(query, k, usable, count, selector) for query in queries]

    def _nearest(
        self, query: Vectors, k: int, usable: NDArray[np.bool_], count: int, selector: Any
    ) -> list[tuple[int, float]]:
        """Return the `k` best among the `count` rows that `selector` lets through."""
        wanted = min(count, k + _SPARE)
        while wanted:
            parameters = self._parameters(wanted, selector)
            scored, rows = self._index.search(query[None], wanted, params=parameters)
            scored, rows = scored[0][rows[0] >= 0], rows[0][rows[0] >= 0]
            # FAISS drops any of those that tie with the last, so look on until the last is clearly worse.
            clear = len(rows) > k and scored[k - 1] - scored[-1] > _ROUNDING
            if clear or wanted == count or len(rows) < wanted:
                entries = np.concatenate([self._by_row[self._starts[r] : self._starts[r + 1]] for r in rows])
                return self._best(entries[usable[entries]], query, k)
            wanted = min(count, wanted * 4)
        return []

    def _best(self, entries: NDArray[np.int64], query: Vectors, k: int) -> list[tuple[int, float]]:
        return best(self._ids[entries], scores(self._vectors, self._rows[entries], query), k)

    def _parameters(self, wanted: int, selector: Any) -> Any:
        if self.kind == "hnsw":
            return self._faiss.SearchParametersHNSW(sel=selector, efSearch=max(64, 2 * wanted))
        return self._faiss.SearchParameters(sel=selector)

    def save(self, folder: Path) -> None:
        """Write the index into the new folder `folder`; the caller sees to its checksums."""
        folder.mkdir()
        self._faiss.write_index(self._index, str(folder / _VECTORS))
        np.save(folder / _IDS, np.stack([self._ids, self._rows]), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> FaissIndex:
        """Return the index that `save` wrote; check the checksums first, since FAISS has none.

        Raises:
            DamagedError: if there is no such index.
        """
        faiss = _faiss()
        try:
            index = faiss.read_index(str(folder / _VECTORS))
            ids, rows = np.load(folder / _IDS, allow_pickle=False)
        except (RuntimeError, OSError, ValueError, EOFError) as error:
            raise DamagedError(f"{folder.name}: {str(error).splitlines()[0]}") from error
        if not isinstance(index, (faiss.IndexFlat, faiss.IndexHNSWFlat)):
            raise DamagedError(f"{folder.name}: not an index of ours")
        return cls(index, ids, rows)


def _add_to_graph(index: Any, held: Vectors, added: Vectors, threads: int) -> Ids:
    """Add those vectors that are not in the graph yet; return the row of each, (len(added),)."""
    every = np.ascontiguousarray(np.concatenate([held, added]))
    # Rows as opaque bytes, so that whole rows are compared; `first` is the first row that equals each.
    keys = every.view(np.dtype((np.void, every.itemsize * every.shape[1]))).ravel()
    _, where, inverse = np.unique(keys, return_index=True, return_inverse=True)
    first = where[inverse][len(held) :] if len(every) else np.empty(0, dtype=np.int64)
    new = first == np.arange(len(held), len(every))
    rows = np.concatenate([np.arange(len(held)), len(held) + np.cumsum(new) - 1])
    _faiss().omp_set_num_threads(threads)
    index.add(np.ascontiguousarray(added[new]))
    found: Ids = rows[first]
    return found


def kind_for(count: int) -> Kind:
    """Return how so many vectors are best searched."""
    return "flat" if count <= LARGEST_FLAT else "hnsw"


def _faiss() -> Any:
    return import_module("faiss")  # here, because it is slow to import; its stubs lack half of what we call
