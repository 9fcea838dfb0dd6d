"""Expressions of time are resolved from their document's day, never from today, and never wrong silently."""

from __future__ import annotations

import ast
import datetime as dt
import json
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.calendar import hijri, resolve, tense_of

ROOT = Path(__file__).resolve().parent.parent
CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "dates.jsonl").read_text(encoding="utf-8").splitlines()
]
SATURDAY, MONDAY, WEDNESDAY = dt.date(2021, 7, 24), dt.date(2021, 7, 26), dt.date(2023, 3, 15)
A_WEEK = dt.timedelta(days=7)


def days(text: str, phrase: str, document_date: dt.date | None, **direction: bool) -> list[list[str]]:
    """Return the days that `phrase` means in `text`, as the data file writes them."""
    start = text.index(phrase)
    found = resolve(text, start, start + len(phrase), document_date, **direction)
    return [[one.first.isoformat(), one.last.isoformat()] for one in found]


def read(case: dict[str, object]) -> list[list[str]]:
    written = case["date"]
    document_date = dt.date.fromisoformat(str(written)) if written else None
    return days(str(case["text"]), str(case["phrase"]), document_date)


def test_nineteen_of_twenty_are_right_and_none_of_the_others_is_wrong() -> None:
    results = [(case, read(case)) for case in CASES]
    wrong = [(case["text"], case["phrase"], got) for case, got in results if got and got != case["readings"]]
    assert wrong == []
    assert sum(got == case["readings"] for case, got in results) >= 0.95 * len(CASES)


def test_the_cases_cover_what_they_should() -> None:
    languages = Counter(case["lang"] for case in CASES)
    assert languages["ar"] >= 100
    assert languages["en"] >= 30
    assert languages["fr"] >= 15
    assert min(languages[code] for code in ("es", "de", "tr")) >= 5
    assert sum(not case["readings"] for case in CASES) >= 30
    assert sum(len(case["readings"]) == 2 for case in CASES) >= 10


@pytest.mark.parametrize(
    ("expression", "rules"),
    [
        ("أمس", ["day before the document's"]),
        ("الاثنين المقبل", ["next weekday after the document's date", "weekday of the document's date"]),
        ("في يوليو", ["month named, year of the document's date"]),
        ("عام 2017", ["year named"]),
        ("منذ 2017", ["year named; since then"]),
        ("26 يوليو 2021", ["full date named"]),
        ("07/08/2021", ["full date named, day before month", "full date named, month before day"]),
        ("الأسبوع الماضي", ["week before the document's, Sunday to Saturday, ±1 day"]),
        ("last week", ["week before the document's, Monday to Sunday"]),
        ("قبل أسبوعين", ["2 weeks before the document's date, ±3 days"]),
        ("بنهاية العام", ["last day, year of the document's date; by then"]),
        ("10 ذو الحجة 1442", ["Hijri date, tabular calendar, ±1 day"]),
    ],
)
def test_each_reading_says_its_rule(expression: str, rules: list[str]) -> None:
    assert [one.rule for one in resolve(expression, 0, len(expression), MONDAY)] == rules


def test_the_first_expression_of_a_range_counts_and_is_read_whole() -> None:
    text = "يصل الوفد الإثنين المقبل ويغادر في 30 تموز 2021"
    assert days(text, text, SATURDAY) == [["2021-07-26", "2021-07-26"]]
    assert days(text, "الإثنين", SATURDAY) == [["2021-07-26", "2021-07-26"]]
    assert days(text, "تموز", SATURDAY) == [["2021-07-30", "2021-07-30"]]
    assert days(text, "الوفد", SATURDAY) == []


def test_the_direction_may_be_given() -> None:
    assert days("الخميس", "الخميس", WEDNESDAY, future=True) == [["2023-03-16", "2023-03-16"]]
    assert days("الخميس", "الخميس", WEDNESDAY, future=False) == [["2023-03-09", "2023-03-09"]]
    assert days("in April", "April", WEDNESDAY, future=True) == [["2023-04-01", "2023-04-30"]]
    assert days("in April", "April", WEDNESDAY, future=False) == [["2022-04-01", "2022-04-30"]]


def test_a_weekday_named_with_its_date_must_agree() -> None:
    assert days("أمس (الأحد)", "أمس", MONDAY) == [["2021-07-25", "2021-07-25"]]
    assert days("أمس (السبت)", "أمس", MONDAY) == []
    assert days("الاثنين المقبل 2 أغسطس", "الاثنين المقبل", MONDAY) == [["2021-08-02", "2021-08-02"]]
    assert days("الاثنين المقبل 3 أغسطس", "الاثنين المقبل", MONDAY) == []


@pytest.mark.parametrize("text", ["", " ", "\n", "26", "«", "لا شيء هنا", "🌙"])
def test_what_is_no_time_has_no_reading(text: str) -> None:
    assert resolve(text, 0, len(text), MONDAY) == ()
    assert resolve(text, -5, 500, MONDAY) == ()
    assert resolve(text, 3, 1, None) == ()


# -- Laws ------------------------------------------------------------------------------------------------


