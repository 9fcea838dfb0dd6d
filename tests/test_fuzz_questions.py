"""Whatever is asked, of whatever and after whatever: an answer that quotes, or an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from breaking import PIECES, asked
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from index_support import TEXTS, fill

from rag.cli import main
from rag.pipeline import Pipeline
from rag.settings import Settings

quietly = settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
QUESTIONS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=9).map(" ".join)
DAYS = st.none() | st.sampled_from(
    ["2019", "2019-05", "2019-02-31", "٢٠١٩", "أمس", "٤ مايو 2019", "0000", "9999-12-31", "\0", "-", "x" * 99]
)
CHOSEN = st.tuples(
    st.none() | st.sampled_from([*TEXTS, "*", "[", "[!]", "قرى/*", "?" * 50, "../*", "\0", "a" * 5000]),
    st.none() | st.sampled_from(["ar", "AR-eg", "en", "xx", "", "\ud800", "ar,en"]),
    DAYS,
    DAYS,
)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    place = tmp_path_factory.mktemp("asked")
    with Pipeline.open(fill(place / "corpus"), settings=Settings(home=place / "home")) as opened:
        yield opened


@quietly
@example("من افتتح ميناء المرجان؟", 5, (None, None, None, None), [])
@example("ومتى؟", 5, ("harbour.txt", "ar", None, None), ["من افتتح ميناء المرجان؟"])
@example("\ud800", 1, ("\ud800", "\ud800", None, None), ["\ud800"])
@given(QUESTIONS, st.integers(-2, 40), CHOSEN, st.lists(QUESTIONS, max_size=6))
def test_any_question_is_answered_from_the_documents_or_refused(
    pipeline: Pipeline, question: str, k: int, chosen: tuple[str | None, ...], earlier: list[str]
) -> None:
    asked(pipeline, question, k, chosen, earlier)


COMMANDS = (
    ["-k", "0", "سؤال"],
    ["-k", "999999999999999999999", "سؤال"],
    ["--after", "\udcff\udcfe", "ومتى؟"],
    ["--after", "", "--after", " ", "ومتى؟"],
    ["-d", "[", "سؤال"],
    ["--lang", "", "--since", "", "من افتتح ميناء المرجان؟"],
    ["--since", "2020", "--until", "2019", "سؤال"],
    ["\udcff\udcfe"],
    ["؟" * 1001],
    ["--", "--after"],
)


def test_any_words_on_the_command_line_end_with_a_status_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = fill(tmp_path / "corpus")
    for words in COMMANDS:
        assert main(["ask", "--json", "-c", str(folder), *words]) in (0, 1, 2), words
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        assert not shown.out or json.loads(shown.out)["question"]
