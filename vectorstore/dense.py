"""Nearest vectors by FAISS: every vector compared up to about 300,000 of them, an HNSW graph above."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import DamagedError, Ids, Vectors
from vectorstore.codes import ROUNDING, Codes, Usable, pick
from vectorstore.exact import Recent, among, best, check_queries, gather, scores
from vectorstore.products import product

Kind = Literal["flat", "hnsw"]

LARGEST_FLAT = 300_000  # vectors; comparing more than these one by one takes too long
_LINKS = 16  # of a vector in the graph
_FEW = {"flat": 2_000, "hnsw": 20_000}  # allowed vectors that are compared one by one, and not searched for
_MOST_DEAD = 0.2  # share of removed vectors at which a graph is built anew
_SPARE = {"flat": 4, "hnsw": 1}  # times `k` that is looked at first, and these many more
_MORE = 16
_IDS, _VECTORS, _GRAPH = "ids.npy", "vectors.npy", "graph.faiss"


class Graph:
    """An HNSW graph over vectors, which it holds; of equal vectors only one.

    Many copies of one vector would link only to one another and cut off what lies behind them.
    """

    def __init__(self, index: Any) -> None:
        self.index = index  # IndexHNSWFlat of m rows
        flat, size = _faiss().downcast_index(index.storage), index.ntotal * index.d
        view = _faiss().rev_swig_ptr(flat.get_xb(), size) if size else np.empty(0, dtype=np.float32)
        self.vectors: Vectors = view.reshape(index.ntotal, index.d)  # the index's own memory

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self.index.ntotal)

    def nearest(self, query: Vectors, count: int, rows: Usable | None) -> tuple[Vectors, Ids, float]:
        """Return about the best `count` rows, as `Codes.nearest` does; a graph may miss some."""
        faiss = _faiss()
        faiss.omp_set_num_threads(1)
        parameters = faiss.SearchParametersHNSW(sel=pick(rows), efSearch=max(64, 2 * count))
        scores, places = self.index.search(query[None], count, params=parameters)
        found = places[0] >= 0
        return scores[0][found], places[0][found], ROUNDING * max(1.0, float(np.linalg.norm(query)))


class FaissIndex:
    """Vectors in a FAISS index that is never changed once built: adding while others search would crash.

    FAISS numbers vectors by their row, and `ids` and `rows` say which chunk has which. It only picks
    candidates, from a byte for each number or through the graph. Their scores are then computed as by
    `ExactIndex`, from the vectors themselves, which are read where they lie on the disk; so the two agree to
    the last bit wherever the candidates do.
    """

    def __init__(self, finder: Codes | Graph, vectors: Vectors, ids: Ids, rows: Ids) -> None:
        self._finder = finder  # of m rows
        self._vectors = vectors  # (m, d)
        self._ids = ids  # (n,) -1 where the chunk was removed and its vector is still in the graph
        self._rows = rows  # (n,) in 0..m-1; 0, 1, 2, … when flat
        self._alive = ids >= 0  # (n,)
        self._held = int(self._alive.sum())
        self._recent: Recent[NDArray[np.bool_]] = Recent()
        self._by_id = np.argsort(ids, kind="stable")
        self._by_row = np.argsort(rows, kind="stable")
        self._starts = np.searchsorted(rows[self._by_row], np.arange(len(finder) + 1))

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
        ids, vectors = gather(batches, dimension)
        if len(ids) and ids.min() < 0:
            raise ValueError(f"id {ids.min()} is negative")
        if (kind or kind_for(len(ids))) == "flat":
            return cls(Codes.build(vectors), vectors, ids, np.arange(len(ids)))
        index = _faiss().IndexHNSWFlat(dimension, _LINKS, _faiss().METRIC_INNER_PRODUCT)
        rows = _add_to_graph(index, vectors[:0], vectors, threads)
        graph = Graph(index)
        return cls(graph, graph.vectors, ids, rows)

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
        if isinstance(self._finder, Codes) or kept.sum() < (1 - _MOST_DEAD) * len(kept):
            old = (self._ids[kept], self._vectors[self._rows[kept]])
            kind = None if self.kind == "flat" else self.kind
            return type(self).build([old, (new_ids, new_vectors)], self.dimension, kind, threads)
        index = _faiss().clone_index(self._finder.index)
        rows = _add_to_graph(index, self._vectors, new_vectors, threads)
        graph, ids = Graph(index), np.concatenate([np.where(kept, self._ids, -1), new_ids])
        return type(self)(graph, graph.vectors, ids, np.concatenate([self._rows, rows]))

    @property
    def kind(self) -> Kind:
        """Tell how vectors are found."""
        return "hnsw" if isinstance(self._finder, Graph) else "flat"

    @property
    def dimension(self) -> int:
        """Return the length of the vectors."""
        return int(self._vectors.shape[1])

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
        usable = self._alive if allowed is None else self._recent.get(allowed, self._usable)
        held = self._held if allowed is None else int(usable.sum())
        if held <= _FEW[self.kind] and (allowed is not None or self.kind == "flat"):
            return [self._best(np.flatnonzero(usable), query, k) for query in queries]
        count, rows = len(self._finder), None
        if held < len(usable):
            rows = np.zeros(count, dtype=np.bool_)
            rows[self._rows[usable]] = True
            count = int(rows.sum())
        return [self._nearest(query, k, usable, count, rows) for query in queries]

    def scores(self, query: Vectors, ids: Ids) -> Vectors:
        """Return the inner products of the (d,) query with the vectors of these ids, (len(ids),).

        Raises:
            KeyError: if an id is not held.
        """
        places = np.searchsorted(self._ids, ids, sorter=self._by_id)
        places = self._by_id[np.minimum(places, len(self._by_id) - 1)] if len(self._by_id) else places
        if len(ids) and (not len(self._by_id) or (self._ids[places] != ids).any()):
            raise KeyError(int(ids[0] if not len(self._by_id) else ids[self._ids[places] != ids][0]))
        return scores(self._vectors, self._rows[places], query)

    def differing(self, ids: Ids, vectors: Vectors) -> list[int]:
        """Return which of these ids, all held, have another vector here than (len(ids), d) `vectors` say."""
        places = self._by_id[np.searchsorted(self._ids, ids, sorter=self._by_id)]
        same = (self._vectors[self._rows[places]] == vectors).all(axis=1)
        return [int(id_) for id_ in ids[~same]]

    def unfound(self, ids: Ids, vectors: Vectors) -> list[int]:
        """Return which of these ids, all held, the codes misplace: a search may pass them over."""
        if not isinstance(self._finder, Codes):
            return []  # a graph holds the vectors themselves
        places = self._by_id[np.searchsorted(self._ids, ids, sorter=self._by_id)]
        return [int(id_) for id_ in ids[self._finder.off(self._rows[places], vectors)]]

    def _usable(self, allowed: Ids) -> NDArray[np.bool_]:
        return self._alive & among(self._ids, allowed)

    def _nearest(
        self, query: Vectors, k: int, usable: Usable, count: int, rows: Usable | None
    ) -> list[tuple[int, float]]:
        """Return the `k` best among the `count` of `rows` that are true."""
        if not query.any():  # all are equally near, which FAISS would take long to find out
            return [(id_, 0.0) for id_ in np.sort(self._ids[usable])[:k].tolist()]
        wanted = min(count, k * _SPARE[self.kind] + _MORE)
        while wanted:
            near, places, off = self._finder.nearest(query, wanted, rows)
            entries = self._entries(places)
            found = self._best(entries[usable[entries]], query, k)
            # No row that FAISS left out scores more than its last one, give or take `off`; those that tie
            # with the last it drops as it likes. So look on until the k-th is clearly better.
            clear = len(found) == k and found[-1][1] > near[-1] + off
            if clear or wanted == count or len(places) < wanted:
                return found
            wanted = min(count, wanted * 4)
        return []

    def _entries(self, rows: Ids) -> Ids:
        """Return the entries that stand for these rows: where flat, each its own."""
        if isinstance(self._finder, Codes) or not len(rows):
            return rows
        return np.concatenate([self._by_row[self._starts[r] : self._starts[r + 1]] for r in rows])

    def _best(self, entries: NDArray[np.int64], query: Vectors, k: int) -> list[tuple[int, float]]:
        if len(entries) > 2 * k:  # sums in float32, which are quick, leave few to be summed exactly
            rough = product(self._vectors[self._rows[entries]], query)
            least = np.partition(rough, len(rough) - k)[len(rough) - k]
            entries = entries[rough >= least - 2 * ROUNDING * max(1.0, float(np.linalg.norm(query)))]
        return best(self._ids[entries], scores(self._vectors, self._rows[entries], query), k)

    def save(self, folder: Path) -> None:
        """Write the index into the new folder `folder`; the caller sees to its checksums."""
        folder.mkdir()
        np.save(folder / _IDS, np.stack([self._ids, self._rows]), allow_pickle=False)
        if isinstance(self._finder, Graph):
            _faiss().write_index(self._finder.index, str(folder / _GRAPH))
        else:
            np.save(folder / _VECTORS, self._vectors, allow_pickle=False)
            self._finder.save(folder)

    @classmethod
    def load(cls, folder: Path) -> FaissIndex:
        """Return the index that `save` wrote; check the checksums first, since FAISS has none.

        Raises:
            DamagedError: if there is no such index.
        """
        try:
            ids, rows = np.load(folder / _IDS, allow_pickle=False)
            if (folder / _GRAPH).exists():
                index = _faiss().read_index(str(folder / _GRAPH))
                if not isinstance(index, _faiss().IndexHNSWFlat):
                    raise DamagedError(f"{folder.name}: not a graph of ours")
                graph = Graph(index)
                return cls(graph, graph.vectors, ids, rows)
            vectors = np.asarray(np.load(folder / _VECTORS, mmap_mode="r", allow_pickle=False))
            return cls(Codes.load(folder), vectors, ids, rows)
        except (RuntimeError, OSError, ValueError, EOFError) as error:
            raise DamagedError(f"{folder.name}: {str(error).splitlines()[0]}") from error


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
