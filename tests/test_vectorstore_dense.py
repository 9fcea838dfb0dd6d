"""One contract for every dense store, against exact search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore import dense
from vectorstore.base import DamagedError, DenseIndex, Ids, Vectors
from vectorstore.codes import Codes
from vectorstore.dense import FaissIndex, kind_for
from vectorstore.exact import ExactIndex

Batches = Iterable[tuple[Ids, Vectors]]
Build = Callable[[Batches, int], DenseIndex]


NONE_ARE_FEW = {"flat": 0, "hnsw": 0}  # so that a few vectors, too, are searched for as many are


def faiss_flat(batches: Batches, dimension: int) -> DenseIndex:
    return FaissIndex.build(batches, dimension, "flat")


def faiss_hnsw(batches: Batches, dimension: int) -> DenseIndex:
    return FaissIndex.build(batches, dimension, "hnsw")


@pytest.fixture(params=[ExactIndex.build, faiss_flat, faiss_hnsw], ids=["exact", "flat", "hnsw"])
def build(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setattr(dense, "_FEW", NONE_ARE_FEW)
    found: Build = request.param
    return found


def unit(rows: object) -> Vectors:
    array = np.asarray(rows, dtype=np.float32)
    return np.asarray(array / np.linalg.norm(array, axis=-1, keepdims=True), dtype=np.float32)


def random_units(count: int, dimension: int, seed: int = 0) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)))


def ids_of(*values: int) -> Ids:
    return np.array(values, dtype=np.int64)


NORTH, EAST = [1.0, 0.0], [0.0, 1.0]


def test_best_comes_first_with_its_inner_product(build: Build) -> None:
    index = build([(ids_of(7, 3, 5), unit([NORTH, EAST, [3.0, 4.0]]))], 2)
    assert index.search(unit([NORTH]), 3) == [[(7, 1.0), (5, pytest.approx(3 / 5)), (3, 0.0)]]


def test_equal_scores_stand_by_ascending_id(build: Build) -> None:
    index = build([(ids_of(9, 4, 6, 2), unit([NORTH, NORTH, EAST, NORTH]))], 2)
    assert index.search(unit([NORTH]), 4) == [[(2, 1.0), (4, 1.0), (9, 1.0), (6, 0.0)]]


def test_a_tie_cut_off_by_k_keeps_the_lowest_ids(build: Build) -> None:
    index = build([(np.arange(60, 0, -1, dtype=np.int64), np.repeat(unit([NORTH]), 60, axis=0))], 2)
    assert index.search(unit([NORTH]), 3) == [[(1, 1.0), (2, 1.0), (3, 1.0)]]


def test_fewer_are_returned_when_fewer_are_held(build: Build) -> None:
    index = build([(ids_of(1, 2), unit([NORTH, EAST]))], 2)
    assert [id_ for id_, _ in index.search(unit([EAST]), 1000)[0]] == [2, 1]


def test_an_empty_index_finds_nothing(build: Build) -> None:
    index = build([], 2)
    assert len(index) == 0
    assert index.search(unit([NORTH, EAST]), 5) == [[], []]


def test_no_queries_give_no_results(build: Build) -> None:
    index = build([(ids_of(1), unit([NORTH]))], 2)
    assert index.search(np.empty((0, 2), dtype=np.float32), 5) == []


def test_only_allowed_ids_are_found(build: Build) -> None:
    index = build([(ids_of(1, 2, 3), unit([NORTH, NORTH, EAST]))], 2)
    assert index.search(unit([NORTH]), 3, allowed={3, 2, 99, -1}) == [[(2, 1.0), (3, 0.0)]]
    assert index.search(unit([NORTH]), 3, allowed=[]) == [[]]


def test_several_queries_are_answered_in_their_order(build: Build) -> None:
    index = build([(ids_of(1, 2), unit([NORTH, EAST]))], 2)
    assert [row[0] for row in index.search(unit([EAST, NORTH, EAST]), 1)] == [(2, 1.0), (1, 1.0), (2, 1.0)]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_query_that_is_not_finite_is_refused(build: Build, bad: float) -> None:
    index = build([(ids_of(1), unit([NORTH]))], 2)
    with pytest.raises(ValueError, match="NaN or infinity"):
        index.search(np.array([[bad, 0.0]], dtype=np.float32), 1)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(build: Build, k: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        build([(ids_of(1), unit([NORTH]))], 2).search(unit([NORTH]), k)


@pytest.mark.parametrize("shape", [(2,), (1, 3), (1, 1, 2)])
def test_a_query_of_another_shape_is_refused(build: Build, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected \\(n, 2\\)"):
        build([(ids_of(1), unit([NORTH]))], 2).search(np.ones(shape, dtype=np.float32), 1)


def test_an_id_may_not_come_twice(build: Build) -> None:
    with pytest.raises(ValueError, match="twice"):
        build([(ids_of(1), unit([NORTH])), (ids_of(1), unit([EAST]))], 2)


def test_a_vector_that_is_not_finite_is_refused(build: Build) -> None:
    with pytest.raises(ValueError, match="NaN or infinity"):
        build([(ids_of(1), np.array([[np.nan, 0.0]], dtype=np.float32))], 2)


def test_vectors_of_another_length_are_refused(build: Build) -> None:
    with pytest.raises(ValueError, match="expected \\(1, 3\\)"):
        build([(ids_of(1), unit([NORTH]))], 3)


@pytest.mark.parametrize("count", [1, 17, 500])
@pytest.mark.parametrize("k", [1, 10, 100])
def test_results_equal_exact_search_to_the_last_bit(build: Build, count: int, k: int) -> None:
    vectors = random_units(count, 16)
    vectors[count // 3 : count // 2] = vectors[0]  # ties
    ids = np.random.default_rng(1).permutation(3 * count)[:count].astype(np.int64)
    batches = [(ids[: count // 2], vectors[: count // 2]), (ids[count // 2 :], vectors[count // 2 :])]
    queries = np.concatenate([vectors[:1], random_units(5, 16, seed=2)])
    allowed = ids[::3].tolist()
    index, exact = build(batches, 16), ExactIndex.build(batches, 16)
    assert index.search(queries, k) == exact.search(queries, k)
    assert index.search(queries, k, allowed) == exact.search(queries, k, allowed)


coordinates = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0])  # few, so that scores tie often
rows = st.tuples(coordinates, coordinates, coordinates).filter(any)


@settings(max_examples=100)
@given(
    vectors=st.lists(rows, max_size=60),
    query=rows,
    k=st.integers(1, 70),
    allowed=st.none() | st.sets(st.integers(0, 60)),
    few=st.sampled_from([0, 2_000]),
)
def test_flat_search_is_exact_whatever_ties(
    vectors: list[tuple[float, ...]], query: tuple[float, ...], k: int, allowed: set[int] | None, few: int
) -> None:
    held = unit(np.array(vectors).reshape(-1, 3)) if vectors else np.empty((0, 3), dtype=np.float32)
    batches = [(np.arange(len(held), dtype=np.int64)[::-1], held)]
    expected = ExactIndex.build(batches, 3).search(unit([query]), k, allowed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_FEW", {"flat": few, "hnsw": few})
        assert FaissIndex.build(batches, 3, "flat").search(unit([query]), k, allowed) == expected


def test_filters_too_wide_to_compare_one_by_one_stay_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "_FEW", NONE_ARE_FEW)
    vectors, ids = random_units(400, 16), np.arange(400, dtype=np.int64)
    queries, allowed = random_units(5, 16, seed=3), list(range(0, 400, 2))
    expected = ExactIndex.build([(ids, vectors)], 16).search(queries, 10, allowed)
    assert FaissIndex.build([(ids, vectors)], 16, "flat").search(queries, 10, allowed) == expected
    assert FaissIndex.build([(ids, vectors)], 16, "hnsw").search(queries, 10, allowed) == expected


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_codes_of_a_byte_find_the_same_as_the_vectors_themselves(offset: float) -> None:
    # An offset makes all vectors alike, as some encoders do: then little tells the best from the rest.
    random = np.random.default_rng(7)
    vectors = unit(random.normal(size=(6000, 24)) + offset)
    vectors[100:160] = vectors[100]
    ids = random.permutation(6000).astype(np.int64)
    queries = np.concatenate([vectors[95:105], unit(random.normal(size=(10, 24)) + offset)])
    index, exact = FaissIndex.build([(ids, vectors)], 24), ExactIndex(ids, vectors)
    half = np.sort(ids)[::2]
    for k in (1, 10, 100):
        assert index.search(queries, k) == exact.search(queries, k)
        assert index.search(queries, k, half) == exact.search(queries, k, half)


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_a_query_of_zeros_finds_the_lowest_ids(kind: dense.Kind) -> None:
    index = FaissIndex.build([(np.arange(50, 0, -1, dtype=np.int64), random_units(50, 8))], 8, kind)
    assert index.search(np.zeros((1, 8), dtype=np.float32), 3, [9, 4, 30, 8]) == [
        [(4, 0.0), (8, 0.0), (9, 0.0)]
    ]


def test_codes_are_never_further_off_than_they_say() -> None:
    vectors, queries = random_units(3000, 32), random_units(20, 32, seed=9)
    codes = Codes.build(vectors)
    for query in queries:
        scores, rows, off = codes.nearest(query, 3000, None)
        assert sorted(rows.tolist()) == list(range(3000))
        assert np.abs(scores - vectors[rows] @ query).max() <= off < 0.1


def test_a_graph_finds_nearly_all_of_many() -> None:
    vectors, ids = random_units(5000, 32), np.arange(5000, dtype=np.int64)
    queries = random_units(20, 32, seed=4)
    graph = FaissIndex.build([(ids, vectors)], 32, "hnsw").search(queries, 10)
    exact = ExactIndex.build([(ids, vectors)], 32).search(queries, 10)
    shared = sum(len(set(a) & set(b)) for a, b in zip(graph, exact, strict=True))
    assert shared >= 0.95 * 20 * 10


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_a_saved_index_answers_as_before(kind: dense.Kind, tmp_path: Path) -> None:
    vectors, ids = random_units(50, 8), np.arange(100, 50, -1, dtype=np.int64)
    index = FaissIndex.build([(ids, vectors)], 8, kind)
    index.save(tmp_path / "saved")
    loaded = FaissIndex.load(tmp_path / "saved")
    assert (loaded.kind, len(loaded), loaded.dimension) == (kind, 50, 8)
    assert loaded.search(vectors[:5], 10) == index.search(vectors[:5], 10)


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_an_empty_index_can_be_saved(kind: dense.Kind, tmp_path: Path) -> None:
    FaissIndex.build([], 8, kind).save(tmp_path / "saved")
    assert FaissIndex.load(tmp_path / "saved").search(random_units(1, 8), 3) == [[]]


@pytest.mark.parametrize("name", ["codes.faiss", "scale.npy", "vectors.npy", "ids.npy"])
@pytest.mark.parametrize("content", [None, b"", b"IxFI", b"\xff" * 100])
def test_a_file_that_is_no_index_is_damaged(name: str, content: bytes | None, tmp_path: Path) -> None:
    FaissIndex.build([(ids_of(1), unit([NORTH]))], 2).save(tmp_path / "saved")
    (tmp_path / "saved" / name).unlink()
    if content is not None:
        (tmp_path / "saved" / name).write_bytes(content)
    with pytest.raises(DamagedError):
        FaissIndex.load(tmp_path / "saved")


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_a_changed_index_equals_one_built_anew_and_the_old_one_stays(
    kind: dense.Kind, tmp_path: Path
) -> None:
    vectors, ids = random_units(120, 8), np.arange(120, dtype=np.int64)
    queries = random_units(5, 8, seed=5)
    index = FaissIndex.build([(ids[:100], vectors[:100])], 8, kind)
    before = index.search(queries, 20)
    expected = ExactIndex.build([(ids[10:], vectors[10:])], 8).search(queries, 20)
    changed = index.with_changes(range(10), [(ids[100:], vectors[100:])])
    assert (changed.kind, len(changed), sorted(changed.ids.tolist())) == (kind, 110, list(range(10, 120)))
    assert changed.search(queries, 20) == expected
    assert index.search(queries, 20) == before
    changed.save(tmp_path / "saved")
    assert FaissIndex.load(tmp_path / "saved").search(queries, 20) == expected


def test_copies_of_one_vector_hide_nothing_from_a_graph() -> None:
    vectors, ids = random_units(3000, 16), np.arange(3000, dtype=np.int64)
    vectors[1000:1500] = vectors[0]
    queries = np.concatenate([vectors[:5], random_units(20, 16, seed=6)])
    graph = FaissIndex.build([(ids[:2000], vectors[:2000])], 16, "hnsw")
    graph = graph.with_changes([0, 1], [(ids[2000:], vectors[2000:]), (ids_of(5000), vectors[:1])])
    held = [(ids[2:], vectors[2:]), (ids_of(5000), vectors[:1])]
    expected = ExactIndex.build(held, 16).search(queries, 100)
    found = graph.search(queries, 100)
    assert found[0] == expected[0]
    assert sum(len(set(a) & set(b)) for a, b in zip(found, expected, strict=True)) >= 0.97 * 25 * 100


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_many_removals_leave_exactly_the_rest(kind: dense.Kind) -> None:
    vectors, ids = random_units(100, 8), np.arange(100, dtype=np.int64)
    index = FaissIndex.build([(ids, vectors)], 8, kind)
    for start in range(0, 90, 9):
        index = index.with_changes(range(start, start + 9), [])
    assert index.search(vectors[:1], 20) == ExactIndex.build([(ids[90:], vectors[90:])], 8).search(
        vectors[:1], 20
    )


def test_adding_a_held_id_is_refused() -> None:
    index = FaissIndex.build([(ids_of(1, 2), unit([NORTH, EAST]))], 2)
    with pytest.raises(ValueError, match="twice"):
        index.with_changes([2], [(ids_of(1), unit([EAST]))])


def test_a_negative_id_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        FaissIndex.build([(ids_of(-1), unit([NORTH]))], 2)


def test_a_graph_takes_over_above_300_000_vectors() -> None:
    assert (kind_for(300_000), kind_for(300_001)) == ("flat", "hnsw")


def test_scores_of_any_ids_are_those_of_the_search(build: Build) -> None:
    ids = np.array([40, 7, 23, 8, 91], dtype=np.int64)
    index = build([(ids, random_units(5, 8))], 8)
    query = random_units(1, 8)
    found = dict(index.search(query, 5)[0])
    asked = np.array([23, 91, 7], dtype=np.int64)
    assert index.scores(query[0], asked).tolist() == [found[23], found[91], found[7]]
    assert index.scores(query[0], asked[:0]).tolist() == []
    with pytest.raises(KeyError):
        index.scores(query[0], np.array([23, 9], dtype=np.int64))


@pytest.mark.parametrize("step", [1, 2])
def test_two_threads_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr("vectorstore.codes._FEW_FOR_TWO", 5001)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    ids, vectors = np.arange(5001, dtype=np.int64), random_units(5001, 16)
    queries, allowed = random_units(20, 16, seed=4), None if step == 1 else ids[::step]
    expected = ExactIndex(ids, vectors).search(queries, 10, allowed)
    two = FaissIndex.build([(ids, vectors)], 16, "flat")
    assert two.search(queries, 10, allowed) == expected
    two.save(tmp_path / "dense")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    one = FaissIndex.load(tmp_path / "dense")
    assert len(one) == len(two) == 5001
    assert one.search(queries, 10, allowed) == expected
