"""Those who ask the server at once: windows of the chat, and programs that call its endpoints.

A window sends what the page's script sends for a question: the same requests in the same order, through the
chat's own queue, with the server's events read as they come.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

PATIENCE = 120.0  # seconds for any answer
API = "/gradio_api"


class FailedError(Exception):
    """The server did not answer."""


class Client(Protocol):
    """Somebody who asks."""

    def ask(self, question: str) -> str | dict[str, Any]:
        """Return the answer, as HTML or as JSON; raise `FailedError` where there is none."""
        ...

    def close(self) -> None:
        """Leave."""
        ...


@dataclass
class Window:
    """A window of the chat; `renew` is how many questions a conversation has before it begins anew."""

    url: str
    renew: int = 5
    _http: httpx.Client = field(init=False)
    _page: dict[str, Any] = field(init=False)
    _asked: int = 0

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.url, timeout=PATIENCE)
        self._page = self._http.get("/config").raise_for_status().json()
        found = {part["props"].get("elem_id"): part["id"] for part in self._page["components"]}
        self._textbox, self._messages = found["is-question"], found["is-messages"]
        self._open: threading.Event | None = None
        self._begin()

    def _begin(self) -> None:
        """Open the page as if it were loaded: a session of its own, and a stream that tells it is there."""
        self.close_stream()
        self._session = secrets.token_hex(5)
        self._values = {part["id"]: part["props"].get("value") for part in self._page["components"]}
        self._http.get("/").raise_for_status()
        self._open = threading.Event()
        threading.Thread(target=self._stay, args=(self._session, self._open), daemon=True).start()

    def _stay(self, session: str, left: threading.Event) -> None:
        try:
            with self._http.stream("GET", f"{API}/heartbeat/{session}") as beats:
                for _ in beats.iter_raw():
                    if left.wait(1.0):
                        return
                    left.wait()
                    return
        except (httpx.HTTPError, RuntimeError):
            pass  # the server or this window is gone

    def close_stream(self) -> None:
        """Let go of the stream, as a window does that is closed."""
        if self._open is not None:
            self._open.set()

    def close(self) -> None:
        """Close the window."""
        self.close_stream()
        self._http.close()

    def ask(self, question: str) -> str:
        """Ask as the next question of the conversation; return the answer's HTML."""
        if self._asked and self._asked % self.renew == 0:
            self._begin()
        self._asked += 1
        self._values[self._textbox] = question
        ran: set[int] = set()
        for step in self._page["dependencies"]:
            submits = [self._textbox, "submit"] in [list(target) for target in step["targets"]]
            if (submits or step.get("trigger_after") in ran) and step["backend_fn"]:
                self._run(step)
                ran.add(step["id"])
        content = (self._values[self._messages] or [{}])[-1]
        text = json.dumps(content.get("content", ""), ensure_ascii=False)
        if content.get("role") != "assistant":
            raise FailedError(f"no answer came to '{question}': {text[:200]}")
        return text

    def _run(self, step: dict[str, Any]) -> None:
        body = {
            "data": [self._values[each] for each in step["inputs"]],
            "fn_index": step["id"],
            "session_hash": self._session,
            "trigger_id": self._textbox,
            "event_data": None,
        }
        if step["queue"]:
            made = self._http.post(f"{API}/queue/join", json=body)
            if made.status_code != 200:
                raise FailedError(f"{made.status_code}: {made.text[:200]}")
            output = self._await(made.json()["event_id"])
        else:
            done = self._http.post(f"{API}/run/predict", json=body)
            if done.status_code != 200:
                raise FailedError(f"{done.status_code}: {done.text[:200]}")
            output = done.json()
        for each, value in zip(step["outputs"], output["data"], strict=True):
            if isinstance(value, dict) and value.get("__type__") == "update":
                if "value" not in value:
                    continue
                value = value["value"]
            self._values[each] = value

    def _await(self, event: str) -> dict[str, Any]:
        with self._http.stream("GET", f"{API}/queue/data", params={"session_hash": self._session}) as events:
            for message in messages(events.iter_lines()):
                if message["msg"] == "process_completed" and message.get("event_id") == event:
                    if not message["success"]:
                        raise FailedError(json.dumps(message["output"], ensure_ascii=False)[:200])
                    output: dict[str, Any] = message["output"]
                    return output
                if message["msg"] == "unexpected_error":
                    raise FailedError(str(message.get("message")))
        raise FailedError("the events ended before the answer")


def messages(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the JSON of each event."""
    for line in lines:
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))


class Program:
    """A program that calls the endpoint `ask` as curl does."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=PATIENCE)

    def ask(self, question: str) -> dict[str, Any]:
        """Return the answer's JSON."""
        return self.call("ask", question)

    def call(self, name: str, *arguments: object) -> dict[str, Any]:
        """Return what an endpoint gives."""
        made = self._http.post(f"{API}/call/{name}", json={"data": list(arguments)})
        if made.status_code != 200:
            raise FailedError(f"{made.status_code}: {made.text[:200]}")
        stream = self._http.get(f"{API}/call/{name}/{made.json()['event_id']}").text
        event, _, data = stream.strip().split("\n\n")[-1].partition("\n")  # after heartbeats
        if event != "event: complete":
            raise FailedError(stream[:200])
        answer: dict[str, Any] = json.loads(data.removeprefix("data: "))[0]
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


class Official:
    """A program with Gradio's own client."""

    def __init__(self, url: str) -> None:
        from gradio_client import Client as Gradio

        self._client = Gradio(url, verbose=False, analytics_enabled=False)

    def ask(self, question: str) -> dict[str, Any]:
        """Return the answer's JSON."""
        try:
            answer: dict[str, Any] = self._client.predict(question, api_name="/ask")
        except Exception as error:  # whatever it makes of a refusal
            raise FailedError(f"{type(error).__name__}: {error}") from error
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


class Tool:
    """A program that uses the tool `ask` of the Model Context Protocol."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=PATIENCE)

    def ask(self, question: str) -> dict[str, Any]:
        """Return the answer's JSON."""
        call = {"name": "ask", "arguments": {"question": question}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        accept = {"accept": "application/json, text/event-stream"}
        reply = self._http.post("/mcp", json=body, headers=accept)
        if reply.status_code != 200 or reply.json().get("result", {}).get("isError", True):
            raise FailedError(reply.text[:200])
        answer: dict[str, Any] = reply.json()["result"]["structuredContent"]
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


PROGRAMS = (Program, Official, Tool)


@contextmanager
def users(url: str, count: int) -> Iterator[list[Client]]:
    """Open so many clients: every second one a window of the chat, the others programs of each kind."""
    opened: list[Client] = []
    try:
        for number in range(count):
            opened.append(Window(url) if number % 2 == 0 else PROGRAMS[number // 2 % len(PROGRAMS)](url))
        yield opened
    finally:
        for each in opened:
            each.close()


def spread(seconds: Sequence[float]) -> str:
    """Return median, 95th percentile and largest in words."""
    ordered = sorted(seconds)
    middle, p95 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"median {middle:.2f} s, p95 {p95:.2f} s, largest {ordered[-1]:.2f} s"


def timed(client: Client, question: str) -> float:
    """Return how many seconds a question took."""
    started = time.perf_counter()
    client.ask(question)
    return time.perf_counter() - started
