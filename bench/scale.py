"""Index 100,000 chunks of real text and ask it questions.

    python bench/scale.py [--data DIR] [--chunks 100000] [--questions 300] > bench/scale.txt

The text is the question sets' passages and Arabic Wikipedia paragraphs from the training data; the questions
belong to passages among them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from rag.chunking import chunk
from rag.pipeline import Pipeline
from rag.schema import Document

ROOT = Path(__file__).resolve().parent.parent
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

    seen = set()
    for name, text in texts():
        if name in seen or not text.strip():
            continue
        seen.add(name)
        document = Document(id=name, text=text, title=name, lang="ar")
        made += len(chunk(document))
        yield document
        if made >= wanted:
            return


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of them lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


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

    for question in questions[:20]:
        pipeline.answer(question)
    for name, ask in (("retrieve", pipeline.search), ("answer", pipeline.answer)):
        times = []
        for question in questions[20 : 20 + options.questions]:
            started = time.perf_counter()
            ask(question)
            times.append((time.perf_counter() - started) * 1000)
        figures = (statistics.median(times), percentile(times, 0.95), max(times))
        print(f"{name:<9}   p50 {figures[0]:7.1f} ms   p95 {figures[1]:7.1f} ms   max {figures[2]:7.1f} ms")
    print(f"resident    {psutil.Process().memory_info().rss / 1e6:>9.0f} MB (the corpus in memory included)")
    pipeline.close()


if __name__ == "__main__":
    sys.exit(main())
