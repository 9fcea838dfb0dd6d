"""Describe the proposed spans of one sentence by numbers: what is around them, and what they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rag import cues
from rag.heads import HEADS
from rag.matching import bare
from rag.names import is_arabic
from rag.question import Question, noun_kind
from rag.spans import Proposal, Shape

Floats = npt.NDArray[np.float32]

SPAN_FEATURES = (
    "cover_outside", "nearness", "touch_left", "touch_right", "repeats", "words", "long", "breaks_left",
    "breaks_right", "stop_left", "stop_right", "capital", "focus_inside", "focus_beside", "unit_is_focus",
    "same_measure", "other_measure", "hedged", "year", "dated", "led", "position", "rare", "definite",
    "role_left", "role_inside", "place_left", "place_noun", "group_noun", "says_left", "says_right",
    *(f"{head}_{which}" for head in HEADS for which in ("mean", "least", "before", "after")),
)  # fmt: skip

MET = 0.75  # a strength that counts as found
_FADE = 0.85  # what a word one further away still counts
_FADE_COMMA = 0.6


def span_features(
    question: Question, sentence: Shape, proposals: Sequence[Proposal], met: Floats, weights: Floats,
    focus: Floats,
) -> Floats:  # fmt: skip
    """Return (n, 23), cover_outside … position, for one sentence's proposals; `met` is (Q, its words)."""
    n = len(sentence.words)
    first = np.array([proposal.first for proposal in proposals])
    last = np.array([proposal.last for proposal in proposals])
    faded_left, faded_right, left, right = _fields(met, sentence.breaks)
    outside = weights @ np.maximum(left[:, first], right[:, last])
    nearness = weights @ np.maximum(faded_left[:, first], faded_right[:, last])
    content = ~np.array(sentence.stop)
    share = weights / max(float(weights.max()), 1e-9)
    hit = (met * share[:, None]).max(axis=0) * content
    # The counted noun inside its quantity repeats the question rightly.
    hit = np.where(focus > MET, 0.3 * hit, hit)
    sums = np.append(0, np.cumsum(hit))
    contents = np.append(0, np.cumsum(content))
    padded_hit = np.concatenate([[0], hit, [0]])
    breaks = np.array([*sentence.breaks, 2])
    stops = np.array([False, *sentence.stop, False])
    capitals = np.append(0, np.cumsum(np.array(sentence.capital)))
    length = last - first
    padded_focus = np.concatenate([[0], focus, [0]])
    bounds = np.stack([first, last], axis=1).ravel()  # reduceat takes [first, last) from every second pair
    inside_focus = np.maximum.reduceat(np.append(focus, 0), bounds)[::2]
    columns: list[npt.ArrayLike] = [
        outside, nearness, padded_hit[first], padded_hit[last + 1],
        (sums[last] - sums[first]) / np.maximum(contents[last] - contents[first], 1),
        np.minimum(length, 12) / 6, length > 6, breaks[first] / 2, breaks[last] / 2, stops[first],
        stops[last + 1], (capitals[last] - capitals[first]) / length, inside_focus,
        np.maximum(padded_focus[first], padded_focus[last + 1]),
    ]  # fmt: skip
    columns.extend(_value_features(question, proposals, focus))
    columns.append(first / n)
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def company_features(sentence: Shape, proposals: Sequence[Proposal], given_weights: Floats) -> Floats:
    """Return (n, 9), rare … says_right: what kind of word starts each proposal, and what stands around it."""
    roles = [_company_of(word.text) for word in sentence.words]
    role, place_lead, place, group, says, definite = (np.array(flags) for flags in zip(*roles, strict=True))
    roles_before = np.append(0, np.cumsum(role))
    weight_sums = np.append(0, np.cumsum(given_weights))
    ends = np.zeros(1, dtype=bool)
    place_before, says_before = np.append(ends, place_lead | place), np.append(ends, says)
    says_near = np.append(says_before[1:], ends)
    first = np.array([proposal.first for proposal in proposals])
    last = np.array([proposal.last for proposal in proposals])
    columns = [
        (weight_sums[last] - weight_sums[first]) / (last - first),
        definite[first],
        roles_before[first] - roles_before[np.maximum(first - 4, 0)] > 0,
        roles_before[last] - roles_before[first] > 0,
        place_before[first],
        place[first],
        group[first],
        says_before[first] | says_before[np.maximum(first - 1, 0)],
        says_near[last],
    ]
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


