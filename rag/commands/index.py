"""`isnad index`: bring the index of a folder up to date, once or for as long as the folder is watched."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag import logs
from rag.commands.meter import Meter
from rag.commands.running import INTERRUPTED
from rag.commands.stopping import Stopping
from rag.commands.terminal import Page
from rag.commands.watching import moments
from rag.errors import IsnadError, StoreError
from rag.index import Index
from rag.settings import Settings
from rag.sync import SyncReport

_NAMED = 10  # files named in a summary before "and … more"; of the skipped, all are

KEPT = "what was read is kept, and the next `isnad index` goes on there"


def index(corpus: Path | None, rebuild: bool, watch: bool = False, follow_links: bool | None = None) -> int:
    """Bring the index of a folder up to date, and say what was done.

    Args:
        corpus: the folder; None takes that of the settings.
        rebuild: read and embed every document anew.
        watch: then follow the folder until Ctrl-C.
        follow_links: read what links lead to out of the folder, now and later; None as before.

    Raises:
        IsnadError: if the folder cannot be read, the index cannot be written, or another process writes it.
    """
    page = Page.of(sys.stdout)
    settings = Settings.load(follow_links=follow_links)
    logs.configure(settings.log)
    folder = corpus.expanduser() if corpus is not None else settings.corpus
    start = time.monotonic()
    with Stopping() as stop:
        try:
            with Meter() as meter:
                opened = Index.open(folder, settings, progress=meter, rebuild=rebuild, stop=stop, alone=True)
        except KeyboardInterrupt:
            print(f"isnad: stopped; {KEPT}", file=sys.stderr)
            return INTERRUPTED
        with opened:
            if opened.report.left:
                left = f"{opened.report.left} file{'' if opened.report.left == 1 else 's'}"
                print(f"isnad: stopped with {left} left; {KEPT}", file=sys.stderr)
                return INTERRUPTED
            print("\n".join(_report(opened, time.monotonic() - start, page)), flush=True)
            if watch:
                follow(opened, stop, page)
    return 0


def _report(opened: Index, seconds: float, page: Page) -> Iterator[str]:
    report, count = opened.report, opened.store.catalog.count()
    documents = f"{count} document{'' if count == 1 else 's'}"
    yield f"{page.isolate(str(opened.folder))}: {documents} ready, {seconds:.1f} s"
    for word in ("added", "changed"):
        yield from _tally(word, [page.isolate(name) for name in getattr(report, word)])
    if report.renamed:
        yield from _tally("renamed", [f"{page.isolate(a)} → {page.isolate(b)}" for a, b in report.renamed])
    yield from _tally("removed", [page.isolate(name) for name in report.removed])
    yield f"  {'unchanged':<10}{len(report.unchanged):>6}"
    yield from _tally("skipped", skipped_lines(report.skipped, page), most=None)


def _tally(word: str, lines: Sequence[str], most: int | None = _NAMED) -> Iterator[str]:
    yield f"  {word:<10}{len(lines):>6}"
    for line in lines[:most]:
        yield f"    {line}"
    if most is not None and len(lines) > most:
        yield f"    and {len(lines) - most} more"


def skipped_lines(skipped: Sequence[tuple[str, str]], page: Page) -> list[str]:
    """Return a line for each file that could not be taken in: its name and the reason."""
    return [f"{page.isolate(name)}: {page.line(reason)}" for name, reason in skipped]


# -- Watching --------------------------------------------------------------------------------------------


def follow(opened: Index, stop: Stopping, page: Page) -> None:
    """Bring the index up to date whenever something in the folder changes, until `stop` is set.

    A run that fails is said and tried again; what was indexed stays and is answered from.
    """

    def say(text: str) -> None:
        print(f"isnad: {page.line(text)}", file=sys.stderr, flush=True)

    print(f"watching {page.isolate(str(opened.folder))} (Ctrl-C to stop)", flush=True)
    known = dict(opened.report.skipped)
    again, failed = False, ""
    for look in moments(opened.folder, stop, say):
        if not (look or again):
            continue
        start = time.monotonic()
        try:
            report = opened.sync(stop=stop)
        except KeyboardInterrupt:
            break
        except IsnadError as error:
            if str(error) != failed:
                say(str(error))
            again, failed = isinstance(error, StoreError), str(error)
            continue
        again, failed = report.writer is not None or unsettled(opened), ""
        for line in _news(report, known, time.monotonic() - start, page):
            print(line, flush=True)
        known = dict(report.skipped)


def unsettled(opened: Index) -> bool:
    """Tell whether a file was being written to, or could not be opened, when it was last looked into."""
    return any(file.size < 0 for file in opened.store.catalog.skipped())


def _news(report: SyncReport, known: dict[str, str], seconds: float, page: Page) -> Iterator[str]:
    """Yield what a look at the folder changed; nothing where it changed nothing."""
    counts = report.counts()
    words = [f"{counts[word]} {word}" for word in ("added", "changed", "renamed", "removed") if counts[word]]
    new = [(name, reason) for name, reason in report.skipped if known.get(name) != reason]
    if words:
        yield f"{time.strftime('%H:%M:%S')}  {', '.join(words)}, {seconds:.1f} s"
    for line in skipped_lines(new, page):
        yield f"{time.strftime('%H:%M:%S')}  skipped {line}"
