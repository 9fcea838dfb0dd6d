"""Index 100,000 chunks of real text and ask it questions.

    python bench/scale.py [--data DIR] [--chunks 100000] [--questions 300] > bench/scale.txt

The text is the question sets' passages and Arabic Wikipedia paragraphs from the training data; the questions
belong to passages among them. Each document gets a date by lot, for the filters.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from rag.chunking import chunk
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.schema import Document

ROOT = Path(__file__).resolve().parent.parent
DAYS = 10_000  # from the first of them on
FIRST = dt.date(1990, 1, 1)
SETS = ("tydiqa-goldp.ar.dev", "mlqa.ar.dev", "aqad.ar.dev", "tydiqa-goldp.en.dev")


def lines(path: Path) -> Iterator[dict[str, object]]:
    """Yield the objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def documents(data: Path, wanted: int) -> Iterator[Document]:
    """Yield documents until they hold `wanted` chunks: first the questions' own, then Wikipedia's."""
    made = 0

    def texts() -> Iterator[tuple[str, str]]:
        for name in SETS:
            for line in lines(data / "qa" / f"{name}.contexts.jsonl.gz"):
                yield str(line["context_id"]), str(line["text"])
        for line in lines(data / "text" / "comparablewiki.ar.docs.jsonl.gz"):
            yield f"wiki-{line['n']}", "\n".join(line["paras"])  # type: ignore[arg-type]
        for path in sorted((data / "qa").glob("*.train.contexts.jsonl.gz")):
            for line in lines(path):
                yield str(line["context_id"]), str(line["text"])

    seen, lot = set(), random.Random(5)
    for name, text in texts():
        if name in seen or not text.strip():
            continue
        seen.add(name)
        document = Document(
            id=name, text=text, title="", lang="ar", date=FIRST + dt.timedelta(lot.randrange(DAYS))
        )
        made += len(chunk(document))
        yield document
        if made >= wanted:
            return


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of them lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def report(name: str, times: list[float]) -> None:
    """Print the figures of one kind of question, whose times are in seconds."""
    p50, p95, worst = (
        1000 * each for each in (statistics.median(times), percentile(times, 0.95), max(times))
    )
    print(f"{name:<27} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   max {worst:7.1f} ms", flush=True)


def took(ask: Callable[[str], object], questions: list[str]) -> list[float]:
    """Return how long each question took, in seconds."""
    times = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        times.append(time.perf_counter() - started)
    return times


def watch(part: Any, method: str) -> list[float]:
    """Add from now on what calls of a method take, in seconds, to the last number of a list; return it."""
    times: list[float] = []
    called = getattr(part, method)

    def timed(*arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return called(*arguments)
        finally:
            times[-1] += time.perf_counter() - started

    setattr(part, method, timed)
    return times


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()

    corpus = list(documents(options.data, options.chunks))
    questions = [
        str(line["question"]) for name in SETS for line in lines(options.data / "qa" / f"{name}.jsonl.gz")
    ]
    random.Random(7).shuffle(questions)

    started = time.perf_counter()
    pipeline = Pipeline.from_documents(corpus)
    built = time.perf_counter() - started
    count = len(pipeline.store.catalog)
    print(f"documents   {len(corpus):>9,}")
    print(f"chunks      {count:>9,}")
    print(f"build       {built:>9.1f} s   {count / built:,.0f} chunks a second")
    size = sum(path.stat().st_size for path in pipeline.folder.rglob("*") if path.is_file())
    print(f"on disk     {size / 1e6:>9.1f} MB")

    first, asked = questions[:20], questions[20 : 20 + options.questions]
    took(pipeline.answer, first)
    report("retrieve", took(pipeline.search, asked))
    for share in (0.9, 0.5, 0.1, 0.01):
        filters = Filters(until=FIRST + dt.timedelta(round(share * DAYS) - 1))
        took(lambda question, f=filters: pipeline.search(question, 10, f), first)  # type: ignore[misc]
        times = took(lambda question, f=filters: pipeline.search(question, 10, f), asked)  # type: ignore[misc]
        report(f"  of {share:.0%} of the documents", times)
    report("answer", took(pipeline.answer, asked))

    indexes = pipeline.store.snapshot()
    stages = {
        "lexical": watch(indexes.lexical, "search"),
        "dense": watch(indexes.dense, "search"),
        "alignment": watch(pipeline.retriever.aligner, "scores"),
    }
    whole = []
    for question in asked:
        for times in stages.values():
            times.append(0.0)
        whole += took(pipeline.search, [question])
    print("retrieve, by stage")
    for name, times in stages.items():
        report(f"  {name}", times)
    report("  the rest", [all_ - sum(some) for all_, *some in zip(whole, *stages.values(), strict=True)])
    print(f"resident    {psutil.Process().memory_info().rss / 1e6:>9.0f} MB (the corpus in memory included)")
    busy, cores = os.getloadavg()[0], os.cpu_count()
    while_asked = f"{busy:.1f} processes running on them in the last minute, this one among them"
    print(f"machine     {cores:>9} cores, {while_asked}")
    pipeline.close()


if __name__ == "__main__":
    sys.exit(main())