WEEKDAY_PHRASES = """
    الاثنين|الجمعة المقبل|يوم الأحد الماضي|سيصل السبت|الخميس القادم|هذا الثلاثاء|next Friday|last Monday
    |this Wednesday|he will come on Sunday|lundi prochain|mardi dernier|أمس|بعد غد|قبل ثلاثة أيام
    |الأسبوع الماضي|next week|الاثنين من الأسبوع المقبل|nächsten Montag|geçen hafta"""
PHRASES = [phrase.strip() for phrase in WEEKDAY_PHRASES.split("|")]
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2190, 12, 31))


@given(st.sampled_from(PHRASES), DATES, st.integers(-50, 50))
def test_a_document_of_whole_weeks_later_means_days_of_whole_weeks_later(
    text: str, document_date: dt.date, weeks: int
) -> None:
    here = resolve(text, 0, len(text), document_date)
    there = resolve(text, 0, len(text), document_date + weeks * A_WEEK)
    assert here
    assert [(one.first + weeks * A_WEEK, one.last + weeks * A_WEEK, one.rule) for one in here] == [
        (one.first, one.last, one.rule) for one in there
    ]


ARABIC = [case for case in CASES if case["lang"] == "ar"]
VARIANTS = {"ا": "أإآ", "أ": "اإ", "إ": "اأ", "آ": "اأ", "ى": "ي"}


