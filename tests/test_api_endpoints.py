"""The five functions that programs call, without a server: what they give, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from api_support import SearchedPipeline
from ui_corpus import AND_IN_2020, BRIDGE, CLOSED, DOCUMENTS, HOSPITAL, LEVEL, LEVEL_2020, REPORT, WIRE

import ui.api.endpoints as api
from rag.conversation import Turn
from rag.errors import DocumentError, IsnadError, QuestionError, SettingsError
from rag.filters import Filters
from rag.receipts import ReceiptError
from rag.schema import Answer
from ui.api.endpoints import NAMES, Endpoints, description

ENDPOINTS = Endpoints(SearchedPipeline())


def test_ask_gives_the_answers_json() -> None:
    assert ENDPOINTS.ask(CLOSED) == SearchedPipeline().answer(CLOSED).to_dict()


def test_every_result_is_plain_json() -> None:
    answer = ENDPOINTS.ask(CLOSED)
    results = [
        answer,
        ENDPOINTS.search(CLOSED),
        ENDPOINTS.documents(),
        ENDPOINTS.document(BRIDGE),
        ENDPOINTS.verify(answer),
    ]
    for result in results:
        assert json.loads(json.dumps(result, ensure_ascii=False)) == result


def test_ask_takes_k_and_filters() -> None:
    assert len(ENDPOINTS.ask(CLOSED, k=1)["groups"]) == 1
    answer = ENDPOINTS.ask(CLOSED, languages=["ar"], since="2023-03-15")
    cited = {each["document"] for group in answer["groups"] for each in group["citations"]}
    assert cited == {HOSPITAL}


class Told(SearchedPipeline):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def answer(
        self, question: str, k: int = 5, filters: Filters | None = None, earlier: Sequence[Turn] = ()
    ) -> Answer:
        self.asked.append((question, [turn.question for turn in earlier]))
        return super().answer(question, k, filters, earlier)


def test_a_question_is_completed_from_the_questions_before_it() -> None:
    pipeline = Told()
    answer = Endpoints(pipeline).ask(AND_IN_2020, earlier=[LEVEL])
    assert (answer["question"], answer["completed"]) == (AND_IN_2020, LEVEL_2020)
    assert pipeline.asked == [(LEVEL, []), (AND_IN_2020, [LEVEL])]


def test_a_question_is_completed_from_earlier_answers_without_asking_them_again() -> None:
    pipeline = Told()
    before = Endpoints(SearchedPipeline()).ask(LEVEL)
    answer = Endpoints(pipeline).ask(AND_IN_2020, earlier=[before])
    assert answer["completed"] == LEVEL_2020
    assert pipeline.asked == [(AND_IN_2020, [LEVEL])]


def test_only_the_turns_that_count_are_asked_again() -> None:
    pipeline = Told()
    Endpoints(pipeline).ask(CLOSED, earlier=[LEVEL] * 500)
    assert len(pipeline.asked) == 4 + 1


def test_search_gives_passages_with_exact_places() -> None:
    found = ENDPOINTS.search(CLOSED, k=3)
    assert found["question"] == CLOSED
    assert [each["document"] for each in found["passages"]] == [BRIDGE, HOSPITAL, HOSPITAL]
    texts = {item.id: item.text for item in DOCUMENTS}
    for each in found["passages"]:
        assert texts[each["document"]][each["start"] : each["end"]] == each["text"]
    assert {each["document"] for each in ENDPOINTS.search(CLOSED, documents=[REPORT])["passages"]} == {REPORT}


def test_documents_lists_what_is_known_and_no_text() -> None:
    listed = ENDPOINTS.documents(documents=[WIRE])
    wire = next(item for item in DOCUMENTS if item.id == WIRE)
    assert listed == {
        "total": 1,
        "documents": [
            {
                "document": WIRE,
                "title": "مصابو جسر وردان في المستشفى",
                "lang": "ar",
                "date": "2023-03-16",
                "source": None,
                "length": len(wire.text),
                "sha256": wire.sha256,
            }
        ],
    }


def test_documents_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_LISTED", 2)
    parts = [ENDPOINTS.documents(start=start) for start in (0, 2, 4, 6)]
    assert [part["total"] for part in parts] == [6] * 4
    assert [each["document"] for part in parts for each in part["documents"]] == [d.id for d in DOCUMENTS]


def test_a_document_comes_in_parts_that_join_to_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_TEXT", 100)
    text = next(item.text for item in DOCUMENTS if item.id == BRIDGE)
    joined, start = "", 0
    while start < len(text):
        part = ENDPOINTS.document(BRIDGE, start)
        assert (part["start"], part["end"] - part["start"]) == (start, len(part["text"]))
        assert part["length"] == len(text)
        joined, start = joined + part["text"], part["end"]
    assert joined == text


def test_a_citation_is_read_with_its_offsets() -> None:
    cited = ENDPOINTS.ask(CLOSED)["groups"][0]["citations"][0]
    read = ENDPOINTS.document(cited["document"], cited["start"], cited["end"])
    assert read["text"] == cited["quote"] == "الساعة 5:40 صباحاً"


def test_verify_says_what_became_of_each_citation() -> None:
    answer = ENDPOINTS.ask(CLOSED)
    assert ENDPOINTS.verify(answer)["verified"] is True
    for given in (json.dumps(answer), [answer, answer]):
        assert ENDPOINTS.verify(given)["verified"] is True
    answer["groups"][0]["citations"][1]["quote"] = "الساعة 6:40 صباحاً"
    checked = ENDPOINTS.verify(answer)
    assert checked["verified"] is False
    assert checked["counts"] == {"ok": 2, "moved": 0, "altered": 1, "missing": 0}


REFUSED: list[tuple[str, tuple[Any, ...], type[IsnadError], str]] = [
    ("ask", ("",), QuestionError, "the question is empty"),
    ("ask", (5,), QuestionError, "the question is a int; it must be a string"),
    ("ask", ("س" * 1001,), QuestionError, "has 1001 characters; at most 1000 fit"),
    ("ask", (CLOSED, 0), SettingsError, "k is 0; it must be from 1 to 100"),
    ("ask", (CLOSED, 101), SettingsError, "k is 101; it must be from 1 to 100"),
    ("ask", (CLOSED, True), SettingsError, "k is a bool; it must be a whole number"),
    ("ask", (CLOSED, "5"), SettingsError, "k is a str; it must be a whole number"),
    ("ask", (CLOSED, 5, "a.txt"), SettingsError, "documents is a str; it must be a list of strings"),
    ("ask", (CLOSED, 5, [7]), SettingsError, "each of documents is a int; it must be a string"),
    ("ask", (CLOSED, 5, ["a"] * 501), SettingsError, "documents holds 501 strings; at most 500 are read"),
    ("ask", (CLOSED, 5, ["*a" * 501]), SettingsError, "has 1,002 characters; at most 1,000 are read"),
    ("ask", (CLOSED, 5, ["سر.txt"]), DocumentError, "there is no such document"),
    ("ask", (CLOSED, 5, None, None, "soon"), SettingsError, "since is 'soon', but a date is expected"),
    ("ask", (CLOSED, 5, None, None, 2021), SettingsError, "since is a int; it must be a string"),
    ("ask", (CLOSED, 5, None, None, None, None, "x"), QuestionError, "earlier is a str; it must be a list"),
    ("ask", (CLOSED, 5, None, None, None, None, [7]), QuestionError, "each of earlier must be a question"),
    ("ask", (CLOSED, 5, None, None, None, None, ["س" * 1001]), QuestionError, "has 1001 characters"),
    ("ask", (CLOSED, 5, None, None, None, None, [{}]), QuestionError, "the question is a NoneType"),
    ("search", (CLOSED, 101), SettingsError, "k is 101; it must be from 1 to 100"),
    ("documents", (None, None, None, None, -1), SettingsError, "start is -1; it must be at least 0"),
    ("document", ("../../etc/passwd",), DocumentError, "there is no such document"),
    ("document", ("x" * 1001,), SettingsError, "document has 1,001 characters"),
    ("document", (BRIDGE, -1), SettingsError, "start is -1; it must be from 0 to"),
    ("document", (BRIDGE, 10**9), SettingsError, "start is 1000000000; it must be from 0 to"),
    ("document", (BRIDGE, 0, -5), SettingsError, "end is -5; it must be at least 0"),
    ("verify", ("no JSON",), ReceiptError, "this is not JSON"),
    ("verify", ({},), ReceiptError, "give what"),
    ("verify", ("[" * 100_000,), ReceiptError, "this is not JSON"),
    ("verify", ("x" * 2_000_001,), SettingsError, "answer has 2,000,001 characters"),
]


@pytest.mark.parametrize(("name", "arguments", "kind", "reason"), REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line(
    name: str, arguments: tuple[Any, ...], kind: type[IsnadError], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        getattr(ENDPOINTS, name)(*arguments)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_receipt_with_too_many_citations_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_CITATIONS", 2)
    with pytest.raises(ReceiptError, match="there are 3 citations; at most 2 are checked"):
        ENDPOINTS.verify(ENDPOINTS.ask(CLOSED))


def test_every_argument_of_every_endpoint_is_described() -> None:
    import inspect

    for name in NAMES:
        function = getattr(ENDPOINTS, name)
        about, arguments = description(function)
        assert about.endswith(".")
        assert list(arguments) == list(inspect.signature(function).parameters)
        assert all(len(words) > 10 for words in arguments.values())
