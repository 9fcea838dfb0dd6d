"""Kill an indexing process with SIGKILL at random moments, and look at what it leaves.

    python bench/crash.py --kills 200 > bench/crash.txt

A child keeps writing, changing, renaming and removing files of a folder and brings the index up to date after
every few. It says what it is about to do and what is done. After each kill:

- the store opens, and every row and every index is whole (`Store.verify` once the indexes have caught up);
- what was said to be done is there: no document is lost, none is older, none is half there;
- each document of the catalog is found by a word that it alone holds, and cited in its own words.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

NAMES = [f"{kind}/{i}.txt" for i in range(6) for kind in ("تقارير", "notes")]


def text_of(name: str, version: int) -> str:
    """Return what a version of a document says: a word of its own, and enough for several passages."""
    word = word_of(name, version)
    lines = [f"ملف {word}", ""]
    for i in range(8):
        lines.append(
            f"وصلت السفينة {word} إلى المرفأ في اليوم {i + 1} وعلى متنها {version + i} صندوقا.وقال الربّانُ "
            "إنها تعود بعد أسبوع، بعد أن تفرغ حمولتها كلها على الرصيف الشمالي."
        )
    return "\n".join(lines) + "\n"


def word_of(name: str, version: int) -> str:
    """Return a word that no other document and no other version holds."""
    letters = "بتجدرزسعفقكلمنهي"
    number, word = NAMES.index(name) * 1_000_003 + version * 7919 + 104_729, ""
    while number:
        number, digit = divmod(number, len(letters))
        word += letters[digit]
    return word


def version_of(text: str, name: str, newest: int) -> int | None:
    """Return which version of a document a text is, or None where it is none."""
    return next((v for v in range(newest, -1, -1) if text == text_of(name, v)), None)


# -- The child -------------------------------------------------------------------------------------------


def work(folder: Path, home: Path, seed: int) -> None:
    """Change files and follow them with the index, until killed."""
    from rag.index import Index
    from rag.settings import Settings

    settings = Settings.load(home=home)
    with tempfile.TemporaryDirectory() as name:  # whatever is imported late is imported now
        Path(name, "a.txt").write_text(text_of(NAMES[0], 0), encoding="utf-8")
        Index.open(Path(name), Settings.load(home=Path(name) / ".home")).close()
    print("ready", flush=True)
    sys.stdin.readline()
    draw = random.Random(seed)
    index, version = None, seed * 1000
    while True:
        for _ in range(draw.randint(1, 4)):
            name, version = draw.choice(NAMES), version + 1
            change(folder, name, version, draw)
        print(json.dumps({"try": snapshot(folder)}), flush=True)
        if index is None:
            index = Index.open(folder, settings)
        else:
            index.sync()
        print(json.dumps({"did": snapshot(folder)}), flush=True)


def change(folder: Path, name: str, version: int, draw: random.Random) -> None:
    """Write, remove or rename a file; each takes effect at once or not at all."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    if draw.random() < 0.25 and len(snapshot(folder)) > 3:
        path.unlink(missing_ok=True)
        return
    temporary = folder / f".{path.name}.tmp"
    temporary.write_text(text_of(name, version), encoding="utf-8")
    os.replace(temporary, path)


def snapshot(folder: Path) -> dict[str, str]:
    """Return the first line of every file, which tells its version."""
    found = {}
    for name in NAMES:
        path = folder / name
        if path.exists():
            found[name] = path.read_text(encoding="utf-8").partition("\n")[0]
    return found


# -- The parent ------------------------------------------------------------------------------------------


class Child:
    """A process that is ready to work; the wait for its imports is spent on the one before."""

    def __init__(self, folder: Path, home: Path, seed: int) -> None:
        command = [sys.executable, __file__, "--work", str(folder), str(home), str(seed)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
        )

    def kill(self, delay: float) -> list[dict[str, dict[str, str]]]:
        """Let it work, kill it after `delay` seconds, and return what it said."""
        out, into = _pipe(self.process.stdout), _pipe(self.process.stdin)
        if out.readline() != "ready\n":
            raise SystemExit("the child did not start")
        into.write("go\n")
        into.flush()
        time.sleep(delay)
        if self.process.poll() is not None:
            raise SystemExit(f"the child ended by itself: {out.read()}")
        self.process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        said = [json.loads(line) for line in out.read().splitlines() if line.endswith("}")]
        self.close()
        return said

    def close(self) -> None:
        """Kill it, and let go of what it was connected by."""
        self.process.kill()
        self.process.wait()
        _pipe(self.process.stdin).close()
        _pipe(self.process.stdout).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise SystemExit("no pipe")
    return stream


