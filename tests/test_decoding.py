"""The best runs of words are those that a search of all pairs would find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.decoding import LONGEST_ANSWER, LONGEST_PASSAGE, Page, Run, Scores, apart, decode, word_of

# [CLS] q [SEP] three words in five pieces, one of them a comma, [SEP]
WORD_OF = np.array([-1, -1, -1, 0, 0, 1, -1, 2, -1])


def scores(start: list[float], end: list[float], page: int = 0) -> Scores:
    return Scores(page, WORD_OF, np.array([start, end], dtype=np.float32).T)


def test_a_run_scores_as_its_ends_less_no_answer() -> None:
    found = decode([scores([1, 9, 9, 0, 4, 0, 9, 0, 9], [1, 9, 9, 0, 0, 3, 9, 1, 9])], top=1)
    assert found == [Run(page=0, first=0, last=2, margin=4 + 3 - 2)]


def test_no_run_ends_before_it_begins_nor_on_punctuation() -> None:
    found = decode([scores([0, 0, 0, 0, 0, 0, 9, 5, 0], [0, 0, 0, 0, 5, 0, 9, 0, 0])], top=3)
    assert found[0] == Run(0, 0, 1, 5.0)
    assert (found[1].first, found[1].last) == (2, 3)


def test_of_two_windows_over_the_same_words_the_better_counts() -> None:
    low = scores([0, 0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0])
    high = scores([0, 0, 0, 3, 0, 0, 0, 0, 0], [0, 0, 0, 3, 0, 0, 0, 0, 0])
    assert decode([low, high], top=1) == decode([high, low], top=1) == [Run(0, 0, 1, 6.0)]


def test_each_page_gives_its_own_runs_in_the_order_of_the_pages() -> None:
    one = scores([0, 0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0], page=1)
    zero = scores([0, 0, 0, 0, 0, 2, 0, 0, 0], [0, 0, 0, 0, 0, 2, 0, 0, 0], page=0)
    assert [(run.page, run.first) for run in decode([one, zero], top=1)] == [(0, 1), (1, 0)]


def test_a_window_without_words_gives_nothing() -> None:
    assert decode([Scores(0, np.full(4, -1), np.zeros((4, 2), dtype=np.float32))], top=3) == []


@given(
    st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=1, max_size=45),
    st.integers(1, 4),
)
def test_the_best_run_is_the_best_of_all_pairs(ends: list[tuple[int, int]], top: int) -> None:
    window = Scores(0, np.arange(-1, len(ends)), np.array([(0, 0), *ends], dtype=np.float32))
    pairs = [
        ends[a][0] + ends[b][1]
        for a in range(len(ends))
        for b in range(a, min(a + LONGEST_ANSWER, len(ends)))
    ]
    found = decode([window], top)
    assert found[0].margin == max(pairs)
    assert [run.margin for run in found] == sorted((run.margin for run in found), reverse=True)
    assert 1 <= len(found) <= top
    assert found == apart(found)
    assert all(0 <= run.first < run.last <= len(ends) for run in found)


def test_pieces_belong_to_the_word_that_they_stand_in() -> None:
    page = Page.of("وصل ٣٦ وَفْداً، أمس.")
    offsets = np.array([(0, 3), (4, 6), (7, 11), (11, 14), (14, 15), (16, 19), (19, 20)])
    assert word_of(page.words, offsets).tolist() == [0, 1, 2, 2, -1, 3, -1]


def test_a_page_is_cut_off_where_reading_would_take_too_long() -> None:
    assert len(Page.of("كلمة " * 10_000).text) == LONGEST_PASSAGE


@pytest.mark.parametrize("text", ["", " \n", "…؟"])
def test_a_page_may_have_no_word(text: str) -> None:
    assert Page.of(text).words == ()
