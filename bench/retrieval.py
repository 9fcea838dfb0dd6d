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
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.ranking import Bm25, Scores, Task, table, task
from bench.words import languages, lexical
from rag.analysis import Analyzer
from rag.context import terms, titled
from rag.encoder import StaticEncoder
from rag.index import FIELDS
from rag.pipeline import Pipeline
from rag.retriever import Fusion
from training import data as datasets
from training import measure

ROOT = Path(__file__).resolve().parent.parent
ARABIC = ("arcd.ar.train", "tydiqa-goldp.ar.dev", "mlqa.ar.dev", "aqad.ar.dev")
ENGLISH = ("tydiqa-goldp.en.dev",)
OTHERS = (
    "piaf-cnil.fr.all", "thquad-2020.tr.test", "faquad.pt.train", "tydiqa-goldp.ru.dev",
    "tydiqa-goldp.fi.dev", "tydiqa-goldp.id.dev", "norquad.nb.train",
)  # fmt: skip


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
