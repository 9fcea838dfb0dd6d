"""Nearest vectors by FAISS: every vector compared up to about 300,000 of them, an HNSW graph above."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vectorstore.base import DamagedError, Ids, Vectors
from vectorstore.exact import among, best, check_queries, gather, scores

Kind = Literal["flat", "hnsw"]

LARGEST_FLAT = 300_000  # vectors; comparing more than these one by one takes too long
_LINKS = 16  # of a vector in the graph
_FEW = 20_000  # allowed vectors that are compared one by one rather than found through the graph
_MOST_DEAD = 0.2  # share of removed vectors at which a graph is built anew
_SPARE = 16  # neighbours looked at beyond `k`
_ROUNDING = 1e-5  # more than FAISS's float32 sums of unit vectors are ever off


class FaissIndex:
    """Vectors in a FAISS index that is never changed once built: adding while others search would crash.

    FAISS numbers vectors by position; `ids` turns a position into the caller's id, -1 where a vector was
    removed from a graph. FAISS only picks candidates: their scores are computed again as `ExactIndex` does,
    so the two agree to the last bit wherever the candidates do.
    """

    def __init__(self, index: Any, ids: Ids, owner: Any = None) -> None:
        self._faiss = faiss = _faiss()
        self._index = index  # IndexFlatIP or IndexHNSWFlat
        self._owner = owner  # what frees the index, where that is not the index itself
        self._ids = ids  # (n,)
        self._alive = ids >= 0
        self._held = int(self._alive.sum())
        flat = index if self.kind == "flat" else faiss.downcast_index(index.storage)
        size = index.ntotal * index.d
        view = faiss.rev_swig_ptr(flat.get_xb(), size) if size else np.empty(0, dtype=np.float32)
        self._vectors: Vectors = view.reshape(index.ntotal, index.d)  # lives as long as the index

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
        else:
            index = faiss.IndexHNSWFlat(dimension, _LINKS, faiss.METRIC_INNER_PRODUCT)
        faiss.omp_set_num_threads(threads)
        index.add(vectors)
        return cls(index, ids)

    def with_changes(
        self, removed: Iterable[int], added: Iterable[tuple[Ids, Vectors]], threads: int = 1
    ) -> FaissIndex:
        """Return a new index without `removed` and with `added`; this one stays as it is.

        Raises:
            ValueError: if an added id is held already, or as `build`.
        """
        removed = list(removed)
        gone = among(self._ids, removed)
        new_ids, new_vectors = gather(added, self.dimension)
        if among(self._ids[self._alive & ~gone], new_ids.tolist()).any():
            raise ValueError("an id comes twice")
        count = self._held - int(gone.sum()) + len(new_ids)
        kind = kind_for(count) if self.kind == "flat" else "hnsw"
        kept = self._alive & ~gone
        dead = len(self._ids) - int(kept.sum())
        if self.kind == "flat" or dead > _MOST_DEAD * len(self._ids):
            old = (self._ids[kept], self._vectors[kept])
            return type(self).build([old, (new_ids, new_vectors)], self.dimension, kind, threads)
        index = self._faiss.clone_index(self._index)
        self._faiss.omp_set_num_threads(threads)
        index.add(new_vectors)
        return type(self)(index, np.concatenate([np.where(kept, self._ids, -1), new_ids]))

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
        count = self._held if allowed is None else int(usable.sum())
        if not count:
            return [[] for _ in queries]
        self._faiss.omp_set_num_threads(1)  # of this thread; OpenMP counts for each
        if allowed is not None and count <= _FEW:
            rows = np.flatnonzero(usable)
            return [best(self._ids[rows], scores(self._vectors, rows, query), k) for query in queries]
        if count == len(usable):
            selector = None
        else:
            bits = np.packbits(usable, bitorder="little")
            selector = self._faiss.IDSelectorBitmap(len(usable), self._faiss.swig_ptr(bits))
        return [self._nearest(query, k, count, selector) for query in queries]

    def _nearest(self, query: Vectors, k: int, count: int, selector: Any) -> list[tuple[int, float]]:
        wanted = min(count, k + _SPARE)
        while True:
            found, positions = self._index.search(
                query[None], wanted, params=self._parameters(wanted, selector)
            )
            rows = positions[0][positions[0] >= 0]
            # FAISS drops any of those that tie with the last, so look on until the last is clearly worse.
            clear = len(rows) > k and found[0, k - 1] - found[0, len(rows) - 1] > _ROUNDING
            if clear or wanted == count or len(rows) < wanted:
                return best(self._ids[rows], scores(self._vectors, rows, query), k)
            wanted = min(count, wanted * 4)

    def _parameters(self, wanted: int, selector: Any) -> Any:
        if self.kind == "hnsw":
            return self._faiss.SearchParametersHNSW(sel=selector, efSearch=max(64, 2 * wanted))
        return self._faiss.SearchParameters(sel=selector)

    def save(self, path: Path) -> None:
        """Write the index to the new file `path`; the caller sees to its checksum."""
        empty = self._faiss.IndexFlatIP(self.dimension)
        whole = self._faiss.IndexIDMap(empty)  # which refuses one that holds vectors: put ours in after
        whole.index, whole.ntotal = self._index, self._index.ntotal
        self._faiss.copy_array_to_vector(self._ids, whole.id_map)
        self._faiss.write_index(whole, str(path))

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """Return the index that `save` wrote; check the file's checksum first, since FAISS does not.

        Raises:
            DamagedError: if the file is missing or no such index.
        """
        faiss = _faiss()
        try:
            whole = faiss.read_index(str(path))
        except RuntimeError as error:
            raise DamagedError(f"{path.name}: {str(error).splitlines()[0]}") from error
        inner = faiss.downcast_index(whole.index) if isinstance(whole, faiss.IndexIDMap) else None
        if not isinstance(inner, (faiss.IndexFlat, faiss.IndexHNSWFlat)):
            raise DamagedError(f"{path.name}: not an index of ours")
        ids = faiss.vector_to_array(whole.id_map).astype(np.int64)
        return cls(inner, ids, owner=whole)


def kind_for(count: int) -> Kind:
    """Return how so many vectors are best searched."""
    return "flat" if count <= LARGEST_FLAT else "hnsw"


def _faiss() -> Any:
    return import_module("faiss")  # here, because it is slow to import; its stubs lack half of what we call
