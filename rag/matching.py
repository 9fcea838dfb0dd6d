"""Say how well each word of a question is met by each word of a passage, in any language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rag.analysis import Analyzer
from rag.encoder import StaticEncoder, embedded_encoder
from rag.names import is_arabic, similarity, skeleton
from rag.synonyms import sense
from vectorstore.products import product

if TYPE_CHECKING:
    from rag.question import Question
    from rag.text import Word

Floats = npt.NDArray[np.float32]

_SAME_STEM = 0.95
_TRANSLATION = 0.9  # the strength of vectors as close as those of translations
_COUNTS, _COUNTS_FULLY = 1.5, 8.0  # deviations of the cosine of random pairs
_NAME = 0.9  # the same name in another script
_SYNONYM = 0.85  # قتيلا and مقتل, تفجير and هجوم
_SHARED_START = 0.8  # Americans / American, where no stemmer joined them
_BROKEN_PLURAL = 0.75  # جندي and جنود, which have their consonants in common
_PLURAL_ADDS = 2  # letters, at most
_LEAST_ROOT = 3
_LONG_VOWELS = str.maketrans("", "", "اويىءئؤةه")
_PROCLITICS = ("وبال", "وكال", "فبال", "وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال")
_NOISE_PAIRS = 4096
_MOST_KNOWN = 20_000
_MOST_PAIRS = 1 << 16


class Matcher:
    """Compares words by spelling, stem, transliteration and by the angle between static vectors."""

    def __init__(self, encoder: StaticEncoder) -> None:
        self._encoder = encoder
        self._table = encoder.token_vectors
        self._analyzer = Analyzer()
        norms = np.linalg.norm(self._table, axis=1)
        self._typical_norm = float(np.median(norms[norms > 0])) or 1.0
        self._scale = self._chance(norms)
        self._forms: dict[str, tuple[str, bool]] = {}
        self._pairs: dict[tuple[str, str], float] = {}
        self._known: dict[str, Floats] = {}  # rows of words already met: passages come again and again

    def is_stop(self, word: str) -> bool:
        """Tell whether the folded `word` is a function word."""
        return self._analyzed(word)[1]

    def vectors(self, words: Sequence[str]) -> tuple[Floats, Floats]:
        """Return (n, d) unit rows, one for each folded word without its Arabic article, and (n,) weights.

        A weight is the length of the word's vector over that of a typical token: rare words weigh more. A
        word without tokens has a row of zeros and weight 1.
        """
        known = self._known
        unknown = [word for word in dict.fromkeys(words) if word not in known]
        if len(known) + len(unknown) > _MOST_KNOWN:
            known = self._known = {}  # threads that still use the old one keep it
            unknown = list(dict.fromkeys(words))
        if unknown:
            known.update(zip(unknown, self._look_up(unknown), strict=True))
        if not words:
            return np.zeros((0, self._table.shape[1]), np.float32), np.zeros(0, np.float32)
        rows = np.stack([known[word] for word in words])
        return rows[:, :-1], rows[:, -1]

    def _row(self, word: str) -> Floats:
        """Return the unit row of a folded word, (d,)."""
        row = self._known.get(word)
        return self.vectors((word,))[0][0] if row is None else row[:-1]

    def _look_up(self, words: Sequence[str]) -> Floats:
        """Return (n, d + 1): the unit rows of `words`, and their weights in the last column."""
        ids = self._encoder.tokenize([bare(word) for word in words])
        sums = np.zeros((len(words), self._table.shape[1]), dtype=np.float32)
        lengths = np.array([len(one) for one in ids], dtype=np.int64)
        rows = np.flatnonzero(lengths)
        if len(rows):
            ends = np.cumsum(lengths)
            sums[rows] = np.add.reduceat(self._table[np.concatenate(ids)], ends[rows] - lengths[rows], axis=0)
        norms = np.sqrt(np.einsum("nd,nd->n", sums, sums))
        np.divide(sums, norms[:, None], out=sums, where=norms[:, None] > 0)
        weights = np.where(norms > 0, norms / self._typical_norm, 1.0)
        return np.hstack([sums, weights[:, None]]).astype(np.float32)

    def meet(self, question: Question, pages: Sequence[Sequence[Word]]) -> list[Floats]:
        """Return for each page (terms, its words) strengths of the question's terms in it.

        A function word of a page is met by itself or not at all.
        """
        given = list(dict.fromkeys(word.text for page in pages for word in page))
        if not question.terms or not given:
            return [np.zeros((len(question.terms), len(page)), dtype=np.float32) for page in pages]
        asked = [term.text for term in question.terms]
        capital = [question.text[term.start].isupper() for term in question.terms]
        strength = self.strengths(asked, self.vectors(asked)[0], given, self.vectors(given)[0], capital)
        stop = np.array([self.is_stop(word) for word in given])
        strength[:, stop] = np.where(strength[:, stop] < _SAME_STEM, 0, strength[:, stop])
        place = {word: u for u, word in enumerate(given)}
        return [strength[:, [place[word.text] for word in page]] for page in pages]

    def alike(self, left: str, right: str) -> float:
        """Return how well one folded word stands for another, in [0, 1], whatever the language of each."""
        pair = (left, right) if left <= right else (right, left)
        strength = self._pairs.get(pair)
        if strength is None:
            if len(self._pairs) >= _MOST_PAIRS:
                self._pairs = {}
            strength = self._pairs[pair] = self._strength(*pair)
        return strength

    def _strength(self, word: str, other: str) -> float:
        """Return what `strengths` gives for one pair without arrays: names are compared by the thousand."""
        low, high = self._scale
        cosine = float(np.dot(self._row(word), self._row(other)))
        row = [_TRANSLATION * min(max((cosine - low) / (high - low), 0.0), 1.0)]
        if self._stem(word) == self._stem(other):
            row[0] = 1.0 if word == other else max(row[0], _SAME_STEM)
        if consonants(word) and consonants(word) == consonants(other) and _as_long(word, other):
            row[0] = max(row[0], _BROKEN_PLURAL)
        named = sense(word)
        if named is not None and named == sense(other):
            row[0] = max(row[0], _SYNONYM)
        self._match_starts(word, (other,), row)
        self._match_names(word, True, (other,), (skeleton(other),), row)
        return float(np.float32(row[0]))

    def strengths(
        self,
        asked: Sequence[str],
        asked_vectors: Floats,
        given: Sequence[str],
        given_vectors: Floats,
        capital: Sequence[bool],
    ) -> Floats:
        """Return a (len(asked), len(given)) float32 array in [0, 1]: 1 for one and the same word.

        Args:
            asked: folded words of the question.
            asked_vectors: their unit rows.
            given: the distinct folded words of the passages.
            given_vectors: their unit rows.
            capital: for each asked word, whether it is written with a Latin capital (a name, perhaps).
        """
        cosine = product(given_vectors, asked_vectors.T).T
        low, high = self._scale
        strength: Floats = (_TRANSLATION * np.clip((cosine - low) / (high - low), 0, 1)).astype(np.float32)
        stems: dict[str, list[int]] = {}
        for u, word in enumerate(given):
            stems.setdefault(self._stem(word), []).append(u)
        senses: dict[str, list[int]] = {}
        roots: dict[str, list[int]] = {}
        for u, word in enumerate(given):
            roots.setdefault(consonants(word), []).append(u)
            named = sense(word)
            if named is not None:
                senses.setdefault(named, []).append(u)
        skeletons: list[str] | None = None
        for q, word in enumerate(asked):
            for u in stems.get(self._stem(word), ()):
                strength[q, u] = 1.0 if given[u] == word else max(strength[q, u], _SAME_STEM)
            for u in roots.get(consonants(word), ()) if consonants(word) else ():
                if _as_long(word, given[u]):
                    strength[q, u] = max(strength[q, u], _BROKEN_PLURAL)
            named = sense(word)
            for u in senses.get(named, ()) if named is not None else ():
                strength[q, u] = max(strength[q, u], _SYNONYM)
            self._match_starts(word, given, strength[q])
            if skeletons is None:
                skeletons = [skeleton(other) for other in given]
            self._match_names(word, capital[q], given, skeletons, strength[q])
        return strength

    def _stem(self, word: str) -> str:
        return self._analyzed(word)[0]

    def _analyzed(self, word: str) -> tuple[str, bool]:
        """Return the stem of a folded word, and whether it is a function word."""
        entry = self._forms.get(word)
        if entry is None:
            if len(self._forms) >= _MOST_KNOWN:
                self._forms = {}
            entry = self._forms[word] = (self._analyzer.stem(word), self._analyzer.is_stop(word))
        return entry

    @staticmethod
    def _match_starts(word: str, given: Sequence[str], row: Floats | list[float]) -> None:
        root = bare(word)
        if len(root) < 5:
            return
        for u, other in enumerate(given):
            if other[:1] in (root[0], "ا", "و", "ل", "ب") and len(other) > 4:
                shared = _shared_start(root, bare(other))
                if shared >= 5 or shared >= 0.75 * max(len(root), len(other)):
                    row[u] = max(row[u], _SHARED_START)

    @staticmethod
    def _match_names(
        word: str, capital: bool, given: Sequence[str], skeletons: Sequence[str], row: Floats | list[float]
    ) -> None:
        own = skeleton(word)
        if len(own) < 2 or not (capital or is_arabic(word) or len(own) >= 4):
            return
        script = is_arabic(word)
        for u, other in enumerate(skeletons):
            if other and is_arabic(given[u]) != script:
                alike = similarity(own, other)
                if alike >= 0.75:
                    row[u] = max(row[u], _NAME * alike)
                elif alike >= 0.7:
                    row[u] = max(row[u], 0.5)

    def _chance(self, norms: Floats) -> tuple[float, float]:
        """Return the cosines from which a pair of words counts, and from which it counts in full.

        In deviations of random pairs above their mean, so that another encoder needs no other numbers.
        """
        rows = np.flatnonzero(norms > 0)
        if len(rows) < 2:
            return 0.2, 0.6
        rng = np.random.default_rng(0)
        left, right = rng.choice(rows, _NOISE_PAIRS), rng.choice(rows, _NOISE_PAIRS)
        one, other = (self._table[rows] / norms[rows, None] for rows in (left, right))
        cosine = np.einsum("nd,nd->n", one, other)[left != right]
        mean, deviation = float(cosine.mean()), max(float(cosine.std()), 0.01)
        return mean + _COUNTS * deviation, mean + _COUNTS_FULLY * deviation


@lru_cache(maxsize=1)
def embedded_matcher() -> Matcher:
    """Return the matcher of the embedded encoder, which the pipelines of a process share.

    Raises:
        ModelError: if the encoder is missing or damaged.
    """
    return Matcher(embedded_encoder())


@lru_cache(maxsize=1 << 15)
def bare(word: str) -> str:
    """Return a folded word without an Arabic article and its clitics, or a suffix after '."""
    stem, apostrophe, _ = word.partition("'")
    if apostrophe and len(stem) >= 3:
        return stem
    for proclitic in _PROCLITICS:
        if word.startswith(proclitic) and len(word) - len(proclitic) >= 2:
            return word[len(proclitic) :]
    return word


@lru_cache(maxsize=1 << 15)
def consonants(word: str) -> str:
    """Return the consonants of a folded Arabic word without its article; "" for fewer than three."""
    if not is_arabic(word):
        return ""
    found = bare(word).translate(_LONG_VOWELS)
    return found if len(found) >= _LEAST_ROOT else ""


def _as_long(word: str, other: str) -> bool:
    """Tell whether one word may be the other's plural by its length."""
    return abs(len(bare(word)) - len(bare(other))) <= _PLURAL_ADDS


def _shared_start(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
