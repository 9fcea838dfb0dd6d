"""Damage the files of an index in every way a disk does, and see that no answer ever comes out wrong.

    python bench/damage.py --trials 1000 > bench/damage.txt

Each trial takes a whole index, damages one of its files, the catalog and its log among them, opens it and
asks. The outcome must be what the whole index gave, or an error of ours that says how to mend it. What is
compared: every answer, one that is filtered among them; every passage with its vector, search words and token
ids; and what a search of all passages by words and by vectors scores each. What is damaged after that,
since nothing has read it, `isnad doctor --check` must have told before. The trials run in processes of their
own, so that a crash is seen as one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

PAGE = 4096
HARMS = ("flip one bit", "flip many bits", "zero a page", "cut the end", "cut to nothing")
TEXTS = {
    "harbour.txt": (
        "ميناء المرجان\n\n"
        "افتتح المهندس سليم العطار ميناء المرجان يوم 4 مايو 2019.وبلغت كلفته 85 مليون دينار.\n"
    ),
    "library.txt": "مكتبة النخيل\n\nتضمّ مكتبة النخيل ١٢٠٠٠ كتاب.وتديرها الأستاذة هدى الراوي منذ عام 2011.\n",
    "mill.txt": "The old mill\n\nThe old mill at Wadi Ambar ground 40 tons of wheat a day until 1962.\n",
    "برج.md": "# برج الساعة\n\nشُيِّد بـــرج الساعة عام ١٨٩٧ بارتفاع 31 مترا، وصمّمه المعماري نادر الصبّاغ.\n",
}
QUESTIONS = ("من افتتح ميناء المرجان؟", "كم كتابا في مكتبة النخيل؟", "How much wheat did the old mill grind?")
ONLY = ("more/*", "harbour.txt")  # what one question is asked of
MORE = {
    f"more/{i}.txt": f"قرية رقم {i}\n\n" + f"في القرية {i} بئر عمقها {i + 7} أمتار.\n" * 12 for i in range(12)
}


def harm(data: bytes, how: str, draw: random.Random) -> bytes:
    """Return a file's bytes as a bad disk might give them back."""
    if not data:
        return b"\xff"
    damaged = bytearray(data)
    if how == "cut the end":
        return data[: draw.randrange(len(data))]
    if how == "cut to nothing":
        return b""
    if how == "zero a page":
        start = draw.randrange(0, len(data), PAGE)
        damaged[start : start + PAGE] = bytes(len(data[start : start + PAGE]))
        return bytes(damaged)
    for _ in range(1 if how == "flip one bit" else 64):
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


def kind_of(path: Path) -> str:
    """Return what a file of the index belongs to."""
    folder = path.parent.name.split("-")[0]
    return folder if folder in ("dense", "lexical") else path.name


