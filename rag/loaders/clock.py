"""How much reading a file may take: a document that gives text earns time, one that does not is ended soon.

A book of five thousand pages takes minutes and a bomb would take for ever, so neither the size of a file nor
a limit for all tells them apart. What they give does. Time runs out of a bucket that text fills again, up to
its brim: whatever a file did before, it is ended a brim's worth of seconds after it has stopped giving any.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from rag.loaders.base import Limits

PACE = 10_000  # characters that earn a second; honest files give ten times as many, on a slow machine, too
_EACH = 0.25  # seconds that a document earns by being done with


class Allowance:
    """What is left of the time for a document, and of time, text and documents for all of its file."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.document = limits.seconds
        self.file = limits.file_seconds
        self.most = limits.most_seconds
        self.text = limits.all_text
        self.documents = limits.documents

    def take(self, text: str) -> str | None:
        """Count a document; return why it is one too many, or None."""
        self.text -= len(text)
        self.documents -= 1
        if self.documents < 0:
            return f"holds more than {self._limits.documents:,} documents; unpack it"
        if self.text < 0:
            return f"holds more than {self._limits.all_text:,} characters in its documents; unpack it"
        return None

    @property
    def left(self) -> float:
        """Return the seconds until something runs out."""
        return min(self.document, self.file, self.most)

    def spend(self, seconds: float) -> None:
        """Take time that went by."""
        self.document -= seconds
        self.file -= seconds
        self.most -= seconds

    def earn(self, characters: int) -> None:
        """Give time for text."""
        more = max(0, characters) / PACE
        self.document = min(self.document + more, self._limits.seconds)
        self.file = min(self.file + more, self._limits.file_seconds)

    def next(self) -> None:
        """Go on to another document, the one before being done with."""
        self.document = self._limits.seconds
        self.file = min(self.file + _EACH, self._limits.file_seconds)

    def reason(self) -> str:
        """Return what ran out, and what to do."""
        if self.document <= self.file and self.document <= self.most:
            return f"takes longer than {self._limits.seconds:.0f} s to read; split it or save it anew"
        seconds = self._limits.file_seconds if self.file <= self.most else self._limits.most_seconds
        return f"takes longer than {seconds:.0f} s to read with all that is in it; unpack or split it"


class Clock:
    """Calls `ring` when an allowance is spent; it counts only between `start` and `stop`."""

    def __init__(self, allowance: Allowance, ring: Callable[[], None]) -> None:
        self._allowance = allowance
        self._ring = ring
        self._since: float | None = None  # when it was started; None while it stands
        self._changed = threading.Condition()
        self._ended = False
        self.rang = False
        self._thread = threading.Thread(target=self._watch, name="isnad-clock", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Count from now on."""
        with self._changed:
            self._since = time.monotonic()
            self._changed.notify()

    def stop(self) -> None:
        """Count no more."""
        with self._changed:
            self._settle()
            self._since = None

    def earn(self, characters: int) -> None:
        """Give time for text."""
        with self._changed:
            self._settle()
            self._allowance.earn(characters)

    def next(self) -> None:
        """Go on to another document."""
        with self._changed:
            self._settle()
            self._allowance.next()

    def close(self) -> None:
        """Stop for good."""
        with self._changed:
            self._settle()
            self._since, self._ended = None, True
            self._changed.notify()
        self._thread.join()

    def _settle(self) -> None:
        if self._since is not None:
            now = time.monotonic()
            self._allowance.spend(now - self._since)
            self._since = now

    def _watch(self) -> None:
        with self._changed:
            while not self._ended:
                self._settle()
                if self._since is None:
                    self._changed.wait()
                elif self._allowance.left <= 0:
                    self.rang = True
                    self._ring()
                    return
                else:
                    self._changed.wait(self._allowance.left)
