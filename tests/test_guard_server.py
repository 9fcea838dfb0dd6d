"""The guards in place: the chat's own server, called as a stranger would."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import plain_http
import pytest
from api_support import HELD, MCP, SearchedPipeline, call, serving, tool
from ui_corpus import CLOSED

from ui.api.endpoints import Endpoints
from ui.guards.routes import Routes

ANSWER = Endpoints(SearchedPipeline()).ask(CLOSED)
PASSWORD = "سر الوادي الطويل"


@pytest.fixture(scope="module")
def url(api_url: str) -> str:
    """Return a server for this machine alone."""
    return api_url


@pytest.fixture(scope="module")
def public() -> Iterator[str]:
    """A server for everybody, with a name, a password and a low rate."""
    chosen = {"ISNAD_NAMES": "isnad.example", "ISNAD_PASSWORD": PASSWORD, "ISNAD_CALLS_PER_MINUTE": "40"}
    with serving("0.0.0.0", **chosen) as address:
        yield address


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A server for everybody in a network."""
    with serving("0.0.0.0") as address:
        yield address


INSIDE = """
import json, logging, sys
from rag import logs
from ui.failing import tell_briefly
from ui.stubless import gr as gradio, queueing, route_utils, routes
logs.configure("warning")
tell_briefly()
for module in (queueing, route_utils, routes):
    try:
        raise ValueError("سؤال سري")
    except ValueError:
        module.traceback.print_exc()
logging.getLogger("mcp.server").warning("سؤال سري %s", "سري")
with gradio.Blocks(analytics_enabled=False) as page:
    gradio.Textbox()
page.queue()
parts = [part for each in page.app.routes for part in getattr(each, "original_router", page.app).routes]
found = [(method, each.path) for each in parts if hasattr(each, "path") for method in each.methods or ()]
print(json.dumps(sorted(set(found))))
"""


@pytest.fixture(scope="module")
def inside() -> subprocess.CompletedProcess[str]:
    """Have Gradio fail, then list its routes, in a process of its own.

    Because Gradio leaves event loops behind, and here warnings are errors.
    """
    return subprocess.run([sys.executable, "-c", INSIDE], capture_output=True, text=True, check=True)


def gradio_routes(listed: str) -> list[tuple[str, str]]:
    """Return (method, path) of every route that Gradio itself would serve, with x for what varies."""
    routes = json.loads(listed)
    assert len(routes) > 70
    return [(method, re.sub(r"{[^}]*}", "x", path)) for method, path in routes]


OPEN_OF_GRADIO = {
    "/",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/robots.txt",
    "/manifest.json",
    "/assets/x",
    "/static/x",
    "/svelte/x",
    "/gradio_api/info",
    "/gradio_api/app_id",
    "/gradio_api/startup-events",
    "/gradio_api/queue/data",
    "/gradio_api/heartbeat/x",
    "/gradio_api/queue/join",
    "/gradio_api/component_server",
    "/gradio_api/component_server/",
    "/gradio_api/cancel",
    "/gradio_api/reset",
}


def test_of_gradios_routes_only_the_listed_ones_are_open(inside: subprocess.CompletedProcess[str]) -> None:
    async def nothing(scope: Any, receive: Any, send: Any) -> None: ...

    routes = Routes(nothing)
    assert {
        path for method, path in gradio_routes(inside.stdout) if routes.is_open(method, path)
    } == OPEN_OF_GRADIO


def test_no_file_of_the_machine_can_be_read(url: str) -> None:
    home = plain_http.get(f"{url}/config").json()
    assert home["mode"] == "blocks"
    for path in ("/etc/passwd", "pyproject.toml", "rag/settings.py", "C:/Windows/win.ini"):
        for route in ("/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/svelte/"):
            for dots in ("", "../../../../../../..", "..%2f..%2f..%2f..%2f.."):
                assert plain_http.get(f"{url}{route}{dots}{path}").status_code in (403, 404)


def test_the_server_fetches_nothing_for_anybody(url: str) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.5)
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        for route in ("file", "proxy"):
            assert plain_http.get(f"{url}/gradio_api/{route}=http://{address}/x").status_code == 404
        with pytest.raises(TimeoutError):
            listening.accept()


def test_no_call_has_the_server_fetch_a_file(url: str) -> None:
    file = {"path": "http://192.0.2.1/x", "meta": {"_type": "gradio.FileData"}}
    for route in ("call/ask", "call/search", "call/documents", "call/document", "call/verify", "queue/join"):
        refused = plain_http.post(f"{url}/gradio_api/{route}", json={"data": [file], "session_hash": "abc"})
        assert (refused.status_code, "no files are taken" in refused.text) == (400, True)


def test_what_fails_is_told_in_a_line_without_the_words_of_who_asked(
    inside: subprocess.CompletedProcess[str],
) -> None:
    lines = [json.loads(line) for line in inside.stderr.splitlines()]
    assert [line.get("error") for line in lines] == ["ValueError"] * 3 + [None]
    assert all(line["where"] for line in lines)
    assert "سري" not in inside.stderr


def functions(url: str) -> list[dict[str, Any]]:
    return list(plain_http.get(f"{url}/config").json()["dependencies"])


