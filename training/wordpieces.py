"""Choose the reader's word pieces: the English ones that its body knows, Arabic ones, and some of others.

    python -m training.wordpieces --body FOLDER --out build/reader

Writes `tokenizer.json`, the folding of spellings inside it, and `table.safetensors`: the first row of each
piece. A piece of the body's own vocabulary keeps its row. Any other begins as the mean of the English words
nearest to it in the embedded encoder's space, weighted by a softmax of the cosines: متي lies near *when* and
حرب near *war*.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from training import data as datasets
from training import vocabulary

ROOT = Path(__file__).resolve().parent.parent
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MARK = "##"  # before a piece that continues a word

ENGLISH = 14_500  # most used pieces of the body's vocabulary that are kept
ARABIC = 13_000  # pieces learned from Arabic and Persian and Urdu text
OTHERS = 8_000  # learned from the other languages; those that English has already take no second place
SIZE = 34_000

CHARACTERS = {"ar": 40_000_000, "fa": 1_500_000, "ur": 500_000, "en": 12_000_000}
CHARACTERS_OTHERWISE = 1_500_000
ARABIC_SCRIPT = ("ar", "fa", "ur")
LEFT_OUT = ("zh",)  # every one of its characters would take a place

NEAREST = 8
SHARPNESS = 0.05  # of the softmax over cosines


def tokenizer_of(pieces: Sequence[str]) -> Tokenizer:
    """Return a tokenizer with these pieces, `SPECIAL` first, that folds spellings as the encoder does."""
    tokenizer = Tokenizer(
        models.WordPiece(
            {piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]", max_input_chars_per_word=60
        )
    )
    tokenizer.normalizer = vocabulary.normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix=MARK)
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def choose(data: Path, body: Path) -> list[str]:
    """Return the pieces by id, from the texts in `data` and the vocabulary in `body`."""
    with (body / "tokenizer.json").open(encoding="utf-8") as file:
        own = list(json.load(file)["model"]["vocab"])
    folded = vocabulary.normalizer()
    own = [
        p for p in own if p not in SPECIAL and not p.startswith("[unused") and folded.normalize_str(p) == p
    ]
    whole = tokenizer_of([*SPECIAL, *own])
    used: Counter[int] = Counter()
    for texts in _batches(_sample(data, ("en",))):
        for encoding in whole.encode_batch_fast(texts, add_special_tokens=False):
            used.update(encoding.ids)
    ranked = sorted(range(len(own)), key=lambda i: -used[i + len(SPECIAL)])
    english = {own[i] for i in ranked[:ENGLISH]}
    letters = {p for p in own if len(p.removeprefix(MARK)) == 1 and _is_letter(p.removeprefix(MARK))}
    other = tuple(c for c in datasets.LANGUAGES if c not in (*ARABIC_SCRIPT, *LEFT_OUT, "en"))
    arabic = _learn(_sample(data, ARABIC_SCRIPT), ARABIC)
    rest = _learn(_sample(data, other), OTHERS)
    pieces = dict.fromkeys([*SPECIAL, *[own[i] for i in ranked[:ENGLISH]], *sorted(letters), *arabic])
    for piece in rest:
        if len(pieces) < SIZE:
            pieces.setdefault(piece)
    print(f"{len(english):,} English, {len(arabic):,} Arabic, {len(pieces):,} in all", flush=True)
    return list(pieces)


def start_table(encoder: StaticEncoder, pieces: Sequence[str], body: Path) -> torch.Tensor:
    """Return (len(pieces), d) first rows: the body's own of a piece it knows, else means of the nearest."""
    with (body / "tokenizer.json").open(encoding="utf-8") as file:
        own: dict[str, int] = json.load(file)["model"]["vocab"]
    rows = load_file(body / "model.safetensors")["embeddings.word_embeddings.weight"]
    names = [piece for piece in own if piece.isascii() and piece.isalnum() and len(piece) > 1]
    targets = encoder.encode_query(names)  # (w, e) unit rows
    held = np.flatnonzero(np.abs(targets).sum(axis=1))
    words = torch.tensor([own[names[i]] for i in held])
    units = encoder.encode_query([piece.removeprefix(MARK) for piece in pieces])
    table = torch.empty(len(pieces), rows.shape[1])
    for first in range(0, len(pieces), 1024):
        cosines = torch.from_numpy(units[first : first + 1024] @ targets[held].T)
        best, where = cosines.topk(NEAREST, dim=1)
        weights = (best / SHARPNESS).softmax(dim=1)
        table[first : first + 1024] = (weights[..., None] * rows[words[where]]).sum(dim=1)
    for i, piece in enumerate(pieces):
        if piece in own:
            table[i] = rows[own[piece]]
    return table


def _learn(texts: Iterator[str], size: int) -> list[str]:
    tokenizer = tokenizer_of(SPECIAL)
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=list(SPECIAL), continuing_subword_prefix=MARK, show_progress=False,
        limit_alphabet=300,
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    vocab = tokenizer.get_vocab()
    return [piece for piece in sorted(vocab, key=vocab.__getitem__) if piece not in SPECIAL]


def _is_letter(character: str) -> bool:
    """Tell whether a character is of a script that is read, or no letter at all."""
    return not character.isalnum() or character < "\u0700" or "\u0900" <= character < "\u0980"


def _sample(data: Path, languages: Sequence[str]) -> Iterator[str]:
    """Yield texts of `languages`, each cut off when it has had its share of characters."""
    left = {code: CHARACTERS.get(code, CHARACTERS_OTHERWISE) for code in languages}
    for language, text in _texts(data):
        if left.get(language, 0) > 0:
            left[language] -= len(text)
            yield text


def _texts(data: Path) -> Iterator[tuple[str, str]]:
    for dataset in datasets.training_question_sets(data):
        for passage in dataset.passages.values():
            yield dataset.language, passage.text
        for question in dataset.questions:
            yield dataset.language, question.text
    for pair in datasets.parallel_pairs(data):
        if "ar" in (pair.left_language, pair.right_language) or pair.left_language == "en":
            yield pair.left_language, pair.left
            yield pair.right_language, pair.right
    for _, paragraphs in datasets.encyclopedia(data):
        for paragraph in paragraphs:
            yield "ar", paragraph
    yield from islice(datasets.plain_texts(data), 0, 600_000)


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(texts, 1000)):
        yield batch


def main() -> None:
    """Choose the pieces and write the tokenizer and the first table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--body", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "reader")
    options = parser.parse_args()
    pieces = choose(options.data, options.body)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer_of(pieces).save(str(options.out / "tokenizer.json"))
    table = start_table(StaticEncoder.open(EMBEDDED_FOLDER), pieces, options.body)
    save_file({"table": table}, options.out / "table.safetensors")


if __name__ == "__main__":
    sys.exit(main())
