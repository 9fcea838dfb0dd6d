"""The chat's other views: the timeline, the map of agreement, page numbers and the search field."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from ui_corpus import (
    ABSENT,
    BRIDGE,
    CAUSE,
    CLOSED,
    DOCUMENTS,
    GUARD,
    HOSPITAL,
    INJURED,
    REPORT,
    WIRE,
    FakePipeline,
    cite,
)
from ui_reader import Reader

from rag.schema import Answer, AnswerGroup, Document, Section
from ui import strings
from ui.backend import Backend
from ui.html import agreement, escape, panel, timeline

AR, EN = strings.load("ar"), strings.load("en")
MONDAY = dt.date(2021, 7, 26)


def dated(text: str, date: dt.date | None = MONDAY) -> list[tuple[str, dt.date, dt.date]]:
    document = Document(id="d.txt", text=text, title="t", date=date)
    return [(fact.words, fact.first, fact.last) for fact in timeline.facts(document)]


# Timeline


def test_a_fact_is_placed_by_its_documents_date_and_cites_its_words() -> None:
    text = "اجتمع المجلس أمس في القاعة الكبرى.وصدر البيان في ٣ آذار 2019 بعد نقاش طويل."
    assert dated(text) == [
        ("أمس", dt.date(2021, 7, 25), dt.date(2021, 7, 25)),
        ("٣ آذار 2019", dt.date(2019, 3, 3), dt.date(2019, 3, 3)),
    ]
    document = Document(id="d.txt", text=text, title="t", date=MONDAY)
    assert all(text[fact.start : fact.end] == fact.words for fact in timeline.facts(document))


def test_without_a_date_of_the_document_only_full_dates_are_placed() -> None:
    text = "اجتمع المجلس أمس في القاعة الكبرى. وصدر البيان في 3 آذار 2019 بعد نقاش طويل."
    assert dated(text, None) == [("3 آذار 2019", dt.date(2019, 3, 3), dt.date(2019, 3, 3))]


def test_a_dateline_is_no_fact() -> None:
    assert dated("وردان، الاثنين 26 تموز 2021\n\nلا موعد في هذا النص كله.") == []


def test_the_timeline_goes_from_the_earliest_day_and_groups_what_is_of_one() -> None:
    one = Document(id="a.txt", text="وصل الوفد إلى المدينة في 5 أيار 2020 صباحاً.", title="أ")
    two = Document(id="b.txt", text="The council first met on 2 March 2018 in the hall.", title="b")
    three = Document(id="c.txt", text="غادر السفير العاصمة في 5 مايو 2020.", title="ج")
    page = Reader(timeline.timeline([one, two, three], AR))
    assert page.texts("is-day") == ["2 مارس 2018", "5 مايو 2020"]
    assert page.marks == ["2 March 2018", "5 أيار 2020", "5 مايو 2020"]
    start = one.text.index("5 أيار 2020")
    assert page.all("a", "is-event")[1]["href"] == escape.source_link("a.txt", start, start + 11)


def test_both_readings_stand_in_the_timeline() -> None:
    document = Document(id="a.txt", text="تُعقد جلسة المجلس الاثنين المقبل في المقر.", title="أ", date=MONDAY)
    assert "أو 26 يوليو 2021" in Reader(timeline.timeline([document], AR)).text


def test_a_timeline_of_nothing_says_so() -> None:
    document = Document(id="a.txt", text="لا موعد هنا.", title="أ")
    assert "name nothing that can be placed" in timeline.timeline([document], EN)


def test_a_long_timeline_says_how_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "SHOWN", 2)
    lines = "\n".join(f"وصلت البعثة إلى الميناء القديم في عام {year} بعد رحلة." for year in range(1900, 1905))
    page = Reader(timeline.timeline([Document(id="a", text=lines, title="أ")], AR))
    assert page.texts("is-day") == ["1900", "1901"]
    assert page.text.endswith("و3 وقائع مؤرّخة أخرى")


def test_the_timeline_is_of_the_cited_documents_or_of_all() -> None:
    backend = Backend(FakePipeline(), 1000)
    titles = "وردان"
    every = Reader(backend.timeline([[], "ar"]))
    key = backend.ledger.keep(FakePipeline().answer(CAUSE, k=1))  # of the report alone
    cited = Reader(backend.timeline([[key], "ar"]))
    assert titles in every.text
    assert {link["href"].split("-")[1] for link in cited.all("a", "is-event")} == {
        escape.document_token(REPORT)
    }


# Agreement


def stances(*questions: str) -> list[tuple[str, str, str]]:
    answers = [FakePipeline().answer(question) for question in questions]
    return [
        (tie.stance, tie.one.document, tie.other.document)
        for answer in answers
        for tie in agreement.ties(answer)
    ]


def test_documents_of_one_answer_agree_copies_are_told_and_sides_contradict() -> None:
    assert stances(CLOSED) == [("agree", BRIDGE, HOSPITAL)]
    assert stances(INJURED) == [
        ("copy", HOSPITAL, WIRE),
        ("conflict", BRIDGE, HOSPITAL),
        ("conflict", BRIDGE, WIRE),
    ]
    assert stances(CAUSE) == [("compatible", REPORT, BRIDGE)]
    assert stances(GUARD, ABSENT) == []


def test_a_document_neither_supports_nor_contradicts_itself() -> None:
    groups = tuple(AnswerGroup((cite(BRIDGE, quote),) * 2, 0.9) for quote in ("فجر اليوم", "اثني عشر عاملاً"))
    assert list(agreement.ties(Answer("q", 0.9, groups, "conflict"))) == []


def test_the_map_names_each_document_once_and_says_every_tie_in_words() -> None:
    answers = [FakePipeline().answer(question) for question in (CLOSED, INJURED)]
    source = agreement.agreement(answers, AR)
    page = Reader(source)
    assert page.texts("is-name") == [
        "انهيار جسر الوادي14 مارس 2023",
        "مستشفى وردان يستقبل المصابين15 مارس 2023",
        "مصابو جسر وردان في المستشفى16 مارس 2023",
    ]
    assert page.texts("is-stance") == ["تتعارضان", "تتعارضان", "تتفقان", "نصّ واحد"]
    assert page.texts("is-sides")[0] == "1اثني عشر عاملاً215 مصاباً"
    paths = page.all("path", "is-arc")
    drawn = [(re.findall(r"is-(conflict|agree|copy)", path["class"] or ""), path["d"]) for path in paths]
    # Three in the legend; then 1–2 contradict and agree, 1–3 contradict, 2–3 are copies.
    assert [kind for (kind,), _ in drawn[3:]] == ["conflict", "agree", "conflict", "copy"]
    assert all(
        d.startswith(f"M0 {32 + 64 * row}C") for row, (_, d) in zip((0, 0, 0, 1), drawn[3:], strict=True)
    )


def test_the_map_shows_the_suggested_questions_until_something_is_asked() -> None:
    suggested = [FakePipeline().answer(CLOSED)]
    backend = Backend(FakePipeline(), 1000, suggested=suggested)
    assert Reader(backend.agreement([[], "ar"])).texts("is-stance") == ["تتفقان"]
    key = backend.ledger.keep(FakePipeline().answer(CAUSE))
    assert Reader(backend.agreement([[key], "ar"])).texts("is-stance") == ["لا تتعارضان"]


def test_a_map_of_nothing_says_so() -> None:
    assert "Nothing here yet" in agreement.agreement([], EN)


def test_a_map_keeps_to_the_documents_with_the_most_ties() -> None:
    citation = cite(BRIDGE, "فجر اليوم")
    many = tuple(replace(citation, document=f"{i:02}.txt", origin=i) for i in range(20))
    groups = (AnswerGroup(many, 0.9),)
    page = Reader(agreement.agreement([Answer("q", 0.9, groups, "agree")], AR))
    assert len(page.texts("is-name")) == agreement.MOST_DOCUMENTS


def test_hostile_documents_are_text_in_both_views() -> None:
    citation = cite(DOCUMENTS[-1].id, "4321\u202c, said the guard")
    other = replace(citation, document="<b>", title="<script>", origin=1)
    answer = Answer("<img src=x>", 0.9, (AnswerGroup((citation, other), 0.9),), "agree")
    text = "<script>x</script> On 3 March 2019 the guard <b>left</b> the house."
    hostile = Document(id="<i>", text=text, title="<form>")
    for source in (agreement.agreement([answer], EN), timeline.timeline([hostile], EN)):
        tags = {tag for tag, _ in Reader(source).tags}
        assert tags <= {
            *("div", "header", "nav", "a", "p", "ol", "ul", "li", "span", "bdi", "mark", "svg", "path")
        }


# The panel


def test_pages_are_named_where_they_begin() -> None:
    text = "أول السطور\nثانيها\nثالثها\nرابعها"
    sections = (
        Section("page", "1", 0),
        Section("heading", "ثانيها", text.index("ثانيها")),
        Section("page", "2", text.index("ثالثها")),
    )
    document = Document(id="d.pdf", text=text, title="t", sections=sections)
    page = Reader(panel.document(document, [], None, AR))
    assert page.texts("is-page") == ["صفحة 1", "صفحة 2"]
    assert page.text.index("ثانيها") < page.text.index("صفحة 2") < page.text.index("ثالثها")


def test_of_empty_pages_only_the_last_is_named() -> None:
    sections = tuple(Section("page", str(number), 0) for number in (1, 2, 3))
    document = Document(id="d.pdf", text="نص", title="t", sections=sections)
    assert Reader(panel.document(document, [], None, EN)).texts("is-page") == ["Page 3"]


def test_a_document_can_be_searched_and_every_view_links_to_the_others() -> None:
    page = Reader(panel.document(DOCUMENTS[0], [], None, AR))
    (field,) = [attrs for tag, attrs in page.tags if tag == "input"]
    assert field["aria-label"] == "ابحث في هذه الوثيقة"
    for name in panel.VIEWS:
        tabs = Reader(panel.view(name, "", EN)).all("a", "is-tab")
        assert [tab["href"] for tab in tabs] == ["#documents", "#timeline", "#map", "#history"]
        assert [tab["href"] for tab in tabs if "aria-current" in tab] == [f"#{name}"]
