"""The truth: documents, chunks, vectors and search tokens in one SQLite file.

A document and all its chunks go in, or out, in one transaction, so that a killed process leaves either the
old document or the new one. A chunk's id is never used twice and what it stands for never changes: an index
that holds the same ids as the catalog is up to date.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.base import (
    ChunkRecord,
    ChunkRow,
    DocumentEntry,
    DocumentRecord,
    Ids,
    Skipped,
    TokenIds,
    Vectors,
)
from vectorstore.database import Database
from vectorstore.rows import decode_fields, decode_tokens, encode_chunk, insert_document

_MANY = 500  # values in one statement; old SQLite takes 999 at most

Terms = list[tuple[int, dict[str, str]]]
"""For each chunk its id and, by field, its tokens joined by single spaces."""

_CHECKS = {
    'SELECT chunks.id FROM chunks JOIN texts USING (document) WHERE start < 0 OR "end" <= start'
    ' OR "end" > length(text)': "chunk {} lies outside its document",
    "SELECT id FROM documents LEFT JOIN texts ON document = id WHERE text IS NULL": "document {} has no text",
    "SELECT id FROM chunks LEFT JOIN embeddings ON chunk = id"
    " WHERE vector IS NULL OR length(vector) != 4 * (SELECT dimension FROM state)": (
        "chunk {} has no vector, or one of another length"
    ),
    "SELECT id FROM chunks LEFT JOIN terms ON chunk = id WHERE fields IS NULL": "chunk {} has no tokens",
}


class Catalog:
    """The documents and their chunks as last committed; threads may share it.

    Make one with `Catalog.open`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Catalog:
        """Return the catalog kept in the file `path`, made when it is not there.

        Args:
            path: the database file; its folder must exist.
            readonly: read an existing catalog, also from a folder that cannot be written.

        Raises:
            CatalogError: if the file is no catalog, is damaged, or comes from a newer version.
            LockedError: if the catalog must be made and another process is writing.
        """
        return cls(Database.open(path, readonly=readonly))

    def close(self) -> None:
        """Close the file; using the catalog later raises CatalogError."""
        self._database.close()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Return where the file is."""
        return self._database.path

    @property
    def readonly(self) -> bool:
        """Tell whether writing is refused."""
        return self._database.readonly

    def writing(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the writer's lock over a block of several writes; each write takes it by itself otherwise.

        Raises:
            LockedError: if another process still writes after `timeout` seconds.
            CatalogError: if the catalog was opened read-only.
        """
        return self._database.writing(timeout)

    def snapshot(self) -> AbstractContextManager[None]:
        """Let every read of this thread inside the block see one and the same state."""
        return self._database.snapshot()

    def checkpoint(self) -> None:
        """Make the file readable from anywhere, read-only folders included; call it before shipping one.

        Raises:
            CatalogError: if another connection is still reading.
        """
        self._database.checkpoint()

    # What is known of the whole

    def _one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        with self._database.reader() as connection:
            row = connection.execute(statement, values).fetchone()
        return row[0] if row else None

    @property
    def identity(self) -> str:
        """Return the name drawn when the catalog was made: indexes of another catalog do not fit."""
        return str(self._one("SELECT identity FROM state"))

    @property
    def generation(self) -> int:
        """Return how many commits there were: it grows with each and never falls."""
        return int(self._one("SELECT generation FROM state"))

    @property
    def dimension(self) -> int | None:
        """Return the length of the vectors, or None before the first."""
        value = self._one("SELECT dimension FROM state")
        return None if value is None else int(value)

    def __len__(self) -> int:
        """Return the number of chunks."""
        return int(self._one("SELECT count(*) FROM chunks"))

    def get_meta(self, key: str) -> str | None:
        """Return the value kept under `key`, or None."""
        value: str | None = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return value

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Keep `values` under their keys, all or none; other keys stay."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    def skipped(self) -> list[Skipped]:
        """Return the files that could not be taken in, by name."""
        with self._database.reader() as connection:
            rows = connection.execute(
                "SELECT name, reason, digest, size, mtime_ns FROM skipped ORDER BY name"
            )
            return [Skipped(*row) for row in rows]

    def set_skipped(self, files: Iterable[tuple[str, str, str, int, int]]) -> None:
        """Replace the whole list of files that could not be taken in (fields as in `Skipped`)."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM skipped")
            connection.executemany("INSERT INTO skipped VALUES (?, ?, ?, ?, ?)", list(files))

    # Writing documents

    def put(self, document: DocumentRecord, chunks: Sequence[ChunkRecord]) -> int:
        """Put `document` in place of the one of that name, with all its chunks; return the generation.

        Raises:
            ValueError: if a chunk lies outside the text, a vector is not finite or of another length than the
                rest, a token holds a space, or the text holds a NUL or a lone surrogate. Nothing is changed.
            LockedError: if another process is writing.
        """
        return self.put_many([(document, chunks)])

    def put_many(self, documents: Iterable[tuple[DocumentRecord, Sequence[ChunkRecord]]]) -> int:
        """Put many documents in one transaction, which is faster; otherwise as `put`."""
        with self._database.transaction() as connection:
            dimension = connection.execute("SELECT dimension FROM state").fetchone()[0]
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
            next_id = (last[0] if last else 0) + 1
            for document, chunks in documents:
                if dimension is None and chunks:
                    dimension = len(chunks[0].vector)
                    connection.execute("UPDATE state SET dimension = ?", (dimension,))
                connection.execute("DELETE FROM documents WHERE name = ?", (document.name,))
                key = insert_document(connection, document)
                rows = [
                    (id_, *encode_chunk(document, chunk, dimension))
                    for id_, chunk in enumerate(chunks, start=next_id)
                ]
                next_id += len(rows)
                connection.executemany(
                    "INSERT INTO chunks VALUES (?, ?, ?, ?)", [(row[0], key, row[1], row[2]) for row in rows]
                )
                connection.executemany(
                    "INSERT INTO embeddings VALUES (?, ?, ?)", [(row[0], row[3], row[4]) for row in rows]
                )
                connection.executemany("INSERT INTO terms VALUES (?, ?)", [(row[0], row[5]) for row in rows])
            generation: int = connection.execute("SELECT generation + 1 FROM state").fetchone()[0]
        return generation

    def remove(self, names: Iterable[str]) -> int:
        """Take the named documents out, in one transaction; return how many there were."""
        with self._database.transaction() as connection:
            statement = "DELETE FROM documents WHERE name = ?"
            return sum(connection.execute(statement, (name,)).rowcount for name in names)

    def rename(self, old: str, new: str) -> None:
        """Give a document another name; its chunks keep their ids, so no index changes.

        Raises:
            KeyError: if there is no document `old`.
            ValueError: if there is a document `new` already.
        """
        with self._database.transaction() as connection:
            if old != new and connection.execute("SELECT 1 FROM documents WHERE name = ?", (new,)).fetchone():
                raise ValueError(f"{new!r} is the name of another document")
            if not connection.execute("UPDATE documents SET name = ? WHERE name = ?", (new, old)).rowcount:
                raise KeyError(old)

    def touch(self, name: str, *, size: int, mtime_ns: int) -> None:
        """Note that the file was seen again with the same content but another time of change.

        Raises:
            KeyError: if there is no document of that name.
        """
        with self._database.transaction() as connection:
            found = connection.execute(
                "UPDATE documents SET size = ?, mtime_ns = ? WHERE name = ?", (size, mtime_ns, name)
            ).rowcount
            if not found:
                raise KeyError(name)

    def clear(self) -> None:
        """Take everything out: documents, skipped files, meta values, the dimension. No id is used again."""
        with self._database.transaction() as connection:
            for table in ("documents", "skipped", "meta"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            connection.execute("UPDATE state SET dimension = NULL")

    # Reading documents and chunks

    def documents(self) -> list[DocumentEntry]:
        """Return the documents without their text, in the order they came in."""
        with self._database.reader() as connection:
            rows = connection.execute(
                "SELECT name, digest, size, mtime_ns, attributes FROM documents ORDER BY id"
            )
            return [
                DocumentEntry(name, digest, size, mtime_ns, json.loads(attributes))
                for name, digest, size, mtime_ns, attributes in rows
            ]

    def document(self, name: str) -> DocumentRecord | None:
        """Return the document of that name, or None."""
        with self._database.reader() as connection:
            row = connection.execute(
                "SELECT name, text, digest, size, mtime_ns, attributes FROM documents, texts"
                " WHERE name = ? AND document = id",
                (name,),
            ).fetchone()
        if row is None:
            return None
        name, text, digest, size, mtime_ns, attributes = row
        return DocumentRecord(name, text, digest, size, mtime_ns, json.loads(attributes))

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
        pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], np.searchsorted(np.array(keys, dtype=np.int64), pairs[:, 1])

    def chunk_rows(self, ids: Iterable[int]) -> list[ChunkRow]:
        """Return the chunks of these ids, in this order; those no longer there are left out."""
        wanted = [int(id_) for id_ in ids]
        statement = (
            'SELECT chunks.id, name, start, "end", substr(text, start + 1, "end" - start), token_ids'
            " FROM chunks JOIN documents ON documents.id = chunks.document"
            " JOIN texts ON texts.document = chunks.document"
            " JOIN embeddings ON embeddings.chunk = chunks.id WHERE chunks.id IN"
        )
        found = {
            id_: ChunkRow(id_, name, start, end, text, decode_tokens(tokens))
            for id_, name, start, end, text, tokens in self._by(statement, wanted)
        }
        return [found[id_] for id_ in wanted if id_ in found]

    def token_ids(self, ids: Iterable[int]) -> tuple[Ids, list[TokenIds]]:
        """Return the ids of the chunks that are there, in this order, (n,), and the token ids of each."""
        wanted = [int(id_) for id_ in ids]
        found = dict(self._by("SELECT chunk, token_ids FROM embeddings WHERE chunk IN", wanted))
        held = [id_ for id_ in wanted if id_ in found]
        return np.array(held, dtype=np.int64), [decode_tokens(found[id_]) for id_ in held]

    # Reading all there is, to build indexes from

    def vectors(self, ids: Iterable[int] | None = None, batch: int = 4096) -> Iterator[tuple[Ids, Vectors]]:
        """Yield ids (n,) and vectors (n, d) in batches: of `ids`, or of every chunk in ascending order."""
        for rows in self._batches("SELECT chunk, vector FROM embeddings", ids, batch):
            vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
            yield np.array([row[0] for row in rows], dtype=np.int64), vectors.reshape(len(rows), -1)

    def terms(self, ids: Iterable[int] | None = None, batch: int = 1024) -> Iterator[Terms]:
        """Yield the search tokens in batches: of `ids`, or of every chunk in ascending order."""
        for rows in self._batches("SELECT chunk, fields FROM terms", ids, batch):
            yield [(row[0], decode_fields(row[1])) for row in rows]

    def _batches(
        self, statement: str, ids: Iterable[int] | None, batch: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        if ids is not None:
            wanted = [int(id_) for id_ in ids]
            for start in range(0, len(wanted), batch):
                rows = sorted(self._by(statement + " WHERE chunk IN", wanted[start : start + batch]))
                if rows:
                    yield rows
            return
        with self._database.reader() as connection:
            cursor = connection.execute(statement + " ORDER BY chunk")
            while rows := cursor.fetchmany(batch):
                yield rows

    def verify(self) -> list[str]:
        """Return what is wrong with the file, a line each; an empty list means that all is well."""
        with self._database.reader() as connection:
            try:
                problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
                for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
                    problems.append(f"row {row} of {table} has no row in {parent}")
                for statement, message in _CHECKS.items():
                    problems.extend(message.format(row[0]) for row in connection.execute(statement))
            except sqlite3.DatabaseError as error:
                return [str(error)]
        return problems
