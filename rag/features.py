"""Describe every proposed span of every sentence by numbers that say how well it answers the question.

All features come from one matrix, how well each word of the question is met by each word of the passages, and
from what the proposals themselves are; none depends on a language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from rag.fitting import fitting, kind_of_counted
from rag.heads import HEADS, Heads
from rag.matching import Matcher
from rag.question import Question
from rag.schema import Chunk, Kind
from rag.span_features import MET, SPAN_FEATURES, company_features, name_features, span_features
from rag.spans import Proposal, Shape, Source, propose, shape
from rag.text import Word, sentences, words

Floats = npt.NDArray[np.float32]

KINDS: tuple[Kind, ...] = get_args(Kind)

LONGEST_PASSAGE = 20_000  # code points read of one passage: chunks are far shorter
LONGEST_SENTENCE = 200  # words looked at in one sentence
MOST_SENTENCES = 12  # whose spans are weighed; the others only lend context
_CLOSE = 0.5  # a neighbouring sentence counts half
_NAMELIKE = -0.25  # a score of a head, at which a word may be part of a name

SENTENCE_FEATURES = (
    "cover", "cover_near", "cover_passage", "cover_document", "cover_exact", "missing", "missing_document",
    "ordered", "cosine", "relative_cover", "rank", "length", "opening",
)  # fmt: skip
FEATURES = (
    *SENTENCE_FEATURES,
    *SPAN_FEATURES,
    *(f"kind_{kind}" for kind in KINDS),
    "describes",
    *(f"source_{source.name.lower()}" for source in Source),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, with the numbers of its words among the distinct words of the reading."""

    passage: int
    shape: Shape
    ids: npt.NDArray[np.int64]


