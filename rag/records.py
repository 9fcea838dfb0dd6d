"""Turn documents into what a store keeps, chunks with their tokens and vectors, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rag.analysis import Analyzer
from rag.context import terms, titled
from rag.encoder import Encoder, StaticEncoder, Vectors
from rag.schema import Document, Section
from rag.sync import FileState
from vectorstore.base import ChunkRecord, DocumentRecord

Tell = Callable[[float], None]
"""Called with the share that is done, in 0 to 1."""


class Recorder:
    """Chunks, analyses and embeds documents.

    Args:
        encoder: compares passages.
        tokens: compares words; always the embedded one.
        analyzer: makes the search tokens.
        batch_size: passages that `encoder` is given at once.
    """

    def __init__(self, encoder: Encoder, tokens: StaticEncoder, analyzer: Analyzer, batch_size: int) -> None:
        self._encoder = encoder
        self._tokens = tokens
        self._analyzer = analyzer
        self._batch_size = batch_size

    def records(
        self, documents: Sequence[tuple[Document, FileState]], tell: Tell | None = None
    ) -> list[tuple[DocumentRecord, list[ChunkRecord]]]:
        """Return the records of some documents and of their chunks, in order."""
        from rag.chunking import chunk

        pairs = [(document, chunk(document)) for document, _ in documents]
        texts = [titled(document, piece) for document, pieces in pairs for piece in pieces]
        vectors = iter(self._embed(texts, tell))
        token_ids = iter(self._tokens.tokenize(texts))
        found = []
        for (document, pieces), (_, file) in zip(pairs, documents, strict=True):
            fields = terms(self._analyzer, document, pieces)
            chunks = [
                ChunkRecord(
                    start=piece.start,
                    end=piece.end,
                    fields=own,
                    token_ids=next(token_ids).astype(np.uint16),
                    vector=next(vectors),
                )
                for piece, own in zip(pieces, fields, strict=True)
            ]
            found.append((record_of(document, file), chunks))
        return found

    def _embed(self, texts: list[str], tell: Tell | None) -> Vectors:
        """Return the vectors of passages in order, (n, d); `tell` hears after each batch the share done."""
        if self._encoder is self._tokens:  # done before anybody could look
            return self._encoder.encode_document(texts)
        vectors = np.empty((len(texts), self._encoder.dimension), dtype=np.float32)
        # Like beside like, which spares padding; the longest first, so that memory runs out at once or never.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        characters, done = sum(map(len, texts)), 0
        for first in range(0, len(texts), self._batch_size):
            some = order[first : first + self._batch_size]
            vectors[some] = self._encoder.encode_document([texts[i] for i in some])
            done += sum(len(texts[i]) for i in some)
            if tell:
                tell(done / characters)
        return vectors


def record_of(document: Document, file: FileState) -> DocumentRecord:
    """Return a document as a store keeps it, with the state of the file that it was read from."""
    attributes: dict[str, str | int | None] = {
        "title": document.title,
        "lang": document.lang,
        "date": document.date.isoformat() if document.date else None,
        "source": document.source,
        "body_start": document.body_start,
    }
    sections = [[section.kind, section.label, section.start] for section in document.sections]
    layout = json.dumps(sections, ensure_ascii=False, separators=(",", ":")) if sections else ""
    state = (file.digest, file.size, file.mtime_ns)
    return DocumentRecord(document.id, document.text, *state, attributes, layout=layout)


def document_of(record: DocumentRecord) -> Document:
    """Return the document that `record_of` made a record of."""
    attributes: dict[str, Any] = dict(record.attributes)
    date = attributes.pop("date")
    return Document(
        record.name,
        record.text,
        date=dt.date.fromisoformat(date) if date else None,
        sections=tuple(Section(*values) for values in json.loads(record.layout or "[]")),
        **attributes,
    )
