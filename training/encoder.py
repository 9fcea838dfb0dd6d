"""Train, measure and write the embedded encoder: `python -m training.encoder train`.

Each step leaves its result in the work folder, so that a run that was stopped goes on where it was. The same
seed, data, thread count and library versions give the same vectors.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

# Before torch is imported: arrays of 30–300 MB come and go at every step, and giving each back to the system
# and fetching it again costs more than the arithmetic.
os.environ.setdefault("MALLOC_TOP_PAD_", str(1 << 30))
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(4 << 30))
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(8 << 30))

import numpy as np
import torch
import typer
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from rag.encoder import StaticEncoder
from training import crossing, examples, measure, vocabulary
from training.examples import Group
from training.losses import MOST_TOKENS, ContrastiveLoss, alignment_loss

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
MODEL = ROOT / "rag" / "models" / "encoder"
WORK = ROOT / "checkpoints" / "encoder"

CHECKPOINT_EVERY = 200
#: Tokens of longer texts that are left out, so that no single one is relied on.
DROPPED = 0.1
#: Lengths that a vector can be cut to.
PREFIXES = (64, 128, 256)
#: Groups that the first encoder, which finds the crossed pairs, is trained on.
FIRST_GROUPS = ("sentences-ar", "sentences-near", "words-ar", "questions-en", "questions-ar")

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the vectors depend on besides the data."""

    seed: int
    steps: int
    batch: int
    dimension: int
    learning_rate: float
    aligned: int = 0  # pairs of a step whose tokens are aligned, too …
    aligned_from: float = 0.0  # … once this share of the steps is done
    prefixes: tuple[int, ...] = ()  # shorter vectors that must do, too
    cluster: int = 32  # pairs of one topic in a step


