"""Filters: which documents are asked, on every way a passage can be found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Filters
from rag.errors import DocumentError, SettingsError
from rag.pipeline import Pipeline
from rag.schema import Document
from vectorstore import dense, lexical
from vectorstore.dense import FaissIndex
from vectorstore.exact import ExactIndex
from vectorstore.lexical import TantivyIndex
from vectorstore.store import Snapshot, Store

DAY = dt.date(2021, 7, 17)


def document(name: str, lang: str | None, date: dt.date | None, text: str) -> Document:
    return Document(id=name, text=text, title=name, lang=lang, date=date)


DOCUMENTS = [
    document(
        "2020/ميناء.txt", "ar", dt.date(2020, 3, 1), "بلغت كلفة مِيناء المرجان ٨٥ مليون دينار.وتأخر العمل."
    ),
    document("2021/ميناء المرجان.md", "ar", DAY, "افتتح الوزير ميناء المرجان، وبلغت كلفته 92 مليون دينار."),
    document("2021/port.md", "en", dt.date(2021, 7, 18), "The port of Marjan cost 92 million dinars."),
    document("2021/صيف/رصيف.md", "ar", dt.date(2021, 8, 2), "يتسع رصيف الميناء لعشرين سفينة."),
    document("[مسودة].txt", None, None, "كلفة الميناء لم تعلن بعد."),
    document("port-fr.md", "fr", dt.date(2022, 1, 5), "Le port de Marjan a coûté 92 millions de dinars."),
]
NAMES = [each.id for each in DOCUMENTS]
COST = "كم كلفة ميناء المرجان؟"


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with Pipeline.from_documents(DOCUMENTS) as opened:
        yield opened


def asked(pipeline: Pipeline, filters: Filters | None) -> set[str]:
    return {hit.chunk.document_id for hit in pipeline.search(COST, 100, filters)}


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        (None, [0, 1, 2, 3, 4, 5]),
        (Filters(), [0, 1, 2, 3, 4, 5]),
        (Filters(documents=("2021/port.md",)), [2]),
        (Filters(documents=("2021/port.md", "2020/ميناء.txt")), [0, 2]),
        (Filters(documents=("2021/*.md",)), [1, 2, 3]),
        (Filters(documents=("*ميناء*",)), [0, 1]),
        (Filters(documents=("202?/port.*",)), [2]),
        (Filters(documents=("[مسودة].txt",)), [4]),  # a name comes before a pattern
        (Filters(languages=("ar",)), [0, 1, 3]),
        (Filters(languages=("EN", "fr-CA")), [2, 5]),
        (Filters(since=DAY), [1, 2, 3, 5]),  # the day itself is in, a document without one is not
        (Filters(until=DAY), [0, 1]),
        (Filters(since=DAY, until=DAY), [1]),
        (Filters(since=DAY + dt.timedelta(1), until=dt.date(2021, 8, 2)), [2, 3]),
        (Filters(("2021/*",), ("ar",), dt.date(2021, 8, 1)), [3]),
    ],
)
def test_only_documents_that_meet_every_condition_are_asked(
    pipeline: Pipeline, filters: Filters | None, places: list[int]
) -> None:
    wanted = {NAMES[place] for place in places}
    assert asked(pipeline, filters) == wanted
    assert [each.id for each in pipeline.documents(filters)] == sorted(wanted)
    answer = pipeline.answer(COST, filters=filters)
    assert {citation.document for citation in (*answer.citations, *answer.nearest)} <= wanted


def test_a_name_is_the_same_however_its_letters_are_composed() -> None:
    composed, apart = "caf\u00e9.txt", "cafe\u0301.txt"
    with Pipeline.from_documents(
        [document(apart, "fr", None, "Le café ferme à minuit."), *DOCUMENTS]
    ) as opened:
        for name in (composed, apart, "caf\u00e9*", "cafe\u0301.t?t"):
            assert asked(opened, Filters(documents=(name,))) == {apart}


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        (Filters(documents=("nowhere.txt",)), DocumentError, "nowhere.txt: no such document; there are 6: "),
        (
            Filters(documents=("2019/*",)),
            DocumentError,
            "2019/*: no such document; there are 6: 2020/ميناء.txt",
        ),
        (Filters(documents=("2021/*", "سر.txt")), DocumentError, "سر.txt: no such document"),
        (
            Filters(languages=("tr",)),
            SettingsError,
            "no document is in language 'tr'; there are: ar (3), en (1), unknown (1), fr (1)",
        ),
        (
            Filters(since=dt.date(2023, 1, 1)),
            SettingsError,
            "no document is of that time (since 2023-01-01); 5 are dated, from 2020-03-01 to 2022-01-05, and "
            "1 are not",
        ),
        (
            Filters(documents=("2021/*",), languages=("fr",)),
            SettingsError,
            "no document meets all of these: documents 2021/*; languages fr; leave one of them out",
        ),
    ],
)
def test_a_filter_that_nothing_meets_says_what_there_is(
    pipeline: Pipeline, filters: Filters, error: type[Exception], message: str
) -> None:
    for call in (lambda: pipeline.answer(COST, filters=filters), lambda: pipeline.documents(filters)):
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value).startswith(message)


def test_no_dates_at_all_are_said_to_be_none() -> None:
    with (
        Pipeline.from_documents([DOCUMENTS[4]]) as opened,
        pytest.raises(SettingsError, match="none has a date"),
    ):
        opened.search(COST, filters=Filters(until=DAY))


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(SettingsError, match="since, 2021-07-18, is after until, 2021-07-17; swap them"):
        Filters(since=dt.date(2021, 7, 18), until=DAY)


def test_one_string_is_not_taken_for_many() -> None:
    with pytest.raises(SettingsError, match="several are expected"):
        Filters(documents="a.txt")  # type: ignore[arg-type]


def test_filters_from_lists_and_times_are_equal_to_those_from_tuples_and_days() -> None:
    made = Filters(["a*"], ["AR"], dt.datetime(2021, 7, 17, 23, 59))  # type: ignore[arg-type]
    assert made == Filters(("a*",), ("ar",), DAY)
    assert hash(made) == hash(Filters(("a*",), ("ar",), DAY))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2021-07-17", "2021-07-17", (DAY, DAY)),
        ("٢٠٢١-٠٧-١٧", "17 تموز 2021", (DAY, DAY)),
        ("2021/7", "2021-02", None),
        ("2020-02", "2020-02", (dt.date(2020, 2, 1), dt.date(2020, 2, 29))),
        ("2021", "۲۰۲۱", (dt.date(2021, 1, 1), dt.date(2021, 12, 31))),
        ("", "  ", (None, None)),
        (None, "July 17, 2021", (None, DAY)),
        ("2021-02-30", None, None),
        ("yesterday", None, None),
        (None, "03/04/2021", None),
    ],
)
def test_dates_are_read_as_they_are_written(
    since: str | None, until: str | None, expected: tuple[dt.date | None, dt.date | None] | None
) -> None:
    if expected is None:
        with pytest.raises(SettingsError, match=r"is after until|but a date is expected, such as 2021-07-24"):
            Filters.read(since=since, until=until)
    else:
        read = Filters.read(since=since, until=until)
        assert (read.since, read.until) == expected


def test_what_is_left_empty_is_no_filter() -> None:
    assert not Filters.read(["", " "], [], "", None)
    assert Filters.read(["a"])


def test_filters_follow_the_documents_as_they_come_and_go(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("بلغت كلفة الميناء 85 مليون دينار.", encoding="utf-8")
    every = Filters(documents=("*.txt",))
    with Pipeline.open(tmp_path) as opened:
        assert asked(opened, every) == {"a.txt"}
        (tmp_path / "ب.txt").write_text("بلغت كلفة الميناء 90 مليون دينار.", encoding="utf-8")
        opened.refresh()
        assert asked(opened, every) == {"a.txt", "ب.txt"}
        (tmp_path / "a.txt").unlink()
        opened.refresh()
        assert asked(opened, every) == {"ب.txt"}
        with pytest.raises(DocumentError):
            opened.search(COST, filters=Filters(documents=("a.txt",)))


# Whatever finds the candidates, filtering gives what asking all of them gives, less those left out.

WORDS = ["ميناء", "كلفة", "port", "2021", "رصيف", "سفينة", "coût"]


@pytest.fixture(scope="module", params=["flat", "hnsw", "exact"])
def many(request: pytest.FixtureRequest) -> Iterator[Pipeline]:
    """Two hundred documents of a few words, found by the vector index of that kind."""
    random = np.random.default_rng(3)
    texts = [" ".join(random.choice(WORDS, size=4)) + f" {place}." for place in range(200)]
    documents = [
        document(
            f"{place % 4}/{place}.txt", ["ar", "en", None][place % 3], dt.date(2021, 1 + place % 12, 1), text
        )
        for place, text in enumerate(texts)
    ]
    with Pipeline.from_documents(documents) as opened:
        vectors = list(opened.store.catalog.vectors())
        dimension = opened.store.dimension
        index = (
            ExactIndex.build(vectors, dimension)
            if request.param == "exact"
            else FaissIndex.build(vectors, dimension, request.param)
        )
        found = opened.store.snapshot()
        with pytest.MonkeyPatch.context() as patch:
            snapshot = Snapshot(found.generation, index, found.lexical)
            patch.setattr(Store, "snapshot", lambda _: snapshot)
            yield opened


@settings(max_examples=40)
@given(
    names=st.sets(st.sampled_from(["0/*", "1/*", "*7.txt", "3/3.txt"])),
    languages=st.sets(st.sampled_from(["ar", "en"])),
    since=st.none() | st.dates(dt.date(2021, 1, 1), dt.date(2021, 6, 2)),
    until=st.none() | st.dates(dt.date(2021, 7, 1), dt.date(2021, 12, 31)),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    few=st.sampled_from([0, 2_000]),
)
def test_filtered_search_is_search_of_everything_less_what_is_left_out(
    many: Pipeline,
    names: set[str],
    languages: set[str],
    since: dt.date | None,
    until: dt.date | None,
    words: list[str],
    few: int,
) -> None:
    filters = Filters(tuple(names), tuple(languages), since, until)
    try:
        kept = {each.id for each in many.documents(filters)}
    except SettingsError:
        return
    question = " ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_FEW", {"flat": few, "hnsw": 2_000})
        patch.setattr(lexical, "_FEW", few)
        every = [hit for hit in many.search(question, 400) if hit.chunk.document_id in kept]
        found = many.search(question, 400, filters)
    # Not by the fused score, which depends on what else is found.
    wanted = {hit.chunk: dict(hit.evidence) for hit in every}
    assert {hit.chunk: dict(hit.evidence) for hit in found} == {
        chunk: pytest.approx(evidence, abs=1e-5) for chunk, evidence in wanted.items()
    }


def test_only_an_array_that_cannot_change_is_remembered(tmp_path: Path) -> None:
    ids, vectors = np.arange(4, dtype=np.int64), np.eye(4, dtype=np.float32)
    words = TantivyIndex.build(
        tmp_path / "words", [[(i, {"words": "ميناء"}) for i in range(4)]], {"words": 1.0}
    )
    vector_index = FaissIndex.build([(ids, vectors)], 4)
    changing, fixed = np.array([0, 1]), np.array([0, 1])
    fixed.flags.writeable = False
    for allowed in (changing, fixed):
        for now in ([0, 1], [2, 3], [0, 1]) if allowed is changing else ([0, 1], [0, 1]):
            if allowed is changing:
                changing[:] = now
            assert sorted(id_ for id_, _ in vector_index.search(vectors[:1], 4, allowed)[0]) == now
            assert [id_ for id_, _ in words.search({"words": ["ميناء"]}, 4, allowed)] == now


def test_every_store_takes_the_allowed_ids_in_any_collection(tmp_path: Path) -> None:
    vectors = np.eye(4, dtype=np.float32)
    ids = np.arange(4, dtype=np.int64)
    terms = [(int(id_), {"words": "ميناء"}) for id_ in ids]
    words = TantivyIndex.build(tmp_path / "words", [terms], {"words": 1.0})
    for allowed in ({1, 3}, [3, 1], (1, 3), np.array([1, 3])):
        for index in (ExactIndex(ids, vectors), FaissIndex.build([(ids, vectors)], 4)):
            assert [id_ for id_, _ in index.search(vectors[:1], 4, allowed)[0]] == [1, 3]
        assert [id_ for id_, _ in words.search({"words": ["ميناء"]}, 4, allowed)] == [1, 3]
