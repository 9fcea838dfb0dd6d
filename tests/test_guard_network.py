"""No telemetry, no request to anybody: what a server of the chat connects to, from its start to an answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Every connection and every name that is looked up, by any library, in any thread.
WATCHED = """
import json, sys, threading
seen = []
def watch(event, arguments):
    if event == "socket.connect":
        seen.append(str(arguments[1][0] if isinstance(arguments[1], tuple) else arguments[1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        seen.append(str(arguments[0]))
sys.addaudithook(watch)

from api_support import SearchedPipeline, call
from ui_corpus import CLOSED, EXAMPLES
from ui.app import start
running = start(SearchedPipeline(), "{host}", 0, examples=EXAMPLES)
answered = call(running.url, "ask", CLOSED)[0]
import httpx
pages = [httpx.get(running.url + path).status_code for path in ("/", "/config", "/theme.css")]
for thread in threading.enumerate():  # of telemetry, which would be at work by now
    if not thread.daemon and thread is not threading.main_thread():
        thread.join(5)
print(json.dumps([answered, pages, sorted(set(seen))]))
sys.stdout.flush()
import os
os._exit(0)
"""


def watched(host: str = "127.0.0.1", **environment: str) -> list[object]:
    """Serve and ask; return (event, statuses of pages, whatever was connected to or looked up)."""
    names = ("GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "DO_NOT_TRACK")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.replace("{host}", host)],
        env={**kept, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_server_connects_to_nothing_but_itself() -> None:
    answered, pages, seen = watched()
    assert answered == "complete"
    assert pages == [200, 200, 200]
    assert isinstance(seen, list)
    assert set(seen) <= {"127.0.0.1", "localhost", "::1", "None"}


def test_neither_does_a_space() -> None:
    space = {"SYSTEM": "spaces", "SPACE_ID": "news/isnad", "SPACE_HOST": "news-isnad.hf.space"}
    answered, pages, seen = watched("0.0.0.0", **space)
    assert answered == "complete"
    assert pages == [200, 200, 200]
    assert isinstance(seen, list)
    assert set(seen) <= {"127.0.0.1", "localhost", "::1", "None", "0.0.0.0"}
