"""Break files and questions for as long as told, guided by what code they reach (atheris).

    python scripts/fuzz.py --seconds 600                 every target in turn
    python scripts/fuzz.py --target files --seconds 60   one of: files, inside, print, questions

Needs atheris (`pip install atheris`; Linux and macOS); without it, a line says so and nothing is done. What
is tried, and what may come of it, is in tests/breaking.py; the suite has the same with Hypothesis, for
seconds. An input that breaks something is left in build/fuzz/TARGET, and the exit status is not 0.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
FOUND = ROOT / "build" / "fuzz"


def files(atheris: Any) -> Callable[[bytes], None]:
    """Return what reads any bytes under any name, in this process."""
    from breaking import LIMITS, check

    from rag.loaders import read

    names = ("a.txt", "a.md", "a.html", "a.csv", "a.jsonl", "a.eml", "a.mhtml", "a.docx", "a.zip", "a")

    def one(data: bytes) -> None:
        chosen = names[data[0] % len(names)] if data else "a"
        if b"%PDF-" not in data[:1100]:  # PDFium is not ours: `print` reads it in a process of its own
            check(read(data[1:], chosen, LIMITS))

    return one


def inside(atheris: Any) -> Callable[[bytes], None]:
    """Return what breaks a member of a good archive, and packs it anew."""
    from breaking import GOLDEN, LIMITS, broken, broken_inside, check

    from rag.loaders import read

    good = sorted(name for name in GOLDEN if not name.endswith(".pdf"))

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        name, seed = good[provider.ConsumeIntInRange(0, len(good) - 1)], provider.ConsumeInt(4)
        packed = GOLDEN[name].startswith(b"PK")
        check(read((broken_inside if packed else broken)(GOLDEN[name], seed), name, LIMITS))

    return one


def printed(atheris: Any) -> Callable[[bytes], None]:
    """Return what breaks a good PDF; it is read in a process of its own, as ever."""
    from breaking import GOLDEN, LIMITS, broken, check

    from rag.loaders.sandbox import read_safely

    good = sorted(name for name in GOLDEN if name.endswith(".pdf"))

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        name, seed = good[provider.ConsumeIntInRange(0, len(good) - 1)], provider.ConsumeInt(4)
        check(read_safely(broken(GOLDEN[name], seed), name, LIMITS))

    return one


def questions(atheris: Any) -> Callable[[bytes], None]:
    """Return what asks anything, of any documents, after anything."""
    from breaking import PIECES, asked
    from index_support import TEXTS, fill

    from rag.pipeline import Pipeline
    from rag.settings import Settings

    place = Path(tempfile.mkdtemp(prefix="isnad-fuzz-"))
    pipeline = Pipeline.open(fill(place / "corpus"), settings=Settings(home=place / "home"))
    names: list[str | None] = [None, *TEXTS, "*", "[", "قرى/*"]

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)

        def words() -> str:
            pieces = [
                PIECES[provider.ConsumeIntInRange(0, len(PIECES) - 1)]
                for _ in range(provider.ConsumeIntInRange(0, 9))
            ]
            return " ".join([*pieces, provider.ConsumeUnicode(12)])

        def maybe(some: str) -> str | None:
            return some if some.strip() and provider.ConsumeBool() else None

        name = names[provider.ConsumeIntInRange(0, len(names) - 1)]
        days = [maybe(provider.ConsumeUnicode(10)) for _ in range(2)]
        chosen = (name, maybe(provider.ConsumeUnicode(5)), *days)
        earlier = [words() for _ in range(provider.ConsumeIntInRange(0, 4))]
        asked(pipeline, words(), provider.ConsumeIntInRange(-1, 30), chosen, earlier)

    return one


TARGETS: dict[str, Callable[[Any], Callable[[bytes], None]]] = {
    "files": files,
    "inside": inside,
    "print": printed,
    "questions": questions,
}


def run(target: str, seconds: int) -> None:
    """Break one target for so long; does not return."""
    import atheris

    place = FOUND / target
    place.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["rag", "vectorstore"]):
        one = TARGETS[target](atheris)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={place}/",
        "-timeout=60",
        "-rss_limit_mb=4096",
    ]
    atheris.Setup([sys.argv[0], *options, "-max_len=20000"], one)
    atheris.Fuzz()


def main() -> int:
    """Break what is named, or each in turn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60, help="in all")
    parser.add_argument("--target", choices=sorted(TARGETS))
    options = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("fuzz: skipped, for atheris is not installed; pip install atheris (Linux, macOS)")
        return 0
    if options.target:
        run(options.target, options.seconds)
    each = max(1, options.seconds // len(TARGETS))
    statuses = [
        subprocess.run(
            [sys.executable, __file__, "--target", name, "--seconds", str(each)], check=False
        ).returncode
        for name in TARGETS
    ]
    return int(any(statuses))


if __name__ == "__main__":
    sys.exit(main())
