"""Two stores asked as one: the ids of the second are moved up, so that none is met twice.

What is found, and every score, is what one store of all the chunks would give: vectors are compared with the
question alone, and words are weighed by how many chunks of both hold them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from vectorstore.base import ChunkRow, Ids, LexicalIndex, TokenIds, Vectors
from vectorstore.exact import as_ids
from vectorstore.forward import Statistics
from vectorstore.store import Store

MOVED = 1 << 48  # added to the ids of the second store


class Weighed(LexicalIndex, Protocol):
    """An index of words whose weights can be those of a larger one."""

    @property
    def statistics(self) -> Statistics:
        """Return what tokens are weighed by."""
        ...

    def search(
        self,
        query: Mapping[str, Iterable[str]],
        k: int,
        allowed: Collection[int] | None = None,
        statistics: Statistics | None = None,
    ) -> list[tuple[int, float]]:
        """Return the `k` best (id, score), with these weights."""
        ...


class Together(NamedTuple):
    """The indexes of both stores, as `Snapshot` has those of one."""

    dense: UnitedDense
    lexical: UnitedLexical


class United:
    """What a search needs of a store, of two."""

    def __init__(self, first: Store, second: Store, prefix: str) -> None:
        """Unite two stores; the names of the second's documents get `prefix`."""
        self._first, self._second = first, second
        self.catalog = UnitedCatalog(first, second, prefix)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let everything that this thread reads in the block be of one state of each."""
        with self._first.reading(), self._second.reading():
            yield

    def snapshot(self) -> Together:
        """Return the current indexes; raises as `Store.snapshot`."""
        one, other = self._first.snapshot(), self._second.snapshot()
        lexical = UnitedLexical(cast("Weighed", one.lexical), cast("Weighed", other.lexical))
        return Together(UnitedDense(one.dense, other.dense), lexical)


@dataclass(frozen=True)
class UnitedCatalog:
    """The chunks of both stores."""

    first: Store
    second: Store
    prefix: str

    def token_ids(self, ids: Iterable[int]) -> tuple[Ids, list[TokenIds]]:
        """Return the ids of the chunks that are there, ascending, and the token ids of each."""
        mine, others = split(sorted(ids))
        one, tokens = self.first.catalog.token_ids(mine.tolist())
        other, more = self.second.catalog.token_ids(others.tolist())
        return np.concatenate([one, other + MOVED]), [*tokens, *more]

    def chunk_rows(self, ids: Iterable[int]) -> list[ChunkRow]:
        """Return the chunks of these ids, in this order; those no longer there are left out."""
        wanted = list(ids)
        mine, others = split(sorted(wanted))
        rows = {row.id: row for row in self.first.catalog.chunk_rows(mine.tolist())}
        for row in self.second.catalog.chunk_rows(others.tolist()):
            moved = row._replace(id=row.id + MOVED, document=self.prefix + row.document)
            rows[moved.id] = moved
        return [rows[id_] for id_ in wanted if id_ in rows]


@dataclass(frozen=True)
class UnitedDense:
    """The vectors of both."""

    first: Any
    second: Any

    def search(
        self, queries: Vectors, k: int, allowed: Collection[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return, for each of the (n, d) queries, the `k` best (id, score), best first."""
        mine, others = (None, None) if allowed is None else split(as_ids(allowed))
        return [
            _best(one, other, k)
            for one, other in zip(
                self.first.search(queries, k, mine), self.second.search(queries, k, others), strict=True
            )
        ]

    def scores(self, query: Vectors, ids: Ids) -> Vectors:
        """Return the inner products of the (d,) query with the vectors of ascending ids, (len(ids),)."""
        mine, others = split(ids)
        found: Vectors = np.concatenate([self.first.scores(query, mine), self.second.scores(query, others)])
        return found


@dataclass(frozen=True)
class UnitedLexical:
    """The words of both."""

    first: Weighed
    second: Weighed

    def search(
        self, query: Mapping[str, Iterable[str]], k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `k` best (id, score) for tokens by field, best first."""
        mine, others = (None, None) if allowed is None else split(as_ids(allowed))
        tokens = {name: list(some) for name, some in query.items()}
        weights = self.first.statistics + self.second.statistics
        return _best(
            self.first.search(tokens, k, mine, weights), self.second.search(tokens, k, others, weights), k
        )


def split(ids: Ids | Sequence[int]) -> tuple[Ids, Ids]:
    """Return which of the ascending ids are of the first store, and which of the second as it knows them."""
    some = np.asarray(ids, dtype=np.int64)
    place = int(np.searchsorted(some, MOVED))
    return some[:place], some[place:] - MOVED


def _best(one: list[tuple[int, float]], other: list[tuple[int, float]], k: int) -> list[tuple[int, float]]:
    moved = [(id_ + MOVED, score) for id_, score in other]
    return sorted([*one, *moved], key=lambda found: (-found[1], found[0]))[:k]
