"""Lay the training pairs out as token ids: groups of pairs, each drawn from with its own weight."""

from __future__ import annotations

import random
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from training import data as datasets
from training.data import Passage, Question, QuestionSet

#: The share of the steps that each group gets; groups without pairs are left out.
WEIGHTS = {
    "sentences-ar": 0.14,
    "sentences-near": 0.12,
    "sentences": 0.06,
    "words-ar": 0.09,
    "words-near": 0.04,
    "words": 0.02,
    "questions-en": 0.12,
    "questions-ar": 0.12,
    "questions": 0.05,
    "crossed": 0.15,
    "encyclopedia-ar": 0.07,
    "titles-ar": 0.02,
}

#: Languages that questions about Arabic documents are likely to be asked in, besides English.
NEAR = frozenset({"fr", "es", "de", "tr"})

_SENTENCE = re.compile(r"(?<=[.!?؟。۔])\s+|(?<=[؟۔。])|\n+")
_MAX_CHARACTERS = 2000
_MOST = 400_000


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids of many texts, end to end: text `i` is `ids[ends[i] - lengths[i] : ends[i]]`."""

    ids: npt.NDArray[np.uint16]
    lengths: npt.NDArray[np.int64]

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Return where each text ends."""
        return np.cumsum(self.lengths)


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs of one kind.

    `left[i]` and `right[i]` belong together; pairs with an equal `left_key` or `right_key` are no
    negatives of each other. Pairs of one `topic` are the harder negatives of each other.
    """

    name: str
    left: Texts
    right: Texts
    left_key: npt.NDArray[np.int64]
    right_key: npt.NDArray[np.int64]
    topic: npt.NDArray[np.int64]


#: A text as its sentences.
Text = tuple[str, ...]


class TextPair(NamedTuple):
    """Two texts that belong together.

    `source` is the passage that the right one is cut from, since cuts of one passage are no negatives of each
    other; `topic` is the article that it is part of. Left empty, the right text is its own source and topic.
    """

    left: Text
    right: Text
    source: str = ""
    topic: str = ""


def sentences(text: str) -> Text:
    """Return the sentences of a text, in order, without the spaces between them."""
    return tuple(sentence for sentence in _SENTENCE.split(text) if sentence)


def question_views(dataset: QuestionSet) -> Iterator[TextPair]:
    """Pair each question with its passage, and with the sentence that holds the answer and its neighbour."""
    for question in dataset.questions:
        passage = dataset.passages[question.passage_id]
        for view in passage_views(question, passage):
            yield TextPair((question.text,), view, passage.id, f"{dataset.language} {passage.title}")


def passage_views(question: Question, passage: Passage) -> list[Text]:
    """Return the passage and, where it is longer, the sentence that holds the answer with the one before.

    The whole one has its title before it, as a chunk has when it is indexed.
    """
    text = passage.text
    whole = sentences(text)
    titled = (passage.title, *whole)
    if not question.answers or len(whole) < 3:
        return [titled]
    place, holder, start = 0, 0, question.answers[0][1]
    for number, sentence in enumerate(whole):
        place = text.index(sentence, place)
        if place <= start:
            holder = number
        place += len(sentence)
    return [titled, whole[max(0, holder - 1) : holder + 1]]


def encyclopedia_views(data: Path, seed: int) -> Iterator[TextPair]:
    """Pair a sentence of each Arabic paragraph with the rest of it (the inverse cloze task).

    A paragraph that is one sentence is cut at its commas instead.
    """
    draw = random.Random(seed)
    for title, paragraphs in datasets.encyclopedia(data):
        for paragraph in paragraphs:
            parts = sentences(paragraph[:_MAX_CHARACTERS])
            if len(parts) < 2:
                parts = tuple(re.split(r"(?<=[،,؛;])\s+", paragraph[:_MAX_CHARACTERS]))
            long_enough = [number for number, part in enumerate(parts) if len(part) > 30]
            if len(long_enough) > 1:
                chosen = draw.choice(long_enough)
                rest = parts[:chosen] + parts[chosen + 1 :]
                yield TextPair((parts[chosen],), rest, topic=f"ar {title}")


def title_views(data: Path, sets: list[QuestionSet]) -> Iterator[TextPair]:
    """Pair Arabic titles with the first paragraph of their article, or a question set's passages."""
    for title, paragraphs in datasets.encyclopedia(data):
        if paragraphs:
            yield TextPair((title,), sentences(paragraphs[0][:_MAX_CHARACTERS]))
    for dataset in sets:
        if dataset.language == "ar":
            for passage in dataset.passages.values():
                yield TextPair((passage.title,), sentences(passage.text))


