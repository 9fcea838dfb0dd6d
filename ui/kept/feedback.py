"""What people say of answers, kept on this machine in a file of JSON lines; it is sent nowhere."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

from rag.schema import Answer

VERDICTS = ("right", "wrong")
REASONS = ("answer", "source", "missing", "other")
"""What can be wrong: the answer, its source, that there is one at all or none; or something else."""

NOTE_CHARS = 2000
MOST_BYTES = 20_000_000  # of the file; then nothing more is taken in


class FullError(OSError):
    """The file of reports has reached its limit."""


class Reports:
    """Verdicts on answers, in the order in which they came. Threads may share it."""

    def __init__(self, path: Path, *, shared: bool) -> None:
        """Keep reports at `path`; if the chat is `shared`, people can read only their own."""
        self._path = path
        self._shared = shared
        self._lock = threading.Lock()

    def add(
        self, answer: Answer, verdict: str, reason: str | None = None, note: str = "", *, ours: bool = True
    ) -> str:
        """Keep a verdict on an answer, with all that the answer was, and return the report's id.

        Args:
            answer: what is reported.
            verdict: one of `VERDICTS`.
            reason: one of `REASONS`, for what is wrong; anything else is taken for None.
            note: in the reader's words; cut after `NOTE_CHARS` characters.
            ours: whether the answer is known to be one of this server; else a browser brought it, and the
                report says so, and of no confidence.

        Raises:
            ValueError: if `verdict` is no verdict.
            OSError: if it cannot be written, or as `FullError` if there is no more room.
        """
        if verdict not in VERDICTS:
            raise ValueError(f"verdict is '{verdict[:40]}'; it must be one of: {', '.join(VERDICTS)}")
        report = {
            "id": secrets.token_urlsafe(12),
            "time": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
            "verdict": verdict,
            "reason": reason if reason in REASONS else None,
            "note": note[:NOTE_CHARS],
            "restored": not ours,
            "answer": answer.to_dict() if ours else _without_confidence(answer),
        }
        line = json.dumps(report, ensure_ascii=False) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(self._path, "ab", opener=_private) as file:
                if file.tell() + len(line.encode("utf-8", "replace")) > MOST_BYTES:
                    raise FullError(f"{self._path} holds {MOST_BYTES:,} bytes; move it away to go on")
                file.write(line.encode("utf-8", "replace"))
        return str(report["id"])

    def lines(self, own: Collection[str]) -> str:
        """Return the reports as JSON lines: all of them, or where the chat is shared those with `own` ids."""
        with self._lock:
            try:
                text = self._path.read_text(encoding="utf-8")
            except FileNotFoundError:
                return ""
        if not self._shared:
            return text
        return "".join(f"{line}\n" for line in text.split("\n") if line and _id(line) in own)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _without_confidence(answer: Answer) -> dict[str, Any]:
    groups = [{**each, "confidence": None} for each in answer.to_dict()["groups"]]
    return {**answer.to_dict(), "confidence": None, "groups": groups}


def _id(line: str) -> Any:
    try:
        return json.loads(line).get("id")
    except (ValueError, AttributeError):  # a line that was broken off
        return None
