"""Leave out of a sentence's proposals what cannot answer the question, by rules that need no weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.heads import HEADS
from rag.names import is_arabic
from rag.question import Question, noun_kind
from rag.span_features import MET
from rag.spans import JOINERS, Proposal, Shape, Source
from rag.values import Number

Floats = npt.NDArray[np.float32]

PERSON = HEADS.index("person")
_NO_NAME = -0.35  # a score of that head below which a word is no part of a name
_LONGEST_NAME = 4  # words
_NEAR = 5  # words between a number and what says which it is
_REPEATED = 0.9  # a strength that makes a word one of the question's own


def fitting(
    question: Question,
    proposals: Sequence[Proposal],
    sentence: Shape,
    met: Floats,
    focus: Floats,
    named: Floats,
    kept: Floats,
) -> list[Proposal]:
    """Leave out what cannot answer.

    What only repeats the question; a time where a count is asked for; where the sentence has a number of what
    is counted, or of the measure asked for, every other number; words of the question that run on after a
    counted number; and what is more than a name where a person is asked for.

    Args:
        question: what is asked.
        proposals: of one sentence.
        sentence: their sentence.
        met: (n,) how well each of its words repeats one of the question's.
        focus: (n,) how well each of its words meets the noun that is asked about.
        named: (n, len(HEADS)) how much each of its words looks like part of a name.
        kept: (n,) how well each of its words meets the word that says which of the counted are meant.
    """
    known = [
        word_met >= _REPEATED or stop for word_met, stop in zip(met.tolist(), sentence.stop, strict=True)
    ]
    left = [one for one in proposals if one.number or one.time or not all(known[one.first : one.last])]
    if question.kind == "number":
        if question.measure != "time":
            left = [one for one in left if one.time is None]
        measures = {one.number.measure for one in left if one.number}
        if question.measure in measures and question.measure is not None:
            left = [one for one in left if one.number and one.number.measure == question.measure]
        left = [one for one in left if not _runs_on(one, left, known, focus)]
        asked = _asked_for(left, focus, kept)
        left = [one for one in left if not asked or (one.number and one.number.first in asked)]
    if question.kind == "person":
        quoted = [one for one in left if one.source in (Source.NAME, Source.QUOTED)]
        left = _names(sentence, left, known, named[:, PERSON].tolist()) or quoted
    return left


def _names(
    sentence: Shape, proposals: Sequence[Proposal], known: Sequence[bool], scores: Sequence[float]
) -> list[Proposal]:
    """Return the proposals that are whole names: no word more, and none less."""
    fits: list[bool] = []
    for i, (word, score) in enumerate(zip(sentence.words, scores, strict=True)):
        if word.text in JOINERS and i > 0 and fits[i - 1]:
            fits.append(True)
        elif known[i]:
            fits.append(False)
        elif not is_arabic(word.text):
            fits.append(sentence.capital[i])
        else:  # what has the article after a name without it is a surname: no adjective would agree so
            before = i > 0 and fits[i - 1] and not _has_article(sentence.words[i - 1].text)
            fits.append(score >= _NO_NAME or (before and _has_article(word.text)))
    names = [
        one
        for one in proposals
        if one.last - one.first <= _LONGEST_NAME
        and all(fits[one.first : one.last])
        and sentence.words[one.last - 1].text not in JOINERS
        and all(_joined(sentence, i) for i in range(one.first + 1, one.last))
        and noun_kind(sentence.words[one.first].text) != "person"  # an office: ورئيس الوفد
        and not (_has_article(sentence.words[one.first].text) and one.last - one.first > 1)
    ]
    return [one for one in names if not any(_within(one, other) for other in names)]


def _joined(sentence: Shape, i: int) -> bool:
    """Tell whether nothing but a space or a hyphen stands before words[i]."""
    return not sentence.text[sentence.words[i - 1].end : sentence.words[i].start].strip(" \u00a0-")


def _has_article(word: str) -> bool:
    return word.startswith("ال") and len(word) > 4


def _within(one: Proposal, other: Proposal) -> bool:
    """Tell whether `one` is a part of `other`."""
    return (
        other.first <= one.first
        and one.last <= other.last
        and one.last - one.first < other.last - other.first
    )


def kind_of_counted(question: Question) -> list[int]:
    """Return which terms say what kind of the counted is meant: "American" in "how many American soldiers".

    In Arabic the adjective follows its noun, both with the article: الجنود الأميركيين.
    """
    terms = question.terms
    places = [i for i, term in enumerate(terms) if term.text == question.focus]
    if question.kind != "number" or not places or places[0] + 1 >= len(terms):
        return []
    noun, after = terms[places[0]], terms[places[0] + 1]
    if after.start - noun.end != 1:
        return []
    if is_arabic(noun.text):
        both = noun.text.startswith("ال") and after.text.startswith("ال")
        return [places[0] + 1] if both else []
    return places[:1]


def _asked_for(proposals: Sequence[Proposal], focus: Floats, kept: Floats) -> set[int]:
    """Return where the numbers start that are asked for; empty where that cannot be told.

    "How many American soldiers": the number nearest to "American", not the foreign ones of the same sentence.
    "How many dead": the 30 dead, not the 50 wounded beside them.
    """
    found = [one.number for one in proposals if one.number]
    marks = np.flatnonzero(kept >= MET).tolist()
    if marks and len({number.first for number in found}) > 1:
        away = {number.first: min(_distance(number, mark) for mark in marks) for number in found}
        nearest = min(away.values())
        if nearest <= _NEAR:
            return {first for first, distance in away.items() if distance == nearest}
    return {number.first for number in found if _counts(number, focus)}


def _runs_on(one: Proposal, others: Sequence[Proposal], known: Sequence[bool], focus: Floats) -> bool:
    """Tell whether a counted number is followed by words of the question that another proposal does
    without."""
    return any(
        other.number is not None
        and other.number == one.number
        and other.first == one.first
        and other.number.last < other.last < one.last
        and all(known[other.last : one.last])
        and focus[other.last : one.last].max() < MET
        for other in others
    )


def _distance(number: Number, at: int) -> int:
    """Return how many words lie between a number and the word at `at`."""
    return number.first - at if at < number.first else max(0, at - number.last + 1)


def _counts(number: Number, focus: Floats) -> bool:
    """Tell whether what `number` counts is the noun that is asked about."""
    return number.unit > number.last and bool(focus[number.last : number.unit].max() >= MET)