class Trial:
    """A folder, its whole index, and what that answers."""

    def __init__(self, place: Path, questions: int) -> None:
        from rag.index import Index
        from rag.settings import Settings

        self.folder, self.place = place / "corpus", place
        self.questions = QUESTIONS[:questions]
        (self.folder / "more").mkdir(parents=True)
        for name, text in (TEXTS | MORE).items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.settings = Settings.load(home=place / "home")
        time.sleep(2.1)  # files written just now would be read again at every look
        with Index.open(self.folder, self.settings) as index:
            self.expected = self.ask(index)
            self.held = self.look(index)
            if not all(answer["answered"] for answer in self.expected):
                raise SystemExit("the whole index does not answer: nothing can be compared with it")
            shutil.copytree(self.settings.home, place / "logged")  # with what waits in the log
        shutil.copytree(self.settings.home, place / "closed")
        self.last = ""

    def ask(self, index: Any) -> list[dict[str, Any]]:
        """Return the answers, without the time they took."""
        from rag.filters import Filters
        from rag.pipeline import Pipeline

        pipeline = Pipeline._wire(index, self.settings, None)
        answers = [pipeline.answer(question).to_dict() for question in self.questions]
        answers.append(pipeline.answer(self.questions[0], filters=Filters(documents=ONLY)).to_dict())
        return [{key: value for key, value in answer.items() if key != "took_ms"} for answer in answers]

    def look(self, index: Any) -> dict[str, Any]:
        """Return all that an index holds and finds, chunks named by their place: their ids may change."""
        catalog = index.store.catalog
        found: dict[int, list[bytes]] = {}
        with index.reading():
            ids = catalog.chunk_ids().tolist()
            rows = {row.id: row for row in catalog.chunk_rows(ids)}
            for some, vectors in catalog.vectors():
                for id_, vector in zip(some.tolist(), vectors, strict=True):
                    found[id_] = [vector.tobytes(), rows[id_].token_ids.tobytes(), rows[id_].text.encode()]
            for terms in catalog.terms():
                for id_, fields in terms:
                    found[id_].append(json.dumps(fields, sort_keys=True).encode())
            words = {"words": index.analyzer.fields(" ".join(self.questions), "ar")["words"]}
            query = index.encoder.encode_query([self.questions[0]])
            by_words = index.store.lexical.search(words, len(ids))
            by_vector = index.store.dense.search(query, len(ids))[0]
        places = {id_: (row.document, row.start, row.end) for id_, row in rows.items()}
        return {
            "held": sorted(
                (places[i], hashlib.sha256(b"|".join(some)).digest()) for i, some in found.items()
            ),
            "words": sorted((places[id_], score) for id_, score in by_words),
            "vectors": sorted((places[id_], score) for id_, score in by_vector),
            "documents": sorted((document.id, document.text) for document in index.documents()),
        }

    def run(self, seed: int) -> tuple[str, str, str]:
        """Damage one file and ask; return the file's kind, the harm, and the outcome."""
        from rag.commands.check import examine
        from rag.errors import IsnadError
        from rag.index import Index

        draw = random.Random(seed)
        shutil.rmtree(self.settings.home)
        shutil.copytree(self.place / draw.choice(("closed", "closed", "logged")), self.settings.home)
        files: dict[str, list[Path]] = {}
        for path in sorted(self.settings.home.rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                files.setdefault(kind_of(path), []).append(path)
        kind, how = draw.choice(sorted(files)), draw.choice(HARMS)
        path = draw.choice(files[kind])
        data = path.read_bytes()
        damaged = harm(data, how, draw)
        path.write_bytes(damaged)
        self.last = f"seed {seed}: {how} in {path.name}"
        seen = bool(examine(self.folder, self.settings)[0])
        try:
            with Index.open(self.folder, self.settings) as index:
                answers, held, problems = self.ask(index), self.look(index), index.store.verify()
        except IsnadError as error:
            mendable = "--rebuild" in str(error) or "try again" in str(error)
            return kind, how, "refused, with the remedy" if mendable else f"WRONG: refused without: {error}"
        if answers != self.expected:
            return kind, how, "WRONG: other answers"
        if held != self.held:
            wrong = ", ".join(name for name in held if held[name] != self.held[name])
            return kind, how, f"WRONG: other {wrong}"
        if problems:
            told = "in unread bytes, told by doctor --check, same answers"
            return kind, how, told if seen else f"WRONG: not told before: {problems[0]}"
        if damaged == data:
            return kind, how, "unharmed: the file is the same"
        return kind, how, "mended, same answers" if seen else "in unused bytes, same answers"


def work(first: int, count: int, questions: int) -> None:
    """Run some trials of so many questions and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="isnad-damage-") as name:
        trial = Trial(Path(name), questions)
        for seed in range(first, first + count):
            print(json.dumps({"seed": seed}), flush=True)  # so that a crash is known by its seed
            print(json.dumps(trial.run(seed)), flush=True)


def run(
    trials: int, first: int = 0, questions: int = len(QUESTIONS), block: int = 250
) -> list[tuple[str, str, str]]:
    """Return the outcome of every trial; a process that dies is an outcome, too."""
    outcomes: list[tuple[str, str, str]] = []
    for start in range(first, first + trials, block):
        count = min(block, first + trials - start)
        command = [sys.executable, __file__, "--work", str(start), str(count), str(questions)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        outcomes += [(line[0], line[1], line[2]) for line in lines if isinstance(line, list)]
        if done.returncode:
            seed = next((line["seed"] for line in reversed(lines) if isinstance(line, dict)), start)
            outcomes.append(("?", f"seed {seed}", f"WRONG: the process died: {done.stderr.strip()[-400:]}"))
    return outcomes


def main() -> None:
    """Run the trials and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--work", nargs=3, type=int, metavar=("FIRST", "COUNT", "QUESTIONS"))
    options = parser.parse_args()
    if options.work:
        work(*options.work)
        return
    start = time.monotonic()
    outcomes = run(options.trials, options.first)
    print(f"python bench/damage.py --trials {options.trials} --first {options.first}\n")
    for column, name in ((0, "file"), (1, "harm")):
        print(name)
        for what, count in sorted(Counter(outcome[column] for outcome in outcomes).items()):
            results = Counter(outcome[2] for outcome in outcomes if outcome[column] == what)
            told = "; ".join(f"{number} {result}" for result, number in sorted(results.items()))
            print(f"  {what:<22}{count:>5}   {told}")
    print("all")
    for result, count in sorted(Counter(outcome[2] for outcome in outcomes).items()):
        print(f"  {result:<40}{count:>5}")
    print(f"{time.monotonic() - start:.0f} s")
    sys.exit(any(outcome[2].startswith("WRONG") for outcome in outcomes))


if __name__ == "__main__":
    main()
