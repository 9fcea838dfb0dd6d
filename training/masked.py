"""Let the reader's body guess masked words of Arabic text, and keep it next to the teacher meanwhile.

    python -m training.masked --body FOLDER --out build/reader [--steps 3000]

`training.parallel` has put whole sentences of the two languages side by side. How Arabic words stand to one
another within a text is learned here (Devlin et al. 2019): of the encyclopedia's paragraphs, and of pairs of
sentences that translate each other, laid end to end so that a masked word can be found in the other language
(Conneau and Lample 2019). Every fourth batch is one of `training.parallel`. Goes on from `parallel.pt` and
writes `masked.pt`, from which it resumes.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from training import data as datasets
from training import network, parallel
from training.loop import train
from training.memory import reuse_memory
from training.reader import open_network

ROOT = Path(__file__).resolve().parent.parent
LENGTH = 128  # pieces of a text
TEXTS = 48  # of a batch
MASKED = 0.15  # of the pieces; of these 8 in 10 are hidden, 1 in 10 is another piece, 1 stays
PAIRED = 0.25  # of the texts are two sentences that translate each other
EVERY = 4  # so many batches have one of parallel sentences
FIRST, SEPARATOR, MASK, SPECIAL = 2, 3, 4, 5
RATES = (6e-4, 1.5e-4)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts with masked pieces."""

    ids: torch.Tensor  # (n, length)
    places: torch.Tensor  # (m,) masked positions in the flattened ids
    wanted: torch.Tensor  # (m,) the pieces that stood there


class Guesser(nn.Module):
    """A reader whose body also guesses pieces; the table is both ends of it."""

    def __init__(self, reader: network.Reader) -> None:
        super().__init__()
        self.reader = reader
        pieces, size = reader.body.words.weight.shape
        self.turn = nn.Linear(size, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(pieces))

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the mean cross-entropy of the masked pieces."""
        types = torch.ones_like(batch.ids)
        states = self.reader.body(batch.ids, types).flatten(0, 1)[batch.places]
        states = self.norm(functional.gelu(self.turn(states)))
        scores = states @ self.reader.body.words.weight.T + self.bias
        return functional.cross_entropy(scores.float(), batch.wanted)


def texts(data: Path, tokenizer: Tokenizer, seed: int) -> Iterator[list[int]]:
    """Yield texts of at most `LENGTH` pieces without end."""
    draw = random.Random(seed)
    paragraphs = [text for _, of_article in datasets.encyclopedia(data) for text in of_article]
    pairs = [
        (pair.left, pair.right)
        for pair in datasets.parallel_pairs(data)
        if {pair.left_language, pair.right_language} == {"ar", "en"}
    ]
    while True:
        draw.shuffle(paragraphs)
        for first in range(0, len(paragraphs), 1000):
            for encoding in tokenizer.encode_batch_fast(
                paragraphs[first : first + 1000], add_special_tokens=False
            ):
                for start in range(0, len(encoding.ids), LENGTH - 2):
                    part = encoding.ids[start : start + LENGTH - 2]
                    if len(part) > LENGTH // 3:
                        yield [FIRST, *part, SEPARATOR]
                    if draw.random() < PAIRED:
                        one, other = draw.sample(draw.choice(pairs), 2)
                        both = [tokenizer.encode(t, add_special_tokens=False).ids for t in (one, other)]
                        half = (LENGTH - 3) // 2
                        yield [FIRST, *both[0][:half], SEPARATOR, *both[1][:half], SEPARATOR]


def batches(data: Path, tokenizer: Tokenizer, seed: int) -> Iterator[Batch]:
    """Yield masked batches without end, the same for the same seed."""
    draw = np.random.default_rng(seed)
    size = tokenizer.get_vocab_size()
    waiting: list[list[int]] = []
    for text in texts(data, tokenizer, seed):
        waiting.append(text)
        if len(waiting) < TEXTS:
            continue
        ids = np.zeros((TEXTS, LENGTH), dtype=np.int64)
        for row, one in enumerate(waiting):
            ids[row, : len(one)] = one
        waiting = []
        masked = (draw.random(ids.shape) < MASKED) & (ids >= SPECIAL)
        wanted = ids[masked]
        chance = draw.random(len(wanted))
        shown = np.where(
            chance < 0.8, MASK, np.where(chance < 0.9, draw.integers(SPECIAL, size, len(wanted)), wanted)
        )
        ids[masked] = shown
        yield Batch(torch.from_numpy(ids), torch.from_numpy(np.flatnonzero(masked)), torch.from_numpy(wanted))


def main() -> None:
    """Train, and print how well sentences still find their translations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--body", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "reader")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    reuse_memory()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    own, teachers = parallel.tokenizers(options.out, options.body)
    guesser = Guesser(open_network(options.body, options.out / "parallel.pt"))
    teacher = parallel.Teacher(network.pretrained(options.body))

    def mixed() -> Iterator[Batch | parallel.Batch]:
        masked = batches(options.data, own, options.seed)
        pairs = parallel.batches(parallel.pairs_by_kind(options.data), own, teachers, options.seed + 1)
        while True:
            for _ in range(EVERY - 1):
                yield next(masked)
            yield next(pairs)

    def loss_of(batch: Batch | parallel.Batch) -> torch.Tensor:
        if isinstance(batch, Batch):
            return guesser(batch)
        return parallel.loss_of(guesser.reader.body, teacher, batch)

    train(
        guesser,
        mixed(),
        loss_of,
        steps=options.steps,
        rates=RATES,
        checkpoint=options.out / "masked.pt",
        report=lambda step: parallel.report(guesser.reader.body, own, options.data, step),
    )


if __name__ == "__main__":
    sys.exit(main())
