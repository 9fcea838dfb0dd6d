"""Score answers and rankings: exact match, F1, recall, reciprocal rank, AUROC and risk–coverage.

Each question of a SQuAD-format file has one gold context, so the measures of retrieval are one line each;
`ir-measures` would be a further dependency for those lines.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

Normalize = Callable[[str], str]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_ASCII_PUNCTUATION = frozenset(string.punctuation)
# Tashkeel, the superscript alef, Quranic marks and tatweel: how a word is written out, not which word it is.
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640]")


def normalize_squad(text: str) -> str:
    """Return `text` as SQuAD's evaluation script compares it (Rajpurkar et al., 2016).

    Lower case, ASCII punctuation removed, the words a, an and the removed, white space collapsed.
    """
    kept = "".join(character for character in text.lower() if character not in _ASCII_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", kept).split())


def normalize(text: str) -> str:
    """Return `text` as SQuAD's script compares it, with Arabic marks and all Unicode punctuation removed.

    The script leaves ، ؟ « » and tashkeel in place, and so takes «النيل» and النيل for different answers.
    """
    unmarked = _ARABIC_MARKS.sub("", text)
    return normalize_squad("".join(c for c in unmarked if not unicodedata.category(c).startswith("P")))


def exact_match(prediction: str, golds: Sequence[str], normalize: Normalize = normalize) -> float:
    """Return 1.0 if `prediction` equals a gold answer once both are normalised, else 0.0.

    As in SQuAD 2.0, no gold answer means that the empty prediction is the right one.
    """
    words = normalize(prediction)
    return float(any(words == gold for gold in _normalized(golds, normalize)))


def f1(prediction: str, golds: Sequence[str], normalize: Normalize = normalize) -> float:
    """Return the best F1 in [0, 1] of the words that `prediction` shares with a gold answer.

    As in SQuAD 2.0, no gold answer means that the empty prediction is the right one, and where either side
    has no words F1 is 1.0 if both have none, else 0.0.
    """
    words = normalize(prediction).split()
    return max(_f1(words, gold.split()) for gold in _normalized(golds, normalize))


def _normalized(golds: Sequence[str], normalize: Normalize) -> list[str]:
    """Return the gold answers that still have words once normalised, or the empty answer where none has."""
    return [words for words in map(normalize, golds) if words] or [""]


def _f1(prediction: list[str], gold: list[str]) -> float:
    if not prediction or not gold:
        return float(prediction == gold)
    shared = (Counter(prediction) & Counter(gold)).total()
    return 2 * shared / (len(prediction) + len(gold))


def recall(ranking: Sequence[Hashable], gold: Hashable, k: int) -> float:
    """Return 1.0 if `gold` is among the first `k` of `ranking`, else 0.0."""
    return float(gold in ranking[:k])


def reciprocal_rank(ranking: Sequence[Hashable], gold: Hashable, k: int = 10) -> float:
    """Return 1 / rank of `gold`, the first rank being 1; 0.0 if it is not among the first `k`."""
    return 1 / (ranking.index(gold) + 1) if gold in ranking[:k] else 0.0


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the probability that a positive scores above a negative, a tie counting half.

    That is the area under the ROC curve (Hanley & McNeil, 1982). None where either side is empty.
    """
    if not positives or not negatives:
        return None
    pairs = sorted([(score, 1) for score in positives] + [(score, 0) for score in negatives])
    rank_sum = 0.0  # of the positives, equal scores sharing their mean rank
    first = 0
    while first < len(pairs):
        last = first
        while last < len(pairs) and pairs[last][0] == pairs[first][0]:
            last += 1
        rank_sum += (first + 1 + last) / 2 * sum(positive for _, positive in pairs[first:last])
        first = last
    n = len(positives)
    return (rank_sum - n * (n + 1) / 2) / (n * len(negatives))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` % of `values` do not exceed (nearest rank).

    Raises:
        ValueError: if `values` is empty or `percent` is outside (0, 100].
    """
    if not values or not 0 < percent <= 100:
        raise ValueError(f"percentile {percent} of {len(values)} values; need (0, 100] and at least one")
    rank = -(-len(values) * percent // 100)
    return sorted(values)[int(rank) - 1]


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What would be risked by answering whatever is at least this confident."""

    confidence: float
    coverage: float  # share of the questions answered, in (0, 1]
    risk: float  # mean loss of those, in [0, 1]


def risk_coverage(confidences: Sequence[float], losses: Sequence[float]) -> list[RiskPoint]:
    """Return the risk–coverage curve (El-Yaniv & Wiener, 2010), from the most confident on.

    One point for each distinct confidence: a threshold cannot answer one of two equals.

    Args:
        confidences: of each question's answer.
        losses: of each question's answer, in [0, 1], such as 1 - F1.

    Raises:
        ValueError: if the two differ in length.
    """
    ordered = sorted(zip(confidences, losses, strict=True), reverse=True)
    points = []
    total = 0.0
    for count, (confidence, loss) in enumerate(ordered, start=1):
        total += loss
        if count == len(ordered) or ordered[count][0] != confidence:
            points.append(RiskPoint(confidence, count / len(ordered), total / count))
    return points