class Table(nn.Module):
    """Token vectors times a learned gain for each; a text is the unit vector along their sum."""

    def __init__(self, counts: torch.Tensor, dimension: int, silent: list[int], seed: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        rows = torch.randn(len(counts), dimension, generator=generator) / dimension**0.5
        self.rows = nn.Parameter(rows)
        # Rare tokens start out heavier (Arora et al. 2017, a simple but tough-to-beat baseline).
        share = counts / counts.sum()
        self.gain = nn.Parameter(torch.log(1e-3 / (1e-3 + share)))
        audible = torch.ones(len(counts))
        audible[silent] = 0
        self.register_buffer("audible", audible)

    def folded(self) -> torch.Tensor:
        """Return the (V, d) table with the gains multiplied in."""
        return self.rows * (self.gain.exp() * self.audible)[:, None]

    def vectors(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the (n, d) rows of some tokens, times their gains."""
        return self.rows[ids] * (self.gain.exp() * self.audible)[ids, None]

    def forward(self, ids: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        """Return one unit row for each text."""
        gains = (self.gain.exp() * self.audible)[ids]
        sums = functional.embedding_bag(ids, self.rows, offsets, mode="sum", per_sample_weights=gains)
        return functional.normalize(sums, dim=-1)


@app.command()
def train(
    data: Annotated[Path, typer.Option(help="Folder of the shared data sets.")] = DATA,
    out: Annotated[Path, typer.Option(help="Where the encoder is written.")] = MODEL,
    work: Annotated[Path, typer.Option(help="Where steps and checkpoints are kept.")] = WORK,
    seed: Annotated[int, typer.Option(help="Draws everything that is drawn.")] = 20,
    size: Annotated[int, typer.Option(help="Tokens of the vocabulary, at most 65536.")] = 32768,
    dimension: Annotated[int, typer.Option(help="Length of a vector.")] = 512,
    first_steps: Annotated[int, typer.Option(help="Steps of the encoder that finds crossed pairs.")] = 400,
    steps: Annotated[int, typer.Option(help="Steps of the encoder that is written.")] = 4000,
    batch: Annotated[int, typer.Option(help="Pairs a step.")] = 2048,
    learning_rate: Annotated[float, typer.Option(help="Of Adam, at its peak.")] = 0.01,
    aligned: Annotated[int, typer.Option(help="Pairs a step whose tokens are aligned.")] = 256,
    aligned_from: Annotated[float, typer.Option(help="Share of the steps before that.")] = 0.6,
    cluster: Annotated[int, typer.Option(help="Pairs of one article in a step.")] = 32,
    threads: Annotated[
        int, typer.Option(help="Threads of torch; one is as fast while others use the machine.")
    ] = 2,
) -> None:
    """Learn the vocabulary, prepare the pairs, train, and write the encoder."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    work.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()

    def say(message: str) -> None:
        typer.echo(f"[{time.perf_counter() - started:6.0f} s] {message}")

    tokenizer = _vocabulary(work / "tokenizer.json", data, size)
    say(f"vocabulary: {tokenizer.get_vocab_size()} tokens")
    groups = _step(work / "groups.npz", lambda: examples.prepare(data, tokenizer, seed))
    say("pairs: " + ", ".join(f"{g.name} {len(g.left_key)}" for g in groups))

    def cross() -> list[Group]:
        recipe = Recipe(seed, first_steps, batch, 256, learning_rate)
        table = fit([g for g in groups if g.name in FIRST_GROUPS], tokenizer, recipe, work / "first.pt", say)
        write(table, tokenizer, work / "first")
        pairs = crossing.crossed_pairs(StaticEncoder.open(work / "first"), data)
        return [examples.group("crossed", pairs, tokenizer)]

    groups += _step(work / "crossed.npz", cross)
    say(f"crossed pairs: {len(groups[-1].left_key)}")
    prefixes = tuple(size for size in PREFIXES if size < dimension)
    recipe = Recipe(seed, steps, batch, dimension, learning_rate, aligned, aligned_from, prefixes, cluster)
    table = fit(groups, tokenizer, recipe, work / "encoder.pt", say)
    write(table, tokenizer, out)
    say(f"written to {out}")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of the encoder.")] = MODEL,
    data: Annotated[Path, typer.Option(help="Folder of the shared data sets.")] = DATA,
) -> None:
    """Measure an encoder on UD-PUD, FLORES and the development question sets."""
    for name, value in measure.measures(StaticEncoder.open(model), data):
        typer.echo(f"{name:58} {value:.3f}")


@app.command()
def cut(
    dimension: Annotated[int, typer.Argument(help="How many of the first numbers of a vector are kept.")],
    out: Annotated[Path, typer.Argument(help="Where the smaller encoder is written.")],
    model: Annotated[Path, typer.Option(help="Folder of the encoder.")] = MODEL,
) -> None:
    """Write a smaller encoder: the first numbers of each vector say most."""
    encoder = StaticEncoder.open(model)
    if not 1 <= dimension <= encoder.dimension:
        raise typer.BadParameter(f"{dimension} is not in 1 to {encoder.dimension}")
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    write(np.ascontiguousarray(encoder.token_vectors[:, :dimension]), tokenizer, out)


def fit(
    groups: list[Group], tokenizer: Tokenizer, recipe: Recipe, checkpoint: Path, say: Callable[[str], None]
) -> np.ndarray:
    """Train a table on the groups and return it, (V, d) float32; go on from `checkpoint` where there is one.

    The pairs of a step come from one group, so that a negative cannot be told by its kind.
    """
    groups = [group for group in groups if len(group.left_key) >= 2]
    weights = np.array([examples.WEIGHTS[group.name] for group in groups])
    size = tokenizer.get_vocab_size()
    counts = sum(np.bincount(t.ids, minlength=size) for group in groups for t in (group.left, group.right))
    silent = [tokenizer.token_to_id(token) for token in (vocabulary.UNKNOWN,)]
    table = Table(
        torch.from_numpy(counts).float(), recipe.dimension, [i for i in silent if i is not None], recipe.seed
    )
    optimizer = torch.optim.Adam(table.parameters(), lr=recipe.learning_rate, fused=True)
    first = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        table.load_state_dict(state["table"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
        say(f"going on from step {first}")
    mean_loss: dict[str, float] = {}
    for step in range(first, recipe.steps):
        draw = np.random.default_rng([recipe.seed, step])
        group = groups[draw.choice(len(groups), p=weights / weights.sum())]
        loss = _loss(table, group, recipe, draw, aligned=step >= recipe.aligned_from * recipe.steps)
        optimizer.zero_grad(set_to_none=True)
        for settings in optimizer.param_groups:
            settings["lr"] = recipe.learning_rate * _rate(step, recipe.steps)
        loss.backward()
        optimizer.step()
        mean_loss[group.name] = 0.9 * mean_loss.get(group.name, loss.item()) + 0.1 * loss.item()
        if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == recipe.steps:
            state = {"table": table.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            _save(state, checkpoint)
        if (step + 1) % 50 == 0:
            say(f"step {step + 1}: " + " ".join(f"{name} {value:.2f}" for name, value in mean_loss.items()))
    with torch.no_grad():
        return table.folded().numpy()


def _rate(step: int, steps: int) -> float:
    """Return the share of the learning rate: up over a twentieth of the steps, down along a cosine."""
    return min((step + 1) / max(1, steps // 20), 0.5 + 0.5 * math.cos(math.pi * step / steps))


def _loss(
    table: Table, group: Group, recipe: Recipe, draw: np.random.Generator, *, aligned: bool
) -> torch.Tensor:
    rows = _draw_rows(group, recipe, draw)
    left_ids, left_offsets = _drop(*examples.take(group.left, rows), draw)
    right_ids, right_offsets = _drop(*examples.take(group.right, rows), draw)
    # One call for both sides: each would fill a gradient of the whole table.
    ids = torch.from_numpy(np.concatenate([left_ids, right_ids]).astype(np.int64))
    offsets = torch.from_numpy(np.concatenate([left_offsets, right_offsets + len(left_ids)]))
    left, right = table(ids, offsets).split(len(rows))
    same = torch.from_numpy(_same(group.left_key[rows]) | _same(group.right_key[rows]))
    loss = ContrastiveLoss.apply(left, right, same)
    if recipe.prefixes and draw.random() < 0.5:  # Matryoshka (Kusupati et al. 2022), one length at a time
        size = int(draw.choice(recipe.prefixes))
        shorter = (functional.normalize(side[:, :size], dim=-1) for side in (left, right))
        loss = loss + ContrastiveLoss.apply(*shorter, same)
    if not aligned or not recipe.aligned or group.name.startswith("words"):
        return loss
    some = min(recipe.aligned, len(rows))
    queries = np.split(left_ids[: left_offsets[some] if some < len(rows) else None], left_offsets[1:some])
    passages = np.split(right_ids[: right_offsets[some] if some < len(rows) else None], right_offsets[1:some])
    passages = [_some(np.unique(ids), draw) for ids in passages]
    used = np.unique(np.concatenate([*queries, *passages]))
    places = np.zeros(len(table.audible), dtype=np.int64)
    places[used] = np.arange(len(used))
    vectors = table.vectors(torch.from_numpy(used.astype(np.int64)))
    return loss + alignment_loss(vectors, queries, passages, same[:some, :some], places)


def _some(ids: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    return ids if len(ids) <= MOST_TOKENS else draw.choice(ids, MOST_TOKENS, replace=False)


def _draw_rows(group: Group, recipe: Recipe, draw: np.random.Generator) -> np.ndarray:
    """Return the pairs of a step, some of each topic next to each other where the group has topics."""
    count = len(group.left_key)
    if count <= recipe.batch or group.topic.max() > count / 2:  # hardly two of one topic
        return draw.choice(count, size=min(recipe.batch, count), replace=False, shuffle=False)
    order = draw.permutation(count)
    # Stable, so the pairs of a topic stay shuffled; then so many of each, the topics shuffled.
    order = order[np.argsort(group.topic[order], kind="stable")]
    topics = group.topic[order]
    starts = np.flatnonzero(np.diff(topics, prepend=-1))
    rank = np.arange(count) - np.repeat(starts, np.diff(starts, append=count))
    lot = draw.permutation(topics[-1] + 1)
    chosen = order[rank < recipe.cluster]
    return chosen[np.argsort(lot[group.topic[chosen]], kind="stable")][: recipe.batch]


def _same(key: np.ndarray) -> np.ndarray:
    """Return where two different rows have one key, (n, n)."""
    same = key[:, None] == key
    np.fill_diagonal(same, False)
    return same


def _drop(ids: np.ndarray, offsets: np.ndarray, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Leave out a share of the tokens of every text of more than four."""
    lengths = np.diff(offsets, append=len(ids))
    keep = (draw.random(len(ids), dtype=np.float32) >= DROPPED) | np.repeat(lengths <= 4, lengths)
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    return ids[keep], kept_before[offsets]


def write(table: np.ndarray, tokenizer: Tokenizer, out: Path) -> None:
    """Write the encoder as sentence-transformers reads it: 8-bit rows, and a float32 factor for each.

    `StaticEmbedding` multiplies the two when it loads, so both ways of loading compute in float32. In float16
    it would compute in float16, off by 1e-4, and turn an empty text into NaN.
    """
    scale = np.abs(table).max(axis=1) / 127
    rows = np.rint(table / np.where(scale > 0, scale, 1)[:, None]).astype(np.int8)
    (out / "1_Normalize").mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": rows, "weights": scale.astype(np.float32)}, out / "model.safetensors")
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    package = "sentence_transformers"
    modules = [
        ("", f"{package}.sentence_transformer.modules.static_embedding.StaticEmbedding"),
        ("1_Normalize", f"{package}.base.modules.normalize.Normalize"),
    ]
    listed = [
        {"idx": i, "name": str(i), "path": path, "type": type_} for i, (path, type_) in enumerate(modules)
    ]
    config = {
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    normalize = {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}
    for name, content in (
        ("modules.json", listed),
        ("config_sentence_transformers.json", config),
        ("1_Normalize/config.json", normalize),
    ):
        (out / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def _vocabulary(path: Path, data: Path, size: int) -> Tokenizer:
    """Return the vocabulary in `path`, learned first if the file is not there or of another size."""
    if path.exists():
        tokenizer = Tokenizer.from_file(str(path))
        if tokenizer.get_vocab_size() == size:
            return tokenizer
    tokenizer = vocabulary.learn(data, size)
    tokenizer.save(str(path), pretty=False)
    return tokenizer


def _step(path: Path, make: Callable[[], list[Group]]) -> list[Group]:
    """Return the groups in `path`, made first if the file is not there."""
    if not path.exists():
        examples.save(make(), path)
    return examples.load(path)


def _save(state: dict[str, object], path: Path) -> None:
    """Replace a checkpoint in one step, so that a stopped run leaves the old one."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


if __name__ == "__main__":
    app()
