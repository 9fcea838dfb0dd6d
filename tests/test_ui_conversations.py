"""Conversations that a browser has kept are compared with the documents before they are shown again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui_corpus import (
    ABSENT,
    AND_IN_2020,
    BRIDGE,
    CAUSE,
    CLOSED,
    DOCUMENTS,
    GUARD,
    HEARING,
    HOSPITAL,
    INJURED,
    KILLED,
    LEVEL,
    MIXED,
    PRESS,
    UNSURE,
    FakePipeline,
)
from ui_reader import Reader

from rag.conversation import Turn
from rag.errors import DocumentError
from rag.filters import Filters
from rag.receipts import ReceiptError
from rag.schema import Answer, Document
from ui import narrow, strings
from ui.backend import Backend
from ui.kept import conversations
from ui.kept.ledger import Kept, Ledger
from ui.kept.restoring import Restored, restore

AR, EN = strings.load("ar"), strings.load("en")
EVERY = [ABSENT, CAUSE, CLOSED, GUARD, HEARING, INJURED, KILLED, LEVEL, MIXED, PRESS, UNSURE]
HELD = {item.id: item for item in DOCUMENTS}


def receipt(question: str) -> Any:
    """Return an answer's JSON as a browser gives it back."""
    return json.loads(json.dumps(FakePipeline().answer(question).to_dict()))


def look_up_in(documents: dict[str, Document]) -> Any:
    def look_up(name: str) -> Document:
        if name not in documents:
            raise DocumentError(name, "there is no such document")
        return documents[name]

    return look_up


def restored(record: Any, **changed: str | None) -> Restored:
    """Restore with the documents as they are, but for the texts given by the names in `BY_NAME`."""
    documents = dict(HELD)
    for name, text in changed.items():
        item = documents.pop({"bridge": BRIDGE, "hospital": HOSPITAL}[name])
        if text is not None:
            documents[item.id] = replace(item, text=text)
    return restore(record, look_up_in(documents), sealed=True)


def words_of(answer: Answer) -> Any:
    return [
        (group.answer, [(c.document, c.start, c.end, c.origin) for c in group.citations])
        for group in answer.groups
    ]


# Restoring


@pytest.mark.parametrize("question", EVERY)
def test_an_answer_is_taken_up_as_it_was_where_the_documents_are(question: str) -> None:
    given = FakePipeline().answer(question)
    taken = restored(receipt(question))
    assert (taken.lost, taken.gone, taken.changed) == (0, False, False)
    assert words_of(taken.answer) == words_of(given)
    assert [c.quote for c in taken.answer.nearest] == [c.quote for c in given.nearest]
    same = ("question", "confidence", "relation", "reason", "completed")
    assert [getattr(taken.answer, name) for name in same] == [getattr(given, name) for name in same]


def test_a_quotation_that_has_moved_is_cited_where_it_stands_now() -> None:
    text = HELD[HOSPITAL].text
    taken = restored(receipt(INJURED), hospital="نُقلت هذه الوثيقة.\n\n" + text)
    first = next(c for group in taken.answer.groups for c in group.citations if c.document == HOSPITAL)
    assert (taken.lost, taken.changed) == (0, True)
    assert first.start == text.index("15 مصاباً") + len("نُقلت هذه الوثيقة.\n\n")


def test_what_stands_no_more_is_left_out_and_counted_and_no_conflict_is_left_of_one_side() -> None:
    taken = restored(receipt(INJURED), bridge=None)
    assert (taken.lost, taken.gone, taken.answer.answer) == (1, False, "15 مصاباً")
    assert taken.answer.relation == "single"  # of two documents with one text
    altered = restored(receipt(INJURED), bridge=HELD[BRIDGE].text.replace("اثني عشر", "ثلاثة عشر"))
    assert (altered.lost, altered.answer.answer) == (1, "15 مصاباً")


def test_an_answer_of_which_nothing_stands_is_gone_and_no_abstention() -> None:
    taken = restored(receipt(PRESS), hospital=None)
    assert (taken.gone, taken.lost, taken.answer.groups) == (True, 1, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quote", "الساعة 6:40 صباحاً"),
        ("context", "لم يقل أحد هذا"),
        ("start", 3),
        ("document", "../../etc/passwd"),
    ],
)
def test_what_was_changed_by_hand_is_not_shown(name: str, value: Any) -> None:
    record = receipt(CLOSED)
    record["groups"][0]["citations"][0][name] = value
    taken = restored(record)
    for citation in taken.answer.citations:
        assert HELD[citation.document].text[citation.start : citation.end] == citation.quote
    assert all(citation.quote != value for citation in taken.answer.citations)


