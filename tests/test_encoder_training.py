"""The parts of the encoder's training that can be wrong without a sound."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from training import crossing, data, examples
from training.data import Passage, Question
from training.examples import TextPair


def write_gzip(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def words() -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({"?": 0, "كتاب": 1, "book": 2, "قلم": 3, "pen": 4}, unk_token="?"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def test_alignment_keeps_the_order_and_leaves_out_what_gains_nothing() -> None:
    gain = np.array([[0.5, -1, 0.9], [0.8, -1, -1], [-1, 0.4, 0.3]], dtype=np.float32)
    total, pairs = crossing.align(gain)
    # (0, 2) is the best single pair, but nothing may follow it; (1, 0) with (2, 1) gains more.
    assert pairs == [(1, 0), (2, 1)]
    assert total == pytest.approx(0.8 + 0.4)


def best_total(gain: np.ndarray) -> float:
    """Return the best total by trying every pair first."""
    options = [0.0]
    for i, j in np.ndindex(*gain.shape):
        options.append(float(gain[i, j]) + best_total(gain[i + 1 :, j + 1 :]))
    return max(options)


@settings(max_examples=60)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_alignment_finds_the_best_total(rows: int, columns: int, seed: int) -> None:
    gain = np.random.default_rng(seed).uniform(-1, 1, (rows, columns))
    total, pairs = crossing.align(gain)
    assert total == pytest.approx(best_total(gain))
    assert total == pytest.approx(sum(gain[pair] for pair in pairs))
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))


def test_an_arabic_full_stop_without_a_space_does_not_lose_text() -> None:
    text = "افتتح المعرض صباحا. حضره الوزير؟نعم.\nThe end."
    assert examples.sentences(text) == ("افتتح المعرض صباحا.", "حضره الوزير؟", "نعم.", "The end.")


def test_the_whole_view_begins_with_the_title_and_the_short_one_holds_the_answer() -> None:
    text = "بدأ العمل. نشر الكتاب. كتبه سمير. صدر في مايو."
    question = Question("1", "ar", "من كتب الكتاب؟", "p", (("سمير", text.index("سمير")),))
    assert examples.passage_views(question, Passage("p", "الكتاب", text)) == [
        ("الكتاب", *examples.sentences(text)),
        ("نشر الكتاب.", "كتبه سمير."),
    ]


def test_equal_texts_share_a_key_and_pairs_without_tokens_are_left_out() -> None:
    pairs = [
        TextPair(("كتاب",), ("book",)),
        TextPair(("كتاب",), ("book",)),
        TextPair(("كتاب", "قلم"), ("pen",)),
        TextPair(("قلم",), ("",)),
        TextPair(("كتاب",), ("pen",)),
    ]
    group = examples.group("words", pairs, words())
    assert group.left.ids.tolist() == [1, 1, 3, 1]
    assert group.left.lengths.tolist() == [1, 2, 1]
    assert group.right.ids.tolist() == [2, 4, 4]
    assert group.left_key[0] == group.left_key[2] != group.left_key[1]
    assert group.right_key[1] == group.right_key[2] != group.right_key[0]


def test_rows_are_taken_end_to_end_in_the_order_asked_for() -> None:
    texts = examples.Texts(np.array([5, 6, 7, 8, 9, 4], dtype=np.uint16), np.array([2, 3, 1]))
    ids, offsets = examples.take(texts, np.array([2, 0, 1, 0]))
    assert ids.tolist() == [4, 5, 6, 7, 8, 9, 5, 6]
    assert offsets.tolist() == [0, 1, 3, 6]


def test_saved_groups_come_back_as_they_were(tmp_path: Path) -> None:
    pairs = [TextPair(("كتاب",), ("book",)), TextPair(("قلم",), ("pen",), topic="أدوات")]
    group = examples.group("words-ar", pairs, words())
    examples.save([group], tmp_path / "groups.npz")
    [loaded] = examples.load(tmp_path / "groups.npz")
    assert loaded.name == "words-ar"
    assert loaded.left.ids.tolist() == [1, 3]
    assert loaded.right_key.tolist() == group.right_key.tolist()
    assert loaded.topic.tolist() == group.topic.tolist()


def test_two_cuts_of_one_passage_are_no_negatives_and_share_a_topic() -> None:
    pairs = [
        TextPair(("قلم",), ("كتاب", "book"), "p1", "مكتبة"),
        TextPair(("كتاب",), ("book",), "p1", "مكتبة"),
        TextPair(("كتاب",), ("pen",), "p2", "مكتبة"),
    ]
    group = examples.group("questions-ar", pairs, words())
    assert group.right_key.tolist() == [0, 0, 1]
    assert group.topic.tolist() == [0, 0, 0]


def test_a_step_takes_so_many_pairs_of_one_topic() -> None:
    from training.encoder import Recipe, _draw_rows

    pairs = [TextPair((f"كتاب {i}",), (f"book {i}",), f"p{i}", f"t{i // 10}") for i in range(100)]
    group = examples.group("questions-en", pairs, words())
    recipe = Recipe(seed=1, steps=1, batch=12, dimension=4, learning_rate=0.1, cluster=4)
    topics = group.topic[_draw_rows(group, recipe, np.random.default_rng(3))]
    assert len(topics) == 12
    assert np.unique(topics, return_counts=True)[1].tolist() == [4, 4, 4]


def test_the_loss_and_its_slopes_equal_autograds() -> None:
    import torch
    from torch.nn import functional

    from training.losses import TEMPERATURE, ContrastiveLoss

    torch.manual_seed(3)
    left, right = (
        functional.normalize(torch.randn(6, 4, dtype=torch.double), dim=-1).requires_grad_() for _ in range(2)
    )
    same = torch.zeros(6, 6, dtype=torch.bool)
    same[1, 2] = same[2, 1] = True
    loss = ContrastiveLoss.apply(left, right, same)
    scores = (left @ right.T / TEMPERATURE).masked_fill(same, -torch.inf)
    target = torch.arange(6)
    expected = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(
        torch.autograd.grad(loss, (left, right)), torch.autograd.grad(expected, (left, right))
    )


def test_the_alignment_loss_and_its_slopes_equal_autograds() -> None:
    import torch
    from torch.nn import functional

    from training.losses import ALIGNMENT_TEMPERATURE, alignment_loss

    torch.manual_seed(5)
    vectors = torch.randn(7, 5, requires_grad=True)
    left = [np.array([0, 1]), np.array([2, 2, 3]), np.array([4])]
    right = [np.array([4, 5]), np.array([1, 6]), np.array([0, 2, 3])]
    same = torch.zeros(3, 3, dtype=torch.bool)
    same[0, 2] = True
    loss = alignment_loss(vectors, left, right, same, np.arange(7))
    scores = torch.empty(3, 3)
    for i, query in enumerate(left):
        weights = vectors[query].norm(dim=-1)
        for j, passage in enumerate(right):
            cosines = functional.cosine_similarity(vectors[query][:, None], vectors[passage][None], dim=-1)
            scores[i, j] = (cosines.max(dim=1).values * weights).sum() / weights.sum()
    logits = (scores / ALIGNMENT_TEMPERATURE).masked_fill(same, -torch.inf)
    target = torch.arange(3)
    expected = (functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)) / 2
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(
        torch.autograd.grad(loss, vectors), torch.autograd.grad(expected, vectors), rtol=1e-4, atol=1e-5
    )


def test_a_stopped_training_goes_on_to_the_same_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import encoder

    monkeypatch.setattr(encoder, "CHECKPOINT_EVERY", 3)
    pairs = [
        TextPair(("كتاب",), ("book",)), TextPair(("قلم",), ("pen",)),
        TextPair(("كتاب", "قلم"), ("book", "pen")),
    ]  # fmt: skip
    groups = [examples.group("sentences-ar", pairs, words())]
    recipe = encoder.Recipe(
        seed=1, steps=6, batch=3, dimension=4, learning_rate=0.01, aligned=3, aligned_from=0.5, prefixes=(2,)
    )
    quiet: list[str] = []
    whole = encoder.fit(groups, words(), recipe, tmp_path / "whole.pt", quiet.append)

    class StoppedError(Exception):
        pass

    steps = iter(range(4))

    def loss_then_stop(*arguments: object, **options: object) -> object:
        if next(steps, None) is None:
            raise StoppedError
        return original(*arguments, **options)

    original = encoder._loss
    monkeypatch.setattr(encoder, "_loss", loss_then_stop)
    with pytest.raises(StoppedError):
        encoder.fit(groups, words(), recipe, tmp_path / "stopped.pt", quiet.append)
    monkeypatch.setattr(encoder, "_loss", original)
    resumed = encoder.fit(groups, words(), recipe, tmp_path / "stopped.pt", quiet.append)
    assert quiet == ["going on from step 3"]
    np.testing.assert_array_equal(resumed, whole)


def test_development_sets_are_never_read_for_training(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "| a.ar.train | train | 1 | 1 |\n| b.ar.dev | dev | 1 | 1 |\n", "utf-8"
    )
    for name in ("a.ar.train", "b.ar.dev"):
        question = {"id": name, "lang": "ar", "context_id": "c", "question": "من؟", "answers": []}
        write_gzip(tmp_path / "qa" / f"{name}.jsonl.gz", [json.dumps(question)])
        passage = {"context_id": "c", "title": "عنوان", "text": "نص"}
        write_gzip(tmp_path / "qa" / f"{name}.contexts.jsonl.gz", [json.dumps(passage)])
    for name in ("ud-pud.en-ar", "sdg.en-ar", "ud-pud.all", "flores200-devtest.all"):
        write_gzip(tmp_path / "parallel" / f"{name}.tsv.gz", ["eng\tara", f"{name}\tنص"])
    assert [each.name for each in data.training_question_sets(tmp_path)] == ["a.ar.train"]
    assert [(pair.left, pair.right) for pair in data.parallel_pairs(tmp_path)] == [
        ("eng", "ara"),  # a two-column file has no header
        ("sdg.en-ar", "نص"),
    ]


def test_held_out_articles_and_documents_are_never_read_for_training(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("| a.en.train | train | 2 | 2 |\n", "utf-8")
    question = {"lang": "en", "question": "Who?", "answers": []}
    questions = [{"id": str(i), "context_id": f"c{i}", **question} for i in (0, 1)]
    passages = [
        {"context_id": "c0", "title": "Space_Race", "text": "One."},
        {"context_id": "c1", "title": "Bridges", "text": "Two."},
    ]
    for file, records in (("a.en.train", questions), ("a.en.train.contexts", passages)):
        write_gzip(tmp_path / "qa" / f"{file}.jsonl.gz", [json.dumps(record) for record in records])
    [dataset] = data.training_question_sets(tmp_path)
    assert [question.id for question in dataset.questions] == ["1"]
    assert list(dataset.passages) == ["c1"]
    rows = ["docid\teng\tarb", "x\tone\tواحد", "y\ttwo\tاثنان", "x\tthree\tثلاثة"]
    write_gzip(tmp_path / "parallel" / "ntrex128.all.tsv.gz", rows)
    assert data.ntrex_documents(tmp_path, "eng") == [["one", "three"]]
    assert [(pair.left, pair.right) for pair in data.parallel_pairs(tmp_path)] == [("اثنان", "two")]


def test_codes_of_the_sources_become_our_languages() -> None:
    assert [data.language_of(code) for code in ("arb", "arz", "zho_Hans", "pt-BR", "en", "jpn")] == [
        "ar", "ar", "zh", "pt", "en", None,
    ]  # fmt: skip
