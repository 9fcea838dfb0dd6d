"""Logs as lines of JSON. At level info and above no line holds a word of a document or of a question."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
from typing import TextIO

ROOT = "isnad"
SERVER = ("uvicorn", "uvicorn.error", "uvicorn.access")  # which would otherwise write as it likes
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


class BriefFormatter(JsonFormatter):
    """As `JsonFormatter`, but only who wrote a record, and where: what a library says may quote a visitor."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        facts = {"where": f"{record.module}:{record.lineno}"}
        brief = logging.makeLogRecord({**facts, "msg": "a library's message", "created": record.created})
        brief.name, brief.levelname, brief.exc_info = record.name, record.levelname, record.exc_info
        return super().format(brief)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Write the logs of this product to `stream` (standard error if None), from `level` on.

    And those of libraries from warnings on: who warned and where, and what only at debug.

    Args:
        level: one of `LEVELS`.
        stream: where to.

    Raises:
        ValueError: if there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"log level is {level!r}, expected one of {', '.join(LEVELS)}")
    logger, others = logging.getLogger(ROOT), logging.getLogger()
    for each in (logger, others):
        for handler in [one for one in each.handlers if isinstance(one.formatter, JsonFormatter)]:
            each.removeHandler(handler)
    least: int | str = logging.CRITICAL + 1 if level == "off" else level.upper()
    logger.addHandler(_handler(JsonFormatter(), stream))
    logger.setLevel(least)
    logger.propagate = False
    told = _handler(JsonFormatter() if level == "debug" else BriefFormatter(), stream)
    told.setLevel(least if level in ("off", "error") else logging.WARNING)
    others.addHandler(told)


def adopt_server() -> None:
    """Have the web server, once it has started, log as other libraries do, if `configure` was called."""
    if any(isinstance(each.formatter, JsonFormatter) for each in logging.getLogger().handlers):
        for name in SERVER:
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.propagate = True


def _handler(formatter: logging.Formatter, stream: TextIO | None) -> logging.Handler:
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    return handler
