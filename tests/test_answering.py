"""Spans become an answer: grouped by value, weighed, or refused; and every citation quotes its document."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import CitationError, compose, verify
from rag.reader import Reading
from rag.schema import Answer, Chunk, Document, Hit, Kind, Span

BRIDGE = "انهار الجسر القديم مساء أمس. أدى انهيار الجسر إلى مقتل 36 شخصا وإصابة 62 آخرين."
BRIDGE_AGAIN = "قالت الشرطة إن ٣٦ شخصا قتلوا عندما انهار الجسر."
BRIDGE_IN_WORDS = "وبحسب البلدية قتل ستة وثلاثون شخصا تحت الأنقاض."
BRIDGE_LESS = "تحدث المستشفى عن مقتل 30 شخصا في الحادث."
WORKERS = "يعمل في المنجم 2500 عامل محلي منذ سنوات."
FOREIGN = "يعمل في المنجم 3500 عامل أجنبي منذ سنوات."


def document(name: str, text: str) -> Document:
    return Document(name, text, name, date=dt.date(2024, 3, 1))


def span(source: Document, words: str, score: float, kind: Kind = "number") -> Span:
    """Mark `words` in its sentence, the whole document being the chunk."""
    start = source.text.index(words)
    low = source.text.rfind(".", 0, start) + 1
    low += len(source.text[low:]) - len(source.text[low:].lstrip())
    high = source.text.find(".", start) + 1 or len(source.text)
    return Span(Chunk(source.id, source.text, 0), start, start + len(words), low, high, score, kind)


def composed(*spans: tuple[Document, str, float] | tuple[Document, str, float, Kind], k: int = 5) -> Answer:
    marked = tuple(sorted((span(*one) for one in spans), key=lambda one: -one.score))
    documents = {one[0].id: one[0] for one in spans}
    hits = [Hit(one.chunk, one.score) for one in marked]
    return compose("كم قتيلا؟", hits, Reading(marked, 1 - marked[0].score), documents, 0.5, k)


def test_digits_of_both_kinds_and_number_words_are_one_group() -> None:
    answer = composed(
        (document("a", BRIDGE), "36 شخصا", 0.9),
        (document("b", BRIDGE_AGAIN), "٣٦ شخصا", 0.8),
        (document("c", BRIDGE_IN_WORDS), "ستة وثلاثون شخصا", 0.7),
    )
    assert [group.value for group in answer.groups] == [{"kind": "number", "number": 36, "unit": "شخصا"}]
    assert [citation.document for citation in answer.citations] == ["a", "b", "c"]
    assert answer.relation == "agree"
    assert answer.answer == "36 شخصا"


def test_a_span_without_company_is_single() -> None:
    answer = composed((document("a", BRIDGE), "36 شخصا", 0.9))
    assert (answer.relation, answer.confidence) == ("single", pytest.approx(0.9))


def test_an_independent_document_raises_the_confidence_and_a_copy_does_not() -> None:
    first = document("a", BRIDGE)
    alone = composed((first, "36 شخصا", 0.8))
    copied = composed((first, "36 شخصا", 0.8), (document("b", BRIDGE), "36 شخصا", 0.8))
    supported = composed((first, "36 شخصا", 0.8), (document("b", BRIDGE_AGAIN), "٣٦ شخصا", 0.8))
    assert copied.confidence == alone.confidence == pytest.approx(0.8)
    assert supported.confidence == pytest.approx(0.8 + 0.2 * 0.3 * 0.8)
    assert (copied.relation, supported.relation) == ("single", "agree")
    assert len(copied.citations) == 2  # shown all the same


def test_two_values_for_one_slot_are_a_conflict() -> None:
    answer = composed((document("a", BRIDGE), "36 شخصا", 0.9), (document("b", BRIDGE_LESS), "30 شخصا", 0.8))
    assert answer.relation == "conflict"
    assert [group.value and group.value["number"] for group in answer.groups] == [36, 30]


def test_the_wounded_are_no_answer_to_a_question_about_the_dead() -> None:
    source = document("a", BRIDGE)
    answer = composed((source, "62 آخرين", 0.9), (source, "36 شخصا", 0.8))
    assert [group.answer for group in answer.groups] == ["36 شخصا"]
    assert answer.relation == "single"


def test_local_and_foreign_workers_are_not_in_conflict() -> None:
    answer = composed(
        (document("a", WORKERS), "2500 عامل محلي", 0.9), (document("b", FOREIGN), "3500 عامل أجنبي", 0.8)
    )
    assert answer.relation == "compatible"


def test_a_name_with_its_title_and_alone_is_one_group() -> None:
    long = document("a", "قال الوزير سمير الحلبي إن الطريق مفتوح.")
    short = document("b", "وعاد الحلبي إلى المدينة.")
    answer = composed((long, "الوزير سمير الحلبي", 0.9, "person"), (short, "الحلبي", 0.7, "person"))
    assert [group.answer for group in answer.groups] == ["الوزير سمير الحلبي"]


def test_a_day_and_the_same_day_with_its_year_are_one_group() -> None:
    long = document("a", "افتتح السوق في 5 أيار 2023 بحضور التجار.")
    short = document("b", "كان الافتتاح في 5 مايو وسط المدينة.")
    other = document("c", "كان الافتتاح في 6 مايو وسط المدينة.")
    answer = composed(
        (long, "5 أيار 2023", 0.9, "date"), (short, "5 مايو", 0.8, "date"), (other, "6 مايو", 0.7, "date")
    )
    assert [[citation.quote for citation in group.citations] for group in answer.groups] == [
        ["5 أيار 2023", "5 مايو"],
        ["6 مايو"],
    ]


def test_below_the_threshold_nothing_is_answered_and_the_nearest_sentences_are_shown() -> None:
    sources = [
        document(name, text)
        for name, text in (("a", BRIDGE), ("b", BRIDGE_LESS), ("c", WORKERS), ("d", FOREIGN))
    ]
    words = ("36", "30", "2500", "3500")
    answer = composed(
        *((source, word, 0.4 - i / 10) for i, (source, word) in enumerate(zip(sources, words, strict=True)))
    )
    assert (answer.answered, answer.answer, answer.relation) == (False, None, None)
    assert answer.confidence == pytest.approx(0.4)
    assert [(citation.document, citation.quote) for citation in answer.nearest] == [
        ("a", "أدى انهيار الجسر إلى مقتل 36 شخصا وإصابة 62 آخرين."),
        ("b", BRIDGE_LESS),
        ("c", WORKERS),
    ]


def test_without_any_span_the_first_sentences_of_the_hits_are_the_nearest() -> None:
    source = document("a", BRIDGE)
    answer = compose("؟", [Hit(Chunk("a", BRIDGE, 0), 1.0)], Reading((), 1.0), {"a": source}, 0.5)
    assert [citation.quote for citation in answer.nearest] == ["انهار الجسر القديم مساء أمس."]
    assert answer.confidence == 0.0


def test_without_hits_there_is_nothing_near() -> None:
    answer = compose("من؟", [], Reading((), 1.0), {}, 0.5)
    assert (answer.answered, answer.nearest) == (False, ())


def test_k_limits_the_groups() -> None:
    one, other = document("a", BRIDGE), document("b", BRIDGE_LESS)
    assert len(composed((one, "36 شخصا", 0.9), (other, "30 شخصا", 0.8), k=1).groups) == 1
    with pytest.raises(ValueError, match="k is 0"):
        composed((one, "36 شخصا", 0.9), k=0)


def test_a_citation_that_does_not_quote_its_document_never_leaves() -> None:
    source = document("a", BRIDGE)
    marked = span(source, "36 شخصا", 0.9)
    changed = replace(source, text="و" + source.text)
    with pytest.raises(CitationError, match=r"a: the words at \d+:\d+ .*isnad index"):
        compose("كم؟", [], Reading((marked,), 0.1), {"a": changed}, 0.5)


def test_documents_may_come_from_a_function() -> None:
    source = document("a", BRIDGE)
    answer = compose("كم؟", [], Reading((span(source, "36 شخصا", 0.9),), 0.1), lambda name: source, 0.5)
    assert answer.citations[0].sha256 == source.sha256


_LETTERS = st.sampled_from(list("ابتثجمنوي ًّ3٣6 .،؟\n«»aB"))


@given(st.lists(st.text(_LETTERS, min_size=3, max_size=60), min_size=1, max_size=4), st.data())
def test_every_citation_quotes_its_document_and_the_same_input_gives_the_same_answer(
    texts: list[str], data: st.DataObject
) -> None:
    documents = {str(i): document(str(i), text) for i, text in enumerate(texts)}
    spans = []
    for source in documents.values():
        low = data.draw(st.integers(0, len(source.text) - 1))
        high = data.draw(st.integers(low + 1, len(source.text)))
        kind: Kind = data.draw(st.sampled_from(["number", "date", "person", "other"]))
        score = data.draw(st.floats(0, 1))
        spans.append(Span(Chunk(source.id, source.text, 0), low, high, 0, len(source.text), score, kind))
    spans.sort(key=lambda one: -one.score)
    reading = Reading(tuple(spans), 1 - spans[0].score)
    hits = [Hit(one.chunk, one.score) for one in spans]
    answer = compose("س؟", hits, reading, documents, 0.3)
    for citation in (*answer.citations, *answer.nearest):
        verify(citation, documents[citation.document])
    assert 0 <= answer.confidence <= 1
    assert answer.to_dict() == compose("س؟", hits, reading, documents, 0.3).to_dict()
