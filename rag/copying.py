"""A document that is in the catalog already: as it is, or its text under another name, with its vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rag.context import titled
from rag.encoder import Encoder, Vectors
from rag.records import Recorder, record_of
from rag.schema import Document
from rag.sync import FileState
from vectorstore.base import ChunkRecord, DocumentRecord
from vectorstore.catalog import Catalog

MakeRecorder = Callable[[Encoder], Recorder]


def holds(catalog: Catalog, document: Document, name: str) -> bool:
    """Tell whether a catalog has this document under `name`, whatever file it came of."""
    held = catalog.document(name)
    if held is None or held.text != document.text:
        return False
    record = record_of(document, FileState("", 0, 0))
    same: bool = json.loads(json.dumps(dict(record.attributes))) == dict(held.attributes)
    return same and record.layout == held.layout  # else another page or row would be cited


def copy_of(
    pair: tuple[Document, FileState], old: str, catalog: Catalog, encoder: Encoder, make: MakeRecorder
) -> tuple[DocumentRecord, list[ChunkRecord]] | None:
    """Return the record of a document, or None where the catalog has no such text, or has cut it otherwise.

    Args:
        pair: the document, and its file as it was when it was read.
        old: the name that the text has in the catalog.
        catalog: where it is.
        encoder: gave the vectors that are there.
        make: makes what turns documents into records, with an encoder.
    """
    from rag.chunking import chunk

    document = pair[0]
    held = catalog.document(old)
    if held is None or held.text != document.text:
        return None
    ids = catalog.chunk_ids([old])
    rows, pieces = catalog.chunk_rows(ids.tolist()), chunk(document)
    if [(row.start, row.end) for row in rows] != [(piece.start, piece.end) for piece in pieces]:
        return None
    vectors = [vector for _, some in catalog.vectors(ids) for vector in some]
    texts = [titled(document, piece) for piece in pieces]
    (record,) = make(_Known(dict(zip(texts, vectors, strict=True)), encoder)).records([pair])
    return record


class _Known:
    """An encoder of texts whose vectors are known."""

    def __init__(self, vectors: Mapping[str, Vectors], encoder: Encoder) -> None:
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension
        self._vectors = vectors

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vectors[text] for text in texts])

    encode_query = encode_document
