"""Chunk → the tokens it holds (a forward index), and BM25 computed from it exactly.

Of a token its CRC-32 is kept, 4 bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import DamagedError, Ids
from vectorstore.ragged import Ragged, RaggedWriter

K1 = 0.9  # how soon more of one token stops counting
B = 0.4  # how much long chunks are held back
PREFIX = "forward-"  # of the files' names
_BLOCK = 4096  # chunks scored at a time
_BUCKETS = 1 << 12  # by a code's last bits: most tokens of a chunk fall into none that is asked for

Places = NDArray[np.int64]
Frequency = Callable[[str, str], int]
"""Tells how many chunks hold, in this field, this token."""


@dataclass(frozen=True)
class Statistics:
    """What BM25 weighs a token by: how many chunks there are, how long, and how many hold it."""

    chunks: int
    tokens: Mapping[str, int]  # of all chunks, by field
    frequency: Frequency

    def mean(self, field: str) -> float:
        """Return how many tokens a chunk has in that field."""
        return self.tokens.get(field, 0) / self.chunks if self.chunks else 0.0

    def __add__(self, other: Statistics) -> Statistics:
        """Return the statistics of both together, as if they were of one index."""
        fields = {**self.tokens, **other.tokens}
        return Statistics(
            self.chunks + other.chunks,
            {name: self.tokens.get(name, 0) + other.tokens.get(name, 0) for name in fields},
            lambda field, token: self.frequency(field, token) + other.frequency(field, token),
        )


class ForwardIndex:
    """The tokens of each chunk by field. A chunk's place is its row here.

    The score of a chunk ``c`` for a query, with ``N`` chunks, ``df`` of which hold a token, is the sum over
    the fields and over the query's tokens, each as often as the query repeats it, of::

        weight(field) · ln(1 + (N − df + ½) / (df + ½)) · tf / (tf + k1 · (1 − b + b · |c| / mean |c|))

    (Robertson and Zaragoza 2009, with Lucene's idf). ``|c|`` is the number of tokens of the field.
    """

    def __init__(self, ids: Ids, fields: Mapping[str, Ragged]) -> None:
        self.ids = ids  # (n,) by place
        self._fields = dict(fields)  # each of n rows
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]
        self._lengths = {name: rows.lengths for name, rows in fields.items()}
        self.tokens = {name: int(some.sum()) for name, some in self._lengths.items()}

    @classmethod
    def open(cls, folder: Path, names: Iterable[str]) -> ForwardIndex:
        """Return the index that a `ForwardWriter` wrote into `folder`, its fields under these names.

        Raises:
            DamagedError: if there is none, or its files do not fit.
        """
        try:
            ids = np.fromfile(folder / f"{PREFIX}ids.bin", dtype="<i8")
        except OSError as error:
            raise DamagedError(f"{folder.name}: {error.strerror}") from error
        fields = {name: Ragged.open(_path(folder, i), "<u4") for i, name in enumerate(names)}
        if any(len(rows) != len(ids) for rows in fields.values()):
            raise DamagedError(f"{folder.name}: not a row for each of {len(ids)} chunks")
        return cls(ids, fields)

    def __len__(self) -> int:
        """Return the number of chunks."""
        return len(self.ids)

    def places(self, ids: Ids) -> Places:
        """Return where these chunks are, in their order; those not held are left out."""
        if not len(self._sorted):
            return np.empty(0, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._sorted, ids), len(self._sorted) - 1)
        found: Places = self._order[at[self._sorted[at] == ids]]
        return found

    def differing(self, chunks: Iterable[tuple[int, Sequence[str]]]) -> list[int]:
        """Return the ids of those chunks that hold other tokens here than these, given field by field."""
        wrong = []
        for id_, texts in chunks:
            (place,) = self.places(np.array([id_])).tolist() or (-1,)
            held = (
                [rows.span(place, place + 1).tolist() for rows in self._fields.values()] if place >= 0 else []
            )
            if held != [[_code(token) for token in text.encode().split()] for text in texts]:
                wrong.append(id_)
        return wrong

    def scores(
        self,
        places: Places,
        query: Mapping[str, Mapping[str, int]],
        weights: Mapping[str, float],
        statistics: Statistics,
    ) -> NDArray[np.float32]:
        """Return the scores of the chunks at `places`, (len(places),); 0 for one that shares no token.

        Args:
            places: of chunks.
            query: by field, how often it has each token.
            weights: what a field counts.
            statistics: of these chunks, or of more that they are compared with.
        """
        total = np.zeros(len(places))
        for name, tokens in query.items():
            gains: dict[int, float] = {}
            for token, count in tokens.items():
                held = statistics.frequency(name, token)
                gain = count * float(np.log1p((statistics.chunks - held + 0.5) / (held + 0.5)))
                code = _code(token.encode())
                gains[code] = gains.get(code, 0.0) + gain
            for start in range(0, len(places) if gains else 0, _BLOCK):
                some = places[start : start + _BLOCK]
                found = self._field_scores(name, gains, some, statistics.mean(name))
                total[start : start + _BLOCK] += weights[name] * found
        return total.astype(np.float32)

    def _field_scores(
        self, name: str, gains: Mapping[int, float], places: Places, mean: float
    ) -> NDArray[np.float64]:
        terms = np.array(sorted(gains), dtype=np.uint32)  # (m,)
        codes, ends = self._fields[name].take(places)
        wanted = np.zeros(_BUCKETS, dtype=np.bool_)
        wanted[terms % _BUCKETS] = True
        maybe = np.flatnonzero(wanted[codes % _BUCKETS])
        few = codes[maybe]
        term = np.minimum(np.searchsorted(terms, few), len(terms) - 1)
        hit = terms[term] == few
        row = np.searchsorted(ends, maybe[hit], side="right")
        size = len(places) * len(terms)
        tf = np.bincount(row * len(terms) + term[hit], minlength=size).reshape(len(places), len(terms))
        length = self._lengths[name][places] / (mean or 1.0)
        parts = tf / (tf + K1 * (1 - B + B * length[:, None]))
        scores: NDArray[np.float64] = (parts * np.array([gains[int(term)] for term in terms])).sum(axis=1)
        return scores


class ForwardWriter:
    """Writes a forward index into a folder; the index is whole when the block ends."""

    def __init__(self, folder: Path, fields: int) -> None:
        self._folder = folder
        self._ids: list[int] = []
        self._rows = [RaggedWriter(_path(folder, i), "<u4") for i in range(fields)]
        self._stack = ExitStack()

    def copy(self, index: ForwardIndex, kept: NDArray[np.bool_]) -> None:
        """Add the chunks of another index that are `kept`, (n,), in their order."""
        self._ids += index.ids[kept].tolist()
        # Chunks that stand side by side are copied at once.
        edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
        for first, last in edges.reshape(-1, 2).tolist():
            for writer, (name, rows) in zip(self._rows, index._fields.items(), strict=True):
                writer.write(rows.span(first, last), index._lengths[name][first:last].tolist())

    def add(self, id_: int, texts: Iterable[str]) -> None:
        """Add a chunk: for each field its tokens, joined by spaces."""
        self._ids.append(id_)
        for writer, text in zip(self._rows, texts, strict=True):
            codes = [_code(token) for token in text.encode().split()]
            writer.write(codes, [len(codes)])

    def __enter__(self) -> ForwardWriter:
        for writer in self._rows:
            self._stack.enter_context(writer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if error is None:
            np.array(self._ids, dtype="<i8").tofile(self._folder / f"{PREFIX}ids.bin")


def _code(token: bytes) -> int:
    return zlib.crc32(token)


def _path(folder: Path, field: int) -> Path:
    return folder / f"{PREFIX}{field}.bin"
