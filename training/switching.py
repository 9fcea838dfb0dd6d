"""Put questions into another language word by word, so that they cross to the passages that answer them.

A dictionary's word for a word, a name as it is spelt in the other script; a word that neither list has stays
out, as a bad match would. The question word is a real one of the other language. So the sentences are no
sentences, but each word has to be found in a passage of the other language, which is what is to be learned
(Qin et al. 2020, CoSDA-ML, switch the words of training texts likewise).
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import replace
from itertools import product
from pathlib import Path

from rag.matching import bare
from rag.question import parse
from rag.schema import Kind
from rag.text import words
from training.data import Question, QuestionSet, read_lines

LEAST = 2 / 3  # of a question's words that have to be known

ASKED: dict[str, dict[Kind, tuple[str, ...]]] = {
    "ar": {
        "number": ("كم", "كم عدد"), "date": ("متى", "في أي عام"), "person": ("من", "من هو"),
        "place": ("أين", "في أي مكان"), "reason": ("لماذا",), "organisation": ("أي منظمة", "ما"),
        "definition": ("ما هو", "ما هي"), "list": ("ما هي",), "other": ("ما", "ماذا", "ما الذي"),
    },
    "en": {
        "number": ("how many", "how much"), "date": ("when", "in what year"), "person": ("who",),
        "place": ("where",), "reason": ("why",), "organisation": ("what organization", "which company"),
        "definition": ("what is",), "list": ("what are",), "other": ("what", "which"),
    },
}  # fmt: skip


class Dictionary:
    """Words and names of Arabic and English, each way."""

    def __init__(self, data: Path) -> None:
        self._words: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        for name in ("wiktionary", "cldr-cities", "arwikicats-terms", "arwikicats-places"):
            for line in read_lines(data / "lexicon" / f"{name}.en-ar.tsv.gz"):
                self._add(self._words, *line.split("\t")[:2])
        for line in read_lines(data / "parallel" / "omw.synsets.jsonl.gz"):
            lemmas = json.loads(line)["lemmas"]
            for english, arabic in product(lemmas.get("eng", ())[:2], lemmas.get("arb", ())[:2]):
                self._add(self._words, english, arabic.replace("+", " "))
        for name in ("wikidata-name-tokens", "google-translit"):
            for line in read_lines(data / "lexicon" / f"{name}.en-ar.tsv.gz"):
                self._add(self._names, *line.split("\t")[:2])

    @staticmethod
    def _add(table: dict[str, list[str]], left: str, right: str) -> None:
        one, other = words(left), words(right)
        if len(one) == 1 and len(other) in (1, 2):
            table[bare(one[0].text)].append(right)
        if len(other) == 1 and len(one) in (1, 2):
            table[bare(other[0].text)].append(left)

    def look_up(self, word: str) -> list[str]:
        """Return what a folded word is in the other language, the likeliest first; a number is itself."""
        key = bare(word)
        return [word] if word.isdigit() else self._words.get(key) or self._names.get(key, [])


def switched(
    dataset: QuestionSet, language: str, dictionary: Dictionary, count: int, seed: int
) -> QuestionSet:
    """Return up to `count` answerable questions of a set put into `language`, over the same passages."""
    draw = random.Random(seed)
    order = [question for question in dataset.questions if question.answers]
    draw.shuffle(order)
    made: list[Question] = []
    for question in order:
        parsed = parse(question.text)
        found = [dictionary.look_up(term.text) for term in parsed.terms]
        known = [draw.choice(one[:3]) for one in found if one]
        if len(known) < 2 or len(known) < LEAST * len(found):
            continue
        cue = draw.choice(ASKED[language].get(parsed.kind, ASKED[language]["other"]))
        mark = "؟" if language == "ar" else "?"
        made.append(replace(question, text=" ".join((cue, *known)) + mark))
        if len(made) == count:
            break
    return QuestionSet(f"switched {dataset.name}", language, tuple(made), dataset.passages)
