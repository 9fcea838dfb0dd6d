"""A small transformer for many languages: all-MiniLM-L6-v2's body under a new table of tokens.

    python -m training.graft --body FOLDER [--minutes 10]

The body is English. Each token of the embedded encoder's vocabulary starts as the mean of the English word
pieces that lie nearest to it in the encoder's space, weighted by a softmax of the cosines, so that حرب begins
near *war*. Then the table and the body learn to give a sentence of any language the vector that the untouched
model gives its English translation (Reimers and Gurevych 2020, making monolingual sentence embeddings
multilingual).

Prints what the result is worth against the static encoder: the issue's question is which wins for its
milliseconds and megabytes. `docs/retrieval.md` has the figures.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("MALLOC_TOP_PAD_", str(1 << 30))
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(4 << 30))
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(8 << 30))

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from training import data as datasets
from training import measure

ROOT = Path(__file__).resolve().parent.parent
NEAREST = 8
SHARPNESS = 0.05  # of the softmax over cosines
LENGTHS = (64, 128)  # texts are padded to one of these: memory grows with every new shape
SPECIAL = ("[PAD]", "[CLS]", "[SEP]")


class Graft(nn.Module):
    """A BERT body over the tokens of a static encoder; a text is the unit mean of its last hidden states."""

    def __init__(self, body: nn.Module, table: torch.Tensor) -> None:
        super().__init__()
        self.body = body
        self.body.set_input_embeddings(nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return (n, d) unit rows for (n, length) padded ids."""
        mask = ids != 0
        states = self.body(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        sums = (states * mask[..., None]).sum(dim=1)
        return functional.normalize(sums.float(), dim=-1)


def start_table(encoder: StaticEncoder, pieces: Sequence[str], rows: torch.Tensor) -> torch.Tensor:
    """Return the first (3 + V, d) table: the special tokens' rows, then one for each token of `encoder`.

    Args:
        encoder: the space in which nearness is measured.
        pieces: the word pieces of the body's own vocabulary, by id.
        rows: their (P, d) embeddings.
    """
    own = {piece: i for i, piece in enumerate(pieces)}
    words = [i for i, piece in enumerate(pieces) if piece.isalnum()]  # whole words, nothing special
    targets = encoder.encode_query([pieces[i] for i in words])  # (w, e) unit rows
    held = np.flatnonzero(np.abs(targets).sum(axis=1))
    words, targets = [words[i] for i in held], targets[held]
    lengths = np.linalg.norm(encoder.token_vectors, axis=1)
    units = encoder.token_vectors / np.maximum(lengths, 1e-9)[:, None]
    table = torch.empty(len(SPECIAL) + len(units), rows.shape[1])
    table[: len(SPECIAL)] = rows[[own[name] for name in SPECIAL]]
    for first in range(0, len(units), 1024):
        cosines = torch.from_numpy(units[first : first + 1024] @ targets.T)
        best, where = cosines.topk(NEAREST, dim=1)
        weights = (best / SHARPNESS).softmax(dim=1)
        near = rows[torch.tensor(words)[where]]  # (n, NEAREST, d)
        table[len(SPECIAL) + first : len(SPECIAL) + first + len(near)] = (weights[..., None] * near).sum(
            dim=1
        )
    for id_, token in enumerate(encoder_tokens(encoder)):
        if token in own and token not in SPECIAL:
            table[len(SPECIAL) + id_] = rows[own[token]]
    return table


def encoder_tokens(encoder: StaticEncoder) -> list[str]:
    """Return the tokens of a static encoder by id."""
    tokenizer: Tokenizer = encoder._tokenizer
    return [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]


def padded(encoder: StaticEncoder, texts: Sequence[str], most: int = LENGTHS[-1]) -> npt.NDArray[np.int64]:
    """Return the texts as (n, length) ids, cut and padded to one of `LENGTHS`, at most to `most`."""
    ids = [tokens[: most - 2] for tokens in encoder.tokenize(texts)]
    longest = max(map(len, ids)) + 2
    length = next(size for size in LENGTHS if size >= longest)
    rows = np.zeros((len(ids), length), dtype=np.int64)
    for row, tokens in enumerate(ids):
        rows[row, 0], rows[row, len(tokens) + 1] = 1, 2
        rows[row, 1 : len(tokens) + 1] = tokens + len(SPECIAL)
    return rows


def english_pairs(data: Path, seed: int) -> Iterator[tuple[str, str]]:
    """Yield (English sentence, its translation) of every language, and English with itself, without end."""
    pairs = []
    for pair in datasets.parallel_pairs(data):
        for code, text, other in (
            (pair.left_language, pair.left, pair.right), (pair.right_language, pair.right, pair.left),
        ):  # fmt: skip
            if code == "en" and 15 < len(text) < 200:
                pairs.append((text, other))
    draw = random.Random(seed)
    while True:
        draw.shuffle(pairs)
        yield from pairs


class Encoder:
    """What `training.measure` asks of an encoder, over a graft."""

    def __init__(self, graft: Graft, tokens: StaticEncoder) -> None:
        self._graft = graft
        self._tokens = tokens

    def encode_query(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return (n, d) unit rows."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.empty((len(texts), self._graft.body.config.hidden_size), dtype=np.float32)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for first in range(0, len(order), 32):
                some = order[first : first + 32]
                ids = padded(self._tokens, [texts[i] for i in some])
                rows[some] = self._graft(torch.from_numpy(ids)).float().numpy()
        return rows

    encode_document = encode_query


def main() -> None:
    """Build the graft, train it for so many minutes, and print its measures beside the static encoder's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--body", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--encoder", type=Path, default=EMBEDDED_FOLDER)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tokens = StaticEncoder.open(options.encoder)
    tokenizer = AutoTokenizer.from_pretrained(options.body)
    teacher = AutoModel.from_pretrained(options.body, add_pooling_layer=False).eval()
    body = AutoModel.from_pretrained(options.body, add_pooling_layer=False).train()
    pieces = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    graft = Graft(body, start_table(tokens, pieces, body.get_input_embeddings().weight.detach()))
    report("untrained", graft, tokens, options.data)

    optimizer = torch.optim.AdamW(
        [
            {"params": graft.body.get_input_embeddings().parameters(), "lr": 5e-4},
            {
                "params": [p for n, p in graft.body.named_parameters() if "word_embeddings" not in n],
                "lr": 5e-5,
            },
        ]
    )
    pairs = english_pairs(options.data, options.seed)
    started, step, seen = time.perf_counter(), 0, 0
    while (spent := time.perf_counter() - started) < 60 * options.minutes:
        rate = min((step + 1) / 50, 1 - spent / (60 * options.minutes))
        for group, peak in zip(optimizer.param_groups, (5e-4, 5e-5), strict=True):
            group["lr"] = peak * rate
        english, others = zip(*(next(pairs) for _ in range(options.batch)), strict=True)
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                read = tokenizer(
                    list(english), padding="max_length", truncation=True, max_length=64, return_tensors="pt"
                )
                states = teacher(**read).last_hidden_state.float()
                mask = read["attention_mask"][..., None]
                wanted = functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
            loss = torch.zeros(())
            for texts in (others, english):
                found = graft(torch.from_numpy(padded(tokens, texts, LENGTHS[0])))
                logits = found @ wanted.T / 0.05
                loss = loss + functional.cross_entropy(logits, torch.arange(len(texts)))
                loss = loss + 10 * (1 - (found * wanted).sum(dim=1)).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step, seen = step + 1, seen + 2 * options.batch
        if step % 20 == 0:
            print(
                f"[{spent:5.0f} s] step {step}: loss {loss.item():.2f}, {seen / spent:.0f} texts a second",
                flush=True,
            )
    report(f"after {seen:,} sentences in {options.minutes:g} minutes", graft.eval(), tokens, options.data)


def report(name: str, graft: Graft, tokens: StaticEncoder, data: Path) -> None:
    """Print sentence matching, question ranking and speed."""
    encoder = Encoder(graft.eval(), tokens)
    path = data / "parallel" / "flores200-devtest.all.tsv.gz"
    figures = []
    for source in ("en", "fr", "tr"):
        texts = datasets.wide_columns(path, (measure.FLORES[source], measure.FLORES["ar"]))
        figures.append(f"FLORES {source}→ar {measure.matching_accuracy(encoder, *texts):.3f}")
    for dataset in (measure.held_out_paragraphs(data), *measure.crossed_sets(tokens, data)):
        position = {id_: row for row, id_ in enumerate(dataset.passages)}
        gold = np.array([position[question.passage_id] for question in dataset.questions])
        passages = [passage.text for passage in dataset.passages.values()]
        began = time.perf_counter()
        vectors = encoder.encode_document(passages)
        speed = len(passages) / (time.perf_counter() - began)
        scores = encoder.encode_query([question.text for question in dataset.questions]) @ vectors.T
        figures.append(
            f"{dataset.name} MRR@10 {measure.reciprocal_rank(scores, gold):.3f} ({speed:.0f} passages/s)"
        )
    print(f"{name}: " + ", ".join(figures), flush=True)
    graft.train()


if __name__ == "__main__":
    sys.exit(main())
