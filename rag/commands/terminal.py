"""Write for people: marks, right-to-left fragments, progress; the same words whoever reads them.

In a terminal a span is bold and underlined, and fragments of unknown direction stand in Unicode isolates, so
that an Arabic title cannot reorder the file name after it. In a pipe a span stands between ``**`` and nothing
else is added. Whatever comes from outside passes through `visible` on its way to people, and `to_json` to
machines.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from rag.schema import Citation, Place, Resolution

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_TITLE = 80  # characters of a title beside a citation
_NAMED: Mapping[Place, str] = {"sheet": "sheet {}", "page": "p. {}", "heading": "under “{}”", "row": "row {}"}
_FSI, _PDI = "\u2068", "\u2069"
_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")  # a terminal obeys escape sequences
_DIRECTIONS = re.compile("[\n\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS, _ISOLATES, _OVERRIDES = "\u202a\u202b", "\u2066\u2067\u2068", "\u202d\u202e"
_NOT_IN_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # beyond what JSON escapes by itself


def use_utf8() -> None:
    """Make the standard streams UTF-8, whatever the locale says; what UTF-8 cannot hold is escaped."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


def typed(text: str) -> str:
    """Return an argument of the command line as UTF-8, where a legacy locale took it for something else."""
    try:
        return text.encode(sys.getfilesystemencoding(), "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # not from the command line
        return text


def visible(text: str, *, in_a_field: bool = False) -> str:
    r"""Return `text` with whatever could rewrite a terminal, or reorder what stands beside it, as escapes.

    Those are control characters except newline and tab (``\x1b``), overrides of direction, and embeddings and
    isolates that are not closed in their line or that close nothing (``\u202e``). All else stays as it is.

    In a pipe likewise, since most pipes end in a terminal: names without such characters can be used as they
    are, `isnad show` takes those with them as they are printed, and --json has each exactly.

    Args:
        text: a name, a title, a reason or a quotation.
        in_a_field: show newlines and tabs, too.
    """
    loose = _loose(text) if _DIRECTIONS.search(text) else ()
    if loose:
        text = "".join(_escape(sign) if i in loose else sign for i, sign in enumerate(text))
    if in_a_field:
        text = re.sub("[\t\n]", lambda match: _escape(match[0]), text)
    return _CONTROLS.sub(lambda match: _escape(match[0]), text)


def _loose(text: str) -> set[int]:
    """Return where overrides of direction stand, and embeddings and isolates without their counterpart."""
    found: set[int] = set()
    opened: list[int] = []
    for match in _DIRECTIONS.finditer(text):
        sign, place = match[0], match.start()
        if sign == "\n":
            found.update(opened)
            opened.clear()
        elif sign in _EMBEDDINGS or sign in _ISOLATES:
            opened.append(place)
        elif (
            sign not in _OVERRIDES
            and opened
            and text[opened[-1]] in (_ISOLATES if sign == _PDI else _EMBEDDINGS)
        ):
            opened.pop()
        else:
            found.add(place)
    return found.union(opened)


def _escape(sign: str) -> str:
    return f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}"


def to_json(record: Mapping[str, Any]) -> str:
    """Return a record as JSON that is exact, and that a terminal shows and does not obey."""
    text = json.dumps(record, ensure_ascii=False, indent=2)
    return _NOT_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


