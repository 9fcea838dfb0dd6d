"""Lay a question and a passage out as the embedded network takes them: windows of word pieces.

A window is ``[CLS] question [SEP] part of the passage [SEP]``. Beside its id, each piece has a type: 0 in the
question; in the passage 1 to `TYPES` - 1, the better its word meets a word of the question, so that stems,
transliterations and translations are seen and need not be learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rag.decoding import Page, word_of
from rag.question import Question

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LONGEST = 224  # pieces of a window
STRIDE = 48  # pieces that two windows on end share
LONGEST_QUESTION = 48  # pieces of it; what is beyond is not read

#: The least strength (`Matcher.strengths`) of types 2, 3, …; below the first it is type 1.
STRENGTHS = (0.25, 0.5, 0.75, 0.94)
TYPES = len(STRENGTHS) + 2

PAD, FIRST, SEPARATOR = 0, 2, 3  # ids of the special pieces


@dataclass(frozen=True, slots=True)
class Pieces:
    """A page cut into pieces."""

    ids: Ints  # (n,)
    offsets: Ints  # (n, 2) the characters of each
    word_of: Ints  # (n,) the word that each belongs to, or -1 for punctuation


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the network: the pieces [first:last) of a page after the question."""

    page: int
    first: int
    last: int
    ids: Ints  # (length,) with [CLS] and both separators
    types: Ints  # (length,)

    @property
    def lead(self) -> int:
        """Return how many pieces come before those of the page."""
        return len(self.ids) - (self.last - self.first) - 1


class Layout:
    """Makes windows with a tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def cut(self, pages: Sequence[Page]) -> list[Pieces]:
        """Return the pieces of each page."""
        encodings = self._tokenizer.encode_batch([page.text for page in pages], add_special_tokens=False)
        found = []
        for page, encoding in zip(pages, encodings, strict=True):
            offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
            ids = np.array(encoding.ids, dtype=np.int64)
            found.append(Pieces(ids, offsets, word_of(page.words, offsets)))
        return found

    def asked(self, question: Question) -> Ints:
        """Return the pieces of a question, at most `LONGEST_QUESTION`."""
        encoding = self._tokenizer.encode(question.text, add_special_tokens=False)
        return np.array(encoding.ids[:LONGEST_QUESTION], dtype=np.int64)

    def windows(self, question: Question, pieces: Sequence[Pieces], met: Sequence[Floats]) -> list[Window]:
        """Return the windows of every page in order; none of a page without a piece.

        Args:
            question: what is asked.
            pieces: of each page.
            met: for each page, (terms, words) how well its words meet the question (`Matcher.meet`).
        """
        asked = self.asked(question)
        room = LONGEST - len(asked) - 3
        made = []
        for number, (one, strengths) in enumerate(zip(pieces, met, strict=True)):
            types = piece_types(one, strengths)
            for first, last in stretches(len(one.ids), room):
                made.append(window(asked, one, types, number, first, last))
        return made


def piece_types(pieces: Pieces, met: Floats) -> Ints:
    """Return the type of each piece of a page; `met` is (terms, words)."""
    best = met.max(axis=0, initial=0)
    of_word = np.append(1 + np.searchsorted(STRENGTHS, best, side="right"), 1)
    return np.asarray(of_word[pieces.word_of], dtype=np.int64)  # -1 takes the last: no word


def stretches(count: int, room: int) -> list[tuple[int, int]]:
    """Return [first, last) of windows of one length, at most `room` pieces, that cover `count` pieces.

    As few as can be, with `STRIDE` pieces or more in common: two short ones cost less than a long one and a
    rest.
    """
    if count <= room:
        return [(0, count)] if count else []
    shared = min(STRIDE, room - 1)
    windows = -(-(count - shared) // (room - shared))
    length = -(-(count + (windows - 1) * shared) // windows)
    firsts = [i * (count - length) // (windows - 1) for i in range(windows)]
    return [(first, first + length) for first in firsts]


def window(asked: Ints, pieces: Pieces, types: Ints, page: int, first: int, last: int) -> Window:
    """Return the window over the pieces [first:last) of a page."""
    ids = np.concatenate([[FIRST], asked, [SEPARATOR], pieces.ids[first:last], [SEPARATOR]])
    kinds = np.concatenate([np.zeros(len(asked) + 2, dtype=np.int64), types[first:last], [1]])
    return Window(page, first, last, ids, kinds)
