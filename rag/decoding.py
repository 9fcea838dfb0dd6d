"""From a network's scores for each piece of a passage to the runs of words that answer best.

This is the same for the embedded network and for the hub's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.question import Question
from rag.text import Word, words

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LONGEST_PASSAGE = 20_000  # code points; what is beyond is not read
LONGEST_ANSWER = 30  # words
PAGES_KEPT = 512  # whose words and sentences are remembered: passages come again and again
_NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Page:
    """A passage and its words."""

    text: str
    words: tuple[Word, ...]

    @classmethod
    def of(cls, text: str) -> Page:
        """Return the page of a passage, cut off after `LONGEST_PASSAGE`."""
        return _page(text[:LONGEST_PASSAGE])


@lru_cache(maxsize=PAGES_KEPT)
def _page(text: str) -> Page:
    return Page(text, tuple(words(text)))


@dataclass(frozen=True, slots=True)
class Run:
    """The words [first:last) of a page, and by how much they beat "no answer"."""

    page: int
    first: int
    last: int
    margin: float


@dataclass(frozen=True, slots=True)
class Scores:
    """What a network says of one window: a score of starting and of ending for each of its pieces."""

    page: int
    word_of: Ints  # (length,) the word of the page that a piece belongs to; -1 outside the passage's words
    ends: Floats  # (length, 2)
    none: int = 0  # the piece that stands for "no answer"


class SpanModel(Protocol):
    """A network that marks answers."""

    @property
    def name(self) -> str:
        """Return the name that the settings know it by."""

    def runs(self, question: Question, pages: Sequence[Page], met: Sequence[Floats], top: int) -> list[Run]:
        """Return the `top` best runs of each page, page by page, best first, none sharing a word.

        Args:
            question: what is asked.
            pages: the passages.
            met: for each page, (terms, words) how well its words meet the question (`Matcher.meet`).
            top: at least 1.
        """


def word_of(given: Sequence[Word], offsets: Ints) -> Ints:
    """Return (n,) the number of the word that each of (n, 2) pieces belongs to; -1 where it is in none."""
    begins = np.array([word.start for word in given], dtype=np.int64)
    ends = np.array([word.end for word in given], dtype=np.int64)
    at = np.searchsorted(begins, offsets[:, 1], side="left") - 1  # the last word that begins before its end
    inside = at >= 0
    inside[inside] = ends[at[inside]] > offsets[inside, 0]
    return np.where(inside, at, -1)


def decode(windows: Iterable[Scores], top: int) -> list[Run]:
    """Return the `top` best runs of each page, page by page, best first, none sharing a word with a better.

    Start and end are chosen together: a run scores as its first and its last word do, less what "no answer"
    scores in the same window (Devlin et al. 2019, for SQuAD 2.0). A word scores as its best piece, and a run
    begins and ends with a word, so that no word is cut and no punctuation stands at the ends.
    """
    of_page: dict[int, list[Run]] = {}
    for window in windows:
        of_page.setdefault(window.page, []).extend(_window_runs(window, 16 * top))
    found = []
    for number in sorted(of_page):
        found += apart(sorted(of_page[number], key=lambda run: -run.margin))[:top]
    return found


def apart(ranked: Iterable[Run]) -> list[Run]:
    """Return the runs, best first, without those that share a word with a better one of their page."""
    kept: list[Run] = []
    for run in ranked:
        if all(run.page != o.page or run.last <= o.first or o.last <= run.first for o in kept):
            kept.append(run)
    return kept


def _window_runs(window: Scores, top: int) -> list[Run]:
    """Return the `top` best runs of one window; they may overlap."""
    inside = np.flatnonzero(window.word_of >= 0)
    if not len(inside):
        return []
    numbers, begins = np.unique(window.word_of[inside], return_index=True)
    start = np.maximum.reduceat(window.ends[inside, 0], begins)
    end = np.maximum.reduceat(window.ends[inside, 1], begins)
    width = min(LONGEST_ANSWER, len(numbers))
    padded = np.concatenate([end, np.full(width, _NEVER, dtype=end.dtype)])
    both = start[:, None] + np.lib.stride_tricks.sliding_window_view(padded, width)[: len(numbers)]
    flat = both.ravel()  # [first, length - 1]
    best = np.argpartition(-flat, min(top, len(flat)) - 1)[:top]
    best = best[np.lexsort((best, -flat[best]))]
    none = float(window.ends[window.none].sum())
    return [
        Run(window.page, int(numbers[first]), int(numbers[first + more]) + 1, float(flat[cell]) - none)
        for cell in best.tolist()
        for first, more in [divmod(cell, width)]
        if first + more < len(numbers)
    ]
