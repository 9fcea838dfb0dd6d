"""The endpoints over HTTP, for curl, `gradio_client` and clients of the Model Context Protocol."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import plain_http
import pytest
from api_support import SearchedPipeline, call, tool
from loops import finish
from ui_corpus import AND_IN_2020, BRIDGE, CLOSED, HOSPITAL, LEVEL, LEVEL_2020, REPORT

from ui.api.endpoints import NAMES, Endpoints

ENDPOINTS = Endpoints(SearchedPipeline())
ANSWER = ENDPOINTS.ask(CLOSED)

CALLS: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("ask", [CLOSED], ANSWER),
    ("ask", [CLOSED, 1], ENDPOINTS.ask(CLOSED, 1)),
    ("ask", [CLOSED, 5, [HOSPITAL]], ENDPOINTS.ask(CLOSED, 5, [HOSPITAL])),
    ("ask", [CLOSED, 5, [], [], "", "2023-03-14"], ENDPOINTS.ask(CLOSED, until="2023-03-14")),
    ("ask", [CLOSED, 5, None, ["ar"], "2023-03-15"], ENDPOINTS.ask(CLOSED, since="2023-03-15")),
    ("search", [CLOSED, 2], ENDPOINTS.search(CLOSED, 2)),
    ("documents", [], ENDPOINTS.documents()),
    ("documents", [[REPORT]], ENDPOINTS.documents([REPORT])),
    ("document", [BRIDGE], ENDPOINTS.document(BRIDGE)),
    ("document", [BRIDGE, 287, 305], ENDPOINTS.document(BRIDGE, 287, 305)),
    ("verify", [ANSWER], ENDPOINTS.verify(ANSWER)),
    ("verify", [[ANSWER, ANSWER]], ENDPOINTS.verify([ANSWER, ANSWER])),
]
REFUSED: list[tuple[str, list[Any], str]] = [
    ("ask", [""], "the question is empty"),
    ("ask", ["س" * 1001], "has 1001 characters; at most 1000 fit"),
    ("ask", [CLOSED, 5, ["سر.txt"]], "there is no such document"),
    ("ask", [CLOSED, 5, None, None, "soon"], "since is 'soon', but a date is expected"),
    ("search", [CLOSED, 10**9], "k is 1000000000; it must be from 1 to 100"),
    ("document", ["../../etc/passwd"], "there is no such document"),
    ("verify", [{"a": 1}], "give what"),
]


@pytest.fixture(scope="module")
def url(api_url: str) -> str:
    return api_url


# -- HTTP ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "arguments", "result"), CALLS)
def test_an_endpoint_gives_what_its_function_does(
    url: str, name: str, arguments: list[Any], result: dict[str, Any]
) -> None:
    assert call(url, name, *arguments) == ("complete", [result])


@pytest.mark.parametrize(("name", "arguments", "reason"), REFUSED)
def test_an_endpoint_refuses_in_one_line(url: str, name: str, arguments: list[Any], reason: str) -> None:
    event, data = call(url, name, *arguments)
    assert event == "error"
    assert reason in data["error"]
    assert "Traceback" not in data["error"]


def test_arguments_can_be_named(url: str) -> None:
    body = {"question": AND_IN_2020, "earlier": [LEVEL], "languages": ["ar"]}
    made = plain_http.post(f"{url}/gradio_api/call/v2/ask", json=body).json()
    stream = plain_http.get(f"{url}/gradio_api/call/ask/{made['event_id']}").text
    (answer,) = json.loads(stream.split("data: ", 1)[1])
    assert answer["completed"] == LEVEL_2020


def test_the_five_endpoints_are_all_that_is_public_and_each_is_described(url: str) -> None:
    endpoints = plain_http.get(f"{url}/gradio_api/info").json()["named_endpoints"]
    assert list(endpoints) == [f"/{name}" for name in NAMES]
    for endpoint in endpoints.values():
        assert endpoint["description"].endswith(".")
        assert all(each["python_type"]["description"] for each in endpoint["parameters"])
    takes = {each["parameter_name"]: each for each in endpoints["/ask"]["parameters"]}
    assert {name: each["parameter_default"] for name, each in takes.items()} == {
        "question": None,
        "k": 5,
        "documents": None,
        "languages": None,
        "since": None,
        "until": None,
        "earlier": None,
    }
    assert takes["question"]["parameter_has_default"] is False
    assert takes["documents"]["python_type"]["type"] == "None | list[str]"


def test_an_event_that_there_is_none_of_is_said_and_the_answer_ends_in_order(url: str) -> None:
    for path in ("call/ask/x", "call/v2/verify/0a1b2c", "queue/data?session_hash=none"):
        told = plain_http.get(f"{url}/gradio_api/{path}")  # which raises where a body breaks off
        assert "404: Not Found" in told.text


def test_many_can_call_at_once(url: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: call(url, "ask", CLOSED), range(20)))
    assert results == [("complete", [ANSWER])] * 20


# -- gradio_client ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(url: str) -> Any:
    from gradio_client import Client

    return Client(url, verbose=False)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_gradio_client_calls_by_position_and_by_name(client: Any) -> None:
    assert client.predict(CLOSED, api_name="/ask") == ANSWER
    named = client.predict(question=CLOSED, documents=[HOSPITAL], api_name="/ask")
    assert named == ENDPOINTS.ask(CLOSED, documents=[HOSPITAL])
    assert client.predict(ANSWER, api_name="/verify") == ENDPOINTS.verify(ANSWER)
    assert client.predict(api_name="/documents") == ENDPOINTS.documents()
    assert client.predict(BRIDGE, start=287, end=305, api_name="/document")["text"] == "الساعة 5:40 صباحاً"


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_gradio_client_is_told_why_not(client: Any) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match="the question is empty"):
        client.predict("", api_name="/ask")


# -- The Model Context Protocol --------------------------------------------------------------------------


def test_the_tools_are_the_endpoints_described_and_only_reading(url: str) -> None:
    tools = tool(url, "tools/list")["tools"]
    assert [each["name"] for each in tools] == list(NAMES)
    for each in tools:
        assert each["description"].endswith(".")
        assert each["annotations"]["readOnlyHint"] is True
        assert all(value["description"] for value in each["inputSchema"]["properties"].values())
    ask = tools[0]["inputSchema"]
    assert (ask["required"], ask["additionalProperties"]) == (["question"], False)
    assert ask["properties"]["k"]["default"] == 5


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("ask", {"question": CLOSED}, ANSWER),
        ("ask", {"question": AND_IN_2020, "earlier": [LEVEL]}, ENDPOINTS.ask(AND_IN_2020, earlier=[LEVEL])),
        ("search", {"question": CLOSED, "k": 2}, ENDPOINTS.search(CLOSED, 2)),
        ("documents", {}, ENDPOINTS.documents()),
        ("document", {"document": BRIDGE, "start": 287, "end": 305}, ENDPOINTS.document(BRIDGE, 287, 305)),
        ("verify", {"answer": ANSWER}, ENDPOINTS.verify(ANSWER)),
    ],
)
def test_a_tool_gives_what_its_function_does_as_values_and_as_json(
    url: str, name: str, arguments: dict[str, Any], result: dict[str, Any]
) -> None:
    given = tool(url, "tools/call", name=name, arguments=arguments)
    assert given["isError"] is False
    assert given["structuredContent"] == result
    (content,) = given["content"]
    assert json.loads(content["text"]) == result
    assert "\\u06" not in content["text"]  # Arabic stays Arabic, a third of the length


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("ask", {"question": ""}, "the question is empty"),
        ("ask", {}, "'question' is a required property"),
        ("ask", {"question": CLOSED, "shell": "x"}, "'shell' was unexpected"),
        ("ask", {"question": 5}, "5 is not of type 'string'"),
        ("document", {"document": "../../etc/passwd"}, "there is no such document"),
        ("remove", {}, "there is no tool 'remove'"),
    ],
)
def test_a_tool_refuses_in_one_line(url: str, name: str, arguments: dict[str, Any], reason: str) -> None:
    given = tool(url, "tools/call", name=name, arguments=arguments)
    assert given["isError"] is True
    assert reason in given["content"][0]["text"]


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("ask", {"question": CLOSED, "since": "\ud800"}, "since is '\ufffd', but a date is expected"),
        ("documents", {"documents": ["\udfff"]}, "\ufffd: there is no such document"),
        ("document", {"document": "سرّ\ud800.txt"}, "سرّ\ufffd.txt: there is no such document"),
        ("\ud83d", {}, "there is no tool '\ufffd'"),
    ],
)
def test_half_a_letter_is_refused_like_any_other_that_is_not_there(
    url: str, name: str, arguments: dict[str, Any], reason: str
) -> None:
    refused = tool(url, "tools/call", name=name, arguments=arguments)
    assert refused["isError"] is True
    assert reason in refused["content"][0]["text"]


def test_half_a_letter_does_not_cost_the_letters_beside_it(url: str) -> None:
    asked = tool(url, "tools/call", name="search", arguments={"question": "جسر 🌊 \ud800 \\ud800 الوادي"})
    assert asked["structuredContent"]["question"] == "جسر 🌊 \ufffd \\ud800 الوادي"


def test_the_clients_of_the_package_can_talk_to_it(url: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[str, Any]:
        async with (
            streamable_http_client(f"{url}/mcp") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            greeting = await session.initialize()
            result = await session.call_tool("ask", {"question": CLOSED})
            return greeting.instructions or "", result.structuredContent

    instructions, answer = finish(talk())
    assert "in their own words" in instructions
    assert answer == ANSWER


def test_no_stream_is_kept_open_for_a_tool_client(url: str) -> None:
    assert plain_http.get(f"{url}/mcp", headers={"accept": "text/event-stream"}).status_code == 404
