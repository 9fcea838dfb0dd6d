"""Measure the stores on synthetic chunks: building, opening, searching and changing one document.

    python bench/stores.py [--chunks 100000] > bench/stores.txt

Tokens follow Zipf's law, as words do: 60 words and 111 character 4-grams a chunk, as 450 characters of Arabic
give. Vectors lie in loose clusters, as those of texts do. Times are of one thread; where others use the
machine too, processor time says more than the clock.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from vectorstore.base import ChunkRecord, DocumentRecord
from vectorstore.exact import best
from vectorstore.store import Store

DIMENSION = 256
FIELDS = {"words": 1.0, "grams": 0.5}
LENGTHS = {"words": 60, "grams": 111}
CHUNK = 450  # characters
PER_DOCUMENT = 10
VOCABULARY = 60_000
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


class Maker:
    """Makes documents and queries, the same ones in every run."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        letters = random.Random(seed)
        self.vocabulary = {
            "words": np.array(
                ["".join(letters.choices(LETTERS, k=letters.randint(3, 8))) for _ in range(VOCABULARY)]
            ),
            "grams": np.array(["".join(letters.choices(LETTERS, k=4)) for _ in range(VOCABULARY)]),
        }
        self.odds = 1 / np.arange(1, VOCABULARY + 1)
        self.odds /= self.odds.sum()
        self.centres = self.random.normal(size=(500, DIMENSION))

    def vectors(self, count: int) -> np.ndarray:
        """Return (count, DIMENSION) unit rows around the centres."""
        found = self.centres[self.random.integers(0, 500, count)] + self.random.normal(
            size=(count, DIMENSION)
        )
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)

    def tokens(self, count: int) -> dict[str, np.ndarray]:
        """Return for each field (count, length) tokens."""
        return {
            name: words[self.random.choice(VOCABULARY, size=(count, LENGTHS[name]), p=self.odds)]
            for name, words in self.vocabulary.items()
        }

    def document(self, name: str) -> tuple[DocumentRecord, list[ChunkRecord]]:
        """Return a document of PER_DOCUMENT chunks."""
        text = ("نص مصنوع للقياس " * (CHUNK * PER_DOCUMENT // 16 + 1))[: CHUNK * PER_DOCUMENT]
        tokens, vectors = self.tokens(PER_DOCUMENT), self.vectors(PER_DOCUMENT)
        ids = self.random.integers(0, 32_000, size=(PER_DOCUMENT, 120)).astype(np.uint16)
        chunks = [
            ChunkRecord(
                i * CHUNK,
                (i + 1) * CHUNK,
                {name: tokens[name][i].tolist() for name in FIELDS},
                ids[i],
                vectors[i],
            )
            for i in range(PER_DOCUMENT)
        ]
        return DocumentRecord(name, text, f"digest of {name}", len(text.encode()), 0), chunks

    def query(self) -> dict[str, list[str]]:
        """Return a question's tokens: 12 words, 25 grams."""
        tokens = self.tokens(1)
        return {"words": tokens["words"][0][:12].tolist(), "grams": tokens["grams"][0][:25].tolist()}


def took(call: Callable[[int], object], times: int = 200) -> str:
    """Return the median and the 95th percentile of a call's time, and the processor's share of the median."""
    spent, busy = [], []
    for i in range(times):
        start, busy_start = time.perf_counter(), time.thread_time()
        call(i)
        spent.append(1000 * (time.perf_counter() - start))
        busy.append(1000 * (time.thread_time() - busy_start))
    p50, p95 = np.percentile(spent, [50, 95])
    return f"p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   p50 of processor time {np.median(busy):7.2f} ms"


def say(what: str, value: str) -> None:
    """Print one line of the report."""
    print(f"{what:<46}{value}", flush=True)


def batches(
    maker: Maker, documents: int, size: int = 100
) -> Iterator[list[tuple[DocumentRecord, list[ChunkRecord]]]]:
    """Yield the documents in batches."""
    for start in range(0, documents, size):
        yield [maker.document(f"{i:06}.txt") for i in range(start, min(start + size, documents))]


def open_cold(folder: Path) -> None:
    """Report what opening takes in a process that has read nothing of ours before."""
    code = f"""
import time
from pathlib import Path
start = time.perf_counter()
import faiss, tantivy
from vectorstore.store import Store
loaded = time.perf_counter()
store = Store.open({str(folder)!r}, fields={FIELDS!r}, dimension={DIMENSION})
opened = time.perf_counter()
assert not store.stale
status = Path("/proc/self/status")  # getrusage would count the parent's memory too
memory = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else 0
print(f"imports {{loaded - start:.2f}} s, checksums and loading {{opened - loaded:.2f}} s", end="")
print(f", {{int(memory) >> 10}} MB")
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    say("cold open", run.stdout.strip())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    count = parser.parse_args().chunks
    maker = Maker()
    cores = f"{os.cpu_count()} cores"
    say("machine", f"{platform.machine()}, {cores}, Python {platform.python_version()}")
    say("chunks", f"{count:,}, {sum(LENGTHS.values())} tokens and {DIMENSION} dimensions each")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        with Store.open(folder, fields=FIELDS, dimension=DIMENSION) as store:
            spent, busy = 0.0, 0.0
            for batch in batches(maker, count // PER_DOCUMENT):
                start, busy_start = time.perf_counter(), time.process_time()
                store.catalog.put_many(batch)
                spent += time.perf_counter() - start
                busy += time.process_time() - busy_start
            say("catalog: put", f"{spent:.1f} s, processor {busy:.1f} s")
            starts: dict[str, tuple[float, float]] = {}

            def note(stage: str, done: int, total: int) -> None:
                starts.setdefault(stage, (time.perf_counter(), time.process_time()))

            store.sync(note)
            note("end", 0, 0)
            for stage, after in (("dense", "lexical"), ("lexical", "end")):
                spent, busy = (b - a for a, b in zip(starts[stage], starts[after], strict=True))
                say(f"{stage}: build", f"{spent:.1f} s, processor {busy:.1f} s")
            measure(store, maker, folder)
        open_cold(folder)
        with Store.open(folder, fields=FIELDS, dimension=DIMENSION) as store:
            for what in ("changed", "changed again"):
                start = time.perf_counter()
                store.catalog.put(*maker.document("000007.txt"))
                middle = time.perf_counter()
                store.sync()
                say(
                    f"one document {what}",
                    f"put {middle - start:.3f} s, sync {time.perf_counter() - middle:.2f} s",
                )
            queries = [maker.query() for _ in range(200)]
            say("lexical: k = 100, after removals", took(lambda i: store.lexical.search(queries[i], 100)))
    say("peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def measure(store: Store, maker: Maker, folder: Path) -> None:
    """Report sizes and the times of searches."""
    for path in sorted(folder.iterdir()):
        files = path.rglob("*") if path.is_dir() else [path]
        size = sum(file.stat().st_size for file in files) / 1e6
        if size > 0.1:
            say(f"size: {path.name.split('-')[0]}", f"{size:.0f} MB")
    vectors = maker.vectors(200)
    queries = [maker.query() for _ in range(200)]
    dense, lexical, catalog = store.dense, store.lexical, store.catalog
    some = catalog.chunk_ids([f"{i:06}.txt" for i in range(100)]).tolist()
    half = catalog.chunk_ids().tolist()[::2]
    found = [[id_ for id_, _ in row] for row in dense.search(vectors, 100)]
    say("dense: k = 100", took(lambda i: dense.search(vectors[i : i + 1], 100)))
    say("dense: k = 100, 1,000 allowed", took(lambda i: dense.search(vectors[i : i + 1], 100, some)))
    say(
        "dense: k = 100, every second allowed",
        took(lambda i: dense.search(vectors[i : i + 1], 100, half), 50),
    )
    say("lexical: k = 100", took(lambda i: lexical.search(queries[i], 100)))
    say("lexical: k = 100, 1,000 allowed", took(lambda i: lexical.search(queries[i], 100, some)))
    say("lexical: k = 100, every second allowed", took(lambda i: lexical.search(queries[i], 100, half), 50))
    counts = [{name: Counter(tokens) for name, tokens in query.items()} for query in queries]
    candidates = [lexical._candidates(each, 100, None) for each in counts]
    say("  of which scoring 200 candidates", took(lambda i: lexical._scores(candidates[i], counts[i])))
    for k in (10, 100):
        kept = 0
        for query, counted in zip(queries[:30], counts, strict=False):
            wide = lexical._candidates(counted, 2500, None)
            ids, scores = lexical._ids_at(wide), lexical._scores(wide, counted)
            kept += len(
                {id_ for id_, _ in best(ids, scores, k)} & {id_ for id_, _ in lexical.search(query, k)}
            )
        say(f"  best {k} of 5,000 candidates also found", f"{kept / (30 * k):.3f}")
    say("catalog: token ids of 100 chunks", took(lambda i: catalog.token_ids(found[i])))
    say("catalog: rows of 10 chunks", took(lambda i: catalog.chunk_rows(found[i][:10])))


if __name__ == "__main__":
    main()
