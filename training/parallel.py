"""Teach the reader's body the other languages: a text gets the vector that the teacher gives its English.

    python -m training.parallel --body FOLDER --out build/reader [--steps 3000]

The student is the body under the new table of `training.wordpieces`; the teacher is all-MiniLM-L6-v2 as it is
(Reimers and Gurevych 2020, making monolingual sentence embeddings multilingual). Words and names of the lists
take part beside sentences: they are short, so they cost little. Writes `parallel.pt`, and resumes from it.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from training import data as datasets
from training import measure, network
from training.loop import train
from training.memory import reuse_memory

ROOT = Path(__file__).resolve().parent.parent
LENGTHS = (12, 24, 48)  # texts are padded to one of these: memory grows with every new shape
TOKENS = 8192  # of a batch
#: How often each kind of pair is drawn.
SHARES = {"arabic": 0.5, "arabic words": 0.15, "others": 0.22, "other words": 0.05, "english": 0.08}
TEMPERATURE = 0.05
PULL = 10.0  # weight of the plain cosine beside the contrast within the batch
MOST_CHARACTERS = 240
COMPARED = 500
OWN_ENDS, TEACHERS_ENDS = (2, 3), (101, 102)  # [CLS] and [SEP] in either vocabulary


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded ids of texts, and their English for the teacher."""

    texts: torch.Tensor  # (n, length)
    english: tuple[tuple[int, ...], ...]  # in the teacher's own pieces


def pairs_by_kind(data: Path) -> dict[str, list[tuple[str, str]]]:
    """Return (text, its English) pairs of each kind in `SHARES`, in an order that repeats."""
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in SHARES}
    pairs = chain(
        ((pair, "") for pair in datasets.parallel_pairs(data)),
        ((pair, " words") for pair in datasets.lexicon_pairs(data)),
    )
    for pair, kind in pairs:
        if "en" not in (pair.left_language, pair.right_language):
            continue
        english, text, language = (
            (pair.left, pair.right, pair.right_language)
            if pair.left_language == "en"
            else (pair.right, pair.left, pair.left_language)
        )
        if max(len(english), len(text)) <= MOST_CHARACTERS and language != "zh":
            found[("arabic" if language == "ar" else "other" if kind else "others") + kind].append(
                (text, english)
            )
            if language == "ar" and not kind:
                found["english"].append((english, english))
    return found


def padded(found: Sequence[Sequence[int]], ends: tuple[int, int]) -> torch.Tensor:
    """Return pieces as (n, length) ids between the ids `ends`, cut and padded to one of `LENGTHS`."""
    longest = min(max(map(len, found)) + 2, LENGTHS[-1])
    rows = np.zeros((len(found), next(size for size in LENGTHS if size >= longest)), dtype=np.int64)
    for row, ids in enumerate(found):
        kept = ids[: LENGTHS[-1] - 2]
        rows[row, 0], rows[row, 1 : len(kept) + 1], rows[row, len(kept) + 1] = ends[0], kept, ends[1]
    return torch.from_numpy(rows)


def batches(
    pairs: dict[str, list[tuple[str, str]]], own: Tokenizer, teachers: Tokenizer, seed: int
) -> Iterator[Batch]:
    """Yield batches of about `TOKENS` without end, each of texts of about one length."""
    draw = random.Random(seed)
    kinds, shares = list(SHARES), list(SHARES.values())
    waiting: dict[int, list[tuple[list[int], list[int]]]] = {size: [] for size in LENGTHS}
    while True:
        drawn = [draw.choice(pairs[kind]) for kind in draw.choices(kinds, shares, k=1000)]
        texts = own.encode_batch_fast([text for text, _ in drawn], add_special_tokens=False)
        english = teachers.encode_batch_fast([text for _, text in drawn], add_special_tokens=False)
        for one, other in zip(texts, english, strict=True):
            longest = max(len(one.ids), len(other.ids)) + 2
            size = next((size for size in LENGTHS if size >= longest), LENGTHS[-1])
            waiting[size].append((one.ids, other.ids))
            if len(waiting[size]) * size >= TOKENS:
                ours, theirs = zip(*waiting[size], strict=True)
                waiting[size] = []
                yield Batch(padded(ours, OWN_ENDS), tuple(map(tuple, theirs)))


