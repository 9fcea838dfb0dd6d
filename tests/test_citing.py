"""A citation carries who said it, which days it means, and whether it was still to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from rag.answering import compose
from rag.citing import CitationError, cite, verify
from rag.reader import Reading
from rag.schema import Chunk, Document, Hit, Kind, Section, Span

SATURDAY = dt.date(2021, 7, 24)
TEXT = (
    "نقلت وكالة المشرق عن وزير النقل سمير الحلبي قوله إن الجسر سيفتح الإثنين المقبل. "
    "وقد بدأ العمل فيه قبل عامين."
)


def document(text: str = TEXT, date: dt.date | None = SATURDAY) -> Document:
    return Document("bridge.txt", text, "الجسر", date=date)


def span(source: Document, words: str, kind: Kind = "date", score: float = 0.9) -> Span:
    start = source.text.index(words)
    low = source.text.rfind(".", 0, start) + 1
    low += len(source.text[low:]) - len(source.text[low:].lstrip())
    high = source.text.find(".", start) + 1 or len(source.text)
    return Span(Chunk(source.id, source.text, 0), start, start + len(words), low, high, score, kind)


def test_the_chain_of_who_said_it_is_made_of_the_documents_words() -> None:
    source = document()
    citation = cite(span(source, "الإثنين المقبل"), source)
    assert [(link.role, link.quote) for link in citation.attribution] == [
        ("agency", "وكالة المشرق"),
        ("title", "وزير النقل"),
        ("speaker", "سمير الحلبي"),
    ]
    assert all(source.text[link.start : link.end] == link.quote for link in citation.attribution)


def test_a_relative_day_is_counted_from_the_documents_date_and_marked_as_of_it() -> None:
    source = document()
    citation = cite(span(source, "الإثنين المقبل"), source)
    assert citation.quote == "الإثنين المقبل"
    assert citation.resolved is not None
    assert citation.resolved.to_dict() == {
        "from": "2021-07-26",
        "to": "2021-07-26",
        "rule": "next weekday after the document's date",
    }
    assert citation.as_of == SATURDAY


def test_both_readings_are_given_where_a_weekday_is_named_on_that_weekday() -> None:
    source = document(date=dt.date(2021, 7, 26))
    resolved = cite(span(source, "الإثنين المقبل"), source).resolved
    assert resolved is not None
    assert [one.first.isoformat() for one in (resolved, *resolved.alternatives)] == [
        "2021-08-02",
        "2021-07-26",
    ]


def test_without_a_date_of_the_document_nothing_is_resolved_and_nothing_is_to_come() -> None:
    source = document(date=None)
    citation = cite(span(source, "الإثنين المقبل"), source)
    assert (citation.resolved, citation.as_of) == (None, None)


def test_a_sentence_that_names_nobody_has_no_chain() -> None:
    source = document("يبلغ طول الجسر 850 مترا.")
    assert cite(span(source, "850 مترا", "number"), source).attribution == ()


def test_a_changed_link_is_noticed() -> None:
    source = document()
    citation = cite(span(source, "الإثنين المقبل"), source)
    wrong = replace(citation.attribution[0], quote="وكالة المغرب")
    with pytest.raises(CitationError):
        verify(replace(citation, attribution=(wrong,)), source)


def test_when_prefers_a_time_that_can_be_placed() -> None:
    vague = document("سيفتح الجسر قريبا بعد الصيانة.")
    sure = Document("other.txt", "سيفتح الجسر في 26 يوليو أمام الناس.", "الجسر", date=SATURDAY)
    spans = (span(vague, "قريبا بعد الصيانة", score=0.6), span(sure, "26 يوليو", score=0.5))
    hits = [Hit(one.chunk, one.score) for one in spans]
    answer = compose(
        "متى سيفتح الجسر؟", hits, Reading(spans, 0.4), {"bridge.txt": vague, "other.txt": sure}, 0.3
    )
    assert answer.answer == "26 يوليو"


@pytest.mark.parametrize(
    ("question", "text", "marked", "reason"),
    [
        ("كم يبلغ ارتفاع البرج؟", "تنمو أشجار الزيتون ببطء في الجنوب.", None, "no_passage"),
        ("كم يبلغ ارتفاع البرج؟", "يرى الناس ارتفاع البرج من كل مكان.", "كل مكان", "no_value"),
        ("كم يبلغ ارتفاع البرج؟", "يبلغ ارتفاع البرج القديم 40 مترا.", "40 مترا", "low_confidence"),
    ],
)
def test_an_abstention_says_what_was_missing(
    question: str, text: str, marked: str | None, reason: str
) -> None:
    source = document(text)
    spans = (span(source, marked, "number" if "40" in marked else "other", 0.1),) if marked else ()
    hits = [Hit(Chunk(source.id, text, 0), 1.0)]
    answer = compose(question, hits, Reading(spans, 0.9), {source.id: source}, 0.5)
    assert (answer.answered, answer.reason) == (False, reason)
    assert [citation.context for citation in answer.nearest] == [text]


def test_a_citation_names_the_page_or_the_row_that_it_stands_in() -> None:
    start = TEXT.index("وقد")
    source = Document(
        "bridge.pdf",
        TEXT,
        "الجسر",
        "ar",
        SATURDAY,
        sections=(Section("page", "1", 0), Section("page", "2", start)),
    )
    assert cite(span(source, "الإثنين المقبل"), source).places == source.sections[:1]
    second = cite(span(source, "قبل عامين"), source)
    assert second.to_dict()["places"] == [{"kind": "page", "label": "2"}]
    assert cite(span(document(), "قبل عامين"), document()).to_dict()["places"] == []