class _Read(NamedTuple):
    """A sentence that may turn out not to matter, so that little is worked out yet."""

    passage: int
    text: str  # of the passage
    start: int  # the sentence is text[start:end]
    end: int
    words: Sequence[Word]
    ids: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal in its sentence."""

    sentence: Sentence
    proposal: Proposal


def describe(
    question: Question, passages: Sequence[Chunk], matcher: Matcher, heads: Heads
) -> tuple[list[Candidate], Floats]:
    """Return the candidates of the best sentences and their features, (n, len(FEATURES)) float32.

    In the order of the passages. Nothing when the question has no content word or the passages no sentence.
    """
    found = _read(passages)
    if not question.terms or not found[0]:
        return [], np.zeros((0, len(FEATURES)), dtype=np.float32)
    shaped, vocabulary = found
    unit, given_weights = matcher.vectors(vocabulary)
    terms = [term.text for term in question.terms]
    term_unit, term_weights = matcher.vectors(terms)
    capital = [question.text[term.start].isupper() for term in question.terms]
    strength = matcher.strengths(terms, term_unit, vocabulary, unit, capital)
    best = np.stack([strength[:, one.ids].max(axis=1) for one in shaped], axis=1)  # (Q, S)
    rarity = _rarity(best)
    weights = np.clip(term_weights, 0.5, 1.5) * [term.weight for term in question.terms] * rarity
    weights = (weights / weights.sum()).astype(np.float32)
    about = _sentence_features(shaped, passages, best, weights, strength, term_unit, unit, given_weights)
    # The order in which to look: what is met here, and a little of what is met around.
    merit = about[:, 0] + 0.3 * about[:, 1] + 0.1 * about[:, 2]
    chosen = sorted(np.argsort(-merit, kind="stable")[:MOST_SENTENCES].tolist())
    focus = _focus_strength(question, terms, strength, vocabulary, unit, matcher)
    counted_kind = kind_of_counted(question)
    constant = _question_features(question)
    looked_at = np.unique(np.concatenate([shaped[s].ids for s in chosen]))
    named = np.zeros((len(vocabulary), len(HEADS)), dtype=np.float32)
    named[looked_at] = heads.score([vocabulary[i] for i in looked_at], unit[looked_at])
    candidates: list[Candidate] = []
    rows: list[Floats] = []
    for s in chosen:
        raw = shaped[s]
        look = shape(raw.text, raw.start, raw.end, raw.words, matcher.is_stop)
        one = Sentence(raw.passage, look, raw.ids)
        scores = named[one.ids]
        namelike = (scores.max(axis=1) > _NAMELIKE).tolist()
        met = strength[:, one.ids].max(axis=0)
        proposals = fitting(
            question,
            propose(one.shape, question.kind, namelike),
            one.shape,
            met,
            focus[one.ids],
            scores,
            strength[counted_kind][:, one.ids].max(axis=0, initial=0),
        )
        if not proposals:
            continue
        spans = np.hstack(
            [
                span_features(question, one.shape, proposals, strength[:, one.ids], weights, focus[one.ids]),
                company_features(one.shape, proposals, given_weights[one.ids]),
                name_features(proposals, scores),
            ]
        )
        sources = np.eye(len(Source), dtype=np.float32)[[proposal.source for proposal in proposals]]
        n = len(proposals)
        rows.append(np.hstack([np.tile(about[s], (n, 1)), spans, np.tile(constant, (n, 1)), sources]))
        candidates.extend(Candidate(one, proposal) for proposal in proposals)
    if not rows:
        return [], np.zeros((0, len(FEATURES)), dtype=np.float32)
    return candidates, np.vstack(rows).astype(np.float32)


def _read(passages: Sequence[Chunk]) -> tuple[list[_Read], list[str]]:
    """Cut the passages into sentences; return these and the distinct words, by first appearance."""
    numbers: dict[str, int] = {}
    found = []
    for p, passage in enumerate(passages):
        text = passage.text[:LONGEST_PASSAGE]
        given = words(text)
        at = 0
        for start, end in sentences(text):
            while at < len(given) and given[at].start < start:
                at += 1
            last = at
            while last < len(given) and given[last].end <= end:
                last += 1
            inside = given[at:last][:LONGEST_SENTENCE]
            at = last
            if inside:
                ids = np.array([numbers.setdefault(word.text, len(numbers)) for word in inside])
                found.append(_Read(p, text, start, end, inside, ids))
    return found, list(numbers)


def _rarity(best: Floats) -> Floats:
    """Return (Q,) in (0, 1]: 1 for a word that no sentence has, less the more sentences have it."""
    count = best.shape[1]
    having = (best >= MET).sum(axis=1)
    return np.asarray(np.log1p(count / (0.5 + having)) / np.log1p(count / 0.5), dtype=np.float32)


def _sentence_features(
    shaped: Sequence[_Read], passages: Sequence[Chunk], best: Floats, weights: Floats, strength: Floats,
    term_unit: Floats, unit: Floats, given_weights: Floats,
) -> Floats:  # fmt: skip
    """Return (S, len(SENTENCE_FEATURES)): how much of the question is met in and around each."""
    count = len(shaped)
    near, passage_best, document_best = best.copy(), best.copy(), best.copy()
    of_passage = np.array([one.passage for one in shaped])
    documents = [passages[one.passage].document_id for one in shaped]
    for s in range(count):
        for other in (s - 1, s + 1):
            if 0 <= other < count and of_passage[other] == of_passage[s]:
                near[:, s] = np.maximum(near[:, s], _CLOSE * best[:, other])
    for p in set(of_passage.tolist()):
        inside = np.flatnonzero(of_passage == p)
        passage_best[:, inside] = best[:, inside].max(axis=1, keepdims=True)
    for document in set(documents):
        inside = np.array([s for s in range(count) if documents[s] == document])
        document_best[:, inside] = best[:, inside].max(axis=1, keepdims=True)
    cover = weights @ best
    question_vector = term_unit.T @ weights
    question_vector /= max(float(np.linalg.norm(question_vector)), 1e-9)
    rows = np.zeros((count, len(SENTENCE_FEATURES)), dtype=np.float32)
    first_of = {p: int(np.flatnonzero(of_passage == p)[0]) for p in set(of_passage.tolist())}
    for s, one in enumerate(shaped):
        vector = (unit[one.ids] * given_weights[one.ids][:, None]).sum(axis=0)
        cosine = float(vector @ question_vector) / max(float(np.linalg.norm(vector)), 1e-9)
        rows[s] = (
            cover[s],
            weights @ near[:, s],
            weights @ passage_best[:, s],
            weights @ document_best[:, s],
            weights @ (best[:, s] >= 0.94),
            (weights * (1 - near[:, s])).max(),
            (weights * (1 - document_best[:, s])).max(),
            _ordered(strength[:, one.ids]),
            cosine,
            cover[s] / max(float(cover.max()), 1e-9),
            1 / (1 + one.passage),
            np.log1p(len(one.ids)) / 4,
            first_of[one.passage] == s,
        )
    return rows


def _ordered(met: Floats) -> float:
    """Return the share of neighbouring question words that stand next to each other in the sentence too."""
    if len(met) < 2 or met.shape[1] < 2:
        return 0.0
    pairs = np.minimum(met[:-1, :-1], met[1:, 1:]).max(axis=1)
    return float(pairs.mean())


def _question_features(question: Question) -> Floats:
    kinds = np.array([kind == question.kind for kind in KINDS], dtype=np.float32)
    return np.append(kinds, np.float32(question.describes))


def _focus_strength(
    question: Question, terms: Sequence[str], strength: Floats, vocabulary: Sequence[str], unit: Floats,
    matcher: Matcher,
) -> Floats:  # fmt: skip
    """Return (V,): how well each distinct word meets the noun that is asked about; zeros without one."""
    if question.focus is None:
        return np.zeros(len(vocabulary), dtype=np.float32)
    if question.focus in terms:
        return np.asarray(strength[terms.index(question.focus)])
    focus_unit, _ = matcher.vectors([question.focus])
    row: Floats = matcher.strengths([question.focus], focus_unit, vocabulary, unit, [False])[0]
    return row
