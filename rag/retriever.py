"""Find the chunks that a question is about: by their words, by their meaning, and word against word.

Four kinds of evidence, fused with few weights (`training/fusion.py` fits them on development data):

* lexical: BM25 over stems and character n-grams, the strongest evidence within one language. Between scripts
  it is chance, and counts only as far as a chunk is in the question's script;
* names: BM25 over the consonants of names, in the script that the question is not in;
* dense: the cosine of two mean vectors, which brings candidates of another language;
* alignment: for every token of the question, its best cosine among the passage's tokens, weighted by the
  token's learned importance (the MaxSim of ColBERT, Khattab and Zaharia 2020, on static vectors). It is
  computed on the candidates of the others only, from the token ids in the catalog.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rag.analysis import Analyzer
from rag.encoder import Encoder, StaticEncoder
from rag.schema import Chunk, Hit
from vectorstore.base import Ids, TokenIds
from vectorstore.products import product
from vectorstore.store import Store
from vectorstore.united import United

Scores = npt.NDArray[np.float32]
Tokens = npt.NDArray[np.integer[Any]]

CANDIDATES = 64  # taken by vectors, and half as many by words and by names: 100 of each found no more
_ROWS = 256  # token vectors compared at a time
_BESIDE = ThreadPoolExecutor(thread_name_prefix="isnad-align")


@dataclass(frozen=True, slots=True)
class Fusion:
    """The weights of the evidence in the fused score."""

    lexical: float = 1.0
    names: float = 1.0
    dense: float = 0.5
    alignment: float = 1.0
    # BM25 has no upper bound and means nothing across questions. Dividing by the best score plus this
    # constant brings it into [0, 1) and keeps it near 0 where the best match is itself poor.
    lexical_damping: float = 40.0
    names_damping: float = 40.0

    def fuse(self, evidence: Mapping[str, Scores]) -> Scores:
        """Return one score for each candidate of a question, (n,) float32; `evidence` is not empty."""
        # A quarter in the script is a few names and terms, three quarters a text that quotes some.
        lexical = evidence["lexical"] * np.clip(2 * evidence["same_script"] - 0.5, 0, 1)
        total = self.lexical * lexical / (lexical.max() + self.lexical_damping)
        total += self.names * evidence["names"] / (evidence["names"].max() + self.names_damping)
        total += self.dense * evidence["dense"] + self.alignment * evidence["alignment"]
        return np.asarray(total, dtype=np.float32)


class Aligner:
    """Compares a question with passages token by token, in the space of a static encoder."""

    def __init__(self, encoder: StaticEncoder) -> None:
        self._encoder = encoder
        table = encoder.token_vectors
        weights = np.sqrt(np.einsum("vd,vd->v", table, table))
        self._weights = weights  # (V,) how much each token says
        self._scale = 1.0 / np.maximum(weights, 1e-6)  # turns a row into a unit row
        self._scripts = encoder.token_scripts

    def same_script(self, question: str, passages: Sequence[TokenIds]) -> Scores:
        """Return for each passage, given as token ids, the share of its tokens in the question's script.

        Tokens of no script, such as numbers, are not counted; the share of nothing is 1. The question's
        script is that of most of its tokens.
        """
        own = self._scripts[self._encoder.tokenize([question])[0]]
        own = own[own > 0]
        shares = np.ones(len(passages), dtype=np.float32)
        if len(own):
            found = self._scripts[np.concatenate(passages)] if passages else own[:0]
            row = np.repeat(np.arange(len(passages)), list(map(len, passages)))  # whose each token is
            written = np.bincount(row[found > 0], minlength=len(passages))
            same = np.bincount(row[found == np.bincount(own).argmax()], minlength=len(passages))
            np.divide(same, written, out=shares, where=written > 0, casting="same_kind")
        return shares

    def scores(self, question: str, passages: Sequence[TokenIds]) -> Scores:
        """Return one score in [-1, 1] for each passage, given as token ids; 0 for an empty one."""
        result = np.zeros(len(passages), dtype=np.float32)
        tokens = np.unique(self._encoder.tokenize([question])[0])
        weights = self._weights[tokens]
        lengths = np.fromiter(map(len, passages), dtype=np.int64, count=len(passages))
        filled = np.flatnonzero(lengths)
        if not weights.sum() or not len(filled):
            return result
        flat = np.concatenate(passages)
        held = np.zeros(len(self._weights), dtype=np.bool_)
        held[flat] = True
        present = np.flatnonzero(held)  # (p,) the tokens of all passages, each once
        place = np.cumsum(held) - 1  # (V,) where a token is among them
        cosines = self._cosines(tokens, present)[place[flat]]
        best = np.maximum.reduceat(cosines, (np.cumsum(lengths) - lengths)[filled], axis=0)
        result[filled] = best @ weights / weights.sum()  # best: (passages, q)
        return result

    def _cosines(self, tokens: Tokens, present: Tokens) -> Scores:
        """Return the cosine of each token in `present` with each in `tokens`, (p, q)."""
        table = self._encoder.token_vectors
        wanted = (table[tokens] * self._scale[tokens, None]).T  # (d, q) unit columns
        cosines = np.empty((len(present), len(tokens)), dtype=np.float32)

        def fill(first: int, last: int) -> None:
            rows = np.empty((_ROWS, table.shape[1]), dtype=np.float32)
            for start in range(first, last, _ROWS):  # so few at once that they stay in the processor's cache
                some = present[start : min(start + _ROWS, last)]
                np.take(table, some, axis=0, out=rows[: len(some)], mode="clip")
                product(rows[: len(some)], wanted, cosines[start : start + len(some)])

        half = len(present) // 2
        beside = _BESIDE.submit(fill, half, len(present))
        fill(0, half)
        beside.result()
        cosines *= self._scale[present, None]
        return cosines


class Candidates(NamedTuple):
    """Chunks worth ranking, and what each stage says of them."""

    ids: list[int]  # ascending
    evidence: dict[str, Scores]  # (n,) of each kind by its name, in its own unit


class Retriever:
    """Ranks the chunks of a store for a question."""

    def __init__(
        self,
        store: Store | United,
        encoder: Encoder,
        aligner: Aligner,
        analyzer: Analyzer,
        fusion: Fusion | None = None,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self.aligner = aligner
        self._analyzer = analyzer
        self._fusion = fusion or Fusion()

    def retrieve(
        self, question: str, k: int = 10, allowed: Ids | None = None, languages: Collection[str] = ()
    ) -> list[Hit]:
        """Return the `k` chunks closest to `question`, best first.

        Fewer than `k` where fewer are held. Equal scores keep the corpus's order, so a run can be repeated.

        Args:
            question: in any language the encoder knows; not folded.
            k: how many hits; at least 1.
            allowed: look in these chunks only (ids, ascending); None looks in all.
            languages: of the documents, ISO 639-1; the question's words are stemmed in each.

        Raises:
            ValueError: if `question` is blank or `k` is below 1.
        """
        if not question.strip():
            raise ValueError("the question is empty")
        if k < 1:
            raise ValueError(f"k is {k}; it must be at least 1")
        ids, evidence = self.gather(question, max(k, CANDIDATES), allowed, languages)
        if not ids:
            return []
        scores = self._fusion.fuse(evidence)
        order = sorted(range(len(ids)), key=lambda i: (-scores[i], ids[i]))[:k]
        # Another process may just have removed one.
        rows = {row.id: row for row in self._store.catalog.chunk_rows([ids[i] for i in order])}
        return [
            Hit(
                Chunk(document_id=rows[ids[i]].document, text=rows[ids[i]].text, start=rows[ids[i]].start),
                float(scores[i]),
                {name: float(values[i]) for name, values in evidence.items()},
            )
            for i in order
            if ids[i] in rows
        ]

    def gather(
        self, question: str, depth: int, allowed: Ids | None = None, languages: Collection[str] = ()
    ) -> Candidates:
        """Return the `depth` best by vectors and half as many by words and by names, with the evidence."""
        catalog, snapshot = self._store.catalog, self._store.snapshot()
        vector = self._encoder.encode_query([question])
        dense = dict(snapshot.dense.search(vector, depth, allowed)[0])
        tokens = self._analyzer.question_fields(question, languages)
        named = {"names": tokens.pop("names")}
        lexical = dict(snapshot.lexical.search(tokens, (depth + 1) // 2, allowed))
        names = dict(snapshot.lexical.search(named, (depth + 1) // 2, allowed))
        # A chunk that another process has just removed is in the snapshot still, but not in the catalog.
        held, passages = catalog.token_ids(sorted(lexical.keys() | names.keys() | dense.keys()))
        ids = held.tolist()
        evidence = {
            "lexical": np.array([lexical.get(id_, 0.0) for id_ in ids], dtype=np.float32),
            "names": np.array([names.get(id_, 0.0) for id_ in ids], dtype=np.float32),
            "same_script": self.aligner.same_script(question, passages),
            "dense": snapshot.dense.scores(vector[0], held),
            "alignment": self.aligner.scores(question, passages),
        }
        return Candidates(ids, evidence)
