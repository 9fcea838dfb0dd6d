"""A simulated Hugging Face Space: the files that would be uploaded, started as a Space starts them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import httpx
import plain_http
from ui_support import free_port

ROOT = Path(__file__).resolve().parent.parent
NAME = "news-isnad.hf.space"
SECONDS = 240  # until it must have opened


def script(name: str) -> ModuleType:
    """Return a module of scripts/."""
    if str(ROOT / "scripts") not in sys.path:
        sys.path.append(str(ROOT / "scripts"))  # they import one another
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Space:
    """A Space that runs."""

    url: str
    process: subprocess.Popen[str]
    first_page: str = ""  # what a visitor saw first
    refused: httpx.Response | None = None  # what a program was told meanwhile
    stages: list[str] = field(default_factory=list)  # what the first page said of how far it was
    log: list[str] = field(default_factory=list)


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    """Return the environment of a Space's container; nothing of this process's but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "SYSTEM": "spaces",
        "SPACE_ID": "news/isnad",
        "SPACE_HOST": NAME,
        "SPACE_AUTHOR_NAME": "news",
        "SPACE_REPO_NAME": "isnad",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_NUM_PORTS": "1",
        "GRADIO_ALLOW_FLAGGING": "never",
        "ISNAD_PORT": str(port),  # which on the hub is 7860, the default
        "OMP_NUM_THREADS": "1",
        **more,
    }


@contextmanager
def started(
    folder: Path, home: Path, python: str = sys.executable, wait: bool = True, **more: str
) -> Iterator[Space]:
    """Run app.py in `folder` as a Space does, until it answers; `more` are the Space's variables."""
    port = free_port()
    process = subprocess.Popen(
        [python, "app.py"],
        cwd=folder,
        env=environment(home, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    space = Space(f"http://127.0.0.1:{port}", process)
    threading.Thread(target=_keep, args=(process, space.log), daemon=True).start()
    with process:
        try:
            if wait:
                _wait(space, more.get("ISNAD_PASSWORD"))
            yield space
        finally:
            process.kill()


def _keep(process: subprocess.Popen[str], log: list[str]) -> None:
    assert process.stdout is not None
    log.extend(process.stdout)


def _wait(space: Space, password: str | None) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if space.process.poll() is not None:
            break
        try:
            page = plain_http.get(space.url, timeout=5)
            if "gradio_config" in page.text or (password and 'type="password"' in page.text):
                return
            space.first_page = space.first_page or page.text
            space.refused = space.refused or plain_http.post(f"{space.url}/mcp", json={})
            told = plain_http.get(f"{space.url}/isnad/progress")
            if told.status_code == 404:
                continue  # the chat opened in between
            stage = told.json()["stage"]
            if stage not in space.stages[-1:]:
                space.stages.append(stage)
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.02)
    raise AssertionError("the Space did not open:\n" + "".join(space.log))
