"""Ask a server for minutes from twenty clients while its folder changes, and look for what it loses or leaks.

    python bench/soak.py --minutes 10 > bench/soak.txt

Half the clients are windows of the chat, half programs (bench/clients.py). Every few seconds files are added,
changed, renamed and removed, and the running server looks at the folder again. Then:

- every question gets an answer, and none of the server's own errors;
- no answer cites a document whose removal was committed before the question was asked, nor a version of it
  that was replaced before; every citation quotes its version; what was just added is found;
- memory (of the server and its children), threads and open files are flat after warm-up, and the files of
  older indexes are gone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bench.clients import Client, FailedError, Program, spread, users  # noqa: E402
from bench.harbour import World  # noqa: E402

WARM_UP = 0.25  # of the time


# -- The server ------------------------------------------------------------------------------------------


def serve(folder: Path, home: Path) -> None:
    """Serve the folder, and look at it again whenever a line comes in."""
    from rag.pipeline import Pipeline
    from rag.settings import Settings
    from ui.app import start

    sys.addaudithook(_refuse_forks)  # after one, neither FAISS nor torch would answer
    settings = Settings.load(corpus=folder, home=home)
    with Pipeline.open(settings=settings) as pipeline:
        running = start(pipeline, port=0, settings=settings)
        print(json.dumps({"url": running.url}), flush=True)
        for _ in sys.stdin:
            report = pipeline.refresh()
            print(json.dumps({"committed": time.monotonic(), **report.counts()}), flush=True)
        running.close()


def _refuse_forks(event: str, _: object) -> None:
    if event in ("os.fork", "os.forkpty"):
        print(f"the server called {event}", flush=True)
        os._exit(70)


@dataclass
class Server:
    """The server's process."""

    process: subprocess.Popen[str]
    url: str

    def look(self) -> float:
        """Have it look at the folder; return when what it found was committed."""
        assert self.process.stdin is not None
        self.process.stdin.write("look\n")
        self.process.stdin.flush()
        committed: float = self._said()["committed"]
        return committed

    def _said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("{"):
            raise SystemExit(f"the server said: {line}{self.process.stdout.read()}")
        said: dict[str, Any] = json.loads(line)
        return said


@contextmanager
def server(folder: Path, home: Path) -> Iterator[Server]:
    """Start the server's process, and end it."""
    command = [sys.executable, str(Path(__file__).resolve()), "--serve", str(folder), str(home)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT,
        env=environment,
    ) as process:  # fmt: skip
        try:
            found = Server(process, "")
            found.url = found._said()["url"]
            yield found
        finally:
            process.kill()


@dataclass(frozen=True)
class Sample:
    """What the server held at a moment."""

    at: float  # seconds since the beginning
    memory: float  # MB, with its children
    threads: int
    files: int
    generations: int  # indexes on the disk, of each kind at most
    disk: float  # MB of the index's folder


def sample(process: psutil.Process, home: Path, began: float) -> Sample:
    """Look at the server."""
    memory = process.memory_info().rss
    for child in process.children(recursive=True):
        try:
            memory += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    size, parts = 0, []
    for path in home.rglob("*"):
        try:
            size += path.stat().st_size
        except FileNotFoundError:
            continue
        parts += re.findall(r"^(dense|lexical)-", path.name)
    return Sample(
        time.monotonic() - began,
        memory / 1e6,
        process.num_threads(),
        process.num_fds(),
        max(parts.count("dense"), parts.count("lexical")),
        size / 1e6,
    )