def mean_vectors(body: network.Body, ids: torch.Tensor) -> torch.Tensor:
    """Return (n, d) unit means of the states of padded ids."""
    states = body(ids, torch.zeros_like(ids)).float()
    mask = (ids != network.PAD)[..., None]
    return functional.normalize((states * mask).sum(1), dim=-1)


class Teacher:
    """The untouched body; what it has said once it remembers."""

    def __init__(self, body: network.Body) -> None:
        self._body = body.eval()
        self._known: dict[tuple[int, ...], torch.Tensor] = {}

    def vectors(self, texts: Sequence[tuple[int, ...]]) -> torch.Tensor:
        """Return (n, d) unit rows."""
        unknown = list(dict.fromkeys(text for text in texts if text not in self._known))
        if unknown:
            with torch.no_grad():
                rows = mean_vectors(self._body, padded(unknown, TEACHERS_ENDS))
            self._known.update(zip(unknown, rows, strict=True))
        return torch.stack([self._known[text] for text in texts])


class Encoder:
    """What `training.measure` asks of an encoder, over the body."""

    def __init__(self, body: network.Body, tokenizer: Tokenizer) -> None:
        self._body = body
        self._tokenizer = tokenizer

    def encode_query(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return (n, d) unit rows."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = []
        for first in range(0, len(order), 64):
            some = [texts[i] for i in order[first : first + 64]]
            found = self._tokenizer.encode_batch_fast(some, add_special_tokens=False)
            parts.append(mean_vectors(self._body, padded([one.ids for one in found], OWN_ENDS)))
        rows = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
        rows[order] = torch.cat(parts).numpy()
        return rows

    encode_document = encode_query


def tokenizers(out: Path, body: Path) -> tuple[Tokenizer, Tokenizer]:
    """Return the reader's tokenizer and the teacher's, neither of which pads or cuts."""
    both = Tokenizer.from_file(str(out / "tokenizer.json")), Tokenizer.from_file(str(body / "tokenizer.json"))
    for tokenizer in both:
        tokenizer.no_padding()
        tokenizer.no_truncation()
    return both


def loss_of(student: network.Body, teacher: Teacher, batch: Batch) -> torch.Tensor:
    """Return how far the texts' vectors are from the teacher's, among the batch and alone."""
    wanted = teacher.vectors(batch.english)
    found = mean_vectors(student, batch.texts)
    contrast = functional.cross_entropy(found @ wanted.T / TEMPERATURE, torch.arange(len(found)))
    return contrast + PULL * (1 - (found * wanted).sum(1)).mean()


def report(student: network.Body, own: Tokenizer, data: Path, step: int) -> None:
    """Print how often a sentence's translation is the nearest of `COMPARED`."""
    encoder = Encoder(student, own)
    path = data / "parallel" / "flores200-devtest.all.tsv.gz"
    scores = []
    for left, right in (("en", "ar"), ("fr", "ar"), ("tr", "en")):
        texts = datasets.wide_columns(path, (measure.FLORES[left], measure.FLORES[right]))
        accuracy = measure.matching_accuracy(encoder, *(column[:COMPARED] for column in texts))  # type: ignore[arg-type]
        scores.append(f"{left}→{right} {accuracy:.3f}")
    print(f"step {step}: {COMPARED} FLORES sentences, " + ", ".join(scores), flush=True)


def main() -> None:
    """Train, and print how well sentences find their translations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--body", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "reader")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    reuse_memory()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    own, teachers = tokenizers(options.out, options.body)
    teacher = Teacher(network.pretrained(options.body))
    student = network.Reader(
        network.pretrained(options.body, load_file(options.out / "table.safetensors")["table"])
    )

    student.eval()
    with torch.inference_mode():
        report(student.body, own, options.data, 0)
    train(
        student,
        batches(pairs_by_kind(options.data), own, teachers, options.seed),
        lambda batch: loss_of(student.body, teacher, batch),
        steps=options.steps,
        rates=(1e-3, 1.5e-4),
        checkpoint=options.out / "parallel.pt",
        report=lambda step: report(student.body, own, options.data, step),
    )


if __name__ == "__main__":
    sys.exit(main())
