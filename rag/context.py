"""What a chunk is found by besides its own words: the title of its document, and the words around it.

A passage in the middle of an article seldom repeats whom the article is about. So its title goes before every
chunk that is embedded, and the words of the two neighbours count for BM25 as the chunk's own do. Nothing of
it is ever quoted: a chunk's text stays what the document says there.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.analysis import Analyzer
from rag.schema import Chunk, Document

_MOST = 150  # characters of a title


def titled(document: Document, chunk: Chunk) -> str:
    """Return the text that stands for a chunk in an encoder: its document's title, then its own."""
    title = _title(document)
    if not title or chunk.text.lstrip(" #*\n").startswith(title):
        return chunk.text
    return f"{title}\n{chunk.text}"


def terms(analyzer: Analyzer, document: Document, chunks: Sequence[Chunk]) -> list[dict[str, list[str]]]:
    """Return the search tokens of a document's chunks by field, in order.

    Each has its own and the title's; ``words`` has those of the chunk before and the chunk after, too, unless
    these are rows of a table, which stand for themselves.
    """
    language = document.lang or ""
    title = analyzer.fields(_title(document), language)
    own = [analyzer.fields(chunk.text, language) for chunk in chunks]
    found = [{field: title[field] + tokens for field, tokens in fields.items()} for fields in own]
    if any(section.kind == "row" for section in document.sections):
        return found
    for i, fields in enumerate(found):
        for neighbour in own[max(0, i - 1) : i] + own[i + 1 : i + 2]:
            fields["words"] = fields["words"] + neighbour["words"]
    return found


def _title(document: Document) -> str:
    return document.title[:_MOST].strip()
