"""The chat's server without a browser: its endpoint, its headers, its refusals."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from ui_corpus import BRIDGE, CLOSED, HOSPITAL, FakePipeline, cite
from ui_support import free_port, served

from rag.errors import SettingsError
from ui import escape
from ui.app import start


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as (address, _):
        yield address


def call(url: str, name: str, *arguments: object) -> tuple[str, Any]:
    """Call an endpoint as curl would; return the event's name and its data."""
    made = httpx.post(f"{url}/gradio_api/call/{name}", json={"data": list(arguments)})
    if made.status_code != 200:
        return str(made.status_code), made.text
    stream = httpx.get(f"{url}/gradio_api/call/{name}/{made.json()['event_id']}").text
    event, data = stream.strip().split("\n", 1)
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_ask_gives_the_json_of_the_answer(url: str) -> None:
    assert call(url, "ask", CLOSED, 5) == ("complete", [FakePipeline().answer(CLOSED).to_dict()])


def test_ask_gives_at_most_k_answers(url: str) -> None:
    assert len(call(url, "ask", CLOSED, 1)[1][0]["groups"]) == 1


def test_ask_needs_no_more_than_the_question(url: str) -> None:
    assert call(url, "ask", CLOSED) == call(url, "ask", CLOSED, 5, None, None, None, None)


@pytest.mark.parametrize(
    ("filters", "cited"),
    [
        ([[HOSPITAL], None, None, None], {HOSPITAL}),
        ([None, ["ar"], "2023-03-15", None], {HOSPITAL}),
        ([[], [], "", "2023-03-14"], {BRIDGE}),
        ([None, None, "2023-03", "2023"], {BRIDGE, HOSPITAL}),
    ],
)
def test_ask_takes_documents_languages_and_dates(url: str, filters: list[Any], cited: set[str]) -> None:
    event, (answer,) = call(url, "ask", CLOSED, 5, *filters)
    assert event == "complete"
    assert {each["document"] for group in answer["groups"] for each in group["citations"]} == cited


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ([["سر.txt"], None, None, None], "there is no such document"),
        ([None, None, "soon", None], "since is 'soon', but a date is expected"),
        ([None, None, "2024", "2023"], "since, 2024-01-01, is after until, 2023-12-31; swap them"),
    ],
)
def test_ask_refuses_a_filter_in_one_line(url: str, filters: list[Any], reason: str) -> None:
    event, data = call(url, "ask", CLOSED, 5, *filters)
    assert event == "error"
    assert reason in data["error"]


def test_ask_takes_its_arguments_by_name(url: str) -> None:
    body = {"question": CLOSED, "since": "2023-03-15", "languages": ["ar"]}
    made = httpx.post(f"{url}/gradio_api/call/v2/ask", json=body).json()
    stream = httpx.get(f"{url}/gradio_api/call/ask/{made['event_id']}").text
    (answer,) = json.loads(stream.split("data: ", 1)[1])
    assert [each["document"] for each in answer["groups"][0]["citations"]] == [HOSPITAL]


def test_ask_says_what_it_takes(url: str) -> None:
    (ask,) = httpx.get(f"{url}/gradio_api/info").json()["named_endpoints"].values()
    takes = {each["parameter_name"]: each["parameter_default"] for each in ask["parameters"]}
    assert takes == {
        "question": None, "k": 5, "documents": None, "languages": None, "since": None, "until": None
    }  # fmt: skip


@pytest.mark.parametrize(
    ("question", "reason"), [("", "the question is empty"), ("س" * 1001, "has 1001 characters")]
)
def test_ask_refuses_in_one_line(url: str, question: str, reason: str) -> None:
    event, data = call(url, "ask", question, 5)
    assert event == "error"
    assert reason in data["error"]


def test_ask_is_the_one_public_endpoint(url: str) -> None:
    assert list(httpx.get(f"{url}/gradio_api/info").json()["named_endpoints"]) == ["/ask"]


def test_a_server_function_takes_one_list_and_marks_the_source(url: str) -> None:
    citation = cite(HOSPITAL, "15 مصاباً")
    span = [citation.start, citation.end]
    config = httpx.get(f"{url}/config").json()
    panel = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "is-panel")

    def source(*arguments: object) -> httpx.Response:
        body = {"session_hash": "a", "component_id": panel, "fn_name": "source", "data": list(arguments)}
        return httpx.post(f"{url}/gradio_api/component_server/", json=body)

    shown = source(escape.document_token(HOSPITAL), span, [span], "ar")
    assert shown.status_code == 200
    assert '<mark class="is-chosen">15&#32;مصاباً</mark>' in shown.json()
    assert (
        "لم تعد هذه الوثيقة موجودة"
        in source(escape.document_token("../../etc/passwd"), None, [], "ar").json()
    )
    assert "لم تعد هذه الوثيقة موجودة" in source("../../etc/passwd", None, [], "ar").json()


def test_every_answer_carries_headers_that_keep_the_page_to_this_server(url: str) -> None:
    for path in ("/", "/config", "/theme.css"):
        headers = httpx.get(url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]


def test_the_page_names_no_typeface_to_be_fetched(url: str) -> None:
    theme = httpx.get(f"{url}/theme.css").text
    assert re.findall(r"@import|url\((?![\"']?data:)[^)]*", theme) == []
    assert httpx.get(f"{url}/config").json()["stylesheets"] == []


def test_the_page_is_arabic_before_gradio_starts(url: str) -> None:
    page = httpx.get(url).text
    assert page.index("isnad.language") < page.index('type="module"')


def test_nothing_can_be_uploaded(url: str) -> None:
    made = httpx.post(f"{url}/gradio_api/upload", files={"files": ("a.txt", b"two bytes or more")})
    assert made.status_code == 413


def test_a_taken_port_is_one_line_with_a_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            start(FakePipeline(), port=port)
    assert str(caught.value) == (
        f"port {port} on 127.0.0.1 cannot be listened on (already in use?); try --port {port + 1}"
    )


def test_a_host_of_another_machine_is_one_line_with_a_remedy() -> None:
    with pytest.raises(
        SettingsError, match=r"host 'no\.such\.host\.invalid' is not an address of this machine"
    ):
        start(FakePipeline(), host="no.such.host.invalid")


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_closes_the_chat_without_a_traceback() -> None:
    port = free_port()
    with served(port) as (url, process):
        assert url == f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == "Isnad is closed.\n"
    assert "Traceback" not in err
