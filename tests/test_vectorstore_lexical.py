"""BM25 as the formula says, whatever tantivy does underneath."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore import lexical
from vectorstore.base import DamagedError
from vectorstore.lexical import TantivyIndex

WEIGHTS = {"words": 1.0, "grams": 0.5}
Corpus = Mapping[int, Mapping[str, str]]

CORPUS: Corpus = {
    # Words come here folded; one keeps its marks, as another analysis might leave it.
    11: {"words": "قتل جندي مطار كابول", "grams": "قتل جندي مطار كابو ابول"},
    7: {"words": "مطار مطار مُحَمَّد 13", "grams": "مطار"},
    5: {"words": "انسحاب قوات", "grams": "انسح نسحا سحاب قوات"},
    3: {"words": "", "grams": ""},
    2: {"words": "airport مطار", "grams": "airp irpo rpor port مطار"},
}


def make(folder: Path, corpus: Corpus = CORPUS) -> TantivyIndex:
    return TantivyIndex.build(folder, [list(corpus.items())], WEIGHTS)


def bm25(
    corpus: Corpus, query: Mapping[str, Sequence[str]], weights: Mapping[str, float] = WEIGHTS
) -> list[tuple[int, float]]:
    """Return every chunk that shares a token, scored by the formula written out, best first."""
    k1, b = 0.9, 0.4
    scores: dict[int, float] = {}
    for name, tokens in query.items():
        texts = {id_: fields[name].split() for id_, fields in corpus.items()}
        mean = sum(map(len, texts.values())) / max(1, len(texts))
        for token in tokens:
            df = sum(token in text for text in texts.values())
            idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
            for id_, text in texts.items():
                tf = text.count(token)
                if tf:
                    gain = weights[name] * idf * tf / (tf + k1 * (1 - b + b * len(text) / mean))
                    scores[id_] = scores.get(id_, 0.0) + gain
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> bool:
    """Tell whether ids are equal in order and scores nearly so."""
    return [id_ for id_, _ in found] == [id_ for id_, _ in expected] and [
        s for _, s in found
    ] == pytest.approx([s for _, s in expected], rel=1e-5)


@pytest.mark.parametrize(
    "query",
    [
        {"words": ["مطار"]},
        {"words": ["مُحَمَّد"]},
        {"words": ["13", "كابول"]},
        {"grams": ["سحاب", "مطار"]},
        {"words": ["مطار", "انسحاب"], "grams": ["مطار", "port"]},
        {"words": ["مطار", "قتل"], "grams": []},
    ],
)
def test_scores_follow_the_formula(query: dict[str, list[str]], tmp_path: Path) -> None:
    assert same(make(tmp_path / "index").search(query, 10), bm25(CORPUS, query))


def test_one_score_worked_out_by_hand(tmp_path: Path) -> None:
    # 5 chunks; 3 hold the word; 4 + 4 + 2 + 0 + 2 = 12 words in all; chunk 7 holds it twice among 4.
    idf = math.log(1 + (5 - 3 + 0.5) / (3 + 0.5))
    expected = idf * 2 / (2 + 0.9 * (1 - 0.4 + 0.4 * 4 / (12 / 5)))
    assert make(tmp_path / "index").search({"words": ["مطار"]}, 1) == [(7, pytest.approx(expected))]


def test_a_token_asked_twice_counts_twice(tmp_path: Path) -> None:
    index = make(tmp_path / "index")
    (_, once), (_, twice) = (
        index.search({"words": tokens}, 1)[0] for tokens in (["كابول"], ["كابول", "كابول"])
    )
    assert twice == pytest.approx(2 * once)


def test_equal_scores_stand_by_ascending_id(tmp_path: Path) -> None:
    corpus = {id_: {"words": "هدنة", "grams": ""} for id_ in range(900, 0, -1)}
    index = make(tmp_path / "index", corpus)
    assert [id_ for id_, _ in index.search({"words": ["هدنة"]}, 3)] == [1, 2, 3]


def test_a_tie_across_the_last_candidate_keeps_the_lowest_ids(tmp_path: Path) -> None:
    corpus = {id_: {"words": "هدنة", "grams": ""} for id_ in range(500, 0, -1)}
    corpus[600] = {"words": "هدنة هدنة", "grams": ""}
    index = make(tmp_path / "index", corpus)
    assert [id_ for id_, _ in index.search({"words": ["هدنة"]}, 3)] == [600, 1, 2]


def test_only_allowed_chunks_are_found(tmp_path: Path) -> None:
    index = make(tmp_path / "index")
    expected = [pair for pair in bm25(CORPUS, {"words": ["مطار"]}) if pair[0] in (2, 11)]
    assert same(index.search({"words": ["مطار"]}, 10, allowed={2, 11, 3, 404, -1}), expected)
    assert index.search({"words": ["مطار"]}, 10, allowed=[]) == []


def test_nothing_shared_finds_nothing(tmp_path: Path) -> None:
    index = make(tmp_path / "index")
    assert index.search({"words": ["سلام"]}, 10) == []
    assert index.search({"words": [], "grams": []}, 10) == []
    assert index.search({}, 10) == []


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = make(tmp_path / "index", {})
    assert (len(index), index.ids.tolist()) == (0, [])
    assert index.search({"words": ["مطار"]}, 10) == []


def test_tokens_are_data_and_no_query_language(tmp_path: Path) -> None:
    corpus = {1: {"words": "مطار* OR words:قتل (", "grams": '"'}, 2: {"words": "قتل", "grams": ""}}
    index = make(tmp_path / "index", corpus)
    assert [id_ for id_, _ in index.search({"words": ["OR"]}, 5)] == [1]
    assert [id_ for id_, _ in index.search({"words": ["words:قتل", "مطار*", "("]}, 5)] == [1]
    assert index.search({"words": ["مطار", "*", "او قتل", ""]}, 5) == []


def test_case_and_marks_are_not_touched(tmp_path: Path) -> None:
    index = make(tmp_path / "index", {1: {"words": "Kabul", "grams": ""}, 2: {"words": "kabul", "grams": ""}})
    assert [id_ for id_, _ in index.search({"words": ["kabul"]}, 5)] == [2]
    assert make(tmp_path / "other").search({"words": ["محمد"]}, 5) == []


def test_k_below_one_and_unknown_fields_are_refused(tmp_path: Path) -> None:
    index = make(tmp_path / "index")
    with pytest.raises(ValueError, match="at least 1"):
        index.search({"words": ["مطار"]}, 0)
    with pytest.raises(ValueError, match="'title' is not one of words, grams"):
        index.search({"title": ["مطار"]}, 5)


def test_weights_can_change_without_a_new_index(tmp_path: Path) -> None:
    make(tmp_path / "index")
    weights = {"words": 0.25, "grams": 2.0}
    query = {"words": ["مطار", "قتل"], "grams": ["مطار"]}
    assert same(
        TantivyIndex.open(tmp_path / "index", weights).search(query, 10), bm25(CORPUS, query, weights)
    )


def test_an_index_of_other_fields_or_none_is_damaged(tmp_path: Path) -> None:
    make(tmp_path / "index")
    with pytest.raises(DamagedError, match="2 fields, expected 1"):
        TantivyIndex.open(tmp_path / "index", {"words": 1.0})
    with pytest.raises(DamagedError, match=r"meta\.json"):
        TantivyIndex.open(tmp_path / "nothing", WEIGHTS)


def test_a_changed_index_scores_like_one_built_anew_and_the_old_one_stays(tmp_path: Path) -> None:
    index = make(tmp_path / "old")
    query = {"words": ["مطار", "قتل"], "grams": ["مطار", "قوات"]}
    before = index.search(query, 10)
    added = {12: {"words": "مطار بيروت", "grams": "مطار"}, 13: {"words": "قوات", "grams": "قوات"}}
    changed = index.with_changes(tmp_path / "old", tmp_path / "new", [7, 5], [list(added.items())])
    corpus = {**{id_: CORPUS[id_] for id_ in (11, 3, 2)}, **added}
    assert (len(changed), changed.ids.tolist(), changed.deletions) == (5, [2, 3, 11, 12, 13], 2)
    assert same(changed.search(query, 10), bm25(corpus, query))
    assert index.search(query, 10) == before
    assert TantivyIndex.open(tmp_path / "old", WEIGHTS).search(query, 10) == before


def test_many_changes_keep_few_files(tmp_path: Path) -> None:
    index = make(tmp_path / "0")
    for i in range(1, 30):
        new = [(100 + i, {"words": f"مطار {i}", "grams": ""})]
        index = index.with_changes(tmp_path / str(i - 1), tmp_path / str(i), [], [new])
    assert len(index) == 5 + 29
    assert len({path.stem for path in (tmp_path / "29").iterdir()}) < 20  # segments are merged


def test_more_chunks_than_candidates_still_give_k(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "CANDIDATES", 2)
    corpus = {id_: {"words": "مطار " * (id_ % 7 + 1) + f"رقم {id_}", "grams": ""} for id_ in range(1, 101)}
    found = make(tmp_path / "index", corpus).search({"words": ["مطار"]}, 50)
    assert len(found) == 50
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("share", [2, 3, 40])
def test_a_filter_gives_what_the_whole_gives_without_the_rest(
    few: int, share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_FEW", few)
    corpus = {
        id_: {"words": "مطار " * (id_ * 7 % 11) + "قوات " * (id_ % 5), "grams": f"رقم {id_}"}
        for id_ in range(1, 301)
    }
    query = {"words": ["مطار", "قوات"], "grams": ["رقم", "299"]}
    allowed = set(range(1, 301, share)) | {-4, 1000}
    expected = [pair for pair in bm25(corpus, query) if pair[0] in allowed]
    index = make(tmp_path / "index", corpus)
    assert same(index.search(query, 300, allowed), expected)
    assert same(index.search(query, 300, np.array(sorted(allowed))), expected)
    assert [s for _, s in index.search(query, 3, allowed)] == pytest.approx([s for _, s in expected[:3]])


def test_a_filter_whose_chunks_are_the_worst_still_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_FEW", 0)
    monkeypatch.setattr(lexical, "CANDIDATES", 2)
    corpus = {id_: {"words": "مطار مطار" if id_ < 250 else "مطار", "grams": ""} for id_ in range(300)}
    index = make(tmp_path / "index", corpus)
    assert [id_ for id_, _ in index.search({"words": ["مطار"]}, 2, range(250, 300))] == [250, 251]


token = st.sampled_from(["مطار", "قوات", "قتل", "airport", "13", "و"])
text = st.lists(token, max_size=8).map(" ".join)


@settings(max_examples=25)
@given(
    texts=st.lists(st.tuples(text, text), max_size=12),
    query=st.fixed_dictionaries({"words": st.lists(token, max_size=5), "grams": st.lists(token, max_size=5)}),
    k=st.integers(1, 15),
)
def test_any_corpus_is_scored_by_the_formula(
    texts: list[tuple[str, str]],
    query: dict[str, list[str]],
    k: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    corpus = {id_: {"words": words, "grams": grams} for id_, (words, grams) in enumerate(texts, start=1)}
    found = make(tmp_path_factory.mktemp("lexical") / "index", corpus).search(query, k)
    expected = dict(bm25(corpus, query))
    assert all(score == pytest.approx(expected[id_], rel=1e-5) for id_, score in found)
    assert [score for _, score in found] == pytest.approx(
        sorted(expected.values(), reverse=True)[:k], rel=1e-5
    )
