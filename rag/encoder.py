"""Turn texts into vectors: the protocol, and the embedded encoder. `rag/hub_encoder.py` has the hub's.

The embedded encoder looks every token up in one table and takes the mean, so it needs neither torch nor
transformers. Its folder is in sentence-transformers' own format (`StaticEmbedding` + `Normalize`), and
`SentenceTransformer(folder)` gives the same vectors.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag.hub import Progress

EMBEDDED = "embedded"
EMBEDDED_FOLDER = Path(__file__).parent / "models" / "encoder"

_BATCH_TOKENS = 1 << 13  # rows gathered at once: 8 MB at 256 dimensions, so that they stay in the cache
_BATCH_TEXTS = 4096
_KNOWN_WORDS = 1 << 16  # words whose tokens are kept, about 15 MB
_SEPARATORS = re.compile(r"[\x1c-\x1f]")
_SPACES = re.compile(r"[^\S\x1c-\x1f]+")
_SCRIPTS = tuple(
    re.compile(f"[{letters}]")
    for letters in (
        "\u0620-\u06ff",
        "a-z",
        "\u0400-\u052f",
        "\u05d0-\u05ea",
        "\u0900-\u097f",
        "\u3400-\u9fff",
    )
)
_WEIGHTS = "model.safetensors"
_TOKENIZER = "tokenizer.json"

Vectors = npt.NDArray[np.float32]
TokenIds = npt.NDArray[np.int32]


class Encoder(Protocol):
    """Maps questions and passages to one space where the dot product is the cosine."""

    @property
    def name(self) -> str:
        """Return the name that the settings know this encoder by."""

    @property
    def fingerprint(self) -> str:
        """Return a hex digest of all that the vectors depend on: equal digests, equal vectors."""

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, d) float32 array of unit rows, one for each question, in order."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, d) float32 array of unit rows, one for each passage, in order."""


