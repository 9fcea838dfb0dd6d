"""Fit the few weights of `rag.retriever.Fusion` on development data, against reciprocal-rank fusion.

    python -m training.fusion [--data DIR] [--questions 400]

Same-language: questions of the development sets over all passages of their set. Crossed: a FLORES sentence of
one language over the sentences of another. Prints MRR@10 of each stage alone, of reciprocal-rank fusion
(Cormack, Clarke and Büttcher 2009, k = 60) and of the best weights, which then go into `Fusion` by hand.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.index import Index
from rag.retriever import CANDIDATES, Aligner, Fusion, Retriever
from rag.schema import Document
from rag.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SETS = ("tydiqa-goldp.ar.dev", "mlqa.ar.dev", "aqad.ar.dev", "tydiqa-goldp.en.dev", "thquad-2020.tr.test")
CROSSED = (("en", "ar"), ("ar", "en"), ("fr", "ar"), ("es", "ar"), ("de", "ar"), ("tr", "ar"))
STAGES = ("lexical", "dense", "alignment")

Scores = npt.NDArray[np.float32]


class Case(NamedTuple):
    """A question's candidates: what each stage says, and which of them are right."""

    evidence: dict[str, Scores]
    right: npt.NDArray[np.bool_]  # (n,)


def reciprocal_rank(scores: Scores, right: npt.NDArray[np.bool_]) -> float:
    """Return 1 / rank of the first right candidate, 0 past the tenth; ties stand in the candidates' order."""
    ranks = np.flatnonzero(right[np.argsort(-scores, kind="stable")[:10]])
    return 1.0 / (1 + int(ranks[0])) if len(ranks) else 0.0


def reciprocal_rank_fusion(evidence: dict[str, Scores], k: int = 60) -> Scores:
    """Return Σ 1 / (k + rank) over the stages; a lexical score of 0 means that the stage did not find it."""
    total = np.zeros(len(evidence["dense"]), dtype=np.float32)
    for values in evidence.values():
        ranks = np.empty(len(values))
        ranks[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
        total += np.where(values > 0, 1.0 / (k + ranks), 0.0).astype(np.float32)
    return total


def cases(documents: list[Document], questions: Sequence[tuple[str, str]]) -> list[Case]:
    """Gather the candidates of (question, right document) pairs."""
    found = []
    index = Index.from_documents(documents, Settings.load())
    try:
        retriever = Retriever(index.store, index.encoder, Aligner(index.tokens), index.analyzer)
        catalog = index.store.catalog
        owners = {row.id: row.document for row in catalog.chunk_rows(catalog.chunk_ids().tolist())}
        for question, document in questions:
            ids, evidence = retriever.gather(question, CANDIDATES)
            found.append(Case(evidence, np.array([owners[id_] == document for id_ in ids])))
    finally:
        index.close()
    return found


def question_set(data: Path, name: str, most: int) -> list[Case]:
    """Gather a question set over its own passages."""

    def lines(path: Path) -> list[dict[str, str]]:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    contexts = lines(data / "qa" / f"{name}.contexts.jsonl.gz")
    asked = lines(data / "qa" / f"{name}.jsonl.gz")
    random.Random(1).shuffle(asked)
    documents = [Document(id=c["context_id"], text=c["text"], title=c["title"]) for c in contexts]
    return cases(documents, [(q["question"], q["context_id"]) for q in asked[:most]])


def sentence_pairs(data: Path, source: str, target: str, most: int) -> list[Case]:
    """Gather FLORES sentences of `source` over those of `target`."""
    with gzip.open(data / "parallel" / "flores200-devtest.all.tsv.gz", "rt", encoding="utf-8") as file:
        header, *rows = [line.rstrip("\n").split("\t") for line in file]
    codes = {"ar": "arb", "en": "eng", "fr": "fra", "es": "spa", "de": "deu", "tr": "tur"}
    columns = [
        next(i for i, name in enumerate(header) if name.startswith(codes[x])) for x in (source, target)
    ]
    pairs = [(row[columns[0]], row[columns[1]]) for row in rows]
    documents = [Document(id=str(i), text=text, title="") for i, (_, text) in enumerate(pairs)]
    return cases(documents, [(text, str(i)) for i, (text, _) in enumerate(pairs[:most])])


def mean(groups: dict[str, list[Case]], score: object) -> dict[str, float]:
    """Return MRR@10 of each group under `score`, a function of the evidence."""
    return {
        name: float(np.mean([reciprocal_rank(score(case.evidence), case.right) for case in group]))  # type: ignore[operator]
        for name, group in groups.items()
    }


def main() -> None:
    """Print the table and the best weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--questions", type=int, default=400, help="at most so many of each set")
    options = parser.parse_args()

    groups = {name: question_set(options.data, name, options.questions) for name in SETS}
    for source, target in CROSSED:
        groups[f"flores {source}→{target}"] = sentence_pairs(options.data, source, target, options.questions)

    rows = {stage: mean(groups, lambda e, stage=stage: e[stage]) for stage in STAGES}
    rows["reciprocal rank fusion"] = mean(groups, reciprocal_rank_fusion)
    rows["as shipped"] = mean(groups, Fusion().fuse)
    grid = itertools.product((0.5, 1.0, 1.5, 2.0, 3.0), (0.0, 0.25, 0.5, 1.0), (20.0, 40.0, 80.0, 160.0))
    best = max(
        (Fusion(lexical, dense, 1.0, damping) for lexical, dense, damping in grid),
        key=lambda fusion: float(np.mean(list(mean(groups, fusion.fuse).values()))),
    )
    rows["best on this grid"] = mean(groups, best.fuse)
    width = max(map(len, rows))
    for i, name in enumerate(groups, start=1):
        print(f"({i}) {name}, {len(groups[name])} questions")
    print(" " * width, *(f"({i})".rjust(6) for i in range(1, len(groups) + 1)), "  mean")
    for name, values in rows.items():
        print(
            name.ljust(width),
            *(f"{v:6.3f}" for v in values.values()),
            f"{np.mean(list(values.values())):6.3f}",
        )
    print(best)


if __name__ == "__main__":
    main()
