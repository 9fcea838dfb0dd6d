"""Measure every choice of the retriever by what it changes: `python bench/retrieval.py >
bench/retrieval.txt`.

    python -m bench.retrieval [lexical] [stages] [languages] [--data DIR] [--most 1000]

MRR@10 of the passage that answers, among all passages of its set. A passage is ranked by its best chunk.
Every chunk is scored, so nothing depends on which candidates were taken; the last row of *stages* is the
retriever itself. Figures of sets that the encoder or the fusion was fitted on would be worth nothing: all
sets here were kept out of its training, and only the fusion's few weights were chosen on some of them
(`training/fusion.py`).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.analysis import Analyzer
from rag.chunking import chunk
from rag.context import terms, titled
from rag.encoder import StaticEncoder
from rag.index import FIELDS
from rag.pipeline import Pipeline
from rag.retriever import Fusion
from rag.schema import Chunk, Document
from rag.stemming import Stemmer, number, plain
from rag.stopwords import is_stop_word
from rag.text import words
from training import data as datasets
from training import measure

ROOT = Path(__file__).resolve().parent.parent
ARABIC = ("arcd.ar.train", "tydiqa-goldp.ar.dev", "mlqa.ar.dev", "aqad.ar.dev")
ENGLISH = ("tydiqa-goldp.en.dev",)
OTHERS = (
    "piaf-cnil.fr.all", "thquad-2020.tr.test", "faquad.pt.train", "tydiqa-goldp.ru.dev",
    "tydiqa-goldp.fi.dev", "tydiqa-goldp.id.dev", "norquad.nb.train",
)  # fmt: skip
K1, B = 0.9, 0.4

Scores = npt.NDArray[np.float32]
Tokens = Callable[[str], list[str]]


@dataclass(frozen=True)
class Task:
    """Questions over passages: what a row of a table is measured on."""

    name: str
    documents: list[Document]
    questions: list[str]
    gold: npt.NDArray[np.int64]  # (questions,) rows of `documents`
    crossed: bool = False

    @cached_property
    def chunks(self) -> list[list[Chunk]]:
        """Return the chunks of each document."""
        return [chunk(document) for document in self.documents]

    @cached_property
    def texts(self) -> list[str]:
        """Return the text of every chunk."""
        return [piece.text for pieces in self.chunks for piece in pieces]

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Return where the chunks of each document begin among all."""
        return np.cumsum([0, *map(len, self.chunks)])[:-1]

    def rank(self, scores: Scores) -> float:
        """Return MRR@10 of (questions, chunks) scores, each document ranked by its best chunk."""
        return measure.reciprocal_rank(np.maximum.reduceat(scores, self.starts, axis=1), self.gold)


