"""Say whether a word looks like part of the name of a person or of a place, by its letters and its vector."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rag.matching import bare

Floats = npt.NDArray[np.float32]

HEADS = ("person", "place")
BUCKETS = 16_384
_LONGEST_GRAM = 4
_MOST_KNOWN = 20_000


class Heads:
    """Linear classifiers over the letter groups of a word and its static vector."""

    def __init__(self, vectors: Floats, grams: Floats, bias: Floats, use_vectors: bool = True) -> None:
        self.vectors = vectors  # (d, len(HEADS))
        self.grams = grams  # (BUCKETS, len(HEADS))
        self.bias = bias  # (len(HEADS),)
        self.use_vectors = use_vectors  # False with vectors of another encoder, which would say nothing
        self._known: dict[str, Floats] = {}

    def score(self, words: Sequence[str], unit: Floats) -> Floats:
        """Return (n, len(HEADS)) scores for folded words, log-odds over 3 and clipped to ±2.

        Args:
            words: the folded words.
            unit: (n, d) their unit vectors.
        """
        logits = np.stack([self._spelled(word) for word in words]) + self.bias
        if self.use_vectors:
            logits += unit @ self.vectors
        return np.asarray(np.clip(logits, -6, 6) / 3, dtype=np.float32)

    def _spelled(self, word: str) -> Floats:
        """Return (len(HEADS),): the mean weight of a word's letter groups."""
        entry = self._known.get(word)
        if entry is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known = {}
            entry = self._known[word] = self.grams[list(buckets(word))].mean(axis=0)
        return entry


@lru_cache(maxsize=1 << 15)
def buckets(word: str) -> tuple[int, ...]:
    """Return the buckets of the letter groups of a folded word, its article left out but remembered."""
    stem = bare(word)
    marked = f"^{stem}$"
    grams = {marked, "+" if stem != word else "-"} | {
        marked[i : i + n] for n in range(2, _LONGEST_GRAM + 1) for i in range(len(marked) - n + 1)
    }
    return tuple(sorted(zlib.crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS for gram in grams))
