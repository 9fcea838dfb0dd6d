"""The two losses of the static encoder: of whole texts, and of texts token against token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

TEMPERATURE = 0.05
#: Scores of token alignment lie closer together than cosines of whole texts.
ALIGNMENT_TEMPERATURE = 0.03
#: Distinct tokens of a passage that are compared; of longer ones a random part.
MOST_TOKENS = 128

_FAR = -2.0  # below every cosine


class ContrastiveLoss(torch.autograd.Function):
    """InfoNCE (van den Oord et al. 2018) of unit rows in both directions, at a third of autograd's cost.

    One matrix of exponentials serves both directions: no cosine exceeds 1, so exp((cosine - 1) / temperature)
    needs no maximum taken off. `same` marks the pairs that are no negatives.
    """

    @staticmethod
    def forward(ctx, left: torch.Tensor, right: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
        """Return the mean loss of the pairs `left[i]`, `right[i]`."""
        logits = (left @ right.T).sub_(1).div_(TEMPERATURE)
        diagonal = logits.diagonal().clone()
        weights = logits.exp_().masked_fill_(same, 0)
        rows, columns = weights.sum(dim=1), weights.sum(dim=0)
        ctx.save_for_backward(left, right, weights, rows, columns)
        return ((rows.log() + columns.log()) / 2 - diagonal).mean()

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        """Return the slopes of both sides; derived by hand, equal to autograd's."""
        left, right, weights, rows, columns = ctx.saved_tensors
        count = len(left)
        slope = weights * (0.5 / rows)[:, None] + weights * (0.5 / columns)
        slope.diagonal().sub_(1)
        slope.mul_(gradient / (count * TEMPERATURE))
        return slope @ right, slope.T @ left, None


class BestMatch(torch.autograd.Function):
    """For every query token and every passage, the highest cosine of the token with one of the passage's.

    The (tokens, passages, length) cosines are never kept: only the place of each maximum is, and the slope
    goes there alone.
    """

    @staticmethod
    def forward(ctx, queries: torch.Tensor, tokens: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
        """Return (n, passages) maxima.

        Args:
            ctx: torch's own.
            queries: (n, d) unit rows.
            tokens: (m, d) unit rows of the distinct tokens of all passages.
            members: (passages, length) places in `tokens`, padded with m.
        """
        cosines = torch.cat([tokens @ queries.T, torch.full((1, len(queries)), _FAR)])  # (m + 1, n)
        best = torch.empty(len(members), len(queries))
        places = torch.empty(len(members), len(queries), dtype=torch.int64)
        for row, member in enumerate(members):  # one passage at a time stays in the cache
            values, where = cosines.index_select(0, member).max(dim=0)
            best[row] = values
            places[row] = member[where]
        ctx.save_for_backward(queries, tokens, places)
        return best.T

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        """Return the slopes of both sides."""
        queries, tokens, places = ctx.saved_tensors
        slope = torch.zeros(len(tokens) + 1, len(queries))
        slope.scatter_add_(0, places, gradient.T.contiguous())
        slope = slope[:-1]
        return slope.T @ tokens, slope @ queries, None


def alignment_loss(
    vectors: torch.Tensor,
    left: Sequence[npt.NDArray[np.int64]],
    right: Sequence[npt.NDArray[np.int64]],
    same: torch.Tensor,
    places: npt.NDArray[np.int64],
) -> torch.Tensor:
    """Return the InfoNCE loss of token alignment, over passages and over queries.

    A query's score of a passage is the mean over the query's tokens of each one's best cosine with a token of
    the passage, weighted by the lengths of the query tokens' vectors: what the retriever computes.

    Args:
        vectors: (u, d) vectors of the tokens that occur.
        left: the token ids of each query.
        right: the token ids of each passage; `left[i]` and `right[i]` belong together.
        same: (n, n) true where a pair is no negative.
        places: (V,) the row in `vectors` of each token id.
    """
    weights = vectors.norm(dim=-1)
    units = vectors / weights.clamp_min(1e-6)[:, None]
    asked, inverse = np.unique(np.concatenate(left), return_inverse=True)
    told, members = np.unique(np.concatenate(right), return_inverse=True)
    ends = np.cumsum([len(ids) for ids in right])
    padded = np.full((len(right), max(map(len, right))), len(told))
    for row, (end, ids) in enumerate(zip(ends, right, strict=True)):
        padded[row, : len(ids)] = members[end - len(ids) : end]
    asked_places, told_places = torch.from_numpy(places[asked]), torch.from_numpy(places[told])
    best = BestMatch.apply(units[asked_places], units[told_places], torch.from_numpy(padded))  # (asked, n)
    rows = torch.from_numpy(np.repeat(np.arange(len(left)), [len(ids) for ids in left]))
    share = torch.zeros(len(left), len(asked)).index_put(
        (rows, torch.from_numpy(inverse)), weights[asked_places][torch.from_numpy(inverse)], accumulate=True
    )
    scores = (share / share.sum(dim=1, keepdim=True).clamp_min(1e-6)) @ best  # (n queries, n passages)
    logits = (scores / ALIGNMENT_TEMPERATURE).masked_fill(same, -torch.inf)
    target = torch.arange(len(left))
    return (functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)) / 2
