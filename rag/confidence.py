"""How likely a marked run is to answer: a logistic regression over what speaks for it and against.

The network's margin is the strongest evidence, and says nothing of the question's words that are nowhere in
the passages. Fitted by `training.calibration` on development questions with the passages that a search
brings, half of them without the answer (Platt 1999, with more than one feature).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.decoding import Page, Run
from rag.errors import ModelError
from rag.matching import bare
from rag.question import Question
from rag.shaping import Sentence
from rag.stopwords import is_stop_word
from rag.text import words
from rag.values import Number
from rag.weighing import slots
from rag.weighing.slots import Slot

Floats = npt.NDArray[np.float32]

FEATURES = (
    "margin", "best", "cover_sentence", "cover_near", "cover_page", "missing", "unfit", "repeats",
    "words", "rank", "terms", "unit", "foreign", "slot", "again",
)  # fmt: skip
CONFIDENCE = "confidence.json"  # in a reader's folder
MARGIN_UNIT = 10.0  # margins are given in tens, so that all features are of about one size
_RARE = 1.0  # how much more a term counts that few sentences meet
_SAME = 0.94  # a strength from which a word repeats one of the question's
_UNMET = 0.4  # a strength below which a word is not one of the question's
_NEAR = 8  # words on either side of a run


@dataclass(frozen=True, slots=True)
class Found:
    """A run with its sentence."""

    run: Run
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Confidence:
    """Fitted weights of the evidence."""

    weights: Floats  # (len(FEATURES),)
    bias: float

    @classmethod
    def load(cls, path: str | Path) -> Confidence:
        """Read the weights.

        Raises:
            ModelError: if the file is missing, damaged or of another version.
        """
        try:
            data = json.loads(Path(path).read_text("utf-8"))
            if tuple(data["features"]) != FEATURES:
                raise ModelError(f"'{path}' was fitted for other features; reinstall isnad")
            return cls(np.array(data["weights"], dtype=np.float32), float(data["bias"]))
        except OSError as error:
            raise ModelError(f"'{path}' cannot be read ({error.strerror}); reinstall isnad") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"'{path}' is damaged ({error}); reinstall isnad") from error

    @classmethod
    def of_margin(cls) -> Confidence:
        """Return the odds that a network itself gives its run against "no answer": fitted on nothing.

        Start and end are independent softmaxes over one window, so the ratio of the two probabilities is the
        exponential of the margin.
        """
        weights = np.zeros(len(FEATURES), dtype=np.float32)
        weights[FEATURES.index("margin")] = MARGIN_UNIT
        return cls(weights, 0.0)

    def save(self, path: str | Path) -> None:
        """Write what `load` reads."""
        data = {
            "features": list(FEATURES),
            "weights": [round(float(w), 4) for w in self.weights],
            "bias": round(self.bias, 4),
        }
        Path(path).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")

    def probability(self, evidence: Floats) -> Floats:
        """Return (n,) probabilities for (n, len(FEATURES)) evidence."""
        logit = evidence @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)


def evidence(
    question: Question,
    pages: Sequence[Page],
    met: Sequence[Floats],
    found: Sequence[Found],
    weights: Floats,
    places: Sequence[Sequence[Sentence]],
) -> Floats:
    """Return (n, len(FEATURES)) for the runs of one reading, the best of them first.

    Args:
        question: what is asked.
        pages: the passages, in the retriever's order.
        met: for each page, (terms, words) how well its words meet the question.
        found: the runs, best margin first.
        weights: (terms,) what each of the question's words weighs.
        places: the sentences of each page.
    """
    terms = len(question.terms)
    best_of = [one.max(axis=1, initial=0) if terms else np.zeros(0, np.float32) for one in met]
    weight = _rarity(weights, met, places)
    anywhere = np.max(best_of, axis=0) if best_of and terms else np.zeros(terms, np.float32)
    slot = slots.asked([word.text for word in words(question.text)])
    said = [_said(pages, one) for one in found]
    rows = []
    for number, one in enumerate(found):
        run, strengths = one.run, met[one.run.page]
        inside = strengths[:, one.sentence.first : one.sentence.last].max(axis=1, initial=0)
        low, high = max(one.sentence.first, run.first - _NEAR), min(one.sentence.last, run.last + _NEAR)
        near = strengths[:, low:high].max(axis=1, initial=0)
        rows.append(
            [
                np.clip(run.margin, -20, 20) / MARGIN_UNIT,
                np.clip(found[0].run.margin, -20, 20) / MARGIN_UNIT,
                weight @ inside,
                weight @ near,
                weight @ best_of[run.page],
                1 - weight @ anywhere if terms else 1,
                _unfit(question, one),
                float((strengths[:, run.first : run.last].max(axis=0, initial=0) >= _SAME).mean()),
                min(run.last - run.first, 20) / 10,
                1 / (1 + run.page),
                min(terms, 8) / 8,
                *_counts(question, slot, pages[run.page], strengths, one),
                _again(said, found, number),
            ]
        )
    return np.array(rows, dtype=np.float32).reshape(-1, len(FEATURES))


def _counts(
    question: Question, asked: Slot, page: Page, strengths: Floats, found: Found
) -> tuple[float, float, float]:
    """Return how a number fits what is counted: (unit, foreign, slot).

    `unit` is how well the noun that it counts meets a word of the question, in [0, 1]; `foreign` is 1 where
    an adjective sets that noun apart from what is asked (foreign soldiers, for American ones); `slot` is 1
    where both are of the dead, say, and -1 where one is of the wounded.
    """
    run, sentence = found.run, found.sentence
    inside = [n for n in sentence.numbers if run.first < n.last and n.first < run.last]
    if question.kind != "number" or not inside or not len(strengths):
        return 0.0, 0.0, 0.0
    number = inside[0]
    best = strengths.max(axis=0)
    unit = [i for i in range(number.last, number.unit) if not is_stop_word(page.words[i].text)]
    fits = max((float(best[i]) for i in unit), default=0.0)
    apart = len(unit) > 1 and min(float(best[i]) for i in unit) < _UNMET
    own = slots.read(
        page.words[sentence.first : sentence.last],
        [_moved(n, -sentence.first) for n in sentence.numbers],
        _moved(number, -sentence.first),
        page.text,
    )
    state = 0.0 if not (asked.state and own.state) else 1.0 if asked.state == own.state else -1.0
    return fits, float(apart), state


def _said(pages: Sequence[Page], found: Found) -> frozenset[str]:
    """Return the stems of a run's words."""
    run = found.run
    return frozenset(bare(word.text) for word in pages[run.page].words[run.first : run.last])


