"""Gradio as `gr`, imported without what takes half of its import time.

While it is imported, Gradio parses the source of its components and writes stubs (.pyi) for editors beside
them. It leaves those out whose source has no file, and here none has one.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _without_source(package: str) -> Iterator[None]:
    """Let no class of a package find the file that it was written in."""
    getfile = inspect.getfile

    def hidden(found: object) -> str:
        if isinstance(found, type) and found.__module__.partition(".")[0] == package:
            raise OSError(f"the source of {found.__qualname__} is not looked at")
        return getfile(found)  # type: ignore[arg-type]

    inspect.getfile = hidden  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile


with _without_source("gradio"):
    import gradio as gr
    from gradio import http_server, queueing, route_utils, routes
    from gradio.route_utils import CustomCORSMiddleware
    from gradio.state_holder import SessionState, StateHolder

__all__ = [
    "CustomCORSMiddleware",
    "SessionState",
    "StateHolder",
    "gr",
    "http_server",
    "queueing",
    "route_utils",
    "routes",
]
