"""Rules that leave out what cannot answer."""

from __future__ import annotations

import numpy as np
import pytest

from rag.fitting import _runs_on
from rag.spans import Proposal, Source
from rag.values import Number


@pytest.mark.parametrize(
    ("words", "focus", "kept"),
    [
        ("340 pupils attend", [0, 1, 0], ["340", "340 pupils"]),  # asked: how many pupils attend?
        ("30 Danish sailors", [0, 0, 1], ["30", "30 Danish", "30 Danish sailors"]),
    ],
)
def test_words_of_the_question_after_what_is_counted_are_left_out(
    words: str, focus: list[float], kept: list[str]
) -> None:
    number = Number(first=0, last=1, value=1, hedge=0, unit=3, tail=3, measure=None, ordinal_like=False)
    proposals = [Proposal(0, last, Source.QUANTITY, number) for last in (1, 2, 3)]
    known = [False, True, True]
    left = [
        " ".join(words.split()[: one.last])
        for one in proposals
        if not _runs_on(one, proposals, known, np.array(focus, dtype=np.float32))
    ]
    assert left == kept
