"""How long an unchanged folder of 10,000 files takes to be recognised, and what a change costs then.

python bench/sync.py > bench/sync.txt
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]


def main() -> None:
    """Index, look again, look again in a new process, rename a folder, change a file."""
    from rag.index import Index
    from rag.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    count: int = parser.parse_args().files
    print(f"python bench/sync.py --files {count}\n")
    with tempfile.TemporaryDirectory(prefix="isnad-sync-") as name:
        folder, home = Path(name, "corpus"), Path(name, "home")
        for i in range(count):
            path = folder / f"{i // 100:03}" / f"{i % 100:02}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                f"تقرير {i}\n\nوصلت القافلة رقم {i} إلى البلدة مساء.وبقيت فيها {i % 9 + 1} أيام.\n", "utf-8"
            )
        settings = Settings.load(home=home)

        def timed(what: str) -> None:
            start = time.perf_counter()
            with Index.open(folder, settings) as index:
                opened, counts = time.perf_counter() - start, index.report.counts()
                start = time.perf_counter()
                index.sync()
            told = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
            print(f"{what:<34}{opened:>8.2f} s   then a look {time.perf_counter() - start:.2f} s   {told}")

        timed("indexed")
        time.sleep(2.1)
        timed("read once more, being so new")
        timed("unchanged, index opened")
        start = time.perf_counter()
        command = [sys.executable, "-m", "rag.cli", "index", str(folder)]
        subprocess.run(command, cwd=ROOT, env={"ISNAD_HOME": str(home)}, check=True, capture_output=True)
        print(f"{'unchanged, isnad index as a process':<34}{time.perf_counter() - start:>8.2f} s")
        (folder / "007").rename(folder / "renamed")
        timed("a folder of 100 files renamed")
        (folder / "008" / "01.txt").write_text("غير هذا.\n", "utf-8")
        timed("a file changed")


if __name__ == "__main__":
    main()
