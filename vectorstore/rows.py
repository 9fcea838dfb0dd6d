"""How records become rows of the catalog, and what is checked on the way in and on the way out."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vectorstore.base import ChunkRecord, DocumentRecord, TokenIds
from vectorstore.tables import FILE_COLUMNS, Transaction, mark


class Row(NamedTuple):
    """A chunk as it is stored."""

    start: int
    end: int
    token_ids: bytes
    vector: bytes
    fields: bytes


def encode_document(document: DocumentRecord) -> tuple[Any, ...]:
    """Return name, the state of the file, and attributes, as they are stored.

    Raises:
        ValueError: if the text holds a NUL or a lone surrogate.
    """
    if "\0" in document.text:
        raise ValueError(f"{document.name}: the text holds a NUL; map it to another character first")
    try:
        (document.name + document.text + document.layout).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{document.name!r}: a lone surrogate; map it to another character first") from error
    attributes = json.dumps(dict(document.attributes), ensure_ascii=False)
    return (
        document.name,
        document.file,
        document.digest,
        document.size,
        document.mtime_ns,
        document.ctime_ns,
        document.inode,
        attributes,
    )


def encode_chunk(document: DocumentRecord, chunk: ChunkRecord, dimension: int) -> Row:
    """Return a chunk as it is stored.

    Raises:
        ValueError: if it lies outside the text, its vector is not finite or of another length, a token holds
            a space, or a token id does not fit.
    """
    where = f"{document.name}: chunk {chunk.start}:{chunk.end}"
    if not 0 <= chunk.start < chunk.end <= len(document.text):
        raise ValueError(f"{where} is empty or outside the text of {len(document.text)} code points")
    vector = np.asarray(chunk.vector, dtype="<f4")
    if vector.shape != (dimension,) or not np.isfinite(vector).all():
        raise ValueError(f"{where}: vector of shape {vector.shape}, expected {dimension} finite numbers")
    tokens = np.asarray(chunk.token_ids)
    if tokens.size and (tokens.min() < 0 or tokens.max() > np.iinfo(np.uint16).max):
        raise ValueError(f"{where}: token ids outside 0..65535")
    fields = {}
    for name, words in chunk.fields.items():
        fields[name] = " ".join(words)
        if fields[name].split() != list(words):
            raise ValueError(f"{where}: a token of field {name!r} is empty or holds a space")
    terms = json.dumps(fields, ensure_ascii=False).encode()
    blob = tokens.astype("<u2").tobytes()
    return Row(chunk.start, chunk.end, blob, vector.tobytes(), zlib.compress(terms, 1))


def insert_document(transaction: Transaction, values: Sequence[Any], text: str, layout: str) -> int:
    """Insert a document, as `encode_document` returns it, without its chunks; return its key."""
    connection = transaction.connection
    key = connection.execute(
        f"INSERT INTO documents (name, {FILE_COLUMNS}, attributes, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",  # noqa: S608
        values,
    ).lastrowid
    assert key is not None  # noqa: S101 - tells mypy what SQLite promises
    connection.execute("UPDATE documents SET mark = ? WHERE id = ?", (mark(key, *values), key))
    connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (key, text, layout, mark(key, text, layout)))
    return key


def insert_chunks(transaction: Transaction, key: int, text: str, rows: Sequence[Row]) -> None:
    """Insert the chunks of the document that has this key."""
    connection, first = transaction.connection, transaction.state.next_chunk
    transaction.state.next_chunk += len(rows)
    numbered = list(enumerate(rows, start=first))
    marks = (chunk_mark(id_, row.start, row.end, text[row.start : row.end]) for id_, row in numbered)
    connection.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?)",
        [(id_, key, row.start, row.end, own) for (id_, row), own in zip(numbered, marks, strict=True)],
    )
    connection.executemany(
        "INSERT INTO embeddings VALUES (?, ?, ?, ?, ?)",
        [(id_, r.token_ids, mark(id_, r.token_ids), r.vector, mark(id_, r.vector)) for id_, r in numbered],
    )
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?, ?)", [(id_, r.fields, mark(id_, r.fields)) for id_, r in numbered]
    )


def chunk_mark(id_: int, start: int, end: int, text: str) -> int:
    """Return the checksum of a chunk and of its words."""
    return mark(id_, start, end, text)


def decode_tokens(blob: bytes) -> TokenIds:
    """Return the token ids, (t,)."""
    return np.frombuffer(blob, dtype="<u2")


def decode_fields(blob: bytes) -> dict[str, str]:
    """Return the tokens of each field, joined by single spaces."""
    fields: dict[str, str] = json.loads(zlib.decompress(blob))
    return fields