def test_who_said_it_and_when_is_read_from_the_document_and_not_from_the_browser() -> None:
    record = receipt(PRESS)
    citation = record["groups"][0]["citations"][0]
    citation |= {"title": "عنوان آخر", "date": "1999-01-01", "as_of": "1999-01-01"}
    citation["resolved"]["from"] = citation["resolved"]["to"] = "1999-01-01"
    citation["places"] = [{"kind": "page", "label": "99"}]
    record |= {"confidence": 40, "relation": "certain", "reason": "<b>"}
    taken = restored(record).answer
    (found,) = taken.citations
    assert (found.title, str(found.date), found.places) == ("مستشفى وردان يستقبل المصابين", "2023-03-15", ())
    assert found.resolved is not None
    assert found.resolved.first.year == 2023
    assert (taken.confidence, taken.relation, taken.reason) == (0.0, "single", None)


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        {"question": ""},
        {"question": "من؟", "groups": 3},
        {"question": "من؟", "groups": [[]]},
        {"question": "من؟", "groups": [{"citations": [{}]}]},
        {"question": "من؟", "groups": [{"citations": [{}] * 400}]},
    ],
)
def test_what_is_no_answer_is_refused_in_one_line(record: Any) -> None:
    with pytest.raises(ReceiptError) as caught:
        restored(record)
    assert "\n" not in str(caught.value)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(["question", "groups", "citations", "answer", "nearest", "value", "start", "quote"])
JSONS = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=3) | st.dictionaries(NAMES, each), max_leaves=12
)


@given(JSONS)
def test_whatever_a_browser_holds_is_an_answer_or_refused(value: Any) -> None:
    try:
        taken = restored(value)
    except ReceiptError:
        return
    assert taken.answer.question


@given(st.sampled_from(EVERY), st.data())
def test_an_answer_with_anything_in_the_place_of_a_part_is_taken_up_or_refused(
    question: str, data: st.DataObject
) -> None:
    record = receipt(question)
    parts: list[Any] = [record]
    for part in parts:
        parts += [
            each
            for each in (part.values() if isinstance(part, dict) else part)
            if isinstance(each, (dict, list))
        ]
    part = data.draw(st.sampled_from([each for each in parts if each]))
    place = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
    part[place] = data.draw(JSONS)
    try:
        taken = restored(record)
    except ReceiptError:
        return
    for citation in (*taken.answer.citations, *taken.answer.nearest):
        assert HELD[citation.document].text[citation.start : citation.end] == citation.quote


# Keys


def test_an_answer_is_kept_again_under_its_key_and_never_over_another() -> None:
    ledger, other = Ledger(), Ledger()
    one, two = (Kept(FakePipeline().answer(question)) for question in (CLOSED, PRESS))
    key = other.keep(one.answer)
    assert ledger.take_up(key, one) == key
    assert ledger.take_up(key, two) == key
    assert ledger.get(key) == one.answer
    assert ledger.take_up("<script>", two) != "<script>"


def test_a_key_that_ends_in_a_dash_is_found_in_its_message() -> None:
    ledger = Ledger()
    answer = FakePipeline().answer(LEVEL)
    key = ledger.take_up("A" * 15 + "-", Kept(answer))
    assert ledger.earlier([{"role": "assistant", "content": f'<a href="#why-{key}">x</a>'}]) == [answer]


def test_a_follow_up_leans_on_what_is_shown_of_an_answer_that_is_forgotten() -> None:
    backend, other = Backend(FakePipeline(), 1000), Backend(FakePipeline(), 1000)
    history = [
        {"role": "user", "content": LEVEL},
        {"role": "assistant", "content": backend.reply(LEVEL, [], "ar")},
    ]
    assert other.ledger.earlier(history) == [Turn(LEVEL, "233 سنتيمتراً", "number")]
    second = other.reply(AND_IN_2020, history, "ar")
    assert Reader(second).texts("is-full") == ["وكم بلغ منسوب المياه عام 2020؟"]
    history += [{"role": "user", "content": AND_IN_2020}, {"role": "assistant", "content": second}]
    [_, turn] = Backend(FakePipeline(), 1000).ledger.earlier(history)
    assert turn.question == "وكم بلغ منسوب المياه عام 2020؟"  # as it was completed


# The server's side of a kept conversation


def kept(backend: Backend, *questions: str, documents: list[str] | None = None) -> list[Any]:
    """Ask, and return what a browser keeps."""
    replies = [backend.reply(question, [], "ar", documents) for question in questions]
    found = backend.receipts([[key for reply in replies for key in keys_in(reply)]])
    return list(json.loads(json.dumps(found)))


