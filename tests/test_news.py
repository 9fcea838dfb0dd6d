"""The five articles weighed: where they part, where they agree, and what they are not mixed with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import ARTICLES, needs_articles

from rag.pipeline import Pipeline
from rag.schema import Answer

pytestmark = needs_articles


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with Pipeline.open(ARTICLES) as opened:
        yield opened


def sides(answer: Answer) -> dict[float, int]:
    """Return the numbers that are given, each with how many independent documents give it."""
    return {group.value["number"]: group.origins for group in answer.groups if group.value}


def test_the_dead_of_the_bombing_are_in_dispute_and_not_mixed_with_the_wounded(pipeline: Pipeline) -> None:
    answer = pipeline.answer("كم قتيلا أوقع الهجوم؟")
    assert answer.relation == "conflict"
    assert sides(answer) == {30: 2, 36: 1}


def test_so_are_the_wounded(pipeline: Pipeline) -> None:
    answer = pipeline.answer("كم جريحا أوقع الهجوم؟")
    assert answer.relation == "conflict"
    assert sides(answer) == {50: 1, 62: 1}


@pytest.mark.parametrize("question", ["كم جنديا أميركيا يوجد في العراق؟", "كم عسكريا أميركيا في العراق؟"])
def test_three_documents_agree_on_the_american_soldiers(pipeline: Pipeline, question: str) -> None:
    answer = pipeline.answer(question)
    assert answer.relation == "agree"
    assert sides(answer) == {2500: 3}


def test_the_foreign_soldiers_are_another_number_and_no_conflict(pipeline: Pipeline) -> None:
    answer = pipeline.answer("كم جنديا أجنبيا ما زال في العراق؟")
    assert answer.groups[0].value == {
        "kind": "number", "number": 3500, "unit": "جندي أجنبي", "bound": "about"
    }  # fmt: skip
    assert answer.relation != "conflict"


def test_every_citation_says_who_said_it_in_the_words_of_its_document(pipeline: Pipeline) -> None:
    answer = pipeline.answer("كم قتيلا أوقع الهجوم؟")
    links = [(c.document, link) for c in answer.citations for link in c.attribution]
    assert links
    for name, link in links:
        assert pipeline.document(name).text[link.start : link.end] == link.quote
