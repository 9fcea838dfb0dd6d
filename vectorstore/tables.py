"""The catalog's tables, and the one row that says how things stand.

SQLite keeps no checksums of its pages: a flipped bit in a text would be quoted as if it had been written. So
every row that an answer is made from carries a `mark`, the CRC-32 of what it holds and of its key, which is
compared when it is read. Those of `meta` and `skipped` carry none: nothing is quoted from them.
"""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import astuple, dataclass
from pathlib import Path

from vectorstore.base import CatalogError, RemakingError

APPLICATION_ID = 0x49534E44  # "ISND"
VERSION = 3
_FILE = (
    "file TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
    " ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL"
)
# The wide columns stand in tables of their own: listing documents or ids then reads few pages. A document
# that is to replace another waits in `staged` until the indexes that hold it are there, too.
SCHEMA = (
    "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL,"
    " generation INTEGER NOT NULL, dimension INTEGER, removed INTEGER NOT NULL,"
    " next_chunk INTEGER NOT NULL, mark INTEGER NOT NULL)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"CREATE TABLE skipped (name TEXT PRIMARY KEY, reason TEXT NOT NULL, {_FILE}) WITHOUT ROWID",
    "CREATE TABLE documents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    f" {_FILE}, attributes TEXT NOT NULL, mark INTEGER NOT NULL)",
    "CREATE INDEX documents_of_file ON documents (file)",
    "CREATE TABLE texts (document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,"
    " text TEXT NOT NULL, layout TEXT NOT NULL, mark INTEGER NOT NULL)",
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY,"
    " document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,"
    ' start INTEGER NOT NULL, "end" INTEGER NOT NULL, mark INTEGER NOT NULL)',
    "CREATE INDEX chunks_of_document ON chunks (document)",
    "CREATE TABLE embeddings (chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,"
    " token_ids BLOB NOT NULL, token_mark INTEGER NOT NULL, vector BLOB NOT NULL, mark INTEGER NOT NULL)",
    "CREATE TABLE terms (chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,"
    " fields BLOB NOT NULL, mark INTEGER NOT NULL)",
    f"CREATE TABLE staged (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, {_FILE},"
    " attributes TEXT NOT NULL, text TEXT NOT NULL, layout TEXT NOT NULL, mark INTEGER NOT NULL)",
    "CREATE TABLE staged_chunks (id INTEGER PRIMARY KEY,"
    ' document INTEGER NOT NULL REFERENCES staged ON DELETE CASCADE, start INTEGER NOT NULL, "end" INTEGER'
    " NOT NULL, token_ids BLOB NOT NULL, vector BLOB NOT NULL, fields BLOB NOT NULL, mark INTEGER NOT NULL)",
    "CREATE INDEX chunks_of_staged ON staged_chunks (document)",
)
FILE_COLUMNS = "file, digest, size, mtime_ns, ctime_ns, inode"
OF_FILE = "(file = ? OR (name = ? AND file = ''))"
"""Tells the rows of one file; most files hold one document, which has their name."""


@dataclass(slots=True)
class State:
    """How the catalog stands."""

    identity: str  # drawn when it was made
    generation: int
    dimension: int | None
    removed: int  # the generation that last took chunks away; indexes of an older one find what is gone
    next_chunk: int  # the id that the next chunk gets; none is used twice


@dataclass(slots=True)
class Transaction:
    """A write that is under way; `state` is written when it ends."""

    connection: sqlite3.Connection
    state: State


def mark(*values: object) -> int:
    """Return the checksum of a row's values, its key among them."""
    crc = 0
    for value in values:
        raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        crc = zlib.crc32(raw, zlib.crc32(b"%d:" % len(raw), crc))
    return crc


def read_state(connection: sqlite3.Connection, path: Path) -> State:
    """Return the state that a connection sees.

    Raises:
        RemakingError: if the tables are about to be made.
        CatalogError: if it is missing or damaged.
    """
    try:
        row = connection.execute(
            "SELECT identity, generation, dimension, removed, next_chunk, mark FROM state"
        ).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        raise RemakingError(f"{path}: has no tables yet") from error
    if row is None or mark(*row[:-1]) != row[-1]:
        raise CatalogError(f"{path}: the state is damaged; delete it and index again")
    return State(*row[:-1])


def write_state(connection: sqlite3.Connection, state: State) -> None:
    """Put the state in place of the one before."""
    values = astuple(state)
    connection.execute("INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?)", (*values, mark(*values)))
