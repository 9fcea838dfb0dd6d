"""Make questions from plain Arabic text: a sentence without one of its phrases asks for that phrase.

After Lewis, Denoyer and Riedel (2019), unsupervised question answering by cloze translation: the phrase gives
way to the question word of its kind, the clause around it is kept and a few words drop out. The phrases are
quantities, times, and names of people and places that the word lists know.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.dates import time_expressions
from rag.text import Word, sentences, words
from rag.values import numbers
from training import data as datasets
from training.data import Passage, Question, QuestionSet

CHARACTERS = (200, 900)  # of a paragraph
WORDS = 7  # kept on either side of the phrase
DROPPED = 0.2  # of them, by chance
LONGEST_NAME = 4  # words

ASKED = {"number": ("كم", "ما عدد"), "date": ("متى", "في أي عام"), "person": ("من",), "place": ("أين", "ما")}


def cloze_questions(data: Path, count: int, seed: int) -> QuestionSet:
    """Return `count` questions over paragraphs of the Arabic encyclopedia, one of each at most."""
    draw = random.Random(seed)
    names = known_names(data)
    paragraphs = [
        Passage(f"{i}.{j}", title, text)
        for i, (title, texts) in enumerate(datasets.encyclopedia(data))
        for j, text in enumerate(texts)
        if CHARACTERS[0] <= len(text) <= CHARACTERS[1]
    ]
    draw.shuffle(paragraphs)
    asked: list[Question] = []
    kept: dict[str, Passage] = {}
    for passage in paragraphs:
        found = list(phrases(passage.text, names))
        if not found:
            continue
        kind = draw.choice(sorted({kind for kind, *_ in found}))  # numbers would crowd out the rest
        _, start, end, around = draw.choice([one for one in found if one[0] == kind])
        kept_words = [w for w in around if draw.random() > DROPPED]
        if len(kept_words) < 3:
            continue
        text = " ".join((draw.choice(ASKED[kind]), *kept_words)) + "؟"
        asked.append(Question(passage.id, "ar", text, passage.id, ((passage.text[start:end], start),)))
        kept[passage.id] = passage
        if len(asked) == count:
            break
    return QuestionSet("cloze.ar.train", "ar", tuple(asked), kept)


def phrases(text: str, names: dict[str, str]) -> Iterator[tuple[str, int, int, list[str]]]:
    """Yield (kind, start, end, words around it as written) of each phrase that can be asked for."""
    for first, last in sentences(text):
        found = [Word(w.text, w.start + first, w.end + first) for w in words(text[first:last])]
        if not 6 <= len(found) <= 60:
            continue
        ranges = [("date", t.first, t.last) for t in time_expressions(text, found)]
        timed = {i for _, a, b in ranges for i in range(a, b)}
        ranges += [("number", n.first, n.unit) for n in numbers(text, found) if n.first not in timed]
        ranges += list(_named(found, names))
        for kind, a, b in ranges:
            around = [*found[max(0, a - WORDS) : a], *found[b : b + WORDS]]
            yield kind, found[a].start, found[b - 1].end, [text[w.start : w.end] for w in around]


def known_names(data: Path) -> dict[str, str]:
    """Return the kind of each known name by its folded words: ``person`` or ``place``."""
    found: dict[str, str] = {}
    for source, kind in (
        ("arwikicats-places", "place"), ("cldr-cities", "place"), ("whosonfirst", "place"),
        ("arwikicats-people", "person"),
    ):  # fmt: skip
        for line in datasets.read_lines(data / "lexicon" / f"{source}.en-ar.tsv.gz"):
            name = words(line.partition("\t")[2])
            if 1 <= len(name) <= LONGEST_NAME and sum(len(word.text) for word in name) > 4:
                found[" ".join(word.text for word in name)] = kind
    return found


def _named(found: Sequence[Word], names: dict[str, str]) -> Iterator[tuple[str, int, int]]:
    i = 0
    while i < len(found):
        for length in range(LONGEST_NAME, 0, -1):
            kind = names.get(" ".join(word.text for word in found[i : i + length]))
            if kind is not None and i + length <= len(found):
                yield kind, i, i + length
                i += length - 1
                break
        i += 1