def task(dataset: datasets.QuestionSet, language: str, most: int, *, crossed: bool = False) -> Task:
    """Return a question set as a task, at most so many questions of it."""
    rows = {id_: row for row, id_ in enumerate(dataset.passages)}
    documents = [
        Document(id=str(row), text=passage.text, title=passage.title, lang=language)
        for row, passage in enumerate(dataset.passages.values())
    ]
    asked = dataset.questions[:: 1 + len(dataset.questions) // (most + 1)]
    gold = np.array([rows[question.passage_id] for question in asked])
    name = re.sub(r"-goldp|-2020|\.(dev|train|test|all)$", "", dataset.name)
    return Task(name, documents, [question.text for question in asked], gold, crossed)


class Bm25:
    """BM25 over given tokens, exact (Robertson and Zaragoza 2009, Lucene's idf), as the store computes it."""

    def __init__(self, chunks: Iterable[Sequence[str]], k1: float = K1, b: float = B) -> None:
        postings: dict[str, tuple[list[int], list[int]]] = {}
        lengths = []
        for row, tokens in enumerate(chunks):
            lengths.append(len(tokens))
            for token, count in Counter(tokens).items():
                rows, counts = postings.setdefault(token, ([], []))
                rows.append(row)
                counts.append(count)
        self._postings = {t: (np.array(r), np.array(c, dtype=np.float32)) for t, (r, c) in postings.items()}
        length = np.array(lengths, dtype=np.float32)
        self._norms = k1 * (1 - b + b * length / max(1e-9, float(length.mean())))

    def scores(self, queries: Iterable[Sequence[str]]) -> Scores:
        """Return (queries, chunks)."""
        found = []
        n = len(self._norms)
        for tokens in queries:
            row = np.zeros(n, dtype=np.float32)
            for token, count in Counter(tokens).items():
                if token in self._postings:
                    rows, counts = self._postings[token]
                    idf = np.log1p((n - len(rows) + 0.5) / (len(rows) + 0.5))
                    row[rows] += count * idf * counts / (counts + self._norms[rows])
            found.append(row)
        return np.stack(found)


def table(title: str, tasks: Sequence[Task], rows: Iterable[tuple[str, Sequence[float | None]]]) -> None:
    """Print a Markdown table, a row as soon as it is known."""
    print(f"\n### {title}\n\n| | {' | '.join(each.name for each in tasks)} |", flush=True)
    print("|---|" + "---:|" * len(tasks))
    for name, values in rows:
        cells = ("–" if value is None else f"{value:.3f}" for value in values)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


# -- How Arabic words are cut ------------------------------------------------------------------------------


def content(text: str) -> list[str]:
    """Return the folded words of a text that are no stop words."""
    found = [word.text for word in words(text)]
    return [word for word in found if not is_stop_word(word)] or found


def grams(size: int) -> Tokens:
    """Return the function that makes the runs of `size` characters of each word."""

    def cut(text: str) -> list[str]:
        marked = [f"_{plain(word)}_" for word in content(text)]
        return [word[i : i + size] for word in marked for i in range(max(1, len(word) - size + 1))]

    return cut


def stems(language: str = "", vocabulary: set[str] | None = None) -> Tokens:
    """Return the function that makes the stems of ours, in the language of a document."""
    stemmer = Stemmer(vocabulary)
    return lambda text: [stemmer.stem(word, language) for word in content(text)]


def snowball(language: str) -> Tokens:
    """Return the function that makes Snowball's stems of folded words."""
    from Stemmer import Stemmer as Snowball

    stemmer = Snowball(language)
    return lambda text: stemmer.stemWords(content(text))


def lexical(tasks: Sequence[Task]) -> None:
    """Print what each step of the analysis brings, by words alone."""

    def row(tokens: Tokens, k1: float = K1, b: float = B) -> list[float]:
        return [t.rank(Bm25(map(tokens, t.texts), k1, b).scores(map(tokens, t.questions))) for t in tasks]

    def vocabulary() -> list[float]:
        found = []
        for each in tasks:
            cut = stems("", {word.text for text in each.texts for word in words(text)})
            found.append(each.rank(Bm25(map(cut, each.texts)).scores(map(cut, each.questions))))
        return found

    def mixed(weight: float) -> list[float]:
        found = []
        for each in tasks:
            parts = [
                Bm25(map(cut, each.texts)).scores(map(cut, each.questions)) for cut in (stems(), grams(4))
            ]
            found.append(each.rank(parts[0] + weight * parts[1]))
        return found

    table("How words are cut (a chunk's own words only)", tasks, (
        ("`\\w+` in lower case", row(lambda text: re.findall(r"\w+", text.lower()))),
        ("words as we cut and fold them", row(lambda text: [word.text for word in words(text)])),
        ("… without stop words", row(content)),
        ("… and Snowball's Arabic stems", row(snowball("arabic"))),
        ("… and our stems", row(stems())),
        ("… proclitics checked against the vocabulary", vocabulary()),
        ("3-grams", row(grams(3))),
        ("4-grams", row(grams(4))),
        ("5-grams", row(grams(5))),
        ("stems + ¼ 4-grams", mixed(0.25)),
        ("**stems + ½ 4-grams**", mixed(0.5)),
        ("stems + 4-grams", mixed(1.0)),
        ("our stems, k1 1.2, b 0.75", row(stems(), 1.2, 0.75)),
    ))  # fmt: skip


def languages(tasks: Sequence[Task]) -> None:
    """Print what stemming by language brings."""

    def row(cut: Callable[[str], Tokens], weight: float) -> list[float]:
        found = []
        for each in tasks:
            language = each.documents[0].lang or ""
            tokens = cut(language)
            scores = Bm25(map(tokens, each.texts)).scores(map(tokens, each.questions))
            if weight:
                gram = grams(4)
                scores = scores + weight * Bm25(map(gram, each.texts)).scores(map(gram, each.questions))
            found.append(each.rank(scores))
        return found

    def plainly(_: str) -> Tokens:
        return lambda text: [number(w) if w[0].isdigit() else plain(w) for w in content(text)]

    rows = []
    for name, cut in (
        ("no stems", plainly),
        ("English or Russian stems, by script", lambda _: stems()),
        ("stems of the document's language", stems),
    ):
        rows += [(name, row(cut, 0.0)), (f"{name}, + ½ 4-grams", row(cut, 0.5))]
    table("Stemming by language", tasks, rows)


# -- The stages --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """(questions, chunks) scores of each stage."""

    words: Scores
    grams: Scores
    names: Scores
    dense: Scores
    alignment: Scores
    same_script: Scores


def evidence(each: Task, encoder: StaticEncoder, *, title: bool = True, around: bool = True) -> Evidence:
    """Return what every stage says of every chunk, with or without its title and the words around it."""
    analyzer = Analyzer()
    documents = each.documents if title else [replace(document, title="") for document in each.documents]
    pairs = list(zip(documents, each.chunks, strict=True))
    if around:
        fields = [one for document, pieces in pairs for one in terms(analyzer, document, pieces)]
    else:
        fields = [
            one
            for document, pieces in pairs
            for piece in pieces
            for one in terms(analyzer, document, [piece])
        ]
    texts = [titled(document, piece) for document, pieces in pairs for piece in pieces]
    asked = [analyzer.question_fields(question, {documents[0].lang or ""}) for question in each.questions]
    by_field = {
        field: Bm25(one[field] for one in fields).scores(one[field] for one in asked) for field in FIELDS
    }
    return Evidence(
        **by_field,
        dense=encoder.encode_query(each.questions) @ encoder.encode_document(texts).T,
        alignment=measure.alignment(encoder, each.questions, texts),
        same_script=np.full((len(asked), len(texts)), 0.0 if each.crossed else 1.0, dtype=np.float32),
    )


def fused(found: Evidence, fusion: Fusion) -> Scores:
    """Return the fused scores of every question."""
    lexical = FIELDS["words"] * found.words + FIELDS["grams"] * found.grams
    return np.stack(
        [
            fusion.fuse(
                {
                    "lexical": lexical[row], "names": found.names[row], "dense": found.dense[row],
                    "alignment": found.alignment[row], "same_script": found.same_script[row],
                }
            )
            for row in range(len(lexical))
        ]
    )  # fmt: skip


def stages(tasks: Sequence[Task]) -> None:
    """Print each stage alone, the fusion, and the fusion without each of its parts."""
    encoder = StaticEncoder.open()
    shipped = Fusion()
    whole = [evidence(each, encoder) for each in tasks]

    def row(score: Callable[[Evidence], Scores], found: Sequence[Evidence] = whole) -> list[float | None]:
        return [each.rank(score(one)) for each, one in zip(tasks, found, strict=True)]

    def rest(**changes: object) -> list[float | None]:
        return row(lambda one: fused(one, replace(shipped, **changes)))

    def context(**parts: bool) -> list[float | None]:
        return row(lambda one: fused(one, shipped), [evidence(each, encoder, **parts) for each in tasks])

    def mixed(found: Evidence) -> Scores:
        return FIELDS["words"] * found.words + FIELDS["grams"] * found.grams

    def reciprocal(found: Evidence) -> Scores:
        total = np.zeros_like(found.dense)
        for scores in (mixed(found), found.dense, found.alignment):
            ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)
            total += np.where(scores > 0, 1 / (61 + ranks), 0)
        return total

    def blind(found: Evidence) -> Scores:
        return fused(replace(found, same_script=np.ones_like(found.dense)), shipped)

    def retriever() -> list[float | None]:
        found: list[float | None] = []
        for each in tasks:
            with Pipeline.from_documents(each.documents) as pipeline:
                ranks = []
                for question, gold in zip(each.questions, each.gold, strict=True):
                    hits = pipeline.search(question, 100)
                    ranking = list(dict.fromkeys(int(hit.chunk.document_id) for hit in hits))[:10]
                    ranks.append(1 / (1 + ranking.index(gold)) if gold in ranking else 0.0)
                found.append(float(np.mean(ranks)))
        return found

    table("The stages, and the fusion without each of its parts", tasks, (
        ("lexical", row(mixed)),
        ("dense", row(lambda one: one.dense)),
        ("alignment", row(lambda one: one.alignment)),
        ("reciprocal-rank fusion, k = 60", row(reciprocal)),
        ("**fused**", row(lambda one: fused(one, shipped))),
        ("… without lexical", rest(lexical=0.0)),
        ("… without dense", rest(dense=0.0)),
        ("… without alignment", rest(alignment=0.0)),
        ("… without names across scripts", rest(names=0.0)),
        ("… blind to scripts", row(blind)),
        ("… without titles", context(title=False)),
        ("… without the words around", context(around=False)),
        ("the retriever, on its candidates", retriever()),
    ))  # fmt: skip


def main() -> None:
    """Print the tables asked for, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", nargs="*", choices=("lexical", "stages", "languages", []))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--most", type=int, default=1000, help="questions of a set")
    options = parser.parse_args()

    def read(names: Iterable[str]) -> list[Task]:
        sets = [datasets.read_questions(options.data, name) for name in names]
        return [task(each, each.language, options.most) for each in sets]

    arabic = read(ARABIC)
    wanted = options.tables or ("lexical", "languages", "stages")
    if "lexical" in wanted:
        lexical(arabic)
    if "languages" in wanted:
        languages(read((*ENGLISH, *OTHERS)))
    if "stages" in wanted:
        to_english, to_arabic = measure.crossed_sets(StaticEncoder.open(), options.data)
        stages(
            [
                *arabic, *read(ENGLISH),
                task(measure.held_out_paragraphs(options.data), "en", options.most),
                task(to_english, "en", options.most, crossed=True),
                task(to_arabic, "ar", options.most, crossed=True),
            ]
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
