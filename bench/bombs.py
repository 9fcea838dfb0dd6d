"""Read every hostile file of tests/hostile.py: how long each takes, and by how much this process grows.

    python bench/bombs.py > bench/bombs.txt

A file is read as `isnad index` reads it. Time is on the wall. Growth is the most memory that this process
held meanwhile (the system's own high-water mark, set back before each file; Linux only), less what it held
before: what the process beside it holds that reads the file is that one's. A good file follows each, and must
be read.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

SECONDS, MEMORY = 30, 100_000_000
READ = "read"  # what is held then is the document


def held(what: str) -> int:
    """Return the bytes of memory held now (VmRSS), or at most since it was set back (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) * 1024
    raise SystemExit("this system does not tell")


def measure(path: Path) -> tuple[float, int, str]:
    """Return seconds, growth in bytes, and what came of a file."""
    from rag.corpus import read_all
    from rag.errors import DocumentError

    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before, start = held("VmRSS"), time.monotonic()
    try:
        content = read_all(path, path.parent)
        told = f"{READ}, {len(content.documents)}" if content.documents else content.refused[0].reason
    except DocumentError as error:
        told = error.reason
    took = time.monotonic() - start
    return took, held("VmHWM") - before, told


def main() -> None:
    """Print a line for each file, the slowest first."""
    from hostile import FILES, SLOW_FILES, TEXT

    from rag.corpus import read_all

    rows, wanted = [], sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = folder / "good.html"
        good.write_text(f"<!doctype html><p>{TEXT}</p>", encoding="utf-8")
        read_all(good, folder)  # what is imported once is
        for called, (make, _) in (FILES | SLOW_FILES).items():
            if wanted and called not in wanted:
                continue
            path = folder / called
            path.write_bytes(make())
            size = path.stat().st_size
            rows.append((*measure(path), size, called))
            path.unlink()
            assert read_all(good, folder).documents, f"nothing is read after {called}"
    print("python bench/bombs.py\n")
    print(f"{'seconds':>8} {'grows by MB':>12} {'file, MB':>9}  file: what came of it")
    for took, grown, told, size, called in sorted(rows, reverse=True):
        shown = "".join(c if c.isprintable() else "�" for c in called)
        print(f"{took:8.1f} {grown / 1e6:12.1f} {size / 1e6:9.2f}  {shown}: {told}")
    refused = [row for row in rows if not row[2].startswith(READ)]
    slow = [row for row in rows if row[0] > SECONDS or (row[1] > MEMORY and row in refused)]
    print(
        f"\n{len(rows)} files, {len(refused)} of them refused. Those that took more than {SECONDS} s, or were"
    )
    print(f"refused after this process had grown by more than {MEMORY / 1e6:.0f} MB: {len(slow)}")
    sys.exit(bool(slow))


if __name__ == "__main__":
    main()