def test_what_waits_in_the_queue_cannot_be_called_past_it(url: str) -> None:
    ask = next(each["id"] for each in functions(url) if each["api_name"] == "ask")
    body = {"data": [CLOSED], "fn_index": ask, "session_hash": "abc"}
    past = plain_http.post(f"{url}/gradio_api/run/predict", json=body)
    assert past.status_code == 404
    assert "queue" in past.text
    assert plain_http.post(f"{url}/gradio_api/queue/join", json=body).status_code == 200


def test_the_chats_own_functions_have_no_name_to_be_called_by(url: str) -> None:
    private = {each["api_name"] for each in functions(url) if each["api_visibility"] == "private"}
    assert private
    for name in private - {False, None}:
        assert plain_http.post(f"{url}/gradio_api/call/{name}", json={"data": []}).status_code == 404
        assert plain_http.post(f"{url}/gradio_api/run/{name}", json={"data": []}).status_code == 404


def test_another_sites_page_can_neither_act_nor_read(url: str) -> None:
    evil = {"origin": "https://evil.example"}
    for path in ("/gradio_api/queue/join", "/gradio_api/component_server/", "/gradio_api/call/ask", "/mcp"):
        # text/plain, because a browser asks no leave for it
        body = json.dumps({"data": [CLOSED]})
        sent = plain_http.post(url + path, content=body, headers={**evil, "content-type": "text/plain"})
        assert sent.status_code == 403
    for path in ("/", "/config", "/gradio_api/info", "/theme.css"):
        refused = plain_http.get(url + path, headers=evil)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


def test_in_a_network_another_sites_page_can_read_nothing_either(network: str) -> None:
    port = network.rpartition(":")[2]
    evil = {"origin": "http://evil.example", "host": f"192.168.1.5:{port}"}
    for method, path, status in (
        ("POST", "/gradio_api/call/documents", 200),
        ("POST", "/gradio_api/component_server", 403),
        ("GET", "/config", 403),
        ("GET", "/gradio_api/info", 403),
    ):
        reply = plain_http.request(method, network + path, json={"data": []}, headers=evil)
        assert reply.status_code == status
        assert "access-control-allow-origin" not in reply.headers
    asked = {**evil, "access-control-request-method": "POST"}
    leave = plain_http.request("OPTIONS", f"{network}/gradio_api/call/ask", headers=asked)
    assert "access-control-allow-origin" not in leave.headers


def test_in_a_network_a_rebound_name_reaches_nothing_and_an_address_everything(network: str) -> None:
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    assert plain_http.get(f"{network}/config", headers=rebound).status_code == 421
    assert call(network, "documents", headers=rebound)[0] == "421"
    own = {"host": "192.168.1.5:7860", "origin": "http://192.168.1.5:7860"}
    assert plain_http.get(f"{network}/config", headers=own).status_code == 200
    assert call(network, "ask", CLOSED, headers=own) == ("complete", [ANSWER])


def test_a_name_that_was_rebound_to_this_machine_reaches_nothing(url: str) -> None:
    for path in ("/", "/config", "/gradio_api/info"):
        assert plain_http.get(url + path, headers={"host": "rebound.example"}).status_code == 421


def test_a_question_of_any_length_gets_an_answer_of_one_line(url: str) -> None:
    event, data = call(url, "ask", "س" * 1_000_000)
    assert (event, data["error"]) == ("error", "the question has 1000000 characters; at most 1000 fit")
    too_large = plain_http.post(f"{url}/gradio_api/call/ask", content=b"[" * 8_000_001)
    assert too_large.status_code == 413


def test_the_queue_is_bounded(network: str) -> None:
    def ask(_: int) -> int:
        asked = plain_http.post(f"{network}/gradio_api/call/v2/ask", json={"question": HELD}, timeout=30)
        return asked.status_code

    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(ask, range(50)))
    assert set(made) == {200, 503}
    assert made.count(200) <= 2 + 32 + 2  # at work, waiting, and begun since


def test_without_the_password_nothing_is_told(public: str) -> None:
    assert plain_http.get(public).status_code == 401
    for path in ("/config", "/gradio_api/info", "/assets/index.js", "/theme.css"):
        refused = plain_http.get(public + path)
        assert refused.status_code == 401
        assert "مستشفى" not in refused.text
    assert call(public, "ask", CLOSED)[0] == "401"
    assert plain_http.post(f"{public}/mcp", json={}, headers=MCP).status_code == 401


def test_with_the_password_everything_works(public: str) -> None:
    header = {"authorization": "Basic " + b64encode(f"me:{PASSWORD}".encode()).decode()}
    assert call(public, "ask", CLOSED, headers=header) == ("complete", [ANSWER])
    assert tool(public, "tools/list", header)["tools"][0]["name"] == "ask"
    with plain_http.Client(base_url=public, follow_redirects=True) as browser:
        assert browser.get("/?lang=fr").status_code == 401
        page = browser.post("/isnad/login?lang=fr", data={"password": PASSWORD})
        assert page.status_code == 200
        assert str(page.url).endswith("/?lang=fr")
        assert "window.gradio_config" in page.text
        assert browser.get("/config").status_code == 200


def test_past_its_rate_a_client_is_asked_to_wait(public: str) -> None:
    statuses = []
    with plain_http.Client() as client:  # 40 calls a minute, which even a slow machine makes sooner
        while 429 not in statuses and len(statuses) < 200:
            statuses.append(client.post(f"{public}/mcp", json={}).status_code)
    assert statuses[-1] == 429
    assert set(statuses) == {401, 429}
