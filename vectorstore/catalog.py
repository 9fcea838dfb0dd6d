"""The truth: documents, chunks, vectors and search tokens in one SQLite file.

A document and all its chunks go in, or out, in one transaction, so that a killed process leaves either the
old document or the new one. A chunk's id is never used twice and what it stands for never changes: an index
that holds the same ids as the catalog is up to date.

What is new may be put in at once: nobody finds it before the indexes hold it. What is to *replace* a document
is staged, and safe from then on, but takes its place only with `publish`, in the transaction that the new
indexes are built from; until then readers find the old document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from vectorstore.base import ChunkRecord, DocumentRecord, FileEntry, Skipped
from vectorstore.checking import verify
from vectorstore.database import Database, new_identity
from vectorstore.reading import CatalogReader
from vectorstore.reading import Terms as Terms
from vectorstore.rows import Row, encode_chunk, encode_document, insert_chunks, insert_document
from vectorstore.tables import FILE_COLUMNS, OF_FILE, Transaction, mark

_STATE = ("digest", "size", "mtime_ns", "ctime_ns", "inode")  # of a file
_COLUMNS = ("name", *FILE_COLUMNS.split(", "), "attributes")


class Catalog(CatalogReader):
    """The catalog, and how it is written.

    Make one with `Catalog.open`.
    """

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Catalog:
        """Return the catalog kept in the file `path`, made when it is not there.

        Args:
            path: the database file; its folder must exist.
            readonly: read an existing catalog, also from a folder that cannot be written.

        Raises:
            CatalogError: if the file is no catalog, is damaged, or comes from another version.
            LockedError: if the catalog must be made and another process is writing.
            OSError: if the disk is full, or does not let it be written.
        """
        return cls(Database.open(path, readonly=readonly))

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def writing(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the writer's lock over a block of several writes; each write takes it by itself otherwise.

        Raises:
            LockedError: if another process still writes after `timeout` seconds.
            CatalogError: if the catalog was opened read-only.
        """
        return self._database.writing(timeout)

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Make the writes of a block one: all of them are committed when it ends, or none.

        Reads of this thread inside the block see what was written so far.
        """
        return self._database.transaction()

    def checkpoint(self) -> None:
        """Make the file readable from anywhere, read-only folders included; call it before shipping one.

        Raises:
            CatalogError: if another connection is still reading.
        """
        self._database.checkpoint()

    def set_meta(self, values: Mapping[str, str | None]) -> None:
        """Keep `values` under their keys, and nothing under those of None, all at once; other keys stay."""
        kept = [(key, value) for key, value in values.items() if value is not None]
        with self._database.transaction() as transaction:
            transaction.connection.executemany("DELETE FROM meta WHERE key = ?", [(key,) for key in values])
            transaction.connection.executemany("INSERT INTO meta VALUES (?, ?)", kept)

    def set_skipped(self, files: Iterable[Skipped | tuple[str, str, str, int, int]]) -> None:
        """Replace the whole list of files that could not be taken in (fields as in `Skipped`)."""
        with self._database.transaction() as transaction:
            transaction.connection.execute("DELETE FROM skipped")
            transaction.connection.executemany(
                "INSERT INTO skipped (name, reason, digest, size, mtime_ns, file, ctime_ns, inode)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [Skipped(*file) for file in files],
            )

    def renew(self) -> None:
        """Take another identity, so that no index fits that was made before."""
        with self._database.transaction() as transaction:
            transaction.state.identity = new_identity()

    # Documents that are there at once

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
        with self._database.transaction() as transaction:
            for document, chunks in documents:
                rows = _encoded(transaction, document, chunks)
                self._remove(transaction, document.name)
                key = insert_document(transaction, encode_document(document), document.text, document.layout)
                insert_chunks(transaction, key, document.text, rows)
            return transaction.state.generation

    def remove(self, names: Iterable[str]) -> int:
        """Take the named documents out, in one transaction; return how many there were."""
        with self._database.transaction() as transaction:
            return sum(self._remove(transaction, name) for name in names)

    @staticmethod
    def _remove(transaction: Transaction, name: str) -> int:
        gone = transaction.connection.execute("DELETE FROM documents WHERE name = ?", (name,)).rowcount
        if gone:
            transaction.state.removed = transaction.state.generation
        return gone

    def rename(self, old: str, new: str, file: str = "") -> None:
        """Give a document another name; its chunks keep their ids, so no index changes.

        Args:
            old: the name it has.
            new: the name it gets.
            file: that holds it now, where that has another name.

        Raises:
            KeyError: if there is no document `old`.
            ValueError: if there is a document `new` already.
        """
        with self._database.transaction() as transaction:
            connection = transaction.connection
            if old != new and connection.execute("SELECT 1 FROM documents WHERE name = ?", (new,)).fetchone():
                raise ValueError(f"{new!r} is the name of another document")
            if not self._amend(transaction, "documents", "name = ?1", old, name=new, file=file):
                raise KeyError(old)

    def settle(self, files: Iterable[FileEntry]) -> None:
        """Note how these files were when all that came of them was read, also for documents that wait."""
        with self._database.transaction() as transaction:
            for name, *state in files:
                new: dict[str, Any] = dict(zip(_STATE, state, strict=True))
                for table in ("documents", "staged"):
                    self._amend(transaction, table, OF_FILE.replace("?", "?1"), name, **new)

    def _amend(
        self, transaction: Transaction, table: str, condition: str, value: str, **new: str | int
    ) -> int:
        """Change columns of the rows that meet a condition, and their checksums; return how many there are.

        Raises:
            CatalogError: if such a row is damaged, which a new checksum would hide.
        """
        columns = ("id", *_COLUMNS) if table == "documents" else (*_COLUMNS, "text", "layout")
        rows = transaction.connection.execute(
            f"SELECT id, mark, {', '.join(columns)} FROM {table} WHERE {condition}",  # noqa: S608 - our own names
            (value,),
        ).fetchall()
        for id_, own, *held in rows:
            if mark(*held) != own:
                raise self._damaged(f"document {id_}")
            changed = dict(zip(columns, held, strict=True)) | new
            transaction.connection.execute(
                f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in new)}, mark = ? WHERE id = ?",  # noqa: S608
                (*new.values(), mark(*changed.values()), id_),
            )
        return len(rows)

    def clear(self) -> None:
        """Take everything out: documents, skipped files, meta values, the dimension. No id is used again."""
        with self._database.transaction() as transaction:
            for table in ("documents", "staged", "skipped", "meta"):
                transaction.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            transaction.state.dimension = None
            transaction.state.removed = transaction.state.generation

    # Documents that are to replace others

    def stage_many(self, documents: Iterable[tuple[DocumentRecord, Sequence[ChunkRecord]]]) -> None:
        """Keep documents until `publish`, in one transaction; one that waits under the same name is replaced.

        Raises:
            ValueError, LockedError: as `put`.
        """
        with self._database.transaction(advance=False) as transaction:
            connection = transaction.connection
            for document, chunks in documents:
                rows = _encoded(transaction, document, chunks)
                values = (*encode_document(document), document.text, document.layout)
                connection.execute("DELETE FROM staged WHERE name = ?", (document.name,))
                key = connection.execute(
                    f"INSERT INTO staged (name, {FILE_COLUMNS}, attributes, text, layout, mark)"  # noqa: S608
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, mark(*values)),
                ).lastrowid
                connection.executemany(
                    'INSERT INTO staged_chunks (document, start, "end", token_ids, vector, fields, mark)'
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [(key, *row, mark(*row)) for row in rows],
                )

    def unstage(self, files: Collection[str]) -> None:
        """Drop the documents that wait from these files."""
        with self._database.transaction(advance=False) as transaction:
            transaction.connection.executemany(
                f"DELETE FROM staged WHERE {OF_FILE.replace('?', '?1')}",  # noqa: S608
                [(name,) for name in files],
            )

    def publish(self) -> int:
        """Put the documents that wait in place of those of their names; return how many there were.

        Raises:
            CatalogError: if one is damaged.
        """
        with self._database.transaction() as transaction:
            connection = transaction.connection
            keys = [row[0] for row in connection.execute("SELECT id FROM staged ORDER BY id")]
            for staged in keys:
                row = connection.execute(
                    f"SELECT name, {FILE_COLUMNS}, attributes, text, layout, mark FROM staged WHERE id = ?",  # noqa: S608
                    (staged,),
                ).fetchone()
                if row is None:
                    raise self._damaged("what waits to be published")
                *values, text, layout, own = row
                rows = connection.execute(
                    'SELECT start, "end", token_ids, vector, fields, mark FROM staged_chunks'
                    " WHERE document = ? ORDER BY id",
                    (staged,),
                ).fetchall()
                if mark(*values, text, layout) != own or any(mark(*row[:-1]) != row[-1] for row in rows):
                    raise self._damaged(f"what waits to replace {values[0]}")
                self._remove(transaction, values[0])
                key = insert_document(transaction, values, text, layout)
                insert_chunks(transaction, key, text, [Row(*row[:-1]) for row in rows])
            connection.execute("DELETE FROM staged")
            return len(keys)

    def verify(self) -> list[str]:
        """Return what is wrong with the file, a line each; an empty list means that all is well."""
        with self._database.reader() as connection:
            return verify(connection)


def _encoded(transaction: Transaction, document: DocumentRecord, chunks: Sequence[ChunkRecord]) -> list[Row]:
    state = transaction.state
    if state.dimension is None and chunks:
        state.dimension = len(chunks[0].vector)
    return [encode_chunk(document, chunk, state.dimension or 0) for chunk in chunks]
