"""The reader's network: a small BERT body under a table of word pieces, with two numbers for each piece.

The body is all-MiniLM-L6-v2's (6 layers of 384 numbers, 12 heads). Beside its word and its position, a piece
has a *type*: 0 in the question; in the passage 1 and more, the better its word meets a word of the question
(`rag.piecing.STRENGTHS`). So the network need not learn what the stems, the transliterations and the static
vectors already know.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

PAD = 0


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each with its residual and normalised after it."""

    def __init__(self, size: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_in = nn.Linear(size, 3 * size)
        self.attention_out = nn.Linear(size, size)
        self.attention_norm = nn.LayerNorm(size, eps=1e-12)
        self.feed_in = nn.Linear(size, inner)
        self.feed_out = nn.Linear(inner, size)
        self.feed_norm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return (n, length, size) states for states of that shape; `mask` is added to the scores."""
        n, length, size = states.shape
        parts = self.attention_in(states).view(n, length, 3, self.heads, size // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        # Spelled out: on a CPU the backward pass of PyTorch's own attention takes four times as long.
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1) + mask.to(query.dtype)
        found = (scores.softmax(dim=-1).to(value.dtype) @ value).transpose(1, 2).reshape(n, length, size)
        states = self.attention_norm(states + self.attention_out(found))
        return self.feed_norm(states + self.feed_out(functional.gelu(self.feed_in(states))))


class Body(nn.Module):
    """Pieces and types in, states out."""

    def __init__(self, table: torch.Tensor, types: int, layers: int, heads: int, inner: int) -> None:
        super().__init__()
        size = table.shape[1]
        self.words = nn.Embedding.from_pretrained(table, freeze=False)
        self.positions = nn.Embedding(512, size)
        self.types = nn.Embedding(types, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.layers = nn.ModuleList(Layer(size, heads, inner) for _ in range(layers))

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Return (n, length, size) states for (n, length) ids, `PAD` where there is none, and types."""
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.norm(self.words(ids) + self.positions(places) + self.types(types))
        mask = torch.where(ids == PAD, -1e4, 0.0)[:, None, None, :].to(states.dtype)
        for layer in self.layers:
            states = layer(states, mask)
        return states


class Reader(nn.Module):
    """A body with the start and end scores of each piece; the first piece stands for "no answer"."""

    def __init__(self, body: Body) -> None:
        super().__init__()
        self.body = body
        self.ends = nn.Linear(body.words.embedding_dim, 2)

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Return (n, length, 2) scores of starting and ending at each piece."""
        return self.ends(self.body(ids, types))


def pretrained(folder: Path, table: torch.Tensor | None = None, types: int = 6) -> Body:
    """Return the body of a BERT in `folder` (config.json, model.safetensors), under another table if given.

    Every type begins as the type that the body was trained with.
    """
    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = load_file(folder / "model.safetensors")
    body = Body(
        weights["embeddings.word_embeddings.weight"] if table is None else table,
        types,
        config["num_hidden_layers"],
        config["num_attention_heads"],
        config["intermediate_size"],
    )
    names = {
        "positions.weight": "embeddings.position_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    state = {ours: weights[theirs] for ours, theirs in names.items()}
    state["types.weight"] = weights["embeddings.token_type_embeddings.weight"][:1].repeat(types, 1)
    for i in range(config["num_hidden_layers"]):
        for part in ("weight", "bias"):
            theirs = f"encoder.layer.{i}."
            selves = [
                weights[f"{theirs}attention.self.{which}.{part}"] for which in ("query", "key", "value")
            ]
            state[f"layers.{i}.attention_in.{part}"] = torch.cat(selves)
            for ours, name in (
                ("attention_out", "attention.output.dense"), ("attention_norm", "attention.output.LayerNorm"),
                ("feed_in", "intermediate.dense"), ("feed_out", "output.dense"),
                ("feed_norm", "output.LayerNorm"),
            ):  # fmt: skip
                state[f"layers.{i}.{ours}.{part}"] = weights[f"{theirs}{name}.{part}"]
    missing, unexpected = body.load_state_dict(state, strict=False)
    if missing != ["words.weight"] or unexpected:
        raise ValueError(f"{folder}: not the BERT that was expected ({missing}, {unexpected})")
    return body
