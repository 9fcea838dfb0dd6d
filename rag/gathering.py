"""Choose the passages that are read: the closest ones, and more that may say the same of the question.

A search ranks passages by all that they hold. One that only mentions what is asked, in a single sentence,
comes late in it; but several documents are wanted for an answer, so that they can agree or contradict. Of
what the search brought after the closest, those are read whose best sentence meets most of the question and
holds what is asked for: a number, or a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.decoding import Floats, Page
from rag.matching import Matcher
from rag.question import Question
from rag.schema import Hit
from rag.shaping import read_sentences

SEARCHED = 5  # times as many passages are searched as are read
MORE = 6  # passages at most, beside the closest
LEAST = 0.6  # of the question's words, by weight, in one sentence


def gather(question: Question, hits: Sequence[Hit], count: int, matcher: Matcher) -> list[Hit]:
    """Return the first `count` of `hits`, and at most `MORE` of the others, in the order they came in.

    Args:
        question: what is asked.
        hits: what the search brought, best first.
        count: how many are read in any case; at least 1.
        matcher: compares words.
    """
    closest, others = list(hits[:count]), hits[count:]
    if question.kind not in ("number", "date") or not others or not question.terms:
        return closest
    pages = [Page.of(hit.chunk.text) for hit in others]
    weights = np.array([term.weight for term in question.terms], dtype=np.float32)
    scores = [
        _best_sentence(question, page, met, weights)
        for page, met in zip(pages, matcher.meet(question, [page.words for page in pages]), strict=True)
    ]
    chosen = sorted(sorted(range(len(others)), key=lambda i: -scores[i])[:MORE])
    return closest + [others[i] for i in chosen if scores[i] >= LEAST]


def _best_sentence(question: Question, page: Page, met: Floats, weights: Floats) -> float:
    """Return how much of the question the best sentence with a number, or a time, meets; 0 without one."""
    best = 0.0
    for sentence in read_sentences(page):
        if sentence.numbers if question.kind == "number" else sentence.times:
            inside = met[:, sentence.first : sentence.last].max(axis=1, initial=0)
            best = max(best, float(weights @ inside / weights.sum()))
    return best
