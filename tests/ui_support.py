"""A server of the invented documents, and a browser, for the tests of the chat."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing beyond this machine is found
]


@contextmanager
def served(port: int = 0, home: str | None = None) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the invented documents from a process of its own; give its address and the process.

    What it writes goes to the folder `home`, or to one that is gone afterwards.

    Of its own because Gradio leaves event loops and sockets behind, and here warnings are errors.
    """
    code = (
        # A process that a script starts in the background ignores Ctrl-C, and so do its children.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from ui_corpus import EXAMPLES, FakePipeline; from ui.app import serve; "
        f"serve(FakePipeline(), port={port}, examples=EXAMPLES)"
    )
    with (
        TemporaryDirectory() as other,
        running([sys.executable, "-uc", code], ISNAD_HOME=home or other) as opened,
    ):
        yield opened


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a command that serves the chat; give the address that it prints, and the process."""
    root = Path(__file__).resolve().parent.parent
    path = os.pathsep.join([str(root), str(root / "tests")])
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **environment},
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            first = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", first)
            if found is None:
                process.kill()
                raise AssertionError(f"the chat did not open: {first}{process.stderr.read()}")
            yield found.group(), process
        finally:
            process.kill()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the Chromium that the system has; skip the test where it has none.

    Rather its shell without a window, in which a page takes half of the processor time.
    """
    import pytest
    from playwright.sync_api import sync_playwright

    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
