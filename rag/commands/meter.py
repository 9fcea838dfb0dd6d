"""How far a long run is: how many of how many, how fast, and how long it will take."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

_UNITS = {"reading": "files", "embedding": "documents", "dense": "passages", "lexical": "passages"}
_NAMES = {"dense": "indexing vectors", "lexical": "indexing words"}
_PATIENCE = 0.5  # seconds before anything is shown
_OFTEN, _SELDOM = 0.1, 10.0  # seconds between two lines, in a terminal and elsewhere


class Meter:
    """A line that is written over in a terminal, and one every ten seconds in a log or a pipe."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._started: dict[str, float] = {}
        self._shown = time.monotonic() + (_PATIENCE if self._terminal else _SELDOM) - self._pause
        self._dirty = False

    @property
    def _pause(self) -> float:
        return _OFTEN if self._terminal else _SELDOM

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._dirty:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def __call__(self, stage: str, done: float, total: int) -> None:
        """Show that `done` of `total` are done in `stage`; of an unknown total, 0, that it is going on."""
        now = time.monotonic()
        fresh = stage not in self._started
        started = self._started.setdefault(stage, now)
        if total == 0 and fresh and stage not in _UNITS:
            self._write(f"{stage} …")
        elif total and now - self._shown >= self._pause:
            self._shown = now
            self._write(describe(stage, done, total, now - started))

    def _write(self, text: str) -> None:
        if self._terminal:
            self._stream.write(f"\r\x1b[2K{text}")
            self._dirty = True
        else:
            self._stream.write(f"isnad: {text}\n")
        self._stream.flush()


def describe(stage: str, done: float, total: int, seconds: float) -> str:
    """Return how far a stage is.

    >>> describe("reading", 120, 300, 10.0)
    'reading: 120 of 300 files, 12.0 a second, 15 s left'
    """
    text = f"{_NAMES.get(stage, stage)}: {int(done):,} of {total:,}"
    text += f" {_UNITS[stage]}" if stage in _UNITS else ""
    if done <= 0 or seconds <= 0:
        return text
    rate = done / seconds
    return f"{text}, {rate:,.1f} a second, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """Return a length of time as people say it: 15 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
