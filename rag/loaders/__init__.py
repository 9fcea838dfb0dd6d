"""One loader a format: the bytes of a file in, its text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rag.loaders.plain import load_text

Loader = Callable[[bytes], str]
"""Returns the text that a file's bytes hold; ValueError gives the reason and the remedy where it cannot."""

LOADERS: Mapping[str, Loader] = {".txt": load_text, ".md": load_text}
"""The loader of each suffix that is supported."""
