"""Isnad: answers from a folder of documents, in the documents' own words, with the source.

>>> from rag import answer
>>> print(answer("متى وصل الوفد؟").answer)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import IsnadError
from rag.schema import Answer, AnswerGroup, Chunk, Citation, Document, Hit, Span

if TYPE_CHECKING:
    from rag.filters import Filters
    from rag.pipeline import Pipeline, answer

__all__ = [
    "Answer",
    "AnswerGroup",
    "Chunk",
    "Citation",
    "Document",
    "Filters",
    "Hit",
    "IsnadError",
    "Pipeline",
    "Span",
    "answer",
]


def __getattr__(name: str) -> Any:
    """Import these when they are first asked for: `import rag` alone stays light."""
    if name in ("Pipeline", "answer"):
        from rag import pipeline

        return getattr(pipeline, name)
    if name == "Filters":
        from rag.filters import Filters

        return Filters
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
