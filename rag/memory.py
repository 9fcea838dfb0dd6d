"""Give the system back what was freed: glibc keeps it, for each thread apart, and a server only grows.

Indexing takes threads of its own each time, so a folder that changes often costs megabytes with every change.
On other systems than Linux with glibc nothing is done, and nothing is needed.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_ARENAS = 2  # heaps that threads share; glibc makes eight for each processor
_M_ARENA_MAX = -8  # of mallopt(3)


def give_back() -> None:
    """Return what is free to the system; takes some milliseconds."""
    trim = getattr(_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


def share_heaps() -> None:
    """Let the threads that are yet to come share a few heaps."""
    option = getattr(_library(), "mallopt", None)
    if option is not None:
        option(_M_ARENA_MAX, _ARENAS)


def _library() -> Any:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
