"""Nearest vectors by looking at every one, in NumPy: the oracle the other stores are tested against."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Ids, Vectors

_Value = TypeVar("_Value")

_BLOCK = 4096  # rows turned into float64 at a time


class ExactIndex:
    """Vectors in one array.

    Scores are summed in float64 and rounded to float32, so that equal vectors score exactly alike wherever
    they stand.
    """

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        self._ids = ids  # (n,) no id twice
        self._vectors = vectors  # (n, d) float32, unit rows

    @classmethod
    def build(cls, batches: Iterable[tuple[Ids, Vectors]], dimension: int) -> ExactIndex:
        """Return an index over batches of ids (n,) and vectors (n, dimension).

        Raises:
            ValueError: if an id comes twice, or a vector is not finite or of another length.
        """
        return cls(*gather(batches, dimension))

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self._ids)

    def search(
        self, queries: Vectors, k: int, allowed: Collection[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return, for each of the (n, d) queries, the `k` best (id, score), best first.

        Fewer than `k` where fewer are held or `allowed`. Equal scores stand by ascending id.

        Raises:
            ValueError: if `k` is below 1, or a query is not finite or of another length than the vectors.
        """
        queries = check_queries(queries, k, self._vectors.shape[1])
        rows = np.arange(len(self._ids)) if allowed is None else np.flatnonzero(among(self._ids, allowed))
        return [best(self._ids[rows], scores(self._vectors, rows, query), k) for query in queries]

    def scores(self, query: Vectors, ids: Ids) -> Vectors:
        """Return the inner products of the (d,) query with the vectors of these ids, (len(ids),).

        Raises:
            KeyError: if an id is not held.
        """
        place = {id_: row for row, id_ in enumerate(self._ids.tolist())}
        rows = np.array([place[id_] for id_ in ids.tolist()], dtype=np.int64)
        return scores(self._vectors, rows, query)


def gather(batches: Iterable[tuple[Ids, Vectors]], dimension: int) -> tuple[Ids, Vectors]:
    """Return the batches as one (n,) and one (n, dimension) array, checked.

    Raises:
        ValueError: if an id comes twice, or a vector is not finite or of another length.
    """
    all_ids, all_vectors = [np.empty(0, dtype=np.int64)], [np.empty((0, dimension), dtype=np.float32)]
    for ids, vectors in batches:
        if vectors.shape != (len(ids), dimension):
            raise ValueError(f"vectors of shape {vectors.shape}, expected {(len(ids), dimension)}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")
        all_ids.append(np.asarray(ids, dtype=np.int64))
        all_vectors.append(np.asarray(vectors, dtype=np.float32))
    ids = np.concatenate(all_ids)
    if len(np.unique(ids)) != len(ids):
        raise ValueError("an id comes twice")
    return ids, np.concatenate(all_vectors)


def check_queries(queries: Vectors, k: int, dimension: int) -> Vectors:
    """Return the queries as contiguous float32.

    Raises:
        ValueError: if `k` is below 1, or a query is not finite or of another length than `dimension`.
    """
    if k < 1:
        raise ValueError(f"k is {k}, expected at least 1")
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    if queries.ndim != 2 or queries.shape[1] != dimension:
        raise ValueError(f"queries of shape {queries.shape}, expected (n, {dimension})")
    if not np.isfinite(queries).all():
        raise ValueError("a query holds NaN or infinity")
    return queries


def among(ids: Ids, allowed: Collection[int]) -> NDArray[np.bool_]:
    """Tell for each id whether it is allowed, (n,)."""
    return np.isin(ids, as_ids(allowed))


def as_ids(allowed: Collection[int]) -> Ids:
    """Return any collection of ids as an array, (n,), in its own order; arrays are the fastest to pass."""
    if isinstance(allowed, np.ndarray):
        return allowed.astype(np.int64, copy=False)
    return np.fromiter(allowed, dtype=np.int64, count=len(allowed))


class Recent(Generic[_Value]):
    """The last value that was worked out for a set of allowed ids, so that one filter costs nothing twice.

    Kept only for an array that cannot be written, and told by its identity: anything else may have changed.
    """

    def __init__(self) -> None:
        self._last: tuple[Collection[int], _Value] | None = None  # replaced as one, so threads may share it

    def get(self, allowed: Collection[int], work_out: Callable[[Ids], _Value]) -> _Value:
        """Return `work_out` of `allowed` as an array."""
        last = self._last
        if last is not None and last[0] is allowed:
            return last[1]
        value = work_out(as_ids(allowed))
        if isinstance(allowed, np.ndarray) and not allowed.flags.writeable:
            self._last = (allowed, value)
        return value


def scores(vectors: Vectors, rows: NDArray[np.int64], query: Vectors) -> Vectors:
    """Return the inner products of `query` with these rows, (len(rows),).

    A row's sum is taken in one order wherever the row stands, which a matrix product does not promise.
    """
    found = np.empty(len(rows), dtype=np.float32)
    wide = query.astype(np.float64)
    for start in range(0, len(rows), _BLOCK):
        some = rows[start : start + _BLOCK]
        found[start : start + _BLOCK] = (vectors[some] * wide).sum(axis=1)
    return found


def best(ids: Ids, scores: Vectors, k: int) -> list[tuple[int, float]]:
    """Return the `k` best (id, score), ordered by ``(-score, id)``."""
    if len(ids) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= least)  # all that tie with the last one
        ids, scores = ids[kept], scores[kept]
    order = np.lexsort((ids, -scores))[:k]
    return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
