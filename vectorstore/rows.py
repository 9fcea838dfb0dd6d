"""How records become rows of the catalog, and what is checked on the way in."""

from __future__ import annotations

import json
import sqlite3
import zlib

import numpy as np

from vectorstore.base import ChunkRecord, DocumentRecord, TokenIds


def insert_document(connection: sqlite3.Connection, document: DocumentRecord) -> int:
    """Insert a document without its chunks; return its key."""
    if "\0" in document.text:
        raise ValueError(f"{document.name}: the text holds a NUL; map it to another character first")
    attributes = json.dumps(dict(document.attributes), ensure_ascii=False)
    try:
        key = connection.execute(
            "INSERT INTO documents (name, digest, size, mtime_ns, attributes) VALUES (?, ?, ?, ?, ?)",
            (document.name, document.digest, document.size, document.mtime_ns, attributes),
        ).lastrowid
        connection.execute("INSERT INTO texts VALUES (?, ?)", (key, document.text))
    except UnicodeEncodeError as error:
        raise ValueError(f"{document.name!r}: a lone surrogate; map it to another character first") from error
    assert key is not None  # noqa: S101 - tells mypy what SQLite promises
    return key


def encode_chunk(
    document: DocumentRecord, chunk: ChunkRecord, dimension: int
) -> tuple[int, int, bytes, bytes, bytes]:
    """Return start, end, token ids, vector and fields as they are stored."""
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
    return chunk.start, chunk.end, tokens.astype("<u2").tobytes(), vector.tobytes(), zlib.compress(terms, 1)


def decode_tokens(blob: bytes) -> TokenIds:
    """Return the token ids, (t,)."""
    return np.frombuffer(blob, dtype="<u2")


def decode_fields(blob: bytes) -> dict[str, str]:
    """Return the tokens of each field, joined by single spaces."""
    fields: dict[str, str] = json.loads(zlib.decompress(blob))
    return fields
