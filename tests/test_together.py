"""A collection and a visitor's own documents: asked as one, kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import together
from rag.errors import DocumentError, SettingsError
from rag.filters import Filters
from rag.index import Index
from rag.pipeline import Pipeline
from rag.schema import Document
from rag.together import OWN

COLLECTION = [
    Document(
        id="bridge.txt",
        text="افتتح الوزير كريم الدباغ جسر السلام في مدينة الواحة يوم 12 مارس 2018.وبلغ طول الجسر 640 مترا.",
        title="جسر السلام",
        lang="ar",
    ),
    Document(
        id="festival.txt",
        text="يُقام مهرجان الرُّمان في بلدة الينبوع كل خريف. وحضر دورة العام الماضي نحو ٣٥٠٠ زائر.",
        title="مهرجان الرمان",
        lang="ar",
    ),
    Document(
        id="mill.txt",
        text="The old mill at Wadi Ambar ground 40 tons of wheat a day until 1962.",
        title="The old mill",
        lang="en",
    ),
]
MINE = [
    Document(
        id="منارة.txt",
        text="تعلو منارةُ الخليج ٥٢ متراً، وبناها المهندس زياد الكرمي سنة 1931.وفي أسفلها متحفٌ صغير.",
        title="منارة الخليج",
        lang="ar",
    ),
    Document(
        id="bridge.txt",
        text="وبلغ طول جسر السلام 655 مترا، بحسب المهندسة سلمى الحايك التي قاسته في الصيف.",
        title="قياس جسر السلام",
        lang="ar",
    ),
]
QUESTIONS = [
    "كم يبلغ طول جسر السلام؟",
    "من بنى منارة الخليج؟",
    "How tall is the lighthouse?",
    "كم زائرا حضر المهرجان؟",
]


@pytest.fixture(scope="module")
def shared() -> Iterator[Pipeline]:
    with Pipeline.from_documents(COLLECTION) as pipeline:
        yield pipeline


@pytest.fixture
def own(shared: Pipeline, tmp_path: Path) -> Iterator[Index]:
    index = shared.own_index(tmp_path / "own")
    together.add(index, MINE)
    yield index
    index.close()


@pytest.fixture
def both(shared: Pipeline, own: Index) -> Pipeline:
    return shared.beside(own)


def as_one(document: Document) -> Document:
    return Document(id=OWN + document.id, text=document.text, title=document.title, lang=document.lang)


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_give_what_one_index_of_all_the_documents_gives(both: Pipeline, question: str) -> None:
    with Pipeline.from_documents([*COLLECTION, *map(as_one, MINE)]) as one:
        expected, found = one.search(question, 20), both.search(question, 20)
        assert [hit.chunk for hit in found] == [hit.chunk for hit in expected]
        for hit, wanted in zip(found, expected, strict=True):
            assert hit.score == pytest.approx(wanted.score, abs=1e-6)
            assert hit.evidence == pytest.approx(dict(wanted.evidence), abs=1e-5)
        answer, wanted_answer = both.answer(question).to_dict(), one.answer(question).to_dict()
        answer["took_ms"] = wanted_answer["took_ms"] = 0
        assert answer == wanted_answer


def test_a_conflict_between_the_collection_and_an_own_document_is_shown(both: Pipeline) -> None:
    answer = both.answer("كم يبلغ طول جسر السلام؟")
    assert answer.relation == "conflict"
    assert {each.document for each in answer.citations} == {"bridge.txt", f"{OWN}bridge.txt"}


def test_the_collection_alone_knows_nothing_of_the_own_documents(shared: Pipeline, both: Pipeline) -> None:
    assert both.answer("من بنى منارة الخليج؟").answered
    assert not shared.answer("من بنى منارة الخليج؟").answered
    assert [each.id for each in shared.documents()] == ["bridge.txt", "festival.txt", "mill.txt"]
    with pytest.raises(DocumentError):
        shared.document(f"{OWN}منارة.txt")


def test_a_filter_chooses_among_both_by_name_and_language(both: Pipeline) -> None:
    mine = both.documents(Filters(documents=(f"{OWN}*",)))
    assert {each.id for each in mine} == {f"{OWN}bridge.txt", f"{OWN}منارة.txt"}
    only = both.answer("كم يبلغ طول جسر السلام؟", filters=Filters(documents=(f"{OWN}bridge.txt",)))
    assert {each.document for each in only.citations} == {f"{OWN}bridge.txt"}
    assert {each.id for each in both.documents(Filters(languages=("en",)))} == {"mill.txt"}
    with pytest.raises(SettingsError):
        both.documents(Filters(languages=("fr",)))


def test_a_document_that_is_taken_out_answers_no_more(both: Pipeline, own: Index) -> None:
    together.remove(own, ["منارة.txt"])
    assert not both.answer("من بنى منارة الخليج؟").answered
    together.remove(own, ["bridge.txt"])
    assert both.answer("كم يبلغ طول جسر السلام؟").answer == "640 مترا"
    together.add(own, MINE[:1])
    assert both.answer("من بنى منارة الخليج؟").answered
