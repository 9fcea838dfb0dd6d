"""The glyphs of a page → its lines, in reading order, by where they stand on the paper."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from rag.loaders.direction import CELL, is_right_to_left, logical
from rag.loaders.glyphs import ALEFS, Glyph

_STOPS = tuple(".,:;!?،؛؟…")
_SAME_LINE = 0.45  # of the size of the type: how far apart two baselines may be
_SPACE = 0.17  # likewise: a gap that parts words
_NARROW = 0.06  # likewise, where the file, too, has a space between two letters
_BLANK = 0.1  # likewise, how far the pen goes on for a space that is in the file
_GUESSED = 0.5  # likewise, beside a letter whose width is a guess
_CELL = 2.0  # likewise, a gap that parts columns
_REACH = 8  # lines back in which the rest of a line is looked for
_TWICE = 0.15  # likewise: no letter is narrower
_ONE_PEN = 0.05  # points between a letter and a mark that were set together
_SMALL = 0.75  # of the line's size: a figure that refers to a note
_RAISED = 0.9  # likewise, if it stands higher


@dataclass(slots=True)
class Line:
    """Glyphs on one baseline."""

    glyphs: list[Glyph]  # as they came
    y: float
    size: float
    angle: int
    marks: dict[int, str] = field(default_factory=dict)  # what stands over or under a glyph, by its place

    @property
    def left(self) -> float:
        """Return where the line begins on the left."""
        return min(glyph.left for glyph in self.glyphs)

    @property
    def right(self) -> float:
        """Return where the line ends on the right."""
        return max(glyph.right for glyph in self.glyphs)

    @property
    def letters(self) -> str:
        """Return what tells the direction of the line, in no order that matters."""
        printed = "".join(glyph.text for glyph in self.glyphs if not glyph.is_typed)
        return printed or "".join(glyph.text for glyph in self.glyphs)

    def units(self) -> list[str]:
        """Return what stands on the line from left to right: letters with their marks, spaces, `CELL`.

        Some writers place their spaces anywhere, so that gaps count, too.
        """
        places = sorted(range(len(self.glyphs)), key=lambda place: self.glyphs[place].place)
        blanks = self._has_all_blanks(places)
        found: list[str] = []
        last: Glyph | None = None
        blank: Glyph | None = None
        for place in places:
            glyph = self.glyphs[place]
            if glyph.is_blank:
                blank = glyph
                continue
            if glyph.text.isspace():
                if found and found[-1] not in (" ", CELL):
                    found.append(" ")
                continue
            if last is not None:
                if glyph.text == last.text and _is_twice(last, glyph):
                    continue
                gap = _gap(last, glyph) / self.size
                least = _least_space(last, glyph, blanks=blanks)
                if gap > _CELL:
                    found[-1:] = [CELL] if found[-1] == " " else [found[-1], CELL]
                elif found[-1] != " " and (
                    gap > least
                    or _is_note(last, glyph)
                    or (blank and min(blank.x - last.x, glyph.x - blank.x) > _BLANK * self.size)
                ):
                    found.append(" ")
            found.append(glyph.text + self.marks.get(place, ""))
            last, blank = glyph, None
        while found and found[-1] == " ":
            found.pop()
        return found

    def _has_all_blanks(self, places: Sequence[int]) -> bool:
        """Tell whether blanks stand in most of the gaps, so that the others are none that part words."""
        order = [self.glyphs[place] for place in places]
        room = _BLANK * self.size
        blanks = sum(one.is_blank and other.x - one.x > room for one, other in pairwise(order))
        if not blanks:
            return False
        letters = [glyph for glyph in order if not glyph.text.isspace()]
        gaps = sum(_gap(one, other) > _SPACE * self.size for one, other in pairwise(letters))
        return blanks >= 0.75 * gaps

    def is_right_to_left(self, page: bool) -> bool:
        """Tell whether the line runs from right to left, on a page that does or does not."""
        letters = self.letters
        if not page or is_right_to_left(letters):
            return is_right_to_left(letters)
        kinds = {unicodedata.bidirectional(character) for character in letters}
        if "L" not in kinds or not kinds.isdisjoint(("R", "AL")):
            return True
        # Latin words alone: the stop at their end stands on the left, if the line runs as the page does.
        units = self.units()
        return units[0] in _STOPS and units[-1] not in _STOPS

    def text(self, *, right_to_left: bool) -> str:
        """Return the line as it is read, if it runs that way."""
        return logical(self.units(), right_to_left=right_to_left)

    def as_laid(self) -> str:
        """Return the line from left to right: so it is read where a program wrote it that knew no Arabic."""
        return "".join(self.units())


def _gap(one: Glyph, other: Glyph) -> float:
    """Return how far a letter is from the one on its left, less the hollow that is its own."""
    return min(other.x, other.left) - one.right


def _least_space(one: Glyph, other: Glyph, *, blanks: bool) -> float:
    """Return the gap, in sizes, from which two neighbours belong to two words.

    Args:
        one: on the left of the other.
        other: on its right.
        blanks: whether the line has a blank wherever two words part.
    """
    if blanks:
        return _GUESSED if one.is_guessed else _SPACE
    if one.word == other.word or one.is_guessed or not (one.text.isalnum() and other.text.isalnum()):
        return _SPACE
    if is_right_to_left(one.text) or is_right_to_left(other.text):
        return _NARROW
    return -math.inf  # the file is right here, and the hook of an f may reach over the space


def _is_twice(one: Glyph, other: Glyph) -> bool:
    """Tell whether a letter was printed twice: to look bolder, or once for itself and once for its sign."""
    overlap = min(one.right, other.right) - max(one.left, other.left)
    return other.x - one.x < _TWICE * one.size and overlap > 0.3 * (one.right - one.left)


def _is_note(one: Glyph, other: Glyph) -> bool:
    """Tell whether one of two neighbours is a raised figure that refers to a note."""
    if not (one.text.isdecimal() or other.text.isdecimal()):
        return False
    low, high = (one, other) if one.size >= other.size else (other, one)
    raised = high.size < _RAISED * low.size and high.y - low.y > (1 - _RAISED) * low.size
    return raised or high.size < _SMALL * low.size


def lines_of(glyphs: Iterable[Glyph], blanks: Iterable[Glyph] = ()) -> list[Line]:
    """Return the lines of a page in reading order.

    Args:
        glyphs: in the order of the file, which is that of the columns and paragraphs.
        blanks: spaces without a width, in any order.
    """
    lines: list[Line] = []
    marks: list[Glyph] = []
    for glyph in glyphs:
        if _is_mark(glyph.text):
            marks.append(glyph)
            continue
        line = lines[-1] if lines else None
        if glyph.text.isspace() and (line is None or not _is_on(glyph, line)):
            continue
        if line is None or not _is_on(glyph, line):
            lines.append(Line([glyph], glyph.y, glyph.size, glyph.angle))
            continue
        line.glyphs.append(glyph)
        if glyph.size > line.size:  # the first was a raised figure
            line.y, line.size = glyph.y, glyph.size
    # The order of the file holds for text that stands upright; of turned text PDFium changes it.
    found = sorted(_joined(lines), key=lambda line: (line.angle, -line.y if line.angle else 0.0))
    for mark in marks:
        _place_mark(mark, found)
    _guess_widths(found)
    for line in found:
        _lam_before_alef(line)
    _place_blanks(blanks, found)
    return found


def _place_blanks(blanks: Iterable[Glyph], lines: Sequence[Line]) -> None:
    """Put each blank on the line on which it stands."""
    near: dict[int, list[tuple[float, float, Line]]] = defaultdict(list)
    for line in lines:
        for y in range(round(line.y) - 1, round(line.y) + 2):
            near[y].append((line.left, line.right, line))
    for blank in blanks:
        for left, right, line in near[round(blank.y)]:
            if blank.angle == line.angle and left < blank.x < right and abs(blank.y - line.y) < 1:
                line.glyphs.append(blank)
                break


def _is_mark(text: str) -> bool:
    return all(unicodedata.category(character) == "Mn" for character in text)


def _is_on(glyph: Glyph, line: Line) -> bool:
    return glyph.angle == line.angle and abs(glyph.y - line.y) <= _SAME_LINE * max(line.size, glyph.size)


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Join the pieces of a line that did not come one after the other."""
    found: list[Line] = []
    bounds: list[tuple[float, float]] = []
    for line in lines:
        if not line.letters.strip():
            continue
        left, right = line.left, line.right
        for place in range(len(found) - 1, max(len(found) - 1 - _REACH, -1), -1):
            other = found[place]
            gap = max(left - bounds[place][1], bounds[place][0] - right)
            if (
                other.angle == line.angle
                and abs(other.y - line.y) <= 0.15 * other.size
                and -0.3 * other.size <= gap <= other.size
            ):
                other.glyphs += line.glyphs
                bounds[place] = (min(left, bounds[place][0]), max(right, bounds[place][1]))
                break
        else:
            found.append(line)
            bounds.append((left, right))
    return found


