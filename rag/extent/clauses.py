"""See a sentence, or what a pair of marks holds of it, as clauses: where it breaks, and what begins there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rag.analysis import Analyzer
from rag.attribution.latin_cues import SAID
from rag.cues import SAYING
from rag.decoding import Page
from rag.extent import signs
from rag.extent.pairs import BRACKETS, pairs
from rag.question import Question
from rag.shaping import Sentence
from rag.text import Word

Mark = Literal["", ",", ";", ":", "-", "."]
"""What stands before a word: nothing, or a mark of this rank; "." is for all that ends a sentence."""
Opening = Literal["cause", "relative", "contrast", "result", "saying", "and", "plain"]
"""What a clause begins with."""

_RANK: dict[str, Mark] = {
    **dict.fromkeys("،,、，", ","), **dict.fromkeys("؛;；|", ";"), **dict.fromkeys(":：", ":"),
    **dict.fromkeys("!?؟", "."), "…": ",", "—": "-",
}  # fmt: skip
_STEM = Analyzer().stem
_DASHES = "-–−"
_NOT_SAID = 8  # words of a clause in which somebody said something


@dataclass(frozen=True, slots=True)
class View:
    """The words [first:last) of a page at one level of its marks: what inner pairs hold is one piece."""

    text: str
    words: Sequence[Word]
    first: int
    last: int
    held: Sequence[tuple[int, int]]  # words that a pair inside holds: no break within them counts
    marks: Sequence[Mark] = field(repr=False)  # before words[first + i]
    bracketed: bool = False  # the level is what a bracket holds

    def mark(self, i: int) -> Mark:
        """Return what stands before words[i]."""
        return self.marks[i - self.first]

    def within(self, i: int) -> bool:
        """Tell whether a pair of marks inside the view holds words[i]."""
        return any(low <= i < high for low, high in self.held)

    def token(self, i: int) -> str:
        """Return words[i] folded, or "" outside the view."""
        return self.words[i].text if self.first <= i < self.last else ""

    def has(self, phrases: signs.Phrases, i: int) -> int:
        """Return how many words the longest of `phrases` at words[i] has; 0 for none."""
        return phrases.at(self.words, i, self.last) if self.first <= i < self.last else 0

    def is_short(self, i: int, most: int) -> bool:
        """Tell whether the clause from words[i] on has at most so many words."""
        return self.next_mark(i + 1) - i <= most

    def next_mark(self, i: int) -> int:
        """Return the first word from `i` on that a mark stands before; `last` for none."""
        return next((k for k in range(max(i, self.first), self.last) if self.mark(k)), self.last)

    def clause_start(self, i: int) -> int:
        """Return the word that the clause of words[i] begins with: the last one up to `i` after a mark."""
        return next((k for k in range(i, self.first, -1) if self.mark(k)), self.first)

    def opening(self, i: int) -> Opening:
        """Return what the clause from words[i] on begins with."""
        if self.within(i):
            return "plain"
        if cause_at(self, i):
            return "cause"
        apart = self.mark(i) != ""
        if self.has(signs.CONTRASTS, i) and not self.has(signs.NO_CONTRASTS, i):
            return "contrast"
        if self.has(signs.RESULTS, i) or (apart and self.has(signs.RESULTS_APART, i)):
            return "result"
        if self.token(i) in signs.AND_SAID or (apart and self._says(i)):
            return "saying"
        if apart and self.has(signs.RELATIVES, i):
            return "relative"
        return "and" if self.links(i) else "plain"

    def joined(self, i: int) -> int:
        """Return how many words of words[i:] only say "and" or "or": 0 for none or for a joined و."""
        if self.within(i):
            return 0
        if self.token(i) in signs.AND:
            return 1
        return self.has(signs.AND_PHRASES, i)

    def links(self, i: int) -> bool:
        """Tell whether words[i] is joined to what stands before it by a word for "and" or a joined و."""
        if not self.first <= i < self.last or self.within(i):
            return False
        return self.joined(i) > 0 or signs.joins(self.token(i))

    def _says(self, i: int) -> bool:
        """Tell whether the clause from words[i] on names who says the sentence around it."""
        if self.has(signs.SOURCES, i) or self.token(i) in SAYING:
            return True
        end = min(self.next_mark(i + 1), i + _NOT_SAID)
        return any(self.token(k) in SAID for k in range(i, end)) and not self.links(i)


def naming(question: Question, view: View) -> Callable[[int], bool]:
    """Return a test of whether a word is one of those that the question is about."""
    words = {term.text for term in question.terms}
    stems = {_STEM(word) for word in words}

    def named(i: int) -> bool:
        token = view.token(i)
        if token in words or (token and _STEM(token) in stems):
            return True
        return len(token) > 4 and any(_is_ending(token, word) or _is_ending(word, token) for word in words)

    return named


def _is_ending(word: str, longer: str) -> bool:
    """Tell whether `longer` is `word` with an ending: استقال, استقالوا; touché, touchées."""
    return len(word) > 4 and len(longer) - len(word) <= 2 and longer.startswith(word)


def cause_at(view: View, i: int) -> tuple[int, bool] | None:
    """Return (words, whether a whole clause follows) of the marker of a cause at words[i], or None."""
    if view.within(i):
        return None
    clause = view.has(signs.CLAUSE_CAUSES, i)
    noun = view.has(signs.NOUN_CAUSES, i)
    if max(clause, noun) == 0:
        french = view.token(i) == "car" and view.token(i + 1) in signs.AFTER_FRENCH_CAR
        return (1, True) if french else None
    following = view.token(i + max(clause, noun))
    if noun > clause and (following in signs.POINTING_BACK or not following):
        return None
    if noun > clause and view.token(i) in ("اثر", "واثر") and following in signs.NO_AFTERMATH:
        return None
    if view.token(i) in ("سبب", "وسبب") and i > view.first and view.token(i - 1) in signs.NO_CAUSE_BEFORE:
        return None
    return max(clause, noun), clause >= noun


def views(page: Page, sentence: Sentence, first: int, last: int) -> list[View]:
    """Return the levels that hold words[first:last] of a sentence: the innermost pair's, then outwards."""
    words = page.words
    held = [
        (opening, closing, low, high)
        for opening, closing in pairs(page.text, sentence.start, sentence.end)
        for low, high in [_words_between(words, sentence, opening, closing)]
        if low < high
    ]
    around = [one for one in held if one[2] <= first and last <= one[3]]
    around.sort(key=lambda one: one[3] - one[2])
    found = []
    for opening, _, low, high in around:
        inner = [(a, b) for _, _, a, b in held if low <= a and b <= high and (a, b) != (low, high)]
        found.append(_view(page, low, high, inner, page.text[opening] in BRACKETS))
    found.append(_view(page, sentence.first, sentence.last, [(a, b) for _, _, a, b in held], False))
    return found


def _view(page: Page, first: int, last: int, held: list[tuple[int, int]], bracketed: bool) -> View:
    marks: list[Mark] = [""] * (last - first)
    for i in range(first + 1, last):
        if not any(low < i < high for low, high in held):
            marks[i - first] = _mark(page.text, page.words[i - 1], page.words[i])
    return View(page.text, page.words, first, last, held, marks, bracketed)


def _mark(text: str, before: Word, after: Word) -> Mark:
    gap = text[before.end : after.start]
    if gap.isspace() or not gap:
        return ""
    found: set[Mark] = set()
    for k, character in enumerate(gap):
        if character in _RANK:
            found.add(_RANK[character])
        elif character in _DASHES and gap[:k][-1:].isspace() and gap[k + 1 : k + 2].isspace():
            found.add("-")
    if gap == ":" and before.text.isdigit() and after.text.isdigit():
        return ""  # half past ten
    return next((mark for mark in (".", ";", ":", "-", ",") if mark in found), "")


def _words_between(words: Sequence[Word], sentence: Sentence, opening: int, closing: int) -> tuple[int, int]:
    inside = [i for i in range(sentence.first, sentence.last) if opening < words[i].start < closing]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