def prepare(data: Path, tokenizer: Tokenizer, seed: int) -> list[Group]:
    """Read and tokenize every training pair but the crossed ones.

    Args:
        data: the folder of the data sets.
        tokenizer: the encoder's own.
        seed: draws the sentences of the inverse cloze task.
    """
    sets = datasets.training_question_sets(data)
    views: dict[str, Iterable[TextPair]] = {
        "encyclopedia-ar": encyclopedia_views(data, seed),
        "titles-ar": title_views(data, sets),
    }
    for dataset in sets:
        name = f"questions-{dataset.language}" if dataset.language in ("ar", "en") else "questions"
        views[name] = chain(views.get(name, ()), question_views(dataset))
    for name, pairs in (("sentences", datasets.parallel_pairs), ("words", datasets.lexicon_pairs)):
        kinds: dict[str, list[TextPair]] = {f"{name}-ar": [], f"{name}-near": [], name: []}
        for pair in pairs(data):
            languages = {pair.left_language, pair.right_language}
            near = languages <= NEAR | {"en"}
            kind = f"{name}-ar" if "ar" in languages else f"{name}-near" if near else name
            kinds[kind].append(TextPair((pair.left,), (pair.right,)))
        # A run sees each pair of the others about once at this size; tokenizing more is lost time.
        for kind, found in kinds.items():
            views[kind] = found[:: 1 if kind.endswith("-ar") else 1 + len(found) // _MOST]
    return [group(name, views[name], tokenizer) for name in WEIGHTS if name in views]


def group(name: str, pairs: Iterable[TextPair], tokenizer: Tokenizer) -> Group:
    """Tokenize pairs, repeated ones and those with a side that has no token left out."""
    distinct = list(dict.fromkeys(pairs))
    left = _tokenize([pair.left for pair in distinct], tokenizer)
    right = _tokenize([pair.right for pair in distinct], tokenizer)
    left_key = _keys(pair.left for pair in distinct)
    right_key = _keys(pair.source or pair.right for pair in distinct)
    topic = _keys(pair.topic or pair.source or pair.right for pair in distinct)
    keep = (left.lengths > 0) & (right.lengths > 0)
    return Group(name, select(left, keep), select(right, keep), left_key[keep], right_key[keep], topic[keep])


def save(groups: list[Group], path: Path) -> None:
    """Write groups to one file, replaced in one step."""
    arrays = {}
    for each in groups:
        for side, texts, key in (("left", each.left, each.left_key), ("right", each.right, each.right_key)):
            arrays[f"{each.name}.{side}.ids"] = texts.ids
            arrays[f"{each.name}.{side}.lengths"] = texts.lengths
            arrays[f"{each.name}.{side}.key"] = key
        arrays[f"{each.name}.topic"] = each.topic
    temporary = path.with_suffix(".tmp.npz")
    np.savez(temporary, **arrays)
    temporary.replace(path)


def load(path: Path) -> list[Group]:
    """Read the groups that `save` wrote."""
    with np.load(path) as file:
        arrays = dict(file)
    groups = []
    for name in dict.fromkeys(key.split(".")[0] for key in arrays):
        sides = [
            (
                Texts(arrays[f"{name}.{side}.ids"], arrays[f"{name}.{side}.lengths"]),
                arrays[f"{name}.{side}.key"],
            )
            for side in ("left", "right")
        ]
        topic = arrays[f"{name}.topic"]
        groups.append(Group(name, sides[0][0], sides[1][0], sides[0][1], sides[1][1], topic))
    return groups


def select(texts: Texts, keep: npt.NDArray[np.bool_]) -> Texts:
    """Return the texts where `keep` is true."""
    return Texts(texts.ids[np.repeat(keep, texts.lengths)], texts.lengths[keep])


def take(texts: Texts, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64]]:
    """Return the token ids of `rows` end to end, and the offset at which each text begins."""
    lengths = texts.lengths[rows]
    offsets = np.cumsum(lengths) - lengths
    starts = texts.ends[rows] - lengths
    places = np.arange(lengths.sum()) - np.repeat(offsets, lengths) + np.repeat(starts, lengths)
    return texts.ids[places], offsets


def _keys(values: Iterable[Hashable]) -> npt.NDArray[np.int64]:
    """Number the values, equal ones alike, in the order that they are met."""
    numbers: dict[Hashable, int] = {}
    return np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), dtype=np.int64)


def _tokenize(texts: list[Text], tokenizer: Tokenizer) -> Texts:
    """Return the texts as tokens.

    No token reaches over a space, so each distinct word is tokenized once: ten times as fast.
    """
    words: dict[str, int] = {}
    lengths = np.zeros(len(texts), dtype=np.int64)
    flat: list[int] = []
    for row, text in enumerate(texts):
        numbers = [words.setdefault(word, len(words)) for part in text for word in part.split()]
        flat += numbers
        lengths[row] = len(numbers)
    encodings = tokenizer.encode_batch_fast(list(words), add_special_tokens=False)
    ids = [encoding.ids for encoding in encodings]
    vocabulary = Texts(
        np.fromiter(chain.from_iterable(ids), dtype=np.uint16),
        np.fromiter(map(len, ids), dtype=np.int64, count=len(ids)),
    )
    order = np.array(flat, dtype=np.int64)
    tokens, _ = take(vocabulary, order)
    counts = np.concatenate([[0], np.cumsum(vocabulary.lengths[order])])
    ends = np.cumsum(lengths)
    return Texts(tokens, counts[ends] - counts[ends - lengths])
