"""Fit the few weights of `rag.retriever.Fusion` on development data.

    python -m training.fusion [--data DIR] [--questions 300]

Questions of the development sets over all passages of their set; Arabic questions over English paragraphs and
the reverse; a FLORES sentence of one language over the sentences of another. Prints MRR@10 of the weights as
shipped and of the best ones found, which then go into `Fusion` by hand. `bench/retrieval.py` shows what each
stage adds.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.encoder import StaticEncoder
from rag.index import Index
from rag.retriever import CANDIDATES, Aligner, Fusion, Retriever
from rag.schema import Document
from rag.settings import Settings
from training import data as datasets
from training import measure
from training.data import Passage, Question, QuestionSet

ROOT = Path(__file__).resolve().parent.parent
TRIALS = 400
#: Two languages of one script share words by chance, which a lexical score must not make too much of.
SAME_SCRIPT = (("fr", "en"), ("tr", "en"))

Scores = npt.NDArray[np.float32]


class Case(NamedTuple):
    """A question's candidates: what each stage says, and which of them are right."""

    evidence: dict[str, Scores]
    right: npt.NDArray[np.bool_]  # (n,)


def reciprocal_rank(scores: Scores, right: npt.NDArray[np.bool_]) -> float:
    """Return 1 / rank of the first right candidate, 0 past the tenth; ties stand in the candidates' order."""
    ranks = np.flatnonzero(right[np.argsort(-scores, kind="stable")[:10]])
    return 1.0 / (1 + int(ranks[0])) if len(ranks) else 0.0


def cases(dataset: QuestionSet, most: int) -> list[Case]:
    """Gather the candidates of at most so many questions over all passages of their set."""
    asked = list(dataset.questions)
    random.Random(1).shuffle(asked)
    documents = [
        Document(id=passage.id, text=passage.text, title=passage.title, lang=dataset.language or None)
        for passage in dataset.passages.values()
    ]
    found = []
    index = Index.from_documents(documents, Settings.load())
    try:
        retriever = Retriever(index.store, index.encoder, Aligner(index.tokens), index.analyzer)
        catalog = index.store.catalog
        owners = {row.id: row.document for row in catalog.chunk_rows(catalog.chunk_ids().tolist())}
        for question in asked[:most]:
            ids, evidence = retriever.gather(question.text, CANDIDATES, None, index.languages)
            found.append(Case(evidence, np.array([owners[id_] == question.passage_id for id_ in ids])))
    finally:
        index.close()
    return found


def sentence_pairs(data: Path, source: str, target: str) -> QuestionSet:
    """Return FLORES sentences of `source` as questions, those of `target` as the passages."""
    columns = measure.FLORES[source], measure.FLORES[target]
    pairs = list(
        zip(*datasets.wide_columns(data / "parallel" / "flores200-devtest.all.tsv.gz", columns), strict=True)
    )
    questions = tuple(Question(str(i), source, text, str(i), ()) for i, (text, _) in enumerate(pairs))
    passages = {str(i): Passage(str(i), "", text) for i, (_, text) in enumerate(pairs)}
    return QuestionSet(f"flores {source}→{target}", target, questions, passages)


def score(groups: dict[str, list[Case]], fusion: Fusion) -> dict[str, float]:
    """Return MRR@10 of each group."""
    return {
        name: float(np.mean([reciprocal_rank(fusion.fuse(case.evidence), case.right) for case in group]))
        for name, group in groups.items()
    }


def candidates(seed: int) -> list[Fusion]:
    """Draw weights around those shipped; alignment, the unit of the others, stays 1."""
    draw = random.Random(seed)
    return [
        Fusion(
            lexical=draw.choice((0.5, 0.75, 1.0, 1.25, 1.5, 2.0)),
            names=draw.choice((0.25, 0.5, 1.0, 1.5, 2.0)),
            dense=draw.choice((0.25, 0.5, 0.75, 1.0, 1.5)),
            lexical_damping=draw.choice((5.0, 10.0, 20.0, 40.0, 80.0)),
            names_damping=draw.choice((5.0, 10.0, 20.0, 40.0)),
        )
        for _ in range(TRIALS)
    ]


def main() -> None:
    """Print the table and the best weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--questions", type=int, default=300, help="at most so many of each set")
    options = parser.parse_args()

    sets = [datasets.read_questions(options.data, name) for name in measure.DEVELOPMENT_QUESTIONS]
    sets += [
        measure.held_out_paragraphs(options.data),
        *measure.crossed_sets(StaticEncoder.open(), options.data),
    ]
    sets += [sentence_pairs(options.data, *languages) for languages in measure.CROSSINGS + SAME_SCRIPT]
    groups = {dataset.name: cases(dataset, options.questions) for dataset in sets}

    shipped = Fusion()
    best = max(
        [shipped, *candidates(3)], key=lambda fusion: float(np.mean(list(score(groups, fusion).values())))
    )
    for name, fusion in (("as shipped", shipped), ("best found", best)):
        figures = score(groups, fusion)
        print(f"{name}: {fusion}")
        for group, figure in figures.items():
            print(f"  {group:24} {figure:.3f}  ({len(groups[group])} questions)")
        print(f"  {'mean':24} {np.mean(list(figures.values())):.4f}")


if __name__ == "__main__":
    main()