def _again(said: Sequence[frozenset[str]], found: Sequence[Found], number: int) -> float:
    """Return how many other pages have a run of these words, in thirds, at most 1."""
    own = found[number].run.page
    pages = {
        one.run.page
        for words_, one in zip(said, found, strict=True)
        if one.run.page != own and words_ == said[number]
    }
    return min(len(pages), 3) / 3


def _moved(number: Number, by: int) -> Number:
    return replace(
        number, first=number.first + by, last=number.last + by, hedge=number.hedge + by,
        unit=number.unit + by, tail=number.tail + by,
    )  # fmt: skip


def _rarity(weights: Floats, met: Sequence[Floats], places: Sequence[Sequence[Sentence]]) -> Floats:
    """Return (terms,) weights that sum to 1: what every sentence meets says little."""
    per_sentence = [
        one[:, s.first : s.last].max(axis=1, initial=0)
        for one, of_page in zip(met, places, strict=True)
        for s in of_page
    ]
    if not per_sentence or not len(weights):
        return np.zeros(len(weights), dtype=np.float32)
    share = (np.stack(per_sentence, axis=1) > 0.75).mean(axis=1)
    rare = weights * (1 + _RARE * (1 - share))
    return np.asarray(rare / rare.sum(), dtype=np.float32)


def _unfit(question: Question, found: Found) -> float:
    """Return 1 where a count or a date is asked for and the run has none, else 0."""
    run, sentence = found.run, found.sentence
    ranges: list[tuple[int, int]]
    if question.kind == "number":
        ranges = [(n.first, n.last) for n in sentence.numbers]
    elif question.kind == "date":
        ranges = [(t.first, t.last) for t in sentence.times]
    else:
        return 0.0
    return float(all(b <= run.first or run.last <= a for a, b in ranges))