def _place_mark(mark: Glyph, lines: Sequence[Line]) -> None:
    """Give a vowel sign to the letter that it stands over or under."""
    best: tuple[float, Line] | None = None
    for line in lines:
        distance = abs(mark.y - line.y)
        if line.angle == mark.angle and distance <= line.size and (best is None or distance < best[0]):
            best = (distance, line)
    if best is None:
        return
    line = best[1]
    near = [
        (abs(glyph.x - mark.x) > _ONE_PEN, not glyph.left <= mark.middle <= glyph.right, distance, place)
        for place, glyph in enumerate(line.glyphs)
        if not glyph.text.isspace() and (distance := abs(glyph.middle - mark.middle)) < line.size
    ]
    if near:
        far, _, _, place = min(near)
        if mark.text not in line.marks.get(place, ""):
            line.marks[place] = line.marks.get(place, "") + mark.text
        if not far:
            line.glyphs[place] = line.glyphs[place]._replace(is_guessed=True)


def _guess_widths(lines: Sequence[Line]) -> None:
    """Give letters that share their pen with a vowel sign the width that they have elsewhere on the page.

    Of such a cluster a PDF tells where it starts on the left, and not how wide it is.
    """
    known: dict[tuple[str, bool], list[float]] = defaultdict(list)
    guessed: list[tuple[Line, int, tuple[str, bool]]] = []
    for line in lines:
        before: Glyph | None = None
        for place in sorted(range(len(line.glyphs)), key=lambda place: line.glyphs[place].place):
            glyph = line.glyphs[place]
            joins = (
                before is not None and glyph.x - before.right < _SPACE * line.size
            )  # it has a short form then
            if glyph.is_guessed:
                guessed.append((line, place, (glyph.text, joins)))
            else:
                known[glyph.text, joins].append((glyph.right - glyph.x) / glyph.size)
            before = glyph
    for line, place, form in guessed:
        glyph = line.glyphs[place]
        width = median(known.get(form) or known.get((form[0], not form[1])) or [0.5])
        line.glyphs[place] = glyph._replace(left=glyph.x, right=glyph.x + width * glyph.size)


def _lam_before_alef(line: Line) -> None:
    """Part a lam and an alef that are drawn into one another: the lam is read first, so it stands right."""
    order = sorted(range(len(line.glyphs)), key=lambda place: line.glyphs[place].place)
    for a, b in pairwise(order):
        one, other = line.glyphs[a], line.glyphs[b]
        overlap = min(one.right, other.right) - max(one.left, other.left)
        drawn_together = overlap > 0.6 * min(one.right - one.left, other.right - other.left) > 0
        if drawn_together and one.text == "ل" and other.text in ALEFS and other.x - one.x < 0.1 * one.size:
            left, right = min(one.left, other.left), max(one.right, other.right)
            middle = (left + right) / 2
            line.glyphs[a] = one._replace(x=middle, left=middle, right=right)
            line.glyphs[b] = other._replace(x=left, left=left, right=middle)
