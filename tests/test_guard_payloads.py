"""What calls may hold: no files, no names without end, not more values than a conversation has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from guard_support import echo, request
from loops import finish

from ui.guards.limits import Limits
from ui.guards.payloads import DEEPEST, MOST_TOLD, MOST_VALUES, Payloads
from ui.guards.routes import Routes

FILE = {"path": "http://192.0.2.1/خبر", "meta": {"_type": "gradio.FileData"}}
MESSAGE = {"role": "user", "metadata": None, "content": [{"type": "text", "text": "متى وصلت السفينة؟"}]}


def sent(body: object, path: str = "/gradio_api/queue/join") -> tuple[int, str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    half = len(data) // 2
    reply = finish(request(Payloads(echo), "POST", path, body=[data[:half], data[half:]]))
    return reply.status, reply.text


@pytest.mark.parametrize(
    "body",
    [
        {"data": ["متى وصلت السفينة؟"], "session_hash": "a1b2c3", "fn_index": 3, "trigger_id": 12},
        {"data": ["متى؟"], "session_hash": "3f0c1c3a-7b0e-4c59-9d5f-0a4b1e8d7c66", "event_id": None},
        {"data": [[MESSAGE] * 2500]},
        {"data": [{"title": "meta", "meta": "http://192.0.2.1"}, {"meta": {"type": "x"}, "path": "a.txt"}]},
        [],
    ],
)
def test_what_the_chat_and_programs_send_passes_byte_for_byte(body: object) -> None:
    assert sent(body) == (200, str(len(json.dumps(body).encode())))


@pytest.mark.parametrize("path", ["/gradio_api/call/ask", "/gradio_api/run/predict", "/mcp"])
@pytest.mark.parametrize("body", [FILE, {"data": [FILE]}, {"data": [[{"content": [{"file": FILE}]}]]}])
def test_no_call_names_a_file_which_gradio_would_fetch(body: object, path: str) -> None:
    status, text = sent(body, path)
    assert (status, "no files are taken here" in text) == (400, True)
    assert sent(json.dumps(body).replace("gradio", "\\u0067radio").encode(), path)[0] == 400


@pytest.mark.parametrize("name", ["session_hash", "event_id", "trigger_id"])
@pytest.mark.parametrize("value", ["x" * 65, "", "جلسة", "a b", "a/b", ["a"], {"a": 1}])
def test_a_session_has_a_short_and_plain_name(name: str, value: object) -> None:
    assert sent({"data": [], name: value})[0] == 400


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"data": [1, ]}', nested(DEEPEST + 2), nested(40_000)]
)
def test_what_is_no_json_or_too_deep_is_refused(body: bytes) -> None:
    assert sent(body)[0] == 400
    assert sent(nested(DEEPEST))[0] == 200


@pytest.mark.parametrize("item", [{}, [], 0, MESSAGE])
def test_nothing_holds_more_values_than_a_conversation_has(item: Any) -> None:
    status, text = sent({"data": [item] * (MOST_TOLD + 1)})
    assert (status, "start a new conversation" in text) == (400, True)
    assert sent({"data": [0] * (MOST_TOLD + 1)}, "/gradio_api/component_server")[0] == 200
    assert sent({"data": [item] * (MOST_VALUES + 1)}, "/gradio_api/component_server")[0] == 400


def test_what_is_no_call_is_not_looked_into() -> None:
    reply = finish(request(Payloads(echo), "POST", "/isnad/documents", body=[b"%PDF-1.7 ", b"\xff"]))
    assert (reply.status, reply.text) == (200, "10")


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/heartbeat/" + "a" * 65, "/gradio_api/call/ask/" + "a" * 65, "/gradio_api/queue/data"],
)
def test_neither_is_a_session_in_an_address_of_any_length(path: str) -> None:
    reply = finish(request(Routes(echo), path=path, query="session_hash=" + "a" * 600))
    assert reply.status in (404, 414)
    question = "q=" + "%D8%B3" * 300  # the page's own calls carry what is in its address
    assert finish(request(Routes(echo), path="/gradio_api/queue/data", query=question)).status == 200


def test_a_connection_ends_whose_body_nobody_wants() -> None:
    guarded = Limits(Routes(echo), calls_per_minute=0, proxied=False)
    long = [("transfer-encoding", "chunked")]
    refused = finish(request(guarded, "POST", "/nothing", headers=long, body=[b"x"] * 3))
    assert (refused.status, refused.headers.get("connection")) == (404, "close")
    taken = finish(request(guarded, "POST", "/mcp", headers=long, body=[b"x"] * 3))
    assert (taken.status, taken.headers.get("connection")) == (200, None)
    assert finish(request(guarded, path="/nothing")).headers.get("connection") is None
