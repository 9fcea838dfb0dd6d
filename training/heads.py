"""Fit the classifiers of names: does a word look like part of the name of a person, or of a place?"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from rag.heads import BUCKETS, HEADS, Heads, buckets
from rag.matching import Matcher
from rag.names import is_arabic
from rag.text import words
from training.data import QuestionSet, read_lines

STEPS = 800
COMMON_WORDS = 15_000


def fit_heads(sets: dict[str, QuestionSet], matcher: Matcher, data: Path, seed: int) -> Heads:
    """Fit the classifiers of names on word lists, against ordinary words of a dictionary and of passages.

    Words of answers in their passages were tried and made it worse: most names there are not the answer.
    """
    rng = random.Random(seed)
    labelled = _listed_words(data, rng)
    names = {word for word, head in labelled if head >= 0}
    counts = Counter(
        word.text
        for questions in sets.values()
        for passage in rng.sample(list(questions.passages.values()), min(1500, len(questions.passages)))
        for word in words(passage.text)
        if passage.text[word.start : word.end].islower() or is_arabic(word.text)
    )
    labelled += [(word, -1) for word, _ in counts.most_common(COMMON_WORDS) if word not in names]
    vocabulary = sorted({word for word, _ in labelled})
    number = {word: i for i, word in enumerate(vocabulary)}
    table = torch.from_numpy(matcher.vectors(vocabulary)[0])
    spelled = [buckets(word) for word in vocabulary]
    ids = np.array([number[word] for word, _ in labelled])
    target = torch.tensor([[head == 0, head == 1] for _, head in labelled], dtype=torch.float32)
    vectors = torch.zeros(table.shape[1], len(HEADS), requires_grad=True)
    grams = torch.zeros(BUCKETS, len(HEADS), requires_grad=True)
    bias = torch.zeros(len(HEADS), requires_grad=True)
    optimizer = torch.optim.Adam([vectors, grams, bias], lr=0.03)
    generator = np.random.default_rng(seed)
    for _ in range(STEPS):
        rows = generator.integers(len(ids), size=1024)
        own = [spelled[i] for i in ids[rows]]
        flat = torch.tensor([bucket for one in own for bucket in one])
        offsets = torch.tensor(np.cumsum([0, *map(len, own)])[:-1])
        logits = (
            functional.embedding_bag(flat, grams, offsets, mode="mean") + bias + table[ids[rows]] @ vectors
        )
        loss = functional.binary_cross_entropy_with_logits(logits, target[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"heads: {len(ids)} words, loss {float(loss.detach()):.3f}", flush=True)
    return Heads(vectors.detach().numpy(), grams.detach().numpy(), bias.detach().numpy())


def _listed_words(data: Path, rng: random.Random) -> list[tuple[str, int]]:
    """Return words with their head (person 0, place 1, neither -1) from the word lists."""
    found: list[tuple[str, int]] = []
    sources = (
        ("wikidata-name-tokens.en-ar", 0, 12000), ("arabic-names-to-en.en-ar", 0, 2500),
        ("cldr-cities.en-ar", 1, 1000), ("arwikicats-places.en-ar", 1, 4000), ("wiktionary.en-ar", -1, 16000),
    )  # fmt: skip
    for name, head, count in sources:
        lines = list(read_lines(data / "lexicon" / f"{name}.tsv.gz"))
        for line in rng.sample(lines, min(count, len(lines))):
            for side in line.split("\t")[:2]:
                found.extend((word.text, head) for word in words(side)[:3])
    return found