def inspect(
    folder: Path, home: Path, before: dict[str, str], said: list[dict[str, dict[str, str]]]
) -> Counter[str]:
    """Look at what a kill left; count what was met.

    Args:
        folder: the documents.
        home: of the index.
        before: what the index held when the child began.
        said: by the child.

    Raises:
        AssertionError: if anything is lost, half there, or does not agree.
    """
    from rag.index import FIELDS, Index, encoders, place
    from rag.settings import Settings
    from vectorstore.store import CATALOG, Store

    met: Counter[str] = Counter()
    done = before
    tried: dict[str, set[str | None]] = {}
    for step in said:
        if "did" in step:
            done, tried = step["did"], {}
            met["runs"] += 1
        else:
            for name in NAMES:
                tried.setdefault(name, set()).add(step["try"].get(name))
    settings = Settings.load(home=home)
    own = place(folder, settings)
    if (own / CATALOG).exists():
        dimension = encoders(settings)[0].dimension
        with Store.open(own, fields=FIELDS, dimension=dimension) as store:
            assert store.catalog.verify() == [], store.catalog.verify()
            met["indexes behind"] += store.stale
            met["changes staged"] += bool(store.catalog.staged())
            store.sync()
            assert store.verify() == [], store.verify()
            held = {entry.name: store.catalog.document(entry.name) for entry in store.catalog.documents()}
            lines = {name: record.text.partition("\n")[0] for name, record in held.items() if record}
            for name in NAMES:
                allowed = {done.get(name), *tried.get(name, ())}
                assert lines.get(name) in allowed, (name, lines.get(name), allowed)
            for name, record in held.items():
                word = lines[name].split()[-1]
                assert record is not None
                assert record.text.count(word) == 9, f"{name} is half there"
                found = store.lexical.search({"words": [_stem(word)]}, 20)
                rows = store.catalog.chunk_rows([id_ for id_, _ in found])
                assert rows, f"{name} is not found"
                assert {row.document for row in rows} == {name}
                for row in rows:
                    assert record.text[row.start : row.end] == row.text
    with Index.open(folder, settings) as index:
        assert index.store.verify() == []
        expected = {name: (folder / name).read_text(encoding="utf-8") for name in snapshot(folder)}
        assert {document.id: document.text for document in index.documents()} == expected
        report = index.report
        met["documents kept"] += len(report.unchanged)
        met["documents read anew"] += len(report.added) + len(report.changed)
    return met


def _stem(word: str) -> str:
    from rag.analysis import Analyzer

    return Analyzer().fields(word, "ar")["words"][0]


def run(kills: int, seed: int, place: Path) -> Counter[str]:
    """Kill so many times; every tenth child starts without an index."""
    draw = random.Random(seed)
    folder, home = place / "corpus", place / "home"
    folder.mkdir()
    for name in NAMES[:5]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text_of(name, 0), encoding="utf-8")
    met: Counter[str] = Counter()
    before: dict[str, str] = {}
    with ExitStack() as stack:
        following = Child(folder, home, seed * 10_000 + 1)
        stack.callback(lambda: following.close())
        for number in range(1, kills + 1):
            child = following
            following = Child(folder, home, seed * 10_000 + number + 1)
            said = child.kill(draw.uniform(0.0, 0.9) ** 2 + 0.002)
            met["kills"] += 1
            met["killed during a run" if said and "try" in said[-1] else "killed between runs"] += 1
            met += inspect(folder, home, before, said)
            before = snapshot(folder)
            if number % 10 == 0:
                shutil.rmtree(home)
                before = {}
    return met


def main() -> None:
    """Kill, look, and say what was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", nargs=3, metavar=("FOLDER", "HOME", "SEED"))
    options = parser.parse_args()
    if options.work:
        work(Path(options.work[0]), Path(options.work[1]), int(options.work[2]))
        return
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="isnad-crash-") as name:
        met = run(options.kills, options.seed, Path(name))
    print(f"python bench/crash.py --kills {options.kills} --seed {options.seed}\n")
    for what, count in met.items():
        print(f"{what:<24}{count:>7}")
    print(f"\nNothing lost, nothing half there, and all indexes agreed ({time.monotonic() - start:.0f} s).")


if __name__ == "__main__":
    main()
