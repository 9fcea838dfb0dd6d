"""Read passages for a question: mark the words that answer it, and say how likely it is that they do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.encoder import EMBEDDED_FOLDER, Encoder, StaticEncoder
from rag.errors import ModelError
from rag.features import FEATURES, Candidate, describe
from rag.heads import Heads
from rag.matching import Matcher
from rag.question import Question, parse
from rag.schema import Chunk, Kind, Span
from rag.spans import Source

EMBEDDED = "embedded"
EMBEDDED_WEIGHTS = Path(__file__).parent / "models" / "reader" / "weights.json"
MOST_SPANS = 3  # of one passage

Floats = npt.NDArray[np.float32]

#: What the probability of an answer is made of, beside the score of its span.
CONFIDENCE_FEATURES = (
    "share", "none", "cover_outside", "cover_near", "cover_document", "missing", "missing_document",
    "cosine", "ordered", "terms",
)  # fmt: skip

_KIND_OF_SOURCE: dict[Source, Kind] = {
    Source.NUMBER: "number", Source.QUANTITY: "number", Source.HEDGED: "number", Source.TIME: "date",
    Source.LED_TIME: "date", Source.REASON: "reason",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: spans, best first, and how likely it is that no passage answers."""

    spans: tuple[Span, ...]
    no_answer: float  # probability in [0, 1]


