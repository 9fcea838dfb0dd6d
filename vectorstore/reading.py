"""Reading the catalog: what is in it, in a listing, row by row, or all of it in batches."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.base import (
    CatalogError,
    ChunkRow,
    DocumentEntry,
    DocumentRecord,
    FileEntry,
    Ids,
    Skipped,
    TokenIds,
    Vectors,
)
from vectorstore.database import Database
from vectorstore.rows import chunk_mark, decode_fields, decode_tokens
from vectorstore.tables import FILE_COLUMNS, State, mark

_FILE_TYPES = [str, str, int, int, int, int]
_MANY = 500  # values in one statement; old SQLite takes 999 at most
_DOCUMENT = f"documents.id, name, {FILE_COLUMNS}, attributes, documents.mark"

Terms = list[tuple[int, dict[str, str]]]
"""For each chunk its id and, by field, its tokens joined by single spaces."""


class CatalogReader:
    """The documents and their chunks as last committed; threads may share it.

    Every row is compared with its checksum on the way out, and one that differs raises CatalogError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Close the file; using the catalog later raises CatalogError."""
        self._database.close()

    @property
    def path(self) -> Path:
        """Return where the file is."""
        return self._database.path

    @property
    def readonly(self) -> bool:
        """Tell whether writing is refused."""
        return self._database.readonly

    def snapshot(self) -> AbstractContextManager[None]:
        """Let every read of this thread inside the block see one and the same state."""
        return self._database.snapshot()

    def _damaged(self, what: str) -> CatalogError:
        return CatalogError(f"{self.path}: {what} is damaged; delete it and index again")

    # What is known of the whole

    def _one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        with self._database.reader() as connection:
            row = connection.execute(statement, values).fetchone()
        return row[0] if row else None

    @property
    def state(self) -> State:
        """Return how the catalog stands, all of one moment."""
        return self._database.state

    @property
    def newest(self) -> State:
        """Return how the catalog stands by now, also in a block that sees an earlier moment."""
        return self._database.newest

    @property
    def identity(self) -> str:
        """Return the name drawn when the catalog was made: indexes of another catalog do not fit."""
        return self._database.state.identity

    @property
    def generation(self) -> int:
        """Return how many commits there were that anybody can see: it grows with each and never falls."""
        return self._database.state.generation

    @property
    def removed(self) -> int:
        """Return the generation that last took chunks away: an index of an older one finds what is gone."""
        return self._database.state.removed

    @property
    def dimension(self) -> int | None:
        """Return the length of the vectors, or None before the first."""
        return self._database.state.dimension

    def __len__(self) -> int:
        """Return the number of chunks."""
        return int(self._one("SELECT count(*) FROM chunks"))

    def count(self) -> int:
        """Return the number of documents."""
        return int(self._one("SELECT count(*) FROM documents"))

    def get_meta(self, key: str) -> str | None:
        """Return the value kept under `key`, or None."""
        value: str | None = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return value

    def skipped(self) -> list[Skipped]:
        """Return the files that could not be taken in, by name."""
        with self._database.reader() as connection:
            rows = connection.execute(
                "SELECT name, reason, digest, size, mtime_ns, file, ctime_ns, inode"
                " FROM skipped ORDER BY name"
            )
            found = [Skipped(*row) for row in rows]
        kinds = [str, str, str, int, int, str, int, int]
        if not all([type(value) for value in each] == kinds for each in found):
            raise self._damaged("the list of skipped files")
        return found

    def files(self) -> dict[str, FileEntry]:
        """Return the files that were read, by name, as they then were; those that hold many documents, too.

        Of size -1 where not all that came of a file was read from it at one time.
        """
        return self._files("SELECT name, {} FROM documents UNION ALL SELECT name, {} FROM skipped")

    def staged(self) -> dict[str, FileEntry]:
        """Return the files that documents wait from which are to replace others; likewise."""
        return self._files("SELECT name, {} FROM staged")

    def _files(self, statement: str) -> dict[str, FileEntry]:
        found: dict[str, FileEntry] = {}
        with self._database.reader() as connection:
            for name, file, *rest in connection.execute(statement.replace("{}", FILE_COLUMNS)):
                entry = FileEntry(file or name, *rest)
                if [
                    type(value) for value in entry
                ] != _FILE_TYPES:  # these rows' checksums are looked at later
                    raise self._damaged("the list of files")
                if found.setdefault(entry.name, entry) != entry:
                    found[entry.name] = entry._replace(size=-1)
        return found

    # Documents

    def documents(self) -> list[DocumentEntry]:
        """Return the documents without their text, in the order they came in."""
        with self._database.reader() as connection:
            rows = connection.execute(f"SELECT {_DOCUMENT} FROM documents ORDER BY id")  # noqa: S608
            return [self._entry(row) for row in rows]

    def _entry(self, row: tuple[Any, ...]) -> DocumentEntry:
        name, file, digest, size, mtime_ns, _, _, attributes, found = row[1:]
        if mark(*row[:-1]) != found:
            raise self._damaged(f"document {row[0]}")
        return DocumentEntry(name, digest, size, mtime_ns, json.loads(attributes), file)

    def document(self, name: str) -> DocumentRecord | None:
        """Return the document of that name, or None."""
        with self._database.reader() as connection:
            row = connection.execute(
                f"SELECT {_DOCUMENT} FROM documents WHERE name = ?",  # noqa: S608
                (name,),
            ).fetchone()
            if row is None:
                return None
            entry = self._entry(row)
            held = connection.execute(
                "SELECT text, layout, mark FROM texts WHERE document = ?", row[:1]
            ).fetchone()
        if entry.name != name or held is None or mark(row[0], *held[:2]) != held[2]:
            raise self._damaged(f"document {row[0]}")
        ctime_ns, inode = row[6:8]
        return DocumentRecord(
            name,
            held[0],
            entry.digest,
            entry.size,
            entry.mtime_ns,
            entry.attributes,
            entry.file,
            ctime_ns,
            inode,
            held[1],
        )

    def names(self) -> dict[str, list[str]]:
        """Return the names of the documents that came of each file, in the order they came in."""
        found: dict[str, list[str]] = {}
        with self._database.reader() as connection:
            for name, file in connection.execute("SELECT name, file FROM documents ORDER BY id"):
                if not isinstance(name, str) or not isinstance(file, str):
                    raise self._damaged("the list of documents")
                found.setdefault(file or name, []).append(name)
        return found

    # Chunks

    def _by(self, statement: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement that ends in ``IN``, for any number of values."""
        wanted = list(values)
        with self._database.reader() as connection:
            for start in range(0, len(wanted), _MANY):
                some = wanted[start : start + _MANY]
                yield from connection.execute(f"{statement} ({', '.join('?' * len(some))})", some)

    def chunk_ids(self, documents: Collection[str] | None = None) -> Ids:
        """Return the ids of the chunks of the named documents (of all, by default), ascending; (n,)."""
        if documents is None:
            with self._database.reader() as connection:
                ids = [row[0] for row in connection.execute("SELECT id FROM chunks ORDER BY id")]
        else:
            statement = (
                "SELECT chunks.id FROM documents JOIN chunks ON chunks.document = documents.id WHERE name IN"
            )
            ids = sorted(row[0] for row in self._by(statement, documents))
        return np.array(ids, dtype=np.int64)

    def owners(self) -> tuple[Ids, Ids]:
        """Return the id of every chunk, ascending, and the place of its document in `documents`; (n,), (n,).

        Inside `snapshot` where both are read.
        """
        with self.snapshot(), self._database.reader() as connection:
            keys = [row[0] for row in connection.execute("SELECT id FROM documents ORDER BY id")]
            rows = connection.execute("SELECT id, document FROM chunks ORDER BY id").fetchall()
        if not all(type(value) is int for row in rows for value in row):
            raise self._damaged("the list of chunks")
        pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
        known = np.array(keys, dtype=np.int64)
        places = np.searchsorted(known, pairs[:, 1])
        if len(pairs) and (not len(known) or (known.take(places, mode="clip") != pairs[:, 1]).any()):
            raise self._damaged("the list of documents")
        return pairs[:, 0], places

    def chunk_rows(self, ids: Iterable[int]) -> list[ChunkRow]:
        """Return the chunks of these ids, in this order; those no longer there are left out."""
        wanted = [int(id_) for id_ in ids]
        statement = (
            'SELECT chunks.id, chunks.document, name, start, "end", token_ids, chunks.mark, token_mark'
            " FROM chunks LEFT JOIN documents ON documents.id = chunks.document"
            " LEFT JOIN embeddings ON embeddings.chunk = chunks.id WHERE chunks.id IN"
        )
        found = {}
        with self.snapshot():
            rows = list(self._by(statement, wanted))
            if not all(type(row[1]) is int for row in rows):
                raise self._damaged("the list of chunks")
            rows.sort(key=itemgetter(1))
            for document, some in groupby(rows, key=itemgetter(1)):
                # SQLite would read a text once for each chunk: of a large one, from its first page on.
                text = self._one("SELECT text FROM texts WHERE document = ?", (document,))
                for id_, _, name, start, end, tokens, own, token_mark in some:
                    kinds = [type(value) for value in (name, text, start, end, tokens)]
                    if kinds != [str, str, int, int, bytes] or mark(id_, tokens) != token_mark:
                        raise self._damaged(f"chunk {id_}")
                    piece = text[start:end]
                    if chunk_mark(id_, start, end, piece) != own:
                        raise self._damaged(f"chunk {id_}")
                    found[id_] = ChunkRow(id_, name, start, end, piece, decode_tokens(tokens))
        return [found[id_] for id_ in wanted if id_ in found]

    def token_ids(self, ids: Iterable[int]) -> tuple[Ids, list[TokenIds]]:
        """Return the ids of the chunks that are there, in this order, (n,), and the token ids of each."""
        wanted = [int(id_) for id_ in ids]
        found = {}
        for id_, tokens, own in self._by(
            "SELECT chunk, token_ids, token_mark FROM embeddings WHERE chunk IN", wanted
        ):
            if not isinstance(tokens, bytes) or mark(id_, tokens) != own:
                raise self._damaged(f"chunk {id_}")
            found[id_] = tokens
        held = [id_ for id_ in wanted if id_ in found]
        return np.array(held, dtype=np.int64), [decode_tokens(found[id_]) for id_ in held]

    # All there is, to build indexes from

    def vectors(self, ids: Iterable[int] | None = None, batch: int = 4096) -> Iterator[tuple[Ids, Vectors]]:
        """Yield ids (n,) and vectors (n, d) in batches: of `ids`, or of every chunk in ascending order."""
        for rows in self._batches("SELECT chunk, vector, mark FROM embeddings", ids, batch):
            vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
            yield np.array([row[0] for row in rows], dtype=np.int64), vectors.reshape(len(rows), -1)

    def terms(self, ids: Iterable[int] | None = None, batch: int = 1024) -> Iterator[Terms]:
        """Yield the search tokens in batches: of `ids`, or of every chunk in ascending order."""
        for rows in self._batches("SELECT chunk, fields, mark FROM terms", ids, batch):
            yield [(row[0], decode_fields(row[1])) for row in rows]

    def _batches(
        self, statement: str, ids: Iterable[int] | None, batch: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        if ids is not None:
            wanted = [int(id_) for id_ in ids]
            for start in range(0, len(wanted), batch):
                rows = sorted(self._by(statement + " WHERE chunk IN", wanted[start : start + batch]))
                if rows:
                    yield self._whole(rows)
            return
        with self._database.reader() as connection:
            cursor = connection.execute(statement + " ORDER BY chunk")
            while rows := cursor.fetchmany(batch):
                yield self._whole(rows)

    def _whole(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        for id_, blob, own in rows:
            if not isinstance(blob, bytes) or mark(id_, blob) != own:
                raise self._damaged(f"chunk {id_}")
        return rows
