"""Find copies: a report that several documents took over, word for word or nearly, is one source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.text import words

_LEAST_WORDS = 8  # fewer are said alike by chance
_ALIKE = 0.7  # of the words of both, in order
_CONTAINED = 0.85  # of the words of the shorter one
_TURNED = 0.85  # of the words of both, in any order
_SHORT_ALIKE = 0.9
_NEAR = 1500  # code points of a document around a span
_LONGEST = 120  # words of a sentence that are compared
_SHINGLE = 3
_SHARED = 0.6  # of the shingles of the shorter text


def origins(passages: Sequence[tuple[str, str]]) -> list[int]:
    """Return for each passage the number of its origin, from 0 in order of appearance.

    Two passages have one origin where their sentences, or what stands around them, are nearly the same words
    in the same order; being copies carries over (Broder 1997 for the shingles).

    Args:
        passages: of each document, (the cited sentence, the text around it).
    """
    if len(passages) < 2:
        return [0] * len(passages)
    kept = [([word.text for word in words(sentence)], _shingles(around)) for sentence, around in passages]
    parents = list(range(len(kept)))

    def root(i: int) -> int:
        while parents[i] != i:
            i = parents[i]
        return i

    for i, (tokens, around) in enumerate(kept):
        for j in range(i):
            if root(i) != root(j) and (copies(tokens, kept[j][0]) or _overlap(around, kept[j][1]) >= _SHARED):
                parents[root(i)] = root(j)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(i), len(numbers)) for i in range(len(kept))]


def copies(left: Sequence[str], right: Sequence[str]) -> bool:
    """Tell whether two sentences, as folded words, are one but for light edits."""
    left, right = left[:_LONGEST], right[:_LONGEST]
    fewest = min(len(left), len(right))
    if not fewest:
        return False
    both = len(left) + len(right)
    turned = sum((Counter(left) & Counter(right)).values())  # clauses in another order
    # No more words can be common in their order than in any, which is counted much sooner.
    return _enough(turned, both, fewest) and (
        _enough(_common(left, right), both, fewest)
        or (fewest >= _LEAST_WORDS and 2 * turned >= _TURNED * both)
    )


def _enough(common: int, both: int, fewest: int) -> bool:
    """Tell whether so many words in common, of `both` and of the shorter one, make two sentences copies."""
    alike = 2 * common / both
    if fewest < _LEAST_WORDS:
        return alike >= _SHORT_ALIKE
    return alike >= _ALIKE or common >= _CONTAINED * fewest


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Return the length of the longest common subsequence of words."""
    row = [0] * (len(right) + 1)
    for a in left:
        before = 0
        for j, b in enumerate(right, start=1):
            before, row[j] = row[j], before + 1 if a == b else max(row[j], row[j - 1])
    return row[-1]


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    tokens = [word.text for word in words(text)]
    return frozenset(tuple(tokens[i : i + _SHINGLE]) for i in range(len(tokens) - _SHINGLE + 1))


def _overlap(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    fewest = min(len(left), len(right))
    return len(left & right) / fewest if fewest >= 2 * _LEAST_WORDS else 0.0
