"""Let the C library keep freed memory: on some machines fresh allocations dominate a training step."""

from __future__ import annotations

import os
import sys

_SETTINGS = {
    "MALLOC_TOP_PAD_": str(1 << 30),
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
}


def reuse_memory() -> None:
    """Start this process anew with the settings, unless it has them: they are read before any line runs."""
    if any(name not in os.environ for name in _SETTINGS):
        os.environ.update({name: os.environ.get(name, value) for name, value in _SETTINGS.items()})
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
