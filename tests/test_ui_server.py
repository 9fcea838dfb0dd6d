"""The chat's server without a browser: its page, its headers, its address."""

from __future__ import annotations

import os
import re
import signal
import socket
from contextlib import suppress

import httpx
import plain_http
import pytest
from ui_corpus import HOSPITAL, FakePipeline, cite
from ui_support import free_port, served

from rag.errors import SettingsError
from ui.app import start
from ui.html import escape


def test_a_server_function_takes_one_list_and_marks_the_source(url: str) -> None:
    citation = cite(HOSPITAL, "15 مصاباً")
    span = [citation.start, citation.end]
    config = plain_http.get(f"{url}/config").json()
    panel = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "is-panel")

    def source(*arguments: object) -> httpx.Response:
        body = {"session_hash": "a", "component_id": panel, "fn_name": "source", "data": list(arguments)}
        return plain_http.post(f"{url}/gradio_api/component_server/", json=body)

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
        headers = plain_http.get(url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]


def test_the_page_names_no_typeface_to_be_fetched(url: str) -> None:
    theme = plain_http.get(f"{url}/theme.css").text
    assert re.findall(r"@import|url\((?![\"']?data:)[^)]*", theme) == []
    assert plain_http.get(f"{url}/config").json()["stylesheets"] == []


def test_the_page_is_arabic_before_gradio_starts(url: str) -> None:
    page = plain_http.get(url).text
    assert page.index("isnad.language") < page.index('type="module"')


def test_nothing_can_be_uploaded(url: str) -> None:
    made = plain_http.post(f"{url}/gradio_api/upload", files={"files": ("a.txt", b"two bytes or more")})
    assert made.status_code == 404


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
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_closes_the_chat_without_a_traceback(number: signal.Signals) -> None:
    port = free_port()
    with served(port) as (url, process):
        assert url == f"http://127.0.0.1:{port}"
        with (
            plain_http.stream("GET", f"{url}/gradio_api/heartbeat/window") as beats,  # of an open window
            suppress(httpx.HTTPError),
        ):
            chunks = beats.iter_raw()
            next(chunks)
            process.send_signal(number)
            list(chunks)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == "Isnad is closed.\n"
    assert "Traceback" not in err
