"""Rows of different lengths in a file, and the tokens of chunks in them."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.base import DamagedError
from vectorstore.forward import ForwardIndex, ForwardWriter, Statistics
from vectorstore.ragged import Ragged, RaggedWriter

NAMES = ("words", "grams")


def written(folder: Path, rows: list[list[int]]) -> Ragged:
    with RaggedWriter(folder / "rows.bin", "<u4") as writer:
        for row in rows:
            writer.write(row, [len(row)])
    return Ragged.open(folder / "rows.bin", "<u4")


@settings(max_examples=50)
@given(
    rows=st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=5), max_size=8),
    picks=st.lists(st.integers(0, 7), max_size=8),
)
def test_rows_are_read_as_they_were_written(
    rows: list[list[int]], picks: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ragged = written(tmp_path_factory.mktemp("ragged"), rows)
    places = [pick for pick in picks if pick < len(rows)]
    values, ends = ragged.take(np.array(places, dtype=np.int64))
    assert (len(ragged), ragged.lengths.tolist()) == (len(rows), [len(row) for row in rows])
    starts = [0, *ends.tolist()]
    assert [values[a:b].tolist() for a, b in zip(starts, ends, strict=False)] == [rows[p] for p in places]
    assert ragged.span(0, len(rows)).tolist() == [value for row in rows for value in row]


@pytest.mark.parametrize("harm", ["values", "starts", "no values", "no starts", "other starts"])
def test_files_that_do_not_fit_are_damaged(harm: str, tmp_path: Path) -> None:
    written(tmp_path, [[1, 2], [3]])
    values, starts = tmp_path / "rows.bin", tmp_path / "rows.starts"
    if harm == "values":
        values.write_bytes(values.read_bytes()[:-4])
    elif harm == "starts":
        starts.write_bytes(starts.read_bytes()[:-8])
    elif harm == "other starts":
        np.array([0, 9, 3], dtype="<i8").tofile(starts)
    else:
        (values if harm == "no values" else starts).unlink()
    with pytest.raises(DamagedError):
        Ragged.open(values, "<u4")


def made(folder: Path, chunks: dict[int, tuple[str, str]]) -> ForwardIndex:
    folder.mkdir()
    with ForwardWriter(folder, len(NAMES)) as writer:
        for id_, texts in chunks.items():
            writer.add(id_, texts)
    return ForwardIndex.open(folder, NAMES)


CHUNKS = {7: ("ميناء المرجان ميناء", "مينا"), 2: ("", ""), 9: ("port", "port مينا")}


def test_chunks_are_found_by_their_ids_in_any_order(tmp_path: Path) -> None:
    index = made(tmp_path / "index", CHUNKS)
    assert index.ids.tolist() == [7, 2, 9]
    assert index.places(np.array([9, 8, 7, -1, 100])).tolist() == [2, 0]
    assert made(tmp_path / "none", {}).places(np.array([1])).tolist() == []


def test_a_chunk_that_shares_no_token_scores_nothing(tmp_path: Path) -> None:
    index = made(tmp_path / "index", CHUNKS)
    asked, weights = {"words": {"ميناء": 1}, "grams": {}}, {"words": 1.0, "grams": 1.0}
    own = Statistics(len(index), index.tokens, lambda *_: 1)
    scores = index.scores(np.array([0, 1, 2]), asked, weights, own)
    # One of three chunks holds the word, twice; 3 + 0 + 1 = 4 words in all, 3 of them in that chunk.
    expected = np.log(1 + (3 - 1 + 0.5) / (1 + 0.5)) * 2 / (2 + 0.9 * (1 - 0.4 + 0.4 * 3 / (4 / 3)))
    assert scores.tolist() == [pytest.approx(expected), 0.0, 0.0]
    # Beside an index of seven chunks of two words each, five of which hold it.
    both = own + Statistics(7, {"words": 14, "grams": 0}, lambda *_: 5)
    scores = index.scores(np.array([0, 1, 2]), asked, weights, both)
    expected = np.log(1 + (10 - 6 + 0.5) / (6 + 0.5)) * 2 / (2 + 0.9 * (1 - 0.4 + 0.4 * 3 / (18 / 10)))
    assert scores.tolist() == [pytest.approx(expected), 0.0, 0.0]


def test_a_copy_of_some_chunks_is_as_if_only_they_had_been_added(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole", {id_: (f"ا{id_} ب", "ج " * (id_ % 4)) for id_ in range(20)})
    kept = np.array([id_ % 3 > 0 for id_ in range(20)])
    (tmp_path / "copy").mkdir()
    with ForwardWriter(tmp_path / "copy", len(NAMES)) as writer:
        writer.copy(whole, kept)
        writer.add(30, ("جديد", ""))
    anew = {id_: (f"ا{id_} ب", "ج " * (id_ % 4)) for id_ in range(20) if kept[id_]} | {30: ("جديد", "")}
    made(tmp_path / "anew", anew)
    for path in (tmp_path / "anew").iterdir():
        assert (tmp_path / "copy" / path.name).read_bytes() == path.read_bytes()


def test_a_token_is_kept_as_its_crc_32(tmp_path: Path) -> None:
    made(tmp_path / "index", {1: ("ميناء", "")})
    assert (tmp_path / "index" / "forward-0.bin").read_bytes() == zlib.crc32("ميناء".encode()).to_bytes(
        4, "little"
    )


def test_another_number_of_fields_is_damaged(tmp_path: Path) -> None:
    made(tmp_path / "index", CHUNKS)
    with pytest.raises(DamagedError, match=r"forward-2\.bin"):
        ForwardIndex.open(tmp_path / "index", [*NAMES, "names"])
