"""The SQLite file under the catalog: its connections and its transactions.

Threads may share a `Database`: reads run side by side, each on a connection of its own taken from a pool, and
writes queue up behind one another. Other processes may read meanwhile; only one may write.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vectorstore.base import CatalogError, OutdatedError, RemakingError
from vectorstore.derived import flush_folder
from vectorstore.lock import WriterLock
from vectorstore.tables import APPLICATION_ID, SCHEMA, VERSION, State, Transaction, read_state, write_state
from vectorstore.trouble import of_disk

LONG_LOG = 4_000_000  # bytes of the log from which it is folded into the file
_FOLDING = 1_000  # milliseconds that this waits for readers
_BUSY = 10_000  # that everything else waits


def new_identity() -> str:
    """Return a name that no other catalog has."""
    return uuid.uuid4().hex


class Database:
    """Connections to one database file.

    Make one with `Database.open`.
    """

    def __init__(self, path: Path, *, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self._uri = path.as_uri() + ("?mode=ro" if readonly else "")
        self._idle: list[
            tuple[object, sqlite3.Connection]
        ] = []  # readers that nobody is using, with the file
        self._pinned = threading.local()
        self._mutex = threading.RLock()  # one writing thread
        self._lock = WriterLock(path.with_name(path.name + ".lock"))
        self._depth = 0
        self._writer: sqlite3.Connection | None = None
        self._writers_file: object = None
        self._open: Transaction | None = None  # of the thread that holds the mutex
        self._found = False  # it has been opened once
        self._closed = False

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Database:
        """Return the database in the file `path`; its tables are made when they are not there.

        Raises:
            CatalogError: if the file is not ours, is damaged, or comes from a newer version.
            OutdatedError: if it comes from an older one.
            OSError: if the disk is full, or does not let it be written.
            LockedError: if the tables must be made and another process keeps writing.
        """
        database = cls(Path(path).absolute(), readonly=readonly)
        try:
            if readonly:
                database._find_readable_uri()
            else:
                database._make()
                database._uri += "?mode=rw"  # whoever removes it makes it, and nobody else
            with database.reader() as connection:
                form = connection.execute("PRAGMA application_id").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
            if form != APPLICATION_ID:
                raise CatalogError(f"{path}: not a catalog; name another folder")
            if version != VERSION:
                kind = OutdatedError if 0 < version < VERSION else CatalogError
                raise kind(f"{path}: catalog of version {version}, expected {VERSION}; index again")
            _ = database.state
            database._found = True
        except sqlite3.Error as error:
            database.close()
            if (trouble := of_disk(error)) is not None:
                raise trouble from error
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
        except sqlite3.OperationalError as error:
            log = self.path.with_name(self.path.name + "-wal")
            if not self.path.is_file() or (log.exists() and log.stat().st_size):
                raise CatalogError(f"{self.path}: {error}; delete it and index again") from error
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
                    for statement in SCHEMA:
                        connection.execute(statement)
                    write_state(connection, State(new_identity(), 0, None, 0, 1))
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            flush_folder(self.path.parent)  # SQLite sees to the file, and not to its name

    def close(self) -> None:
        """Close the connections; using the database later raises CatalogError."""
        with self._mutex:
            self._closed = True
            self._drop_idle()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    def _file(self) -> object:
        """Return what tells this file from another that has taken its place; None where there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        if self._uri.endswith("immutable=1"):  # SQLite itself will not look whether it has changed
            return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size
        return status.st_dev, status.st_ino

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise CatalogError(f"{self.path}: the catalog is closed")
        try:
            connection = sqlite3.connect(
                self._uri, uri=True, timeout=_BUSY / 1000, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            if not self._found or self.path.exists():
                raise
            raise RemakingError(f"{self.path}: was removed") from error
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS, where a plain one stops at the drive's cache
        return connection

    def _writing_connection(self) -> sqlite3.Connection:
        file = self._file()
        if self._writer is not None and file != self._writers_file:  # the catalog was made anew
            self._writer.close()
            self._writer = None
        if self._writer is None:
            self._writer = self._connect()
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writers_file = file
        return self._writer

    @property
    def state(self) -> State:
        """Return what is known of the whole; raises CatalogError where that is damaged."""
        with self.reader() as connection:
            return read_state(connection, self.path)

    @property
    def newest(self) -> State:
        """Return the state as last committed by anybody, whatever this thread's snapshot sees."""
        before = getattr(self._pinned, "connection", None)
        self._pinned.connection = None
        try:
            return self.state
        finally:
            self._pinned.connection = before

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading; in a snapshot or a transaction of this thread, its own."""
        pinned: sqlite3.Connection | None = getattr(self._pinned, "connection", None)
        if pinned is not None:
            yield pinned
            return
        file, connection = self._borrowed()
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.append((file, connection))

    def _borrowed(self) -> tuple[object, sqlite3.Connection]:
        """Return a connection to the file that is there now, be it another one than before."""
        file = self._file()
        while self._idle:
            try:
                of, connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if of == file:
                return file, connection
            connection.close()
        return file, self._connect()

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
                if connection.in_transaction:  # or an error of the disk has ended it, and is to be heard
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
                    self._fold_log()
                    self._lock.release()

    def _fold_log(self) -> None:
        """Bring a long log back into the file.

        SQLite does it by itself when nobody reads at the moment of a commit, so under steady questions never.
        Readers are not kept waiting; this waits a little for those that began before.
        """
        log = self.path.with_name(self.path.name + "-wal")
        if self._writer is None or not log.exists() or log.stat().st_size < LONG_LOG:
            return
        with suppress(sqlite3.Error):  # they take longer, or the disk is full: after the next write, then
            self._writer.execute(f"PRAGMA busy_timeout = {_FOLDING}")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._writer.execute(f"PRAGMA busy_timeout = {_BUSY}")

    @contextmanager
    def transaction(self, *, advance: bool = True) -> Iterator[Transaction]:
        """Commit what the block does, or nothing of it; inside another transaction it is a part of that one.

        Reads of this thread inside the block see what was done so far.

        Args:
            advance: count this as a generation; False where nothing changes that anybody can see.
        """
        with self.writing():
            if self._open is not None:
                yield self._open
                return
            connection = self._writing_connection()
            before = getattr(self._pinned, "connection", None)
            connection.execute("BEGIN IMMEDIATE")
            try:
                state = read_state(connection, self.path)
                state.generation += advance
                write_state(connection, state)
                self._open = Transaction(connection, state)
                self._pinned.connection = connection
                yield self._open
                write_state(connection, state)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._open = None
                self._pinned.connection = before

    def checkpoint(self) -> None:
        """Fold the log into the file and leave WAL mode, so that the file can be read from anywhere.

        The next write goes back to WAL mode.

        Raises:
            CatalogError: if another connection is still reading.
        """
        with self.writing():
            self._drop_idle()
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
