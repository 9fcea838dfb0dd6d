"""The SQLite file under the catalog: its tables, its connections and its transactions.

Threads may share a `Database`: reads run side by side, each on a connection of its own taken from a pool, and
writes queue up behind one another. Other processes may read meanwhile; only one may write.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vectorstore.base import CatalogError
from vectorstore.lock import WriterLock

_APPLICATION_ID = 0x49534E44  # "ISND"
_VERSION = 1
# The wide columns stand in tables of their own: listing documents or ids then reads few pages. AUTOINCREMENT
# promises that an id is never used twice.
_SCHEMA = (
    "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL,"
    " generation INTEGER NOT NULL, dimension INTEGER)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE skipped (name TEXT PRIMARY KEY, reason TEXT NOT NULL, digest TEXT NOT NULL,"
    " size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE documents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " digest TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, attributes TEXT NOT NULL)",
    "CREATE TABLE texts (document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,"
    " text TEXT NOT NULL)",
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,"
    ' start INTEGER NOT NULL, "end" INTEGER NOT NULL)',
    "CREATE INDEX chunks_of_document ON chunks (document)",
    "CREATE TABLE embeddings (chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,"
    " token_ids BLOB NOT NULL, vector BLOB NOT NULL)",
    "CREATE TABLE terms (chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,"
    " fields BLOB NOT NULL)",
)


class Database:
    """Connections to one database file.

    Make one with `Database.open`.
    """

    def __init__(self, path: Path, *, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self._uri = path.as_uri() + ("?mode=ro" if readonly else "")
        self._idle: list[sqlite3.Connection] = []  # readers that nobody is using
        self._pinned = threading.local()
        self._mutex = threading.RLock()  # one writing thread
        self._lock = WriterLock(path.with_name(path.name + ".lock"))
        self._depth = 0
        self._writer: sqlite3.Connection | None = None
        self._closed = False

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Database:
        """Return the database in the file `path`; its tables are made when they are not there.

        Raises:
            CatalogError: if the file is not ours, is damaged, or comes from a newer version.
            LockedError: if the tables must be made and another process keeps writing.
        """
        database = cls(Path(path).absolute(), readonly=readonly)
        try:
            if readonly:
                database._find_readable_uri()
            else:
                database._make()
            with database.reader() as connection:
                form = connection.execute("PRAGMA application_id").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
            if form != _APPLICATION_ID:
                raise CatalogError(f"{path}: not a catalog; name another folder")
            if version != _VERSION:
                raise CatalogError(f"{path}: catalog of version {version}, expected {_VERSION}; index again")
        except sqlite3.Error as error:
            database.close()
            raise CatalogError(f"{path}: {error}; delete it and index again") from error
        except BaseException:
            database.close()
            raise
        return database

    def _find_readable_uri(self) -> None:
        """Settle how a file is read from a folder that may refuse the files WAL mode needs."""
        try:
            with self.reader() as connection:
                connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError:
            log = self.path.with_name(self.path.name + "-wal")
            if not self.path.is_file() or (log.exists() and log.stat().st_size):
                raise
            # Nothing waits in a log and nobody can write here, so the file may be read as it stands.
            self._uri = self.path.as_uri() + "?immutable=1"

    def _make(self) -> None:
        """Lay out a new file; leave one that has tables alone."""
        with self.reader() as connection:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return
        with self.writing(timeout=10.0):
            connection = self._writing_connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in _SCHEMA:
                        connection.execute(statement)
                    connection.execute("INSERT INTO state VALUES (1, ?, 0, NULL)", (uuid.uuid4().hex,))
                    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connections; using the database later raises CatalogError."""
        with self._mutex:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise CatalogError(f"{self.path}: the catalog is closed")
        connection = sqlite3.connect(
            self._uri, uri=True, timeout=10.0, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _writing_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connect()
            self._writer.execute("PRAGMA journal_mode = WAL")
        return self._writer

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading."""
        pinned: sqlite3.Connection | None = getattr(self._pinned, "connection", None)
        if pinned is not None:
            yield pinned
            return
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let every read of this thread inside the block see one and the same state."""
        if getattr(self._pinned, "connection", None) is not None:
            yield
            return
        with self.reader() as connection:
            connection.execute("BEGIN")
            self._pinned.connection = connection
            try:
                yield
            finally:
                self._pinned.connection = None
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the writer's lock over the block; blocks of one thread may nest.

        Raises:
            LockedError: if another process still writes after `timeout` seconds.
            CatalogError: if the database was opened read-only.
        """
        if self.readonly:
            raise CatalogError(f"{self.path}: opened read-only")
        with self._mutex:
            if self._depth == 0:
                self._lock.acquire(timeout)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.release()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, together with the next generation, or nothing of it."""
        with self.writing():
            connection = self._writing_connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("UPDATE state SET generation = generation + 1")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def checkpoint(self) -> None:
        """Fold the log into the file and leave WAL mode, so that the file can be read from anywhere.

        The next write goes back to WAL mode.

        Raises:
            CatalogError: if another connection is still reading.
        """
        with self.writing():
            while self._idle:
                self._idle.pop().close()
            connection = self._writing_connection()
            connection.execute("PRAGMA busy_timeout = 200")
            try:
                mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            except sqlite3.OperationalError:
                mode = "locked"
            finally:
                connection.close()
                self._writer = None  # the next one goes back to WAL
            if mode != "delete":
                raise CatalogError(f"{self.path}: somebody is reading it; close it there first")