def keys_in(reply: str) -> list[str]:
    return [
        str(attrs["href"])[5:]
        for _, attrs in Reader(reply).tags
        if str(attrs.get("href")).startswith("#why-")
    ]


def test_a_conversation_opens_on_another_server_with_its_keys_reasons_and_export() -> None:
    before, after = Backend(FakePipeline(), 1000), Backend(FakePipeline(), 1000)
    records = kept(before, CLOSED, KILLED, INJURED)
    keys = [record["key"] for record in records]
    assert after.forgotten([keys]) == keys
    shown = after.act({"kind": "open", "records": records, "language": "ar"}, [])
    assert [message["content"] for message in shown[::2]] == [CLOSED, KILLED, INJURED]
    assert [key for message in shown[1::2] for key in keys_in(message["content"])] == keys
    assert after.forgotten([keys]) == []
    exported = json.loads(after.export(["json", keys, "ar"]))
    assert [each["answer"] for each in exported] == [record["answer"]["answer"] for record in records]
    assert after.export(["md", keys, "ar"]).startswith(f"## {CLOSED}\n\n**الساعة 5:40 صباحاً**")
    assert "البحث: أقرب المقاطع" in after.why([keys[0], "ar"])
    assert after.why([keys[0], "ar"]) == before.why([keys[0], "ar"])


def test_a_new_conversation_is_empty() -> None:
    assert Backend(FakePipeline(), 1000).act({"kind": "open", "records": []}, [{"role": "user"}]) == []


class Changed(FakePipeline):
    """The same documents, of which one is gone."""

    def document(self, document_id: str) -> Document:
        if document_id == BRIDGE:
            raise DocumentError(document_id, "there is no such document")
        return super().document(document_id)

    def answer(self, question: str, *args: Any, **more: Any) -> Answer:
        found = super().answer(question)
        groups = [
            replace(g, citations=tuple(c for c in g.citations if c.document != BRIDGE)) for g in found.groups
        ]
        return replace(found, groups=tuple(group for group in groups if group.citations))


def test_it_is_said_what_is_no_longer_in_the_documents_and_the_question_can_be_asked_again() -> None:
    records = kept(Backend(FakePipeline(), 1000), INJURED)
    backend = Backend(Changed(), 1000)
    [_, message] = backend.act({"kind": "open", "records": records, "language": "en"}, [])
    page = Reader(message["content"])
    assert "1 quotation of this answer no longer stands" in page.texts("is-since")[0]
    assert f"#again-{records[0]['key']}" in [attrs.get("href") for _, attrs in page.tags]
    assert page.all("div", "is-card") == []


def test_why_says_so_where_the_answer_would_be_another_today() -> None:
    records = kept(Backend(FakePipeline(), 1000), INJURED)
    backend = Backend(Changed(), 1000)
    backend.recall([records])
    assert "Asked now, the answer would be “15 مصاباً”" not in backend.why([records[0]["key"], "en"])
    same = Backend(FakePipeline(), 1000)
    same.recall([records])
    assert "Asked now" not in same.why([records[0]["key"], "en"])

    class Other(FakePipeline):
        def answer(self, question: str, *args: Any, **more: Any) -> Answer:
            return super().answer(PRESS)

    other = Backend(Other(), 1000)
    other.recall([records])
    assert (
        "Asked now, the answer would be “الاثنين المقبل”" in Reader(other.why([records[0]["key"], "en"])).text
    )


def test_the_filters_of_an_answer_are_kept_with_it() -> None:
    backend = Backend(FakePipeline(), 1000)
    [record] = kept(backend, INJURED, documents=[HOSPITAL])
    assert record["filters"] == [[HOSPITAL], [], None, None]
    asked: list[Filters | None] = []

    class Noting(FakePipeline):
        def answer(
            self, question: str, k: int = 5, filters: Filters | None = None, *more: Any, **named: Any
        ) -> Answer:
            asked.append(filters)
            return super().answer(question, k, filters)

    other = Backend(Noting(), 1000)
    other.recall([[record]])
    other.why([record["key"], "ar"])
    assert asked == [Filters((HOSPITAL,))]


def test_records_that_are_none_and_those_past_the_limit_are_left_out() -> None:
    records = kept(Backend(FakePipeline(), 1000), CLOSED)
    backend = Backend(FakePipeline(), 1000)
    opened = backend.act({"kind": "open", "records": [None, 7, {}, {"answer": {}}, *records * 200]}, [])
    assert len(opened) == 2 * (conversations.MOST_TURNS - 4)
    assert backend.act({"kind": "open", "records": "x"}, []) == []


