"""Ctrl-C asks a long run to stop where nothing is lost; a second one stops it at once."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any


class Stopping:
    """Set by the first Ctrl-C (or the signal to end) inside the block; `is_set` and a call tell it.

    In a thread other than the main one signals are left alone.
    """

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._event = threading.Event()
        self._say = say or (lambda text: print(text, file=sys.stderr, flush=True))
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self._event.is_set()

    def is_set(self) -> bool:
        """Tell whether to stop."""
        return self._event.is_set()

    def __enter__(self) -> Stopping:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._event.is_set():
            raise KeyboardInterrupt
        self._event.set()
        self._say("isnad: stopping when the files at hand are safe; Ctrl-C again stops at once")