@lru_cache(maxsize=1 << 14)
def _company_of(word: str) -> tuple[bool, bool, bool, bool, bool, bool]:
    """Return whether a folded word is an office, leads to a place, names a place or a group, says, has ال."""
    kind = noun_kind(word)
    stem = bare(word)
    return (
        kind == "person",
        word in cues.PLACE_LEADS,
        kind == "place",
        kind == "organisation",
        word in cues.SAYING,
        stem != word and is_arabic(word),
    )


def name_features(proposals: Sequence[Proposal], heads: Floats) -> Floats:
    """Return (n, 4 · len(HEADS)): how much each proposal and its neighbours look like parts of a name."""
    first = np.array([proposal.first for proposal in proposals])
    last = np.array([proposal.last for proposal in proposals])
    length = last - first
    bounds = np.stack([first, last], axis=1).ravel()
    columns: list[npt.ArrayLike] = []
    head_sums = np.vstack([np.zeros((1, len(HEADS))), np.cumsum(heads, axis=0)])
    padded_heads = np.vstack([np.full((1, len(HEADS)), -1.0), heads, np.full((1, len(HEADS)), -1.0)])
    means = (head_sums[last] - head_sums[first]) / length[:, None]
    least = np.minimum.reduceat(np.vstack([heads, np.zeros((1, len(HEADS)))]), bounds, axis=0)[::2]
    for h in range(len(HEADS)):
        columns.extend((means[:, h], least[:, h], padded_heads[first, h], padded_heads[last + 1, h]))
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _value_features(question: Question, proposals: Sequence[Proposal], focus: Floats) -> list[npt.ArrayLike]:
    """Return the columns unit_is_focus … led: what kind of number or time each proposal is."""
    rows = np.zeros((len(proposals), 7), dtype=np.float32)
    for i, proposal in enumerate(proposals):
        number, time = proposal.number, proposal.time
        if number is not None:
            unit = focus[number.last : max(number.unit, number.last)]
            rows[i, 0] = unit.max() if len(unit) else 0
            rows[i, 1] = number.measure is not None and number.measure == question.measure
            rows[i, 2] = (number.measure or "") != (question.measure or "")
            rows[i, 3] = number.hedged
            rows[i, 4] = number.ordinal_like
        if time is not None:
            rows[i, 4] = time.year is not None
            rows[i, 5] = time.dated
            rows[i, 6] = time.lead < time.first
    return list(rows.T)


def _fields(met: Floats, breaks: Sequence[int]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return four (Q, n + 1) arrays: at each gap between words, the best match to its left and to its right.

    The first two fade with each word of distance, and more across a comma; the last two do not.
    """
    terms, n = met.shape
    faded_left, faded_right = np.zeros((terms, n + 1), np.float32), np.zeros((terms, n + 1), np.float32)
    for i in range(n):
        fade = _FADE_COMMA if breaks[i] == 2 else _FADE
        faded_left[:, i + 1] = np.maximum(met[:, i], faded_left[:, i] * fade)
    for i in range(n - 1, -1, -1):
        fade = _FADE_COMMA if i + 1 < n and breaks[i + 1] == 2 else _FADE
        faded_right[:, i] = np.maximum(met[:, i], faded_right[:, i + 1] * fade)
    left, right = np.zeros((terms, n + 1), np.float32), np.zeros((terms, n + 1), np.float32)
    left[:, 1:] = np.maximum.accumulate(met, axis=1)
    right[:, :-1] = np.maximum.accumulate(met[:, ::-1], axis=1)[:, ::-1]
    return faded_left, faded_right, left, right