class StaticEncoder:
    """The mean of one learned vector per token; a token's importance is the length of its vector."""

    def __init__(self, name: str, tokenizer: Tokenizer, table: Vectors, fingerprint: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._tokenizer = tokenizer
        self._table = table
        self._words: dict[str, list[int]] = {}

    @classmethod
    def open(cls, path: str | Path = EMBEDDED_FOLDER, name: str | None = None) -> StaticEncoder:
        """Load a sentence-transformers folder that holds a `StaticEmbedding`.

        Args:
            path: the folder with `tokenizer.json` and `model.safetensors`.
            name: what to call the encoder; the folder's path if None.

        Raises:
            ModelError: if a file is missing or damaged, or the table and the vocabulary differ in size.
        """
        folder = Path(path)
        from safetensors import SafetensorError
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        try:
            tokenizer_bytes = (folder / _TOKENIZER).read_bytes()
            weight_bytes = (folder / _WEIGHTS).read_bytes()
        except OSError as error:
            raise ModelError(
                f"encoder folder '{folder}' lacks {_TOKENIZER} or {_WEIGHTS} ({error.strerror}); "
                "reinstall isnad, or make it with `python -m training.encoder train`"
            ) from error
        try:
            tokenizer = Tokenizer.from_buffer(tokenizer_bytes)
            table = _table(load(weight_bytes))
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"encoder folder '{folder}' is damaged ({error}); reinstall isnad") from error
        except Exception as error:  # tokenizers raises bare Exception for JSON that it cannot read
            raise ModelError(f"'{folder / _TOKENIZER}' is damaged ({error}); reinstall isnad") from error
        if len(table) != tokenizer.get_vocab_size():
            raise ModelError(
                f"encoder folder '{folder}' has {len(table)} vectors for {tokenizer.get_vocab_size()} "
                "tokens; its files are of two versions: reinstall isnad"
            )
        tokenizer.no_padding()
        tokenizer.no_truncation()
        digest = hashlib.sha256(
            hashlib.sha256(tokenizer_bytes).digest() + hashlib.sha256(weight_bytes).digest()
        )
        return cls(name if name is not None else str(folder), tokenizer, table, digest.hexdigest())

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._table.shape[1])

    @property
    def token_vectors(self) -> Vectors:
        """Return the (V, d) float32 table: row `i` is token `i`, its length the token's learned weight.

        The unknown token's row is zero. The array is shared and read-only.
        """
        return self._table

    @cached_property
    def token_scripts(self) -> npt.NDArray[np.uint8]:
        """Return the script of each token, (V,): a number for each script, 0 for numbers and signs."""
        scripts = np.zeros(len(self._table), dtype=np.uint8)
        for token, id_ in self._tokenizer.get_vocab().items():
            for number, letters in enumerate(_SCRIPTS, start=1):
                if letters.search(token):
                    scripts[id_] = number
                    break
            else:
                scripts[id_] = (len(_SCRIPTS) + 1) * any(map(str.isalpha, token))
        scripts.flags.writeable = False
        return scripts

    def tokenize(self, texts: Sequence[str]) -> list[TokenIds]:
        """Return the token ids of each text, int32, in reading order, without special tokens.

        Spelling is folded first (case, Arabic marks and letter forms, digits); punctuation gives no token.
        A text without letters or digits gives an empty array.
        """
        return [np.array(ids, dtype=np.int32) for ids in self._ids(texts)]

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, d) float32 array of unit rows; a text without tokens gives a row of zeros."""
        return self._encode(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, d) float32 array of unit rows; a text without tokens gives a row of zeros."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for first in range(0, len(texts), _BATCH_TEXTS):
            batch = texts[first : first + _BATCH_TEXTS]
            self._sum_into(vectors[first : first + len(batch)], self._ids(batch))
        norms = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))[:, None]
        # The mean and the sum point the same way, so the division by the token count is left out.
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, looking words up that were met before.

        No token reaches over a space, so a text's tokens are its words'; most words of a corpus come again.
        """
        split = [_words(text) for text in texts]
        if len(self._words) > _KNOWN_WORDS:
            self._words = {}  # another thread goes on with the old one
        known = self._words
        fresh = [word for word in {word for words in split for word in words} if word not in known]
        if fresh:
            encodings = self._tokenizer.encode_batch_fast(fresh, add_special_tokens=False)
            known.update(zip(fresh, (encoding.ids for encoding in encodings), strict=True))
        return [list(chain.from_iterable(map(known.__getitem__, words))) for words in split]

    def _sum_into(self, out: Vectors, ids: list[list[int]]) -> None:
        """Add up each text's token vectors, texts of one length at once; reduceat is ten times slower."""
        lengths = np.fromiter(map(len, ids), dtype=np.int64, count=len(ids))
        flat = np.fromiter(chain.from_iterable(ids), dtype=np.int32, count=int(lengths.sum()))
        starts = np.cumsum(lengths) - lengths
        order = np.argsort(lengths, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
            length = int(lengths[rows[0]]) if len(rows) else 0
            per_slice = max(1, _BATCH_TOKENS // max(1, length))
            for first in range(0, len(rows) if length else 0, per_slice):
                some = rows[first : first + per_slice]
                # More than one piece only where a single text is longer than a slice.
                for begin in range(0, length, _BATCH_TOKENS):
                    piece = np.arange(begin, min(begin + _BATCH_TOKENS, length))
                    out[some] += self._table[flat[starts[some][:, None] + piece]].sum(axis=1)


@lru_cache(maxsize=1)
def embedded_encoder() -> StaticEncoder:
    """Return the embedded encoder, which the pipelines of a process share: it never changes.

    Raises:
        ModelError: if it is missing or damaged.
    """
    return StaticEncoder.open(EMBEDDED_FOLDER, name=EMBEDDED)


def load_encoder(
    name: str = EMBEDDED,
    *,
    device: str = "auto",
    batch_size: int = 32,
    query_prompt: str | None = None,
    document_prompt: str | None = None,
    progress: Progress | None = None,
) -> Encoder:
    """Return the encoder that `name` stands for: `embedded`, a hub id, or the path of a model's folder.

    All but the name is for the hub's encoders (`HubEncoder.open`).

    Raises:
        ModelError: if it cannot be loaded; the message says what to do.
    """
    if name == EMBEDDED:
        return embedded_encoder()
    from rag.hub_encoder import HubEncoder

    return HubEncoder.open(
        name,
        device=device,
        batch_size=batch_size,
        query_prompt=query_prompt,
        document_prompt=document_prompt,
        progress=progress,
    )


def _words(text: str) -> list[str]:
    """Cut at spaces as the tokenizer does: unlike `str.split`, not at the separators U+001C to U+001F."""
    if _SEPARATORS.search(text):
        return _SPACES.split(text)
    return text.split()


def _table(tensors: dict[str, npt.NDArray[Any]]) -> Vectors:
    """Return the float32 table from either layout that `StaticEmbedding` reads.

    One is a single array of rows; the other (8-bit rows and a float32 factor for each) is its smaller form.
    """
    if "embedding.weight" in tensors:
        table = tensors["embedding.weight"].astype(np.float32)
    else:
        table = tensors["embeddings"].astype(np.float32)
        if "weights" in tensors:
            table *= tensors["weights"].astype(np.float32)[:, None]
    if table.ndim != 2:
        raise ValueError(f"token vectors have {table.ndim} dimensions, not 2")
    table.flags.writeable = False
    return table
