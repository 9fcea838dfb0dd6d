"""What every store promises. The stores know ids, tokens and vectors, and no language.

Results are ordered by ``(-score, id)``: equal scores keep the order in which chunks entered the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
TokenIds = NDArray[np.uint16]
Ids = NDArray[np.int64]

Attributes = Mapping[str, str | int | None]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""


class DamagedError(Exception):
    """A derived file is missing, older than the catalog, or fails its checksum: build it again."""


class RemakingError(DamagedError):
    """Another process is making the store anew: there is nothing to answer from for a while."""


class CatalogError(Exception):
    """The catalog cannot be used: not a catalog, of another version, damaged or read-only."""


class OutdatedError(CatalogError):
    """The catalog is of an older version than this one writes: make it again."""


class LockedError(Exception):
    """Another process is writing; `owner` says which."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A chunk as stored: where it stands, and what it is found by."""

    start: int  # code points into the document's text, half-open
    end: int
    fields: Mapping[str, Sequence[str]]  # search tokens of each lexical field, in order
    token_ids: TokenIds  # (t,) the encoder's token ids, for alignment; may be empty
    vector: Vectors  # (d,) unit row


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as stored. `attributes` is kept as JSON and not interpreted."""

    name: str  # unique
    text: str
    digest: str  # of the file's bytes: tells whether it has changed
    size: int  # bytes of the file
    mtime_ns: int
    attributes: Attributes = field(default_factory=dict)
    file: str = ""  # the file that holds it, where that has another name: an archive, say
    ctime_ns: int = 0
    inode: int = 0
    layout: str = ""  # what is to be known about the text's parts; kept and not interpreted


class DocumentEntry(NamedTuple):
    """A document in a listing: all but its text."""

    name: str
    digest: str
    size: int
    mtime_ns: int
    attributes: Attributes
    file: str = ""


class FileEntry(NamedTuple):
    """A file as it was when it was last read, whatever came of it; of size -1 where it must be read again."""

    name: str
    digest: str
    size: int
    mtime_ns: int
    ctime_ns: int = 0
    inode: int = 0


class ChunkRow(NamedTuple):
    """A chunk as read back."""

    id: int
    document: str  # the document's name
    start: int
    end: int
    text: str  # document.text[start:end]
    token_ids: TokenIds


class Skipped(NamedTuple):
    """A file that could not be taken in, and as it then was, so that it is not tried again unchanged."""

    name: str
    reason: str
    digest: str
    size: int
    mtime_ns: int
    file: str = ""  # as in `DocumentRecord`
    ctime_ns: int = 0
    inode: int = 0


class DenseIndex(Protocol):
    """Nearest vectors by inner product."""

    def __len__(self) -> int:
        """Return the number of vectors."""
        ...

    def search(
        self, queries: Vectors, k: int, allowed: Collection[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return, for each of the (n, d) queries, the `k` best (id, score), best first.

        Fewer than `k` where fewer are held or `allowed`.

        Raises:
            ValueError: if `k` is below 1 or a query is not finite.
        """
        ...

    def scores(self, query: Vectors, ids: Ids) -> Vectors:
        """Return the inner products of the (d,) query with the vectors of these ids, (len(ids),).

        Raises:
            KeyError: if an id is not held.
        """
        ...


class LexicalIndex(Protocol):
    """Chunks by the words they hold (BM25)."""

    def __len__(self) -> int:
        """Return the number of chunks."""
        ...

    def search(
        self, query: Mapping[str, Iterable[str]], k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `k` best (id, score) for tokens by field, best first; chunks that share none are out.

        Raises:
            ValueError: if `k` is below 1 or a field is not known.
        """
        ...