@given(st.sampled_from(ARABIC), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_harakat_tatweel_and_alef_variants_change_nothing(case: dict[str, object], random: object) -> None:
    choose = random.choice  # type: ignore[attr-defined]

    def rewritten(text: str) -> str:
        made = ""
        for i, letter in enumerate(text):
            made += choose(VARIANTS[letter]) if letter in VARIANTS and choose((True, False)) else letter
            if "ء" <= letter <= "ي":
                made += choose(("", "", "َ", "ِ", "ّ", "ْ"))
                if letter not in "اأإآدذرزوؤةىء" and "ء" <= text[i + 1 : i + 2] <= "ي":
                    made += choose(("", "", "ـ", "ــ"))
        return made

    text, phrase = str(case["text"]), str(case["phrase"])
    before, after = text.split(phrase, 1)
    parts = [rewritten(part) for part in (before, phrase, after)]
    written = case["date"]
    document_date = dt.date.fromisoformat(str(written)) if written else None
    found = resolve("".join(parts), len(parts[0]), len(parts[0]) + len(parts[1]), document_date)
    assert [[one.first.isoformat(), one.last.isoformat()] for one in found] == read(case)


@given(st.sampled_from(CASES), st.one_of(st.none(), st.dates()))
def test_whatever_the_document_date_a_reading_ends_no_earlier_than_it_begins(
    case: dict[str, object], document_date: dt.date | None
) -> None:
    text, start = str(case["text"]), str(case["text"]).index(str(case["phrase"]))
    for future in (None, True, False):
        found = resolve(text, start, start + len(str(case["phrase"])), document_date, future=future)
        assert len(found) <= 2
        assert all(one.first <= one.last and one.rule for one in found)
        assert len({(one.first, one.last) for one in found}) == len(found)


PIECES = """
    أمس غدا الاثنين المقبل الماضي قبل بعد منذ 26 يوليو تموز / - . ، ( ) 2021 عام القرن التاسع عشر ثلاثة أيام
    أسبوعين من في و 31 فبراير رمضان 1442 هـ next last Monday July 1990s in two weeks ago the of end fin lundi
    dernier 99999 12/13/2021 il y a début mi- XIXe siècle ١٤ ʼ ـ"""


@given(
    st.lists(st.sampled_from(["\n", *PIECES.split()]), max_size=12),
    st.one_of(st.none(), st.dates()),
    st.integers(-3, 60),
    st.integers(-3, 60),
)
@settings(max_examples=200)
def test_whatever_the_words_there_is_an_answer_or_none(
    pieces: list[str], document_date: dt.date | None, start: int, end: int
) -> None:
    text = " ".join(pieces)
    assert all(one.first <= one.last for one in resolve(text, start, end, document_date))
    assert tense_of(text, start, end) in ("future", "past", None)


@given(st.text(max_size=60), st.integers(-3, 60), st.integers(-3, 60))
def test_whatever_the_text_nothing_is_raised(text: str, start: int, end: int) -> None:
    assert all(one.first <= one.last for one in resolve(text, start, end, MONDAY))
    assert tense_of(text, start, end) in ("future", "past", None)


def test_no_module_of_the_calendar_asks_what_day_it_is() -> None:
    modules = sorted((ROOT / "rag" / "calendar").glob("*.py"))
    assert len(modules) > 5
    for name in modules:
        tree = ast.parse(name.read_text(encoding="utf-8"))
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not used & {"today", "now", "utcnow", "time", "localtime", "gmtime"}, name
        assert "time" not in imported, name


def test_without_a_document_date_only_what_names_its_year_is_resolved() -> None:
    relative = [case for case in CASES if case["date"] and case["readings"]]
    absolute = [case for case in CASES if not case["date"] and case["readings"]]
    assert [case["phrase"] for case in absolute if not read(case)] == []
    undated = [days(str(case["text"]), str(case["phrase"]), None) for case in relative]
    assert [case["phrase"] for case, found in zip(relative, undated, strict=True) if found] == []


@pytest.mark.parametrize(
    "unit", ["الاثنين ", "26/7/2021 ", "2021-", "الثلاثاء والاثنين،", "و", "قبل ", "July 4 ", "(ـ"]
)
def test_a_long_monotonous_text_takes_no_longer_than_its_surroundings(unit: str) -> None:
    text = unit * 20_000
    started = time.process_time()
    for start in (0, len(text) // 2, len(text) - 10):
        resolve(text, start, start + 8, MONDAY)
    resolve(text, 0, len(text), MONDAY)
    assert time.process_time() - started < 2


# -- The Hijri calendar ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "month", "day", "known"),
    [
        (1443, 1, 1, dt.date(2021, 8, 10)),
        (1442, 12, 10, dt.date(2021, 7, 20)),  # the feast of sacrifice
        (1442, 9, 1, dt.date(2021, 4, 13)),
        (1445, 9, 1, dt.date(2024, 3, 11)),
        (1441, 1, 1, dt.date(2019, 8, 31)),
        (1400, 1, 1, dt.date(1979, 11, 20)),
        (1, 1, 1, dt.date(622, 7, 19)),  # 16 July in the Julian calendar
    ],
)
def test_a_hijri_day_is_within_a_day_of_the_known_one(
    year: int, month: int, day: int, known: dt.date
) -> None:
    assert abs(hijri.to_gregorian(year, month, day) - known) <= dt.timedelta(days=1)


@given(st.integers(1, 2000), st.integers(1, 12))
def test_hijri_months_follow_one_another_without_a_gap(year: int, month: int) -> None:
    last = hijri.to_gregorian(year, month, hijri.month_length(year, month))
    following = hijri.to_gregorian(year + month // 12, month % 12 + 1, 1)
    assert following - last == dt.timedelta(days=1)
    assert hijri.year_of(last) == year


@pytest.mark.parametrize(("year", "month", "day"), [(0, 1, 1), (1443, 13, 1), (1443, 2, 30), (1443, 1, 0)])
def test_a_hijri_day_that_is_none_is_refused(year: int, month: int, day: int) -> None:
    with pytest.raises(ValueError):
        hijri.to_gregorian(year, month, day)


# -- Tense -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("سيزور الوزير المصنع الاثنين", "الاثنين", "future"),
        ("ستجري القرعة في مايو", "مايو", "future"),
        ("سوف يعود الفريق السبت", "السبت", "future"),
        ("من المقرر أن يلتقي الطرفان الجمعة", "الجمعة", "future"),
        ("لن يفتح المتحف الأحد", "الأحد", "future"),
        ("يصل القطار الإثنين المقبل", "الإثنين المقبل", "future"),
        ("قال المدير الأربعاء إن العمل سينتهي قريبا", "الأربعاء", "past"),
        ("قال المدير إن العمل سينتهي الأربعاء", "الأربعاء", "future"),
        ("وصل الاثنين وسيغادر الجمعة", "الاثنين", "past"),
        ("وصل الاثنين وسيغادر الجمعة", "الجمعة", "future"),
        ("أعلنت الشركة في يونيو أرباحها", "يونيو", "past"),
        ("لم يحضر أحد الثلاثاء", "الثلاثاء", "past"),
        ("سقط الثلج الأسبوع الماضي", "الأسبوع الماضي", "past"),
        ("سَيَزُورُ الوَزِيرُ المَصْنَعَ الاثْنَيْنِ", "الاثْنَيْنِ", "future"),
        ("انتهى العرض.وستبدأ الجولة الأحد", "الأحد", "future"),
        ("يزور الوزير المصنع الاثنين", "الاثنين", None),
        ("كان سيزور المصنع الاثنين", "الاثنين", None),
        ("سيارة حمراء الاثنين", "الاثنين", None),
        ("مباراة الاثنين", "الاثنين", None),
        ("She will sing on Friday", "Friday", "future"),
        ("The judge is due to rule on Friday", "Friday", "future"),
        ("The envoys are to meet on Friday", "Friday", "future"),
        ("The singer arrived on Friday", "Friday", "past"),
        ("He said on Friday that she will sing", "Friday", "past"),
        ("The talks begin on Friday", "Friday", None),
        ("Le juge doit trancher vendredi", "vendredi", "future"),
        ("Le bateau arrivera vendredi", "vendredi", "future"),
        ("Le bateau a quitté le port vendredi", "vendredi", "past"),
        ("El barco será vendido el viernes", "viernes", "future"),
        ("Das Schiff wird am Freitag verkauft", "Freitag", "future"),
        ("Das Schiff wurde am Freitag verkauft", "Freitag", "past"),
        ("Gemi ve tayfa cuma günü dönecek", "cuma", "future"),
    ],
)
def test_the_clause_says_whether_it_is_past_or_to_come(text: str, phrase: str, expected: str | None) -> None:
    start = text.index(phrase)
    assert tense_of(text, start, start + len(phrase)) == expected