# -- The run ---------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What was seen."""

    seconds: list[float] = field(default_factory=list)  # of each answer
    wrong: list[str] = field(default_factory=list)
    changes: int = 0
    commits: list[float] = field(default_factory=list)  # seconds that each took
    samples: list[Sample] = field(default_factory=list)

    def after(self, share: float) -> list[Sample]:
        """Return the samples after so large a share of the time."""
        return [each for each in self.samples if each.at >= share * self.samples[-1].at]

    @property
    def growth(self) -> float:
        """Return by what share memory grew from just after warm-up to the end (means of a fifth of each)."""
        kept = self.after(WARM_UP)
        some = max(1, len(kept) // 5)
        return mean(s.memory for s in kept[-some:]) / mean(s.memory for s in kept[:some]) - 1


def run(seconds: float, count: int, seed: int, pause: float, every: float, place: Path) -> Outcome:
    """Ask, change and look.

    Args:
        seconds: how long.
        count: how many clients.
        seed: of all that is drawn.
        pause: the longest pause of a client between two questions.
        every: seconds from one change of the folder to the next.
        place: an empty folder.
    """
    folder, home = place / "corpus", place / "home"
    folder.mkdir()
    world, outcome, stop = World(folder, random.Random(seed)), Outcome(), threading.Event()
    for _ in range(40):
        world.add()

    def ask(number: int, client: Client) -> None:
        draw = random.Random(seed * 1000 + number)
        while not stop.is_set():
            question, asked = world.question(draw), time.monotonic()
            try:
                answer = client.ask(question)
            except Exception as error:  # whatever goes wrong between here and there
                kind = "" if isinstance(error, FailedError) else f"{type(error).__name__}: "
                outcome.wrong.append(f"{kind}{error}")
            else:
                outcome.seconds.append(time.monotonic() - asked)
                outcome.wrong += world.wrong(answer, asked)
            stop.wait(draw.uniform(0, pause))

    with server(folder, home) as running, users(running.url, count) as clients:
        process, began = psutil.Process(running.process.pid), time.monotonic()
        threads = [threading.Thread(target=ask, args=each) for each in enumerate(clients)]
        for thread in threads:
            thread.start()
        newcomer = Program(running.url)
        try:
            while time.monotonic() - began < seconds:
                before = time.monotonic()
                ended, added = world.change()
                committed = running.look()
                outcome.commits.append(committed - before)
                for version in ended:
                    version.gone = committed
                outcome.changes += 1
                if added:
                    outcome.wrong += missing(newcomer, world, added[-1])
                outcome.samples.append(sample(process, home, began))
                stop.wait(max(0.0, before + every - time.monotonic()))
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            newcomer.close()
    return outcome


def missing(client: Program, world: World, name: str) -> Iterator[str]:
    """Yield what is wrong where a document that was just added is not found."""
    try:
        found = client.call("search", f"رحلة السفينة {world.ships[name]}", 20)
    except (FailedError, httpx.HTTPError) as error:
        yield f"{type(error).__name__}: {error}"
        return
    if name not in {each["document"] for each in found["passages"]}:
        yield f"{name} was added, and is not found"


def faults(outcome: Outcome) -> Iterator[str]:
    """Yield in what a long run falls short."""
    kept = outcome.after(WARM_UP)
    yield from outcome.wrong
    if outcome.growth >= 0.1:
        yield f"memory grew by {outcome.growth:.1%}"
    for what in ("threads", "files"):
        first, last = (median(getattr(s, what) for s in some) for some in (kept[:10], kept[-10:]))
        if last > first + 5:
            yield f"{what} grew from {first:.0f} to {last:.0f}"
    if max(each.generations for each in kept) > 3:
        yield f"{max(each.generations for each in kept)} indexes of a kind lay on the disk at once"


def main() -> int:
    """Run, and print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=2.0)
    parser.add_argument("--every", type=float, default=3.0)
    parser.add_argument("--samples", type=Path, help="write what was sampled as JSON lines")
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "HOME"))
    given = parser.parse_args()
    if given.serve:
        serve(Path(given.serve[0]), Path(given.serve[1]))
        return 0
    with tempfile.TemporaryDirectory(prefix="isnad-soak-") as name:
        outcome = run(given.minutes * 60, given.users, given.seed, given.pause, given.every, Path(name))
    if given.samples:
        given.samples.write_text("".join(json.dumps(vars(s)) + "\n" for s in outcome.samples))
    kept, found = outcome.after(WARM_UP), list(faults(outcome))
    print(f"python bench/soak.py --minutes {given.minutes:g} --users {given.users} --seed {given.seed}\n")
    print(f"questions             {len(outcome.seconds):,}; {spread(outcome.seconds)}")
    print(f"changes of the folder {outcome.changes}; committed after {spread(outcome.commits)}")
    print(f"after warm-up         the first {WARM_UP:.0%} of the time")
    for what in ("memory", "threads", "files", "generations", "disk"):
        values = [getattr(each, what) for each in kept]
        unit = " MB" if what in ("memory", "disk") else ""
        print(f"  {what:<12} {values[0]:>6.0f} at first, {values[-1]:.0f} at last, ", end="")
        print(f"{min(values):.0f} to {max(values):.0f}{unit}")
    print(f"  memory grew by {outcome.growth:.1%}")
    print(f"\n{len(found)} faults")
    for line in found[:20]:
        print(f"  {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