@dataclass(frozen=True, slots=True)
class Page:
    """How text is shown where it is read."""

    terminal: bool  # isolate directions
    styled: bool  # bold and underline by escape sequences

    @classmethod
    def of(cls, stream: TextIO) -> Page:
        """Return how to write to `stream`."""
        terminal = stream.isatty()
        return cls(terminal, terminal and os.environ.get("TERM") != "dumb")

    def text(self, text: str) -> str:
        """Return `text` as it may be shown."""
        return visible(text.replace("\r\n", "\n"))

    def line(self, text: str) -> str:
        """Return `text` on one line."""
        return self.text(re.sub(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*", " ", text))

    def isolate(self, text: str) -> str:
        """Return one line of `text` that does not reorder what stands beside it."""
        return f"{_FSI}{self.line(text)}{_PDI}" if self.terminal else self.line(text)

    def strong(self, text: str) -> str:
        """Return `text` bold, where there is bold."""
        return f"\x1b[1m{text}\x1b[0m" if self.styled and text else text

    def mark(self, text: str) -> str:
        """Return `text` marked as the answer."""
        return f"\x1b[1;4m{text}\x1b[0m" if self.styled else f"**{text}**"

    def sentence(self, citation: Citation, marked: bool = True) -> str:
        """Return the sentence of a citation on one line, the quotation marked in it."""
        start, end = citation.start - citation.context_start, citation.end - citation.context_start
        before, quote, after = (
            self.line(citation.context[a:b]) for a, b in ((0, start), (start, end), (end, None))
        )
        sentence = before + (self.mark(quote) if marked else quote) + after
        return f"{_FSI}{sentence}{_PDI}" if self.terminal else sentence

    def place(self, document: str, start: int, end: int) -> str:
        """Return where a quotation stands, as `isnad show DOC --span A:B` takes it."""
        return f"{self.isolate(document)}:{start}-{end}"

    def source(self, citation: Citation) -> str:
        """Return title, date and place of a citation: the page, sheet, row or heading, and the characters."""
        place = self.place(citation.document, citation.start, citation.end)
        date = citation.date.isoformat() if citation.date else None
        title = self.isolate(shorten(citation.title, _TITLE))
        named = ", ".join(
            _NAMED[each.kind].format(self.isolate(shorten(each.label, _TITLE)))
            for each in citation.places
            if each.label != citation.title
        )
        return " · ".join(part for part in (title, date, named, place) if part)

    def chain(self, citation: Citation) -> str | None:
        """Return who said it: document → agency → speaker, title; None where the text names nobody."""
        if not citation.attribution:
            return None
        links: list[str] = []
        title = ""
        for link in citation.attribution:
            name = self.isolate(link.quote)
            if link.role == "title":  # stands before the name it belongs to
                links += [title] if title else []
                title = name
            else:
                joined = link.role == "speaker" and title
                links += [f"{name}, {title}"] if joined else [part for part in (title, name) if part]
                title = ""
        return " → ".join(part for part in (self.isolate(citation.document), *links, title) if part)


def shorten(text: str, width: int) -> str:
    """Return at most `width` characters of a text, with … where it is cut."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def period(days: Resolution) -> str:
    """Return the days that an expression of time means, in each of its readings, and why."""
    readings = []
    for one in (days, *days.alternatives):
        last = f" to {one.last.isoformat()}" if one.last != one.first else ""
        readings.append(f"{one.first.isoformat()}{last} ({one.rule})")
    return ", or ".join(readings)


class ProgressBar:
    """A progress bar on the terminal's error stream; silent elsewhere, and for work that is done at once.

    Calling it with a stage, what is done and the total moves the bar. A stage that begins with a total of 0
    is a wait of unknown length, such as a download: it is shown at once, and in a log or a pipe by one line.
    """

    def __init__(self, patience: float = 0.5) -> None:
        self._patience = patience  # seconds before anything is shown
        self._start = time.monotonic()
        self._silent = not sys.stderr.isatty()
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._announced: set[str] = set()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, stage: str, done: float, total: int) -> None:
        """Show that `done` of `total` are done in `stage`."""
        if self._silent:
            if total == 0 and stage not in self._announced:
                self._announced.add(stage)
                print(f"isnad: {stage} …", file=sys.stderr, flush=True)
            return
        if total and not self._bar and time.monotonic() - self._start < self._patience:
            return
        bar = self._bar = self._bar or self._open()
        if stage not in self._tasks:
            self._tasks[stage] = bar.add_task(stage, total=total or None)
        bar.update(self._tasks[stage], completed=done, total=total or None)

    @staticmethod
    def _open() -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        bar.start()
        return bar
