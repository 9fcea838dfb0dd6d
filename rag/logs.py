"""Logs as lines of JSON. At level info and above no line holds a word of a document or of a question."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
from typing import TextIO

ROOT = "isnad"
LEVELS = ("off", "error", "warning", "info", "debug")
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and what was passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        facts: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        facts |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info and record.exc_info[0] is not None:
            facts["error"] = record.exc_info[0].__name__  # its message may quote a document
        return json.dumps(facts, ensure_ascii=False, default=str)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Write the logs of this product to `stream` (standard error if None), from `level` on.

    Args:
        level: one of `LEVELS`.
        stream: where to.

    Raises:
        ValueError: if there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"log level is {level!r}, expected one of {', '.join(LEVELS)}")
    logger = logging.getLogger(ROOT)
    for handler in [each for each in logger.handlers if isinstance(each.formatter, JsonFormatter)]:
        logger.removeHandler(handler)
    if level == "off":
        logger.setLevel(logging.CRITICAL + 1)
        return
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    logger.propagate = False
