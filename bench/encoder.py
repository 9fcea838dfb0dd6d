"""Measure the embedded encoder's size, start and speed: `python bench/encoder.py > bench/encoder.txt`.

    python bench/encoder.py [--data DIR] [--model FOLDER]

Short sentences are Tatoeba's, Arabic and English, each once, so most words of a batch are new. Medians of
seven runs; every run opens the encoder in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
WORKERS = 2


def once(model: Path, data: Path) -> dict[str, float]:
    """Return the figures of one run."""
    from training import data as datasets

    lines = list(datasets.read_lines(data / "parallel" / "tatoeba-test.ara-eng.tsv.gz"))
    arabic, english = ([line.split("\t")[side] for line in lines] for side in (0, 1))
    sentences = list(dict.fromkeys(arabic + english))
    started = time.perf_counter()
    from rag.encoder import StaticEncoder

    imported = time.perf_counter()
    encoder = StaticEncoder.open(model)
    opened = time.perf_counter()
    encoder.encode_query(sentences)
    encoded = time.perf_counter()
    encoder.encode_query(sentences)
    again = time.perf_counter()
    return {
        "sentences": len(sentences),
        "import_s": imported - started,
        "open_s": opened - imported,
        "new_per_s": len(sentences) / (encoded - opened),
        "known_per_s": len(sentences) / (again - encoded),
    }


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--model", type=Path, default=ROOT / "rag" / "models" / "encoder")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.model, options.data)))
        return
    command = [sys.executable, __file__, "--once", "--data", options.data, "--model", options.model]

    def run(count: int) -> list[dict[str, float]]:
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(count)]
        return [json.loads(process.communicate()[0]) for process in processes]

    size = sum(path.stat().st_size for path in options.model.rglob("*") if path.is_file())
    print(f"on disk            {size / 1e6:8.1f} MB")
    alone = [run(1)[0] for _ in range(RUNS)]
    print(f"opens in           {statistics.median(one['open_s'] for one in alone):8.2f} s")
    print(f"sentences          {alone[0]['sentences']:8,.0f}")
    for key, name in (("new_per_s", "words new"), ("known_per_s", "words known")):
        print(f"one process        {statistics.median(one[key] for one in alone):8,.0f} a second, {name}")
    together = [run(WORKERS) for _ in range(RUNS)]
    for key, name in (("new_per_s", "words new"), ("known_per_s", "words known")):
        rate = statistics.median(sum(one[key] for one in both) for both in together)
        print(f"two processes      {rate:8,.0f} a second, {name}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
