"""Time the chat's server as people and programs meet it: its start, one answer, twenty users at once.

    python bench/serve.py > bench/serve.txt

- *Start*: the whole process, from its command to the first answer: Python, the packages, the index (there
  from before) looked through, the page built. Once asked over HTTP, once typed into Chromium, which is open
  before.
- *Warm*: in Chromium, from Enter to the frame in which the answer stands; each question is a new one.
- *At once*: users who ask in the same moment, half of them windows of the chat (bench/clients.py), half
  programs; each asks something that nobody has asked before, in every round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bench.clients import Client, FailedError, Program, spread, timed, users  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRST = "من هو المتحدث باسم البنتاغون؟"
ASKED = (
    "من هو {}؟", "ماذا قال {}؟", "متى تحدث {}؟", "أين التقى {} المسؤولين؟", "لماذا يهم {} بغداد؟",
    "Who is {}?", "What did {} say?", "When was {} mentioned?", "Why does {} matter?",
    "Qui est {} ?", "Qu’a dit {} ?", "Combien de soldats cite {} ?",
)  # fmt: skip
ABOUT = (
    "الكاظمي", "بايدن", "كيربي", "بلينكن", "واشنطن", "بغداد", "أربيل", "قاعدة الحرير", "البنتاغون",
    "الحشد الشعبي", "الموصل", "عين الأسد", "التحالف الدولي", "الحوار الاستراتيجي", "البيت الأبيض",
    "وزارة الخارجية", "مجلس الأمن", "Kadhimi", "Harir", "the coalition",
)  # fmt: skip
# In the page: when Enter was pressed, and when a frame with so many answers has been painted.
WATCH = """(count) => {
  window.entered = window.painted = 0;
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !window.entered) window.entered = performance.now();
  }, { capture: true, once: true });
  const look = new MutationObserver(() => {
    const shown = document.querySelectorAll(".isnad");
    if (shown.length <= count || !shown[shown.length - 1].getBoundingClientRect().height) return;
    look.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
  });
  look.observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def questions() -> Iterator[str]:
    """Yield questions, none twice; who, what, when, where and why in three languages."""
    for about, asked in product(ABOUT, ASKED):
        yield asked.format(about)


@contextmanager
def served(home: str) -> Iterator[tuple[str, psutil.Process]]:
    """Serve `seeds/` by `isnad serve`; give the address once it is printed, and the process."""
    from ui_support import running

    command = [sys.executable, "-u", "-m", "rag.cli", "serve", "--port", "0", "--corpus", str(ROOT / "seeds")]
    with running(command, ISNAD_HOME=home) as (url, process):
        yield url, psutil.Process(process.pid)


def taken(process: psutil.Process) -> float:
    """Return the processor seconds that a process has taken."""
    times = process.cpu_times()
    return float(times.user + times.system)


def start(home: str, ask: Callable[[str], None]) -> tuple[float, float, float]:
    """Return the seconds until the address is printed and `ask` is answered, and those of the processor."""
    started = time.perf_counter()
    with served(home) as (url, process):
        opened = time.perf_counter() - started
        ask(url)
        return opened, time.perf_counter() - started, taken(process)


def by_program(url: str) -> None:
    """Ask the endpoint."""
    program = Program(url)
    program.ask(FIRST)
    program.close()


def by_hand(browser: Browser) -> Callable[[str], None]:
    """Return what opens the chat in a browser and types a question."""

    def ask(url: str) -> None:
        page = browser.new_page()
        page.goto(url)
        on_screen(page, FIRST)
        page.close()

    return ask


def on_screen(page: Page, question: str) -> float:
    """Type a question, press Enter, and return the seconds until its answer was painted."""
    box = page.locator("#is-question textarea")
    box.wait_for()
    page.evaluate(WATCH, page.locator(".isnad").count())
    box.fill(question)
    box.press("Enter")
    page.wait_for_function("() => window.painted", timeout=120_000)
    return float(page.evaluate("() => (window.painted - window.entered) / 1000"))


def at_once(clients: Sequence[Client], rounds: int, asked: Iterator[str]) -> tuple[list[float], list[str]]:
    """Return the seconds of every answer to clients that ask in the same moment, and what failed."""
    together, failed = threading.Barrier(len(clients)), []
    mine = [list(islice(asked, rounds)) for _ in clients]

    def ask_in_turn(number: int) -> list[float]:
        seconds = []
        for question in mine[number]:
            together.wait()
            try:
                seconds.append(timed(clients[number], question))
            except FailedError as error:
                failed.append(str(error))
        return seconds

    with ThreadPoolExecutor(len(clients)) as pool:
        each = list(pool.map(ask_in_turn, range(len(clients))))
    return [second for some in each for second in some], failed


def report(what: str, figures: str) -> None:
    """Print one line."""
    print(f"{what:<46} {figures}", flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--starts", type=int, default=3)
    given = parser.parse_args()
    from ui_support import chromium

    asked = questions()
    before = os.getloadavg()[1]
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        _, first, _ = start(home, by_program)
        report("start to first answer, no index yet", f"{first:.2f} s")
        for who, ask in (("a program's", by_program), ("in the browser", by_hand(browser))):
            runs = [start(home, ask) for _ in range(given.starts)]
            opened, answered, work = (statistics.median(column) for column in zip(*runs, strict=True))
            report(
                f"start to first answer, {who}",
                f"median {answered:.2f} s of {given.starts} (open after {opened:.2f} s; "
                f"processor {work:.2f} s)",
            )
        with served(home) as (url, process):
            page = browser.new_page()
            page.goto(url)
            on_screen(page, FIRST)
            report("warm, Enter to answer painted, 15 questions",
                   spread([on_screen(page, question) for question in islice(asked, 15)]))  # fmt: skip
            page.close()
            program = Program(url)
            report("warm, a program's, 15 questions",
                   spread([timed(program, question) for question in islice(asked, 15)]))  # fmt: skip
            program.close()
            with users(url, given.users) as clients:
                begun, since = taken(process), time.perf_counter()
                seconds, failed = at_once(clients, given.rounds, asked)
                work, wall = taken(process) - begun, time.perf_counter() - since
            report(f"{given.users} at once, {given.rounds} rounds, {len(failed)} errors", spread(seconds))
            count = max(1, len(seconds))
            report(
                "", f"server: {work / count:.3f} processor seconds an answer, {work / wall:.1f} cores busy"
            )
            report("memory of the server", f"{process.memory_info().rss / 1e6:.0f} MB")
            for line in failed[:5]:
                print(line)
    cores = os.cpu_count()
    print(f"\n{cores} cores; load before {before:.1f}, after {os.getloadavg()[1]:.1f} (5 minutes' average)")


if __name__ == "__main__":
    main()