class Reader(Protocol):
    """Finds the words of passages that answer a question."""

    @property
    def name(self) -> str:
        """Return the name that the settings know this reader by."""

    def read(self, question: str, passages: Sequence[Chunk]) -> Reading:
        """Return spans of `passages` that answer `question`, best first, at most a few of each passage.

        Args:
            question: in any language.
            passages: in the retriever's order, best first; may be empty.
        """


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted numbers of a `SentenceReader`."""

    encoder: str  # fingerprint of the encoder that the heads were fitted on
    mean: Floats  # (F,) features are centred and scaled by these two
    scale: Floats  # (F,)
    hidden: Floats  # (F, H)
    hidden_bias: Floats  # (H,)
    out: Floats  # (H,)
    confidence: Floats  # (len(CONFIDENCE_FEATURES) + 1,), the bias last
    heads: Heads

    @classmethod
    def load(cls, path: str | Path) -> Weights:
        """Read a weights file.

        Raises:
            ModelError: if it is missing, damaged or made for other features.
        """
        try:
            data = json.loads(Path(path).read_text("utf-8"))
            if (
                tuple(data["features"]) != FEATURES
                or tuple(data["confidence_features"]) != CONFIDENCE_FEATURES
            ):
                raise ModelError(
                    f"reader weights '{path}' were fitted for other features than this version has; "
                    "run `python -m training.reader fit` or reinstall isnad"
                )
            arrays = {key: np.array(value, dtype=np.float32) for key, value in data["arrays"].items()}
            heads = Heads(arrays.pop("head_vectors"), arrays.pop("head_grams"), arrays.pop("head_bias"))
            return cls(encoder=data["encoder"], heads=heads, **arrays)
        except OSError as error:
            raise ModelError(
                f"reader weights '{path}' cannot be read ({error.strerror}); reinstall isnad"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"reader weights '{path}' are damaged ({error}); reinstall isnad") from error

    def to_dict(self) -> dict[str, Any]:
        """Return what `load` reads, as plain JSON values."""
        names = ("mean", "scale", "hidden", "hidden_bias", "out", "confidence")
        arrays = {name: getattr(self, name) for name in names}
        heads = self.heads
        arrays |= {"head_vectors": heads.vectors, "head_grams": heads.grams, "head_bias": heads.bias}
        return {
            "encoder": self.encoder,
            "features": list(FEATURES),
            "confidence_features": list(CONFIDENCE_FEATURES),
            "arrays": {name: _rounded(array) for name, array in arrays.items()},
        }

    def score(self, features: Floats) -> Floats:
        """Return (n,) scores for (n, F) features; larger is better, and only differences mean anything."""
        scaled = (features - self.mean) / self.scale
        return np.asarray(np.tanh(scaled @ self.hidden + self.hidden_bias) @ self.out, dtype=np.float32)

    def probability(self, evidence: Floats) -> Floats:
        """Return (n,) probabilities for (n, len(CONFIDENCE_FEATURES)) rows of evidence."""
        logit = evidence @ self.confidence[:-1] + self.confidence[-1]
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)


class SentenceReader:
    """Scores the spans that fit a question's type in the sentences that share most with it.

    No network: a small perceptron over features of spelling, static word vectors and punctuation, then a
    logistic regression for the probability.
    """

    def __init__(self, matcher: Matcher, weights: Weights, fingerprint: str, name: str = EMBEDDED) -> None:
        self.name = name
        self._matcher = matcher
        self._weights = weights
        heads = weights.heads
        self._heads = Heads(heads.vectors, heads.grams, heads.bias, weights.encoder == fingerprint)

    @classmethod
    def open(cls, encoder: StaticEncoder, path: str | Path = EMBEDDED_WEIGHTS) -> SentenceReader:
        """Load the weights at `path` for the static `encoder`.

        Raises:
            ModelError: if the weights are missing, damaged or of another version.
        """
        return cls(Matcher(encoder), Weights.load(path), encoder.fingerprint)

    def read(self, question: str, passages: Sequence[Chunk]) -> Reading:
        """Return the spans of `passages` that best answer `question`, best first, at most three of a passage.

        Of a passage, the first 20,000 code points are read. Spans of one passage do not overlap. Equal
        scores keep the passages' order. A question without a content word, or no passage, gives no span.
        """
        asked = parse(question)
        # The vectorised products look at lanes beyond the array and may raise a flag for what they hold.
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            candidates, features = describe(asked, passages, self._matcher, self._heads)
            if not candidates:
                return Reading((), 1.0)
            scores = self._weights.score(features)
            chosen = choose(candidates, scores, one_a_sentence=asked.kind != "list")
            evidence = confidence_evidence(asked, candidates, features, scores, chosen)
            probabilities = self._weights.probability(evidence)
        spans = [
            _span(asked, passages, candidates[i], float(p))
            for i, p in zip(chosen, probabilities, strict=True)
        ]
        spans.sort(key=lambda span: -span.score)
        return Reading(tuple(spans), 1.0 - spans[0].score)


def choose(candidates: Sequence[Candidate], scores: Floats, one_a_sentence: bool = True) -> list[int]:
    """Return the best candidates, best first: at most three of a passage, none overlapping a better one.

    With `one_a_sentence`, a sentence gives its best one only: it seldom answers a question twice.
    """
    taken: dict[int, list[tuple[int, int]]] = {}
    read: set[tuple[int, int]] = set()
    chosen = []
    for i in np.argsort(-scores, kind="stable").tolist():
        candidate = candidates[i]
        spans = taken.setdefault(candidate.sentence.passage, [])
        start, end = _offsets(candidate)
        sentence = (candidate.sentence.passage, candidate.sentence.shape.start)
        if one_a_sentence and sentence in read:
            continue
        if len(spans) < MOST_SPANS and all(end <= a or b <= start for a, b in spans):
            spans.append((start, end))
            read.add(sentence)
            chosen.append(i)
    return chosen


def confidence_evidence(
    question: Question,
    candidates: Sequence[Candidate],
    features: Floats,
    scores: Floats,
    chosen: Sequence[int],
) -> Floats:
    """Return (len(chosen), len(CONFIDENCE_FEATURES)) for the chosen candidates, the best one first.

    `share` is the logarithm of the part of all candidates' weight, "no answer" included, that the candidate's
    sentence has, less what the candidate is behind the best one of that sentence; `none` is that of
    "no answer".
    """
    weight = np.exp(np.clip(scores, -30, 30).astype(np.float64))
    total = 1.0 + float(weight.sum())
    of_sentence: dict[int, float] = {}
    best_of: dict[int, float] = {}
    for candidate, one in zip(candidates, weight.tolist(), strict=True):
        key = id(candidate.sentence)
        of_sentence[key] = of_sentence.get(key, 0.0) + one
        best_of[key] = max(best_of.get(key, 0.0), one)
    keys = [id(candidates[i].sentence) for i in chosen]
    parts = [of_sentence[key] / total * weight[i] / best_of[key] for i, key in zip(chosen, keys, strict=True)]
    share = np.maximum(np.log(np.maximum(parts, 1e-30)), -10.0)
    at = [FEATURES.index(name) for name in CONFIDENCE_FEATURES if name in FEATURES]
    none = np.full(len(chosen), max(-10.0, -float(np.log(total))))
    terms = np.full(len(chosen), min(len(question.terms), 8) / 8)
    columns = [share, none, *features[chosen][:, at].T, terms]
    return np.stack(columns, axis=1).astype(np.float32)


def load_reader(name: str = EMBEDDED, encoder: Encoder | None = None) -> Reader:
    """Return the reader that `name` stands for.

    Args:
        name: ``embedded``, the only one so far.
        encoder: the retriever's encoder, shared when it is a static one; otherwise the embedded one is
        opened.

    Raises:
        ModelError: if there is no such reader, or its weights cannot be loaded.
    """
    if name != EMBEDDED:
        raise ModelError(
            f"there is no reader '{name}'; the only one is '{EMBEDDED}': set ISNAD_READER={EMBEDDED}"
        )
    if not isinstance(encoder, StaticEncoder):
        encoder = StaticEncoder.open(EMBEDDED_FOLDER, name=EMBEDDED)
    return SentenceReader.open(encoder)


def _span(question: Question, passages: Sequence[Chunk], candidate: Candidate, score: float) -> Span:
    chunk = passages[candidate.sentence.passage]
    start, end = _offsets(candidate)
    shape = candidate.sentence.shape
    kind = _KIND_OF_SOURCE.get(candidate.proposal.source, question.kind)
    return Span(
        chunk,
        chunk.start + start,
        chunk.start + end,
        chunk.start + shape.start,
        chunk.start + shape.end,
        score,
        kind,
    )


def _offsets(candidate: Candidate) -> tuple[int, int]:
    """Return the characters of the passage that a candidate covers."""
    words = candidate.sentence.shape.words
    return words[candidate.proposal.first].start, words[candidate.proposal.last - 1].end


def _rounded(array: Floats) -> Any:
    return np.round(array.astype(np.float64), 3).tolist()
