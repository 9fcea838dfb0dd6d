"""Time `isnad ask` from a cold start, the index being there: the whole process, as a user waits for it.

python bench/cold.py [--runs 10] > bench/cold.txt
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "من هو المتحدث باسم البنتاغون؟"


def main() -> None:
    """Print the median and the largest wall time, and the peak of resident memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    command = [sys.executable, "-m", "rag.cli", "ask", "--corpus", str(ROOT / "seeds"), "--json", QUESTION]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ISNAD_HOME": home}
        times = []
        for _ in range(runs + 1):  # the first one builds the index
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
            times.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"first ask, which builds the index   {times[0]:.2f} s")
    print(
        f"later asks, {runs} runs                 median {statistics.median(times[1:]):.2f} s, "
        f"largest {max(times[1:]):.2f} s"
    )
    print(f"peak resident memory of any         {peak:.0f} MB")


if __name__ == "__main__":
    main()
