"""Have Gradio say what failed in the log and in a line: its tracebacks quote what visitors have sent."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from types import SimpleNamespace

_log = logging.getLogger("isnad.chat")


def tell_briefly() -> None:
    """Have Gradio call `told` where it would print a traceback."""
    from ui.stubless import queueing, route_utils, routes

    for module in (queueing, route_utils, routes):
        module.traceback = SimpleNamespace(**{**vars(traceback), "print_exc": told})


def told() -> None:
    """Log the kind of the error that is being handled, and the line of code that raised it.

    Where ISNAD_DEBUG asks for tracebacks, print that of this one, too.
    """
    error = sys.exc_info()[1]
    if error is None:
        return
    if os.environ.get("ISNAD_DEBUG", "") not in ("", "0"):
        traceback.print_exc()
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    _log.error("a call failed", extra={"error": type(error).__name__, "where": where})
