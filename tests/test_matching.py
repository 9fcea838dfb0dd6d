"""Words against words: one by one as all at once; and the products beneath, by whatever threads."""

from __future__ import annotations

from itertools import product as pairs

import numpy as np
import pytest

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from rag.matching import Matcher
from rag.weighing import naming
from vectorstore.products import product

WORDS = (
    "بغداد", "البغدادي", "baghdad", "الكاظمي", "كاظمي", "kadhimi", "kazimi", "جندي", "جنود", "الجنود",
    "soldiers", "soldier", "soldats", "قتيلا", "مقتل", "killed", "ألمانيا", "germany", "allemagne", "ا",
    "american", "americans", "الأمريكية", "أمريكا", "2021", "36", "of", "و", "iraq's", "iraq", "日本",
)  # fmt: skip


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(StaticEncoder.open(EMBEDDED_FOLDER, name="embedded"))


def test_two_words_are_as_alike_alone_as_among_others(matcher: Matcher) -> None:
    rows = matcher.vectors(WORDS)[0]
    together = matcher.strengths(WORDS, rows, WORDS, rows, [True] * len(WORDS))
    for (i, left), (j, right) in pairs(enumerate(WORDS), repeat=2):
        first, second = (i, j) if left <= right else (j, i)
        assert matcher.alike(left, right) == pytest.approx(float(together[first, second]), abs=1e-6)
        assert matcher.alike(left, right) == matcher.alike(right, left)


def test_alike_are_words_of_one_stem_name_or_meaning(matcher: Matcher) -> None:
    for left, right, least in (
        ("soldier", "soldiers", 0.95), ("الكاظمي", "kadhimi", 0.7), ("جندي", "جنود", 0.75),
        ("قتيلا", "مقتل", 0.85), ("germany", "allemagne", 0.6), ("بغداد", "بغداد", 1.0),
    ):  # fmt: skip
        assert matcher.alike(left, right) >= least - 1e-6, (left, right)
    assert matcher.alike("baghdad", "soldier") < 0.5


def test_a_long_text_is_a_name_only_to_itself() -> None:
    def never(left: str, right: str) -> float:
        raise AssertionError("a long text's words are compared by their meaning")

    text = tuple(f"word{i}" for i in range(9))
    assert naming.same(text, text, never)
    assert not naming.same(text, (*text, "more"), never)


@pytest.mark.parametrize(("n", "d", "m"), [(0, 4, 3), (1, 256, 1), (700, 256, 12), (3, 256, 2000)])
def test_a_product_in_parts_is_the_product(n: int, d: int, m: int) -> None:
    rng = np.random.default_rng(1)
    left, right = rng.random((n, d), dtype=np.float32), rng.random((d, m), dtype=np.float32)
    wanted = left.astype(np.float64) @ right
    assert product(left, right) == pytest.approx(wanted, rel=1e-5)
    assert product(left, right[:, 0]) == pytest.approx(wanted[:, 0], rel=1e-5)
    out = np.empty((n, m), dtype=np.float32)
    assert product(left, right, out) is out
    assert out == pytest.approx(wanted, rel=1e-5)
