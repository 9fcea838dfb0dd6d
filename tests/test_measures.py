"""The measures, against values worked out by hand and against definitions written another way."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import measures

WORDS = st.text(alphabet="abتثَةـ ،.«»the an\u06f3٣", max_size=25)
SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), max_size=12)


def test_squad_normalisation_drops_case_articles_ascii_punctuation_and_extra_space() -> None:
    assert measures.normalize_squad("The  Nile, an ancient\tRiver!") == "nile ancient river"


def test_squad_normalisation_leaves_arabic_punctuation_and_marks() -> None:
    assert measures.normalize_squad("«النِّيل»،") == "«النِّيل»،"


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("«النِّيلُ»،", "النيل"),
        ("مُحَمَّد", "محمد"),
        ("قـــال؟", "قال"),
        ("الرّحمٰن؛", "الرحمن"),
        ("‘the’ U.S. — “army”…", "us army"),
        ("٣٠ قتيلًا٪", "٣٠ قتيلا"),
        ("5 $", "5"),
        ("30 € ", "30 €"),  # a currency sign is no punctuation in Unicode; SQuAD drops the ASCII one only
        ("¿Dónde?", "dónde"),
    ],
)
def test_normalisation_drops_arabic_marks_and_all_punctuation(written: str, compared: str) -> None:
    assert measures.normalize(written) == compared


def test_normalisation_keeps_letters_apart_that_spelling_tells_apart() -> None:
    assert measures.normalize("أحمد على مدرسة") == "أحمد على مدرسة"


@given(WORDS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = measures.normalize(text)
    assert measures.normalize(once) == once


def test_exact_match_takes_any_gold_answer() -> None:
    assert measures.exact_match("القاهرة.", ["بغداد", "القاهرة"]) == 1.0
    assert measures.exact_match("القاهرة", ["في القاهرة", "قاهرة"]) == 0.0


def test_f1_counts_shared_words_and_takes_the_best_gold() -> None:
    # 2 shared words; precision 2/3, recall 2/4.
    expected = 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4)
    assert measures.f1("مدينة حلب القديمة", ["في حلب القديمة اليوم", "دمشق"]) == pytest.approx(expected)


def test_f1_counts_a_repeated_word_as_often_as_both_have_it() -> None:
    # shared: x twice; precision 2/3, recall 2/2.
    assert measures.f1("x x x", ["x x"]) == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))


@pytest.mark.parametrize(
    ("prediction", "golds", "score"),
    [
        ("", [], 1.0),  # SQuAD 2.0: silence is right where there is no answer
        ("كلمة", [], 0.0),
        ("", ["كلمة"], 0.0),
        ("...", ["؟"], 1.0),  # neither has a word left
        ("كلمة", ["؟", "كلمة"], 1.0),
        ("", ["؟", "كلمة"], 0.0),  # a gold answer without words does not count beside one with words
    ],
)
def test_empty_answers_score_as_in_squad_2(prediction: str, golds: list[str], score: float) -> None:
    assert measures.exact_match(prediction, golds) == score
    assert measures.f1(prediction, golds) == score


def reference_tokens(text: str) -> list[str]:
    """SQuAD's normalisation, spelled as one substitution after another."""
    text = re.sub("[" + re.escape(string.punctuation) + "]", "", text.lower())
    return [word for word in re.split(r"\s+", re.sub(r"\b(?:the|an|a)\b", " ", text)) if word]


def reference_f1(prediction: str, gold: str) -> float:
    left, right = reference_tokens(prediction), reference_tokens(gold)
    if not left or not right:
        return 1.0 if left == right else 0.0
    rest, shared = list(right), 0
    for word in left:
        if word in rest:
            rest.remove(word)
            shared += 1
    if shared == 0:
        return 0.0
    precision, recall = shared / len(left), shared / len(right)
    return 2 * precision * recall / (precision + recall)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=3))
