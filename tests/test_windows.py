"""Windows cover every piece of a passage, and say how well each word meets the question."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rag.decoding import Page
from rag.encoder import StaticEncoder
from rag.matching import Matcher
from rag.network import READER_FOLDER
from rag.question import parse
from rag.windows import FIRST, LONGEST, LONGEST_QUESTION, SEPARATOR, STRIDE, TYPES, Layout, stretches


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout(Tokenizer.from_file(str(READER_FOLDER / "tokenizer.json")))


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(StaticEncoder.open())


@given(st.integers(0, 3000), st.integers(1, LONGEST))
def test_windows_cover_every_piece_and_share_some(count: int, room: int) -> None:
    parts = stretches(count, room)
    assert sorted({i for first, last in parts for i in range(first, last)}) == list(range(count))
    assert len({last - first for first, last in parts}) <= 1
    assert all(last - first <= room for first, last in parts)
    shared = [before[1] - after[0] for before, after in itertools.pairwise(parts)]
    assert all(one >= min(STRIDE, room - 1) for one in shared)


def test_a_passage_a_little_too_long_is_read_in_two_windows_of_half_its_length() -> None:
    assert stretches(300, 200) == [(0, 174), (126, 300)]
    assert stretches(200, 200) == [(0, 200)]
    assert stretches(0, 200) == []


def test_the_question_comes_first_and_the_passage_lies_between_separators(layout: Layout) -> None:
    question, page = parse("متى وصل الوفد؟"), Page.of("وصل الوفد أمس.")
    pieces = layout.cut([page])
    met = [np.zeros((len(question.terms), len(page.words)), dtype=np.float32)]
    (window,) = layout.windows(question, pieces, met)
    assert window.ids[0] == FIRST
    assert (window.ids == SEPARATOR).sum() == 2
    assert window.ids[window.lead - 1] == window.ids[-1] == SEPARATOR
    assert window.ids[window.lead : -1].tolist() == pieces[0].ids.tolist()


def test_a_piece_has_the_type_that_its_word_has_earned(layout: Layout, matcher: Matcher) -> None:
    question = parse("كم بلغت تكلفة الجسر الجديد؟")
    page = Page.of("بلغت كلفة الجسر خمسين مليونا، وأكل الولد تفاحة.")
    (window,) = layout.windows(question, layout.cut([page]), matcher.meet(question, [page.words]))
    types = dict.fromkeys(page.words, 0)
    word_of = layout.cut([page])[0].word_of
    for piece, word in enumerate(word_of):
        if word >= 0:
            types[page.words[word]] = int(window.types[window.lead + piece])
    by_text = {word.text: type_ for word, type_ in types.items()}
    assert by_text["الجسر"] == TYPES - 1  # the very word
    assert by_text["كلفة"] > by_text["تفاحة"]
    assert set(window.types[: window.lead].tolist()) == {0}


def test_a_function_word_is_met_by_itself_only(matcher: Matcher) -> None:
    question, page = parse("What did the minister say about it?"), Page.of("The bridge of the town")
    (met,) = matcher.meet(question, [page.words])
    assert met[:, [0, 2, 3]].max() == 0


def test_long_questions_leave_room_for_the_passage(layout: Layout) -> None:
    question, page = parse("ما " + "الاستقلالية " * 300), Page.of("كلمة " * 100)
    met = [np.zeros((len(question.terms), len(page.words)), dtype=np.float32)]
    windows = layout.windows(question, layout.cut([page]), met)
    assert all(len(window.ids) <= LONGEST for window in windows)
    assert windows[0].lead == LONGEST_QUESTION + 2


def test_an_empty_page_gives_no_window(layout: Layout) -> None:
    page = Page.of(" ")
    assert layout.windows(parse("من؟"), layout.cut([page]), [np.zeros((0, 0), dtype=np.float32)]) == []


def test_spellings_of_one_word_are_the_same_pieces(layout: Layout) -> None:
    one, other = layout.cut([Page.of("الإدارة ٢٠٢١"), Page.of("الاِدَارَة 2021")])
    assert one.ids.tolist() == other.ids.tolist()
