"""A mark on the paper, and the letters of one that stands for several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rag.loaders.direction import is_right_to_left

ALEFS = "اأإآٱ"
_LIGATURES = re.compile(rf"ل[{ALEFS}]|لله|لل|الله|محمد|صلى|عليه|وسلم|ﷲ")


class Glyph(NamedTuple):
    """A mark on the paper; x and y run to the right and up, in points."""

    text: str  # one letter, or those of a ligature, in reading order
    x: float  # where the pen stood; letters may be drawn over one another, but not their pens out of order
    left: float
    right: float
    y: float  # of the baseline
    size: float  # of the type
    angle: int = 0  # in quarter turns
    word: int = 0  # how many spaces come before it in the file
    is_guessed: bool = False  # its width is
    is_typed: bool = False  # into a field: a whole text, which says nothing of the direction of the line

    @property
    def middle(self) -> float:
        """Return the middle between left and right."""
        return (self.left + self.right) / 2

    @property
    def is_blank(self) -> bool:
        """Tell whether it is a space of which the file tells where it begins, and not how wide it is."""
        return self.left == self.right and self.text == " "

    @property
    def place(self) -> tuple[float, float]:
        """Return what orders the glyphs of a line from left to right; those of a ligature share a pen."""
        return self.x, self.middle


def ligature(letters: Sequence[str], *, reversed_: bool) -> str:
    """Return the letters of one glyph in reading order.

    Args:
        letters: as the reader of the file gives them.
        reversed_: whether it gives those of right-to-left scripts backwards, where the letters do not tell.
    """
    forward = "".join(letters)
    backward = forward[::-1]
    if not is_right_to_left(forward):
        return forward
    for text in (backward, forward):
        if _LIGATURES.fullmatch(text):
            return text
    return backward if reversed_ else forward


def glyph_runs(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Yield runs of glyphs that stand at exactly the same place: the letters of one ligature."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and glyph[1:] != run[-1][1:]:
            yield run
            run = []
        run.append(glyph)
    if run:
        yield run
