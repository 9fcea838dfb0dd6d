"""Check a whole catalog: its pages, what its rows refer to, and every row's checksum."""

from __future__ import annotations

import sqlite3
import zlib

from vectorstore.rows import chunk_mark, decode_fields
from vectorstore.tables import FILE_COLUMNS, mark

_LINKS = {
    "SELECT id FROM documents LEFT JOIN texts ON document = id WHERE text IS NULL": "document {} has no text",
    "SELECT id FROM chunks LEFT JOIN embeddings ON chunk = id"
    " WHERE vector IS NULL OR length(vector) != 4 * (SELECT dimension FROM state)": (
        "chunk {} has no vector, or one of another length"
    ),
    "SELECT id FROM chunks LEFT JOIN terms ON chunk = id WHERE fields IS NULL": "chunk {} has no tokens",
    "SELECT id FROM chunks WHERE id >= (SELECT next_chunk FROM state)": "chunk {} has an id of the future",
}
_MOST = 100  # problems that are listed


def verify(connection: sqlite3.Connection) -> list[str]:
    """Return what is wrong, a line each; an empty list means that all is well."""
    problems: list[str] = []
    try:
        problems += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            problems.append(f"row {row} of {table} has no row in {parent}")
        problems += _pieces(connection)
        for statement, message in _LINKS.items():
            problems.extend(message.format(row[0]) for row in connection.execute(statement))
        problems += _marks(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        problems.append(str(error))
    return problems[:_MOST]


def _pieces(connection: sqlite3.Connection) -> list[str]:
    """Return the chunks that are not the piece of their text that they were.

    They are cut here: SQLite counts a text's characters from its start again for every chunk.
    """
    wrong: list[str] = []
    for document, text in connection.execute("SELECT document, text FROM texts ORDER BY document"):
        pieces = 'SELECT id, start, "end", mark FROM chunks WHERE document = ? ORDER BY id'
        for id_, start, end, own in connection.execute(pieces, (document,)):
            if not isinstance(text, str) or not 0 <= start < end <= len(text):
                wrong.append(f"chunk {id_} lies outside its document")
            elif chunk_mark(id_, start, end, text[start:end]) != own:
                wrong.append(f"chunk {id_} differs from its checksum")
    return wrong


def _marks(connection: sqlite3.Connection) -> list[str]:
    """Return the rows that differ from their checksums."""
    wrong: list[str] = []

    def look(statement: str, name: str) -> None:
        for *values, own in connection.execute(statement):
            if mark(*values) != own:
                wrong.append(f"{name} {values[0]} differs from its checksum")

    look("SELECT identity, generation, dimension, removed, next_chunk, mark FROM state", "the state of")
    look(f"SELECT id, name, {FILE_COLUMNS}, attributes, mark FROM documents ORDER BY id", "document")  # noqa: S608
    look("SELECT document, text, layout, mark FROM texts ORDER BY document", "the text of document")
    look("SELECT chunk, token_ids, token_mark FROM embeddings ORDER BY chunk", "the tokens of chunk")
    look("SELECT chunk, vector, mark FROM embeddings ORDER BY chunk", "the vector of chunk")
    look("SELECT chunk, fields, mark FROM terms ORDER BY chunk", "the words of chunk")
    for id_, blob in connection.execute("SELECT chunk, fields FROM terms ORDER BY chunk"):
        try:
            decode_fields(blob)
        except (ValueError, zlib.error):
            wrong.append(f"the words of chunk {id_} cannot be read")
    return wrong