def test_squad_scores_equal_their_definition(prediction: str, golds: list[str]) -> None:
    counted = [gold for gold in golds if reference_tokens(gold)] or [""]
    assert measures.f1(prediction, golds, measures.normalize_squad) == pytest.approx(
        max(reference_f1(prediction, gold) for gold in counted)
    )
    assert measures.exact_match(prediction, golds, measures.normalize_squad) == float(
        " ".join(reference_tokens(prediction)) in [" ".join(reference_tokens(gold)) for gold in counted]
    )


@given(WORDS, WORDS)
def test_f1_is_symmetric_and_1_exactly_where_the_words_are_the_same(left: str, right: str) -> None:
    score = measures.f1(left, [right])
    assert score == pytest.approx(measures.f1(right, [left]))
    assert 0 <= score <= 1
    same = sorted(measures.normalize(left).split()) == sorted(measures.normalize(right).split())
    assert (score == 1) == same


@given(st.characters())
def test_no_punctuation_survives_normalisation(character: str) -> None:
    assert not any(unicodedata.category(c).startswith("P") for c in measures.normalize(f"س{character}س"))


def test_recall_looks_at_the_first_k_only() -> None:
    ranking = [7, 3, 9]
    assert [measures.recall(ranking, 9, k) for k in (1, 2, 3, 20)] == [0.0, 0.0, 1.0, 1.0]
    assert measures.recall(ranking, 4, 20) == 0.0
    assert measures.recall([], 4, 5) == 0.0


def test_reciprocal_rank_is_zero_past_the_tenth() -> None:
    ranking = list(range(20))
    assert measures.reciprocal_rank(ranking, 0) == 1 / 1
    assert measures.reciprocal_rank(ranking, 3) == 1 / 4
    assert measures.reciprocal_rank(ranking, 9) == 1 / 10
    assert measures.reciprocal_rank(ranking, 10) == 0.0


def test_auroc_counts_a_tie_as_half() -> None:
    # Of 4 pairs: .9>.5, .9>.1, .5=.5, .5>.1
    assert measures.auroc([0.9, 0.5], [0.5, 0.1]) == (1 + 1 + 0.5 + 1) / 4


def test_auroc_needs_both_sides() -> None:
    assert measures.auroc([], [0.5]) is None
    assert measures.auroc([0.5], []) is None


@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_in_order(positives: list[float], negatives: list[float]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    expected = sum(pairs) / len(pairs) if pairs else None
    assert measures.auroc(positives, negatives) == (pytest.approx(expected) if pairs else None)


def test_percentiles_are_values_that_were_seen() -> None:
    values = [40.0, 10.0, 20.0, 30.0]
    assert measures.percentile(values, 50) == 20.0
    assert measures.percentile(values, 51) == 30.0
    assert measures.percentile(values, 95) == 40.0
    assert measures.percentile([5.0], 50) == 5.0


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_a_percentile_of_nothing_is_refused(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        measures.percentile(values, percent)


def test_risk_grows_along_the_curve_as_wrong_answers_come_in() -> None:
    points = measures.risk_coverage([0.2, 0.9, 0.6, 0.6], [1.0, 0.0, 1.0, 0.0])
    # The two at .6 come in together: nothing tells them apart.
    assert points == [
        measures.RiskPoint(0.9, 1 / 4, 0 / 1),
        measures.RiskPoint(0.6, 3 / 4, 1 / 3),
        measures.RiskPoint(0.2, 4 / 4, 2 / 4),
    ]


def test_a_risk_curve_needs_a_loss_for_each_confidence() -> None:
    with pytest.raises(ValueError):
        measures.risk_coverage([0.5], [])


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 0.5, 1.0])), min_size=1))
def test_the_last_point_of_a_risk_curve_is_everything(pairs: list[tuple[float, float]]) -> None:
    points = measures.risk_coverage([c for c, _ in pairs], [loss for _, loss in pairs])
    assert points[-1].coverage == 1.0
    assert points[-1].risk == pytest.approx(sum(loss for _, loss in pairs) / len(pairs))
    assert [p.confidence for p in points] == sorted({c for c, _ in pairs}, reverse=True)
