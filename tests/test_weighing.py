"""What several documents say is weighed: one meaning is one group, copies count once, slots are not mixed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from weighing_support import Case, read_cases, score

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from rag.matching import Matcher
from rag.schema import Chunk, Kind, Span
from rag.weighing import Alike, Weighed, origins, plainly_alike, weigh

CASES = Path(__file__).parent / "data" / "weighing.jsonl"


@pytest.fixture(scope="module")
def alike() -> Alike:
    return Matcher(StaticEncoder.open(EMBEDDED_FOLDER)).alike


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return list(read_cases(CASES))


def test_groups_and_relations_of_the_cases_are_right(cases: list[Case], alike: Alike) -> None:
    together, relations, wrong = score(cases, alike)
    assert together >= 0.95, wrong
    assert relations >= 0.92, wrong


def test_what_is_meant_to_agree_is_never_called_a_conflict(cases: list[Case], alike: Alike) -> None:
    agreeing = [case for case in cases if case.relation in ("agree", "single")]
    assert len(agreeing) >= 60
    assert [case.id for case in agreeing if case.weighed(alike).relation == "conflict"] == []


def marked(name: str, text: str, quote: str, kind: Kind = "number", score: float = 0.8) -> Span:
    start = text.index(quote)
    return Span(Chunk(name, text, 0), start, start + len(quote), 0, len(text), score, kind)


def weighed(question: str, *spans: Span, date: dt.date | None = None) -> Weighed:
    return weigh(question, spans, lambda name: date)


def quotes(found: Weighed) -> list[list[str]]:
    return [[one.span.text for one in group.statements] for group in found.groups]


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        ("قتل 36 شخصا", "قتل ٣٦ شخصا", "agree"),
        ("قتل ستة وثلاثون شخصا", "قتل 36 شخصا", "agree"),
        ("قُتِل 36 شخصًا", "قتل 36 شخـــصا", "agree"),
        ("قتل 30 شخصا على الأقل", "قتل 36 شخصا", "compatible"),
        ("قتل 36 شخصا على الأقل", "قتل 30 شخصا", "conflict"),
        ("قتل أكثر من 50 شخصا", "قتل 62 شخصا", "conflict"),
        ("قتل أكثر من 50 شخصا", "قتل 55 شخصا", "compatible"),
        ("قتل نحو خمسين شخصا", "قتل 52 شخصا", "compatible"),
        ("قتل نحو خمسين شخصا", "قتل 80 شخصا", "conflict"),
        ("قتل نحو 2500 شخص", "قتل 2500 شخص", "agree"),
        ("قتل 30 شخصا", "أصيب 36 شخصا", "compatible"),
        ("قتل 30 رجلا", "قتلت 36 امرأة", "compatible"),
    ],
)
def test_numbers_are_compared_by_what_their_words_leave_open(left: str, right: str, relation: str) -> None:
    """A rounded "more than" reaches to the next round number, "at least" has no end."""
    texts = [f"{left} في انهيار المبنى القديم.", f"ذكر الدفاع المدني أن الحصيلة هي التالية: {right}."]
    spans = [
        marked(name, text, text[text.index(said) :][: len(said)])
        for name, text, said in zip("ab", texts, (left, right), strict=True)
    ]
    assert weighed("ما حصيلة انهيار المبنى؟", *spans).relation == relation


def test_the_toll_of_another_town_is_no_conflict() -> None:
    one = marked("a", "قتل 12 شخصا في حريق بمدينة الورد.", "12 شخصا")
    other = marked("b", "قتل 20 شخصا في حريق بمدينة السرو.", "20 شخصا")
    assert weighed("كم شخصا قتل في الحريق؟", one, other).relation == "compatible"


def test_a_count_many_times_larger_is_of_something_else() -> None:
    company = marked("a", "تضم الفرقة 900 جندي في الجنوب.", "900 جندي")
    force = marked("b", "مددت القوة عملها وفيها 11 ألف جندي.", "11 ألف جندي")
    assert weighed("كم جنديا في الجنوب؟", company, force).relation == "compatible"


def test_a_day_by_both_calendars_of_months_and_by_its_weekday_is_one_day() -> None:
    date = dt.date(2021, 7, 24)  # a Saturday
    spans = (
        marked("a", "يصل الوفد في 26 يوليو.", "26 يوليو", "date", 0.9),
        marked("b", "سيصل الوفد إلى العاصمة في ٢٦ تموز المقبل.", "٢٦ تموز", "date"),
        marked("c", "The delegation will arrive next Monday.", "next Monday", "date"),
    )
    assert quotes(weighed("متى يصل الوفد؟", *spans, date=date)) == [["26 يوليو", "٢٦ تموز", "next Monday"]]


def test_without_a_date_of_the_document_a_weekday_is_not_placed() -> None:
    spans = (
        marked("a", "يصل الوفد في 26 يوليو.", "26 يوليو", "date"),
        marked("b", "يصل الوفد الإثنين المقبل.", "الإثنين المقبل", "date"),
    )
    assert weighed("متى يصل الوفد؟", *spans).relation == "compatible"


@pytest.mark.parametrize(
    ("left", "right", "one"),
    [
        ("وزير الخارجية سمير الحلبي", "سمير الحلبي", True),
        ("سمير الحلبي", "Samir al-Halabi", True),
        ("Mustafa al-Kadhimi", "Moustafa al-Kazimi", True),
        ("عبد القادر بن صالح", "Abdelkader Bensalah", True),
        ("أنطونيو غوتيريش", "أنطونيو جوتيريس", True),
        ("سالم الجبوري", "سليم الجبوري", False),
        ("وزير الخارجية", "نائب وزير الخارجية", False),
        ("John Smith", "Mary Smith", False),
    ],
)
def test_names_are_one_across_titles_spellings_and_scripts(
    left: str, right: str, one: bool, alike: Alike
) -> None:
    spans = (
        marked("a", f"{left} قال ذلك أمام الصحافيين.", left, "person"),
        marked("b", f"قرأ البيان {right} بعد الجلسة.", right, "person"),
    )
    assert (len(weigh("من قال ذلك؟", spans, {}, alike).groups) == 1) is one


def test_two_holders_of_one_office_conflict_and_two_guests_do_not() -> None:
    spans = (
        marked("a", "رئيس النادي هو سمير الحلبي.", "سمير الحلبي", "person"),
        marked("b", "يرأس النادي كريم الدباغ منذ عام.", "كريم الدباغ", "person"),
    )
    assert weighed("من هو رئيس النادي؟", *spans).relation == "conflict"
    guests = (
        marked("a", "حضر الحفل سمير الحلبي.", "سمير الحلبي", "person"),
        marked("b", "وكان كريم الدباغ في الصف الأول من الحفل.", "كريم الدباغ", "person"),
    )
    assert weighed("من حضر الحفل؟", *guests).relation == "compatible"


FIRST = "أعلنت البلدية أن السيول جرفت 40 منزلا في القرى الثلاث الواقعة أسفل السد منذ ليلة الخميس."
EDITED = (
    "أعلنت البلدية، وفق مراسلنا، أن السيول جرفت 40 منزلا في القرى الثلاث الواقعة تحت السد منذ ليل الخميس."
)
OTHER = "عد المتطوعون أربعين منزلا لم يبق منها غير الأساسات بعد مرور السيول."


def test_a_lightly_edited_copy_has_the_same_origin_and_another_report_has_its_own() -> None:
    assert origins([(FIRST, FIRST), (EDITED, EDITED), (OTHER, OTHER)]) == [0, 0, 1]


def test_copies_count_once_and_only_another_origin_lifts_the_confidence() -> None:
    first, copy = marked("a", FIRST, "40 منزلا"), marked("b", EDITED, "40 منزلا", score=0.7)
    other = marked("c", OTHER, "أربعين منزلا", score=0.6)
    question = "كم منزلا جرفت السيول؟"
    alone, copied, all_three = (
        weighed(question, *spans) for spans in ((first,), (first, copy), (first, copy, other))
    )
    assert (alone.relation, copied.relation, all_three.relation) == ("single", "single", "agree")
    assert copied.groups[0].confidence == alone.groups[0].confidence == pytest.approx(0.8)
    assert all_three.groups[0].confidence == pytest.approx(0.8 + 0.2 * 0.3 * 0.6)


def test_words_of_two_scripts_are_alike_by_sound_and_of_one_script_by_stem() -> None:
    assert plainly_alike("بلينكن", "blinken") >= 0.75
    assert plainly_alike("الجسر", "جسر") >= 0.9
    assert plainly_alike("جسر", "bridge") == 0.0


def test_no_span_is_no_group() -> None:
    assert weigh("كم؟", (), {}) == Weighed((), None)