def test_no_more_citations_are_compared_in_one_call_than_a_long_conversation_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = kept(Backend(FakePipeline(), 1000), INJURED)  # three citations
    monkeypatch.setattr(conversations, "MOST_CITATIONS", 8)
    opened = Backend(FakePipeline(), 1000).act({"kind": "open", "records": records * 5}, [])
    assert len(opened) == 2 * 3  # 3 + 3 < 8 <= 3 + 3 + 3


# Asked as it stands, and links


def test_a_question_is_asked_as_it_stands_and_joins_the_conversation() -> None:
    backend = Backend(FakePipeline(), 1000)
    first = backend.act({"kind": "ask", "question": LEVEL, "language": "ar"}, [])
    second = backend.act({"kind": "ask", "question": AND_IN_2020, "language": "ar"}, first)
    assert second[:2] == first
    assert [message["content"] for message in second[::2]] == [LEVEL, AND_IN_2020]
    assert "ليس في هذه الوثائق" in Reader(second[3]["content"]).text  # not completed from the one before


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ([[HOSPITAL, "لا وجود لها.txt"], [], None, None], "لا وجود لها.txt"),
        ([[], ["ar", "zz"], None, None], "zz"),
        ([[], [], "البارحة جدّاً", None], "البارحة جدّاً"),
        ([[], [], "2024-01-01", "2023-01-01"], "2024-01-01 – 2023-01-01"),
        ([["<img src=x onerror=alert(1)>"], [], None, None], "<img src=x onerror=alert(1)>"),
    ],
)
def test_what_is_wrong_in_the_filters_of_a_link_is_named(filters: list[Any], named: str) -> None:
    backend = Backend(FakePipeline(), 1000)
    assert named in backend.linked([filters, "ar"])
    [_, said] = backend.act({"kind": "ask", "question": CLOSED, "filters": filters, "language": "ar"}, [])
    page = Reader(said["content"])
    assert named in page.text
    assert "img" not in [name for name, _ in page.tags]


@pytest.mark.parametrize(
    "filters", [[[HOSPITAL], ["ar"], "2023-03", "٢٠٢٣-٠٣-٣١"], [[], [], None, None], None, "x", [None] * 4]
)
def test_filters_that_hold_are_not_named(filters: Any) -> None:
    assert Backend(FakePipeline(), 1000).linked([filters, "en"]) == ""


def test_no_more_is_named_than_can_be_read() -> None:
    named = narrow.broken([["س" * 5000] * 50, [], None, None], [], [])
    assert named == ["س" * 120] * 5


def test_filters_come_back_as_they_were_written() -> None:
    filters = Filters.read([HOSPITAL], ["ar"], "2023-03", "2023-04-02")
    assert conversations.read(json.loads(json.dumps(conversations.written(filters)))) == filters
    assert conversations.read([["x"], [], "whenever", None]) == conversations.read("x") == Filters()


# The list


def listed(*items: Any, words: strings.Strings = EN, **more: Any) -> Reader:
    given: dict[str, Any] = {"lasting": True, "undo": False, "current": "", **more}
    return Reader(conversations.listing(list(items), words, **given))


def test_conversations_are_listed_with_their_first_question_day_and_length() -> None:
    page = listed(["a1", CLOSED, "2026-11-22", "08:05", 3], ["b2", PRESS, "2026-11-21", "23:59", 1], words=AR)
    assert page.texts("is-document-title") == [CLOSED, PRESS]
    assert page.texts("is-panel-facts") == ["22 نوفمبر 202608:053 أسئلة", "21 نوفمبر 202623:59سؤال واحد"]
    links = [attrs["href"] for attrs in (*page.all("a", "is-document"), *page.all("a", "is-forget"))]
    assert links == ["#talk-a1", "#talk-b2", "#drop-a1", "#drop-b2"]


def test_the_list_holds_nothing_but_text_of_what_a_browser_sends() -> None:
    attack = "\"><img src=x onerror='alert(1)'>"
    page = listed(["a1", attack, attack, attack, attack], [attack, "x", "2026-01-01", "00:00", 1], None, 7)
    assert page.texts("is-document-title") == [attack]
    assert "img" not in [name for name, _ in page.tags]
    assert page.texts("is-panel-facts") == [""]


def test_it_is_said_where_nothing_is_kept_and_what_can_be_undone() -> None:
    assert "last as long as it is open" in listed(lasting=False).text
    assert "None yet" in listed().text
    assert "#undrop" in [attrs.get("href") for _, attrs in listed(undo=True).tags]
    assert "#undrop" not in [attrs.get("href") for _, attrs in listed().tags]
