"""Vectors at one byte a number: four times smaller, and faster to compare with a question by as much.

A score from them is a little off, but never by more than a bound that comes with it. Whoever computes the
best ones again from the vectors themselves can so tell whether another might still be among them.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import DamagedError, Ids, Vectors

Usable = NDArray[np.bool_]

_CODES, _SCALE = "codes.faiss", "scale.npy"
_LARGEST = 127  # of a code: from -127 to 127
_FEW_FOR_TWO = 32_768  # rows that two threads search sooner than one
_TEAM = ThreadPoolExecutor(thread_name_prefix="isnad-codes")
_BLOCK = 16_384  # rows turned into codes at a time
_LEAST = 1e-12  # a step; numbers that are all alike have none
ROUNDING = 1e-5  # more than float32 sums of unit vectors are ever off


class Codes:
    """Whole numbers in -127..127 for each number of each vector.

    A vector is about ``middle + steps * codes``, number by number. A query becomes whole numbers in the same
    way, since FAISS multiplies bytes with bytes several times faster than with anything else. By the
    inequality of Cauchy and Schwarz, a score is then off by at most ``|query| · error + |rest of the query|
    · longest``.
    """

    def __init__(self, index: Any, middle: Vectors, steps: Vectors, error: float, longest: float) -> None:
        self._parts = _split(index)  # where each begins, and an IndexScalarQuantizer of its rows
        self._middle = middle  # (d,)
        self._steps = steps  # (d,) above 0
        self._error = error  # the largest distance of a vector from what its codes stand for
        self._longest = longest  # the largest length of a row of codes

    @classmethod
    def build(cls, vectors: Vectors) -> Codes:
        """Return the codes of (m, d) vectors, row by row."""
        count, dimension = vectors.shape
        index = _empty(dimension)
        low, high = (vectors.min(axis=0), vectors.max(axis=0)) if count else np.zeros((2, dimension))
        middle = np.asarray((low + high) / 2, dtype=np.float32)
        steps = np.maximum((high - low) / (2 * _LARGEST), _LEAST).astype(np.float32)
        error = longest = 0.0
        for start in range(0, count, _BLOCK):
            block = vectors[start : start + _BLOCK] - middle
            codes = np.clip(np.rint(block / steps), -_LARGEST, _LARGEST).astype(np.float32)
            index.add(codes)
            error = max(error, float(np.linalg.norm(block - codes * steps, axis=1).max()))
            longest = max(longest, float(np.linalg.norm(codes, axis=1).max()))
        return cls(index, middle, steps, error, longest)

    def __len__(self) -> int:
        """Return the number of vectors."""
        return sum(int(part.ntotal) for _, part in self._parts)

    def nearest(self, query: Vectors, count: int, rows: Usable | None) -> tuple[Vectors, Ids, float]:
        """Return about the best `count` rows for a (d,) query: scores, rows, and how far off a score can be.

        Args:
            query: not all zeros.
            count: at least 1.
            rows: (m,) which are let through; None lets all.
        """
        scaled = query * self._steps
        step = max(float(np.abs(scaled).max()) / _LARGEST, _LEAST)
        whole = np.rint(scaled / step).astype(np.float32)
        rest = float(np.linalg.norm(scaled - whole * step))
        length = float(np.linalg.norm(query))
        beside = [_TEAM.submit(_search, part, whole, count, first, rows) for first, part in self._parts[1:]]
        first, part = self._parts[0]
        found = [_search(part, whole, count, first, rows), *(each.result() for each in beside)]
        scores, places = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(-scores, kind="stable")[:count]
        near = scores[order] * np.float32(step) + np.float32(query @ self._middle)
        off = length * self._error + rest * self._longest + ROUNDING * max(1.0, length)
        return near, places[order], off

    def off(self, rows: Ids, vectors: Vectors) -> NDArray[np.bool_]:
        """Tell of which rows the codes are further from (n, d) `vectors` than they should be, (n,)."""
        codes = np.concatenate([_numbers(part) for _, part in self._parts]) if len(self) else vectors
        found = self._middle + self._steps * codes[rows]
        distances: NDArray[np.float32] = np.linalg.norm(vectors - found, axis=1)
        return distances > self._error + ROUNDING

    def save(self, folder: Path) -> None:
        """Write the codes into `folder`."""
        _faiss().write_index(_joined([part for _, part in self._parts]), str(folder / _CODES))
        scale = np.concatenate([self._middle, self._steps, [self._error, self._longest]], dtype=np.float64)
        np.save(folder / _SCALE, scale, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Codes:
        """Return the codes that `save` wrote.

        Raises:
            DamagedError: if there are none.
            RuntimeError, OSError, ValueError, EOFError: if a file cannot be read.
        """
        index = _faiss().read_index(str(folder / _CODES))
        scale = np.load(folder / _SCALE, allow_pickle=False)
        if not isinstance(index, _faiss().IndexScalarQuantizer) or scale.shape != (2 * index.d + 2,):
            raise DamagedError(f"{folder.name}: not codes of ours")
        middle, steps = scale[:-2].astype(np.float32).reshape(2, index.d)
        return cls(index, middle, steps, float(scale[-2]), float(scale[-1]))


def pick(rows: Usable | None) -> Any:
    """Return FAISS's selector of the rows that are true; None, which lets all through, for None."""
    if rows is None:
        return None
    bits = np.packbits(rows, bitorder="little")
    selector = _faiss().IDSelectorBitmap(len(rows), _faiss().swig_ptr(bits))
    selector.bits_of_rows = bits  # FAISS only borrows them
    return selector


def _search(part: Any, whole: Vectors, count: int, first: int, rows: Usable | None) -> tuple[Vectors, Ids]:
    """Return the best `count` rows of a part, which begins at row `first`: scores and rows."""
    faiss = _faiss()
    faiss.omp_set_num_threads(1)  # of this thread only: OpenMP counts for each
    own = None if rows is None else rows[first : first + part.ntotal]
    scores, found = part.search(whole[None], count, params=faiss.SearchParameters(sel=pick(own)))
    kept = found[0] >= 0
    return scores[0][kept], found[0][kept] + first


def _empty(dimension: int) -> Any:
    faiss = _faiss()
    kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
    return faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)


def _split(index: Any) -> list[tuple[int, Any]]:
    """Return an index as one part, or as two of half its rows where two threads are faster than one.

    FAISS itself gives a single query one thread, and passes over rows that it may not return too slowly for
    each thread to get a range of one index.
    """
    if index.ntotal < _FEW_FOR_TWO or (os.cpu_count() or 1) < 2:
        return [(0, index)]
    codes = _faiss().vector_to_array(index.codes).reshape(index.ntotal, -1)
    parts = []
    for first, last in pairwise((0, index.ntotal // 2, index.ntotal)):
        part = _empty(index.d)
        _faiss().copy_array_to_vector(np.ascontiguousarray(codes[first:last]).ravel(), part.codes)
        part.ntotal = last - first
        parts.append((first, part))
    return parts


def _numbers(index: Any) -> NDArray[np.float32]:
    """Return the codes of an index as the whole numbers that they stand for, (n, d)."""
    found: NDArray[np.float32] = index.reconstruct_n(0, index.ntotal)
    return found


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    index = _empty(parts[0].d)
    codes = np.concatenate([_faiss().vector_to_array(part.codes) for part in parts])
    _faiss().copy_array_to_vector(codes, index.codes)
    index.ntotal = sum(part.ntotal for part in parts)
    return index


def _faiss() -> Any:
    return import_module("faiss")  # here, because it is slow to import; its stubs lack half of what we call
