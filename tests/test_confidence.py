"""What speaks for a run and against it, and which runs are kept."""

from __future__ import annotations

import numpy as np
import pytest

from rag.confidence import FEATURES, Found, evidence
from rag.decoding import Page, Run
from rag.question import parse
from rag.reader import MOST_SPANS, Read, chosen
from rag.shaping import read_sentences

TEXT = "حضر 300 طالب الحفل يوم 6 حزيران 2019. غنى سالم وعزف علي."


def rows(question: str, runs: list[Run]) -> dict[str, list[float]]:
    """Return each feature of the runs over `TEXT`, whose words meet the question by spelling alone."""
    asked, page = parse(question), Page.of(TEXT)
    sentences = read_sentences(page)
    met = np.array(
        [[float(term.text == word.text) for word in page.words] for term in asked.terms], dtype=np.float32
    ).reshape(len(asked.terms), len(page.words))
    found = [Found(run, next(s for s in sentences if s.first <= run.first < s.last)) for run in runs]
    weights = np.ones(len(asked.terms), dtype=np.float32)
    table = evidence(asked, [page], [met], found, weights, [sentences])
    return dict(zip(FEATURES, table.T.tolist(), strict=True))


@pytest.mark.parametrize(
    ("question", "unfit"), [("كم طالبا حضر؟", [0, 1]), ("متى حضروا؟", [1, 1]), ("من حضر؟", [0, 0])]
)
def test_a_count_or_a_date_that_was_asked_for_and_is_not_there_speaks_against(
    question: str, unfit: list[float]
) -> None:
    assert rows(question, [Run(0, 1, 3, 1.0), Run(0, 3, 4, 0.5)])["unfit"] == unfit


def test_a_run_that_repeats_the_question_is_seen() -> None:
    found = rows("من حضر الحفل؟", [Run(0, 3, 4, 1.0), Run(0, 1, 3, 0.5)])
    assert found["repeats"] == [1, 0]


def test_the_words_of_the_question_count_in_the_sentence_and_in_the_page() -> None:
    found = rows("من حضر الحفل؟", [Run(0, 1, 3, 1.0), Run(0, 8, 9, 0.5)])
    assert found["cover_sentence"][0] > found["cover_sentence"][1] == 0
    assert found["cover_page"][0] == found["cover_page"][1] > 0
    assert found["missing"] == pytest.approx([1 - one for one in found["cover_page"]])


def read(question: str, runs: list[Run], text: str = TEXT) -> Read:
    page = Page.of(text)
    sentences = read_sentences(page)
    found = tuple(Found(run, next(s for s in sentences if s.first <= run.first < s.last)) for run in runs)
    return Read(parse(question), (page,), found, np.zeros((len(runs), len(FEATURES)), dtype=np.float32))


def test_a_sentence_answers_once_unless_a_list_is_asked_for() -> None:
    runs = [Run(0, 1, 2, 0.0), Run(0, 3, 4, 0.0), Run(0, 8, 9, 0.0)]
    scores = np.array([0.3, 0.2, 0.1], dtype=np.float32)
    assert parse("ما هي الفعاليات؟").kind == "list"
    assert chosen(read("من حضر؟", runs), scores) == [0, 2]
    assert chosen(read("ما هي الفعاليات؟", runs), scores) == [0, 1, 2]


def test_a_passage_gives_few_spans_the_best_ones_first() -> None:
    text = " ".join("كلمة هنا." for _ in range(6))
    runs = [Run(0, 2 * i, 2 * i + 1, 0.0) for i in range(6)]
    scores = np.array([0.1, 0.6, 0.2, 0.5, 0.4, 0.3], dtype=np.float32)
    assert chosen(read("ما هذا؟", runs, text), scores) == [1, 3, 4]
    assert MOST_SPANS == 3
