"""A collection and a visitor's own documents, asked together and kept apart.

The collection's index is only read. The own documents have an index of their own, of which nobody knows who
has not been given it. Their names begin with `OWN`, which no file of a collection does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.filters import Filters, Listing, state_of
from rag.index import FIELDS, Index, explained
from rag.schema import Document
from rag.settings import Settings
from rag.sync import FileState
from vectorstore.base import Ids
from vectorstore.store import Store
from vectorstore.united import MOVED, United

OWN = "~/"  # a file or folder whose name begins with ~ is never read (`corpus.scan`)


def own_index(home: Path, index: Index, settings: Settings) -> Index:
    """Return a new, empty index in the folder `home`, with the models of another."""
    with explained(home):
        store = Store.open(home, fields=FIELDS, dimension=index.encoder.dimension)
        store.sync()
    return Index(store, index.encoder, index.tokens, home, settings)


def add(index: Index, documents: Iterable[Document]) -> None:
    """Put documents into an index that has no folder; those of the same id are replaced.

    Raises:
        StoreError: if it cannot be written.
    """
    pairs = [(each, FileState(each.sha256, len(each.text), 0)) for each in documents]
    with explained(index.home):
        index.store.catalog.put_many(index.make_recorder(index.encoder).records(pairs))
        index.store.sync()


def remove(index: Index, names: Collection[str]) -> None:
    """Take documents out of an index that has no folder."""
    with explained(index.home):
        index.store.catalog.remove(names)
        index.store.sync()


class Together:
    """Two indexes as a `Pipeline` asks one."""

    def __init__(self, shared: Index, own: Index) -> None:
        self._shared, self._own = shared, own
        self.encoder, self.tokens, self.analyzer = shared.encoder, shared.tokens, shared.analyzer
        self.folder, self.report = shared.folder, shared.report
        self.store = United(shared.store, own.store, OWN)
        self._listing: Listing | None = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let everything that this thread reads in the block be of one state of each index."""
        with self._shared.reading(), self._own.reading():
            yield

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return every document that meets `filters`: the collection's, then the own, each by id."""
        if filters:
            return [self.document(name) for name in self._list().names(filters)]
        return [*self._shared.documents(), *(_named(each) for each in self._own.documents())]

    def document(self, document_id: str) -> Document:
        """Return one document.

        Raises:
            DocumentError: if there is none of that id.
        """
        if document_id.startswith(OWN):
            return _named(self._own.document(document_id.removeprefix(OWN)))
        return self._shared.document(document_id)

    def select(self, filters: Filters | None) -> Ids | None:
        """Return the ids of the chunks of the documents that meet `filters`; as `Index.select`."""
        return self._list().chunks(filters) if filters else None

    @property
    def languages(self) -> frozenset[str]:
        """Return the languages of the documents, ISO 639-1, where they are known."""
        return self._shared.languages | self._own.languages

    def skipped(self) -> list[tuple[str, str]]:
        """Return the files of the collection that could not be read: (name, reason)."""
        return self._shared.skipped()

    def close(self) -> None:
        """Close the own index; the collection's is not this one's."""
        self._own.close()

    def _list(self) -> Listing:
        """Return the listing of both catalogs as they are."""
        one, other = self._shared.store.catalog, self._own.store.catalog
        now = state_of(one), state_of(other)
        if self._listing is None or self._listing.state != now:
            with one.snapshot(), other.snapshot():
                now = state_of(one), state_of(other)
                entries, more = one.documents(), other.documents()
                (ids, owners), (own_ids, own_owners) = one.owners(), other.owners()
            listed = [*entries, *(each._replace(name=OWN + each.name) for each in more)]
            all_ids = np.concatenate([ids, own_ids + MOVED])
            all_owners = np.concatenate([owners, own_owners + len(entries)])
            self._listing = Listing(now, listed, all_ids, all_owners)
        return self._listing


def _named(document: Document) -> Document:
    return replace(document, id=OWN + document.id)
