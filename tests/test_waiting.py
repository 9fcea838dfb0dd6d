"""The page before the chat: what it says, and that nobody can keep others from it."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx
import plain_http
import pytest

from ui import waiting
from ui.waiting import PROGRESS, Waiting


@pytest.fixture
def opened() -> Iterator[Waiting]:
    server = Waiting("127.0.0.1", 0)
    yield server
    server.close()


def url(server: Waiting, path: str = "/") -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def test_progress_is_told_as_it_stands(opened: Waiting) -> None:
    assert plain_http.get(url(opened, PROGRESS)).json() == {"stage": "", "done": 0, "total": 0}
    opened.progress("reading", 3, 7)
    assert plain_http.get(url(opened, PROGRESS)).json() == {"stage": "reading", "done": 3, "total": 7}


def test_the_page_names_every_stage_in_each_language(opened: Waiting) -> None:
    page = plain_http.get(url(opened)).text
    found = re.search(r"stages = (\{.*?\}),", page)
    assert found
    stages = json.loads(found[1])
    assert set(stages) == {"reading", "embedding", "dense", "lexical", "opening"}
    assert all(len(words) == 3 and all(words) for words in stages.values())
    assert stages["reading"][0] == "قراءة الملفات"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("POST", "/mcp"), ("GET", "/config"), ("GET", "/isnad/fonts/../x")]
)
def test_whatever_else_is_asked_is_told_to_come_again(opened: Waiting, method: str, path: str) -> None:
    reply = plain_http.request(method, url(opened, path))
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    assert "documents are being read" in reply.json()["detail"]
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_connections_that_say_nothing_are_few_and_end(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "_SECONDS", 0.6)
    monkeypatch.setattr(waiting, "_MOST", 8)
    server, before = Waiting("127.0.0.1", 0), threading.active_count()
    try:
        with ExitStack() as stack:
            idle = [
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(30)
            ]
            for each in idle[:8]:
                each.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
            peak = 0
            until = time.monotonic() + 10
            while time.monotonic() < until:
                peak = max(peak, threading.active_count() - before)
                try:
                    if plain_http.get(url(server), timeout=5).status_code == 200:
                        break
                except httpx.HTTPError:
                    for each in idle[:8]:  # a byte now and then does not keep a place
                        with suppress(OSError):
                            each.sendall(b"x")
            else:
                pytest.fail("nobody came through")
            assert peak <= 2 * 8 + 2  # for each place a thread and its clock
    finally:
        server.close()
    assert capfd.readouterr().err == ""


def test_a_client_that_leaves_is_no_traceback(opened: Waiting, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", opened.port)) as connection:
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0"
            )  # reset, not end
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert plain_http.get(url(opened)).status_code == 200
    assert capfd.readouterr().err == ""


def test_closing_frees_the_address() -> None:
    first = Waiting("127.0.0.1", 0)
    first.close()
    second = Waiting("127.0.0.1", first.port)
    assert plain_http.get(url(second)).status_code == 200
    second.close()
