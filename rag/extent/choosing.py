"""Choose how much is quoted: the words of a name or a number, a clause, a sentence or the whole of a list."""

from __future__ import annotations

from dataclasses import dataclass

from rag.cues import folded
from rag.decoding import Page, Run
from rag.extent import lines
from rag.extent.clauses import View, views
from rag.extent.definitions import definition
from rag.extent.enumerations import enumeration
from rag.extent.pairs import closed, pairs
from rag.extent.reasons import reason
from rag.question import Question
from rag.shaping import Sentence
from rag.text import words

_MANY_REASONS = folded("""
    أسباب الأسباب دوافع الدوافع reasons causes raisons razones causas gründe ursachen nedenleri دلایل
    """)
#: What is asked for with them is a clause or more.
_LONG_KINDS = ("list", "reason", "manner", "definition")
_LONGEST_SENTENCE = 50  # words that are quoted whole
_SHORTEST_PART = 8  # words of a longer one
_LONGEST_DESCRIPTION = 12  # words


@dataclass(frozen=True, slots=True)
class Extent:
    """What is quoted of a page, and the sentence or the lines around it, in characters of the page."""

    start: int  # context_start <= start < end <= context_end
    end: int
    context_start: int
    context_end: int


def extent_of(question: Question, page: Page, sentence: Sentence, run: Run) -> Extent:
    """Return how much is quoted where a network marked `run` in `sentence`; the run is always part of it.

    - ``reason``: from the word that marks the cause to where its clause ends; the sentence where none does.
    - ``manner``: the sentence; all steps of a list of numbered lines.
    - ``definition``: the predicate, without the name and "is"; the sentence where there is none.
    - ``list``: all items, in the sentence or in the lines of a list with the line that leads to them.
    - "who is" with a name: the predicate, where there is a short one; else the run.
    - any other kind: the run.

    A sentence is quoted as far as its semicolons go, and one of more than 50 words as far as its commas do.
    No pair of quotation marks or brackets is cut in half, but for the other kinds no word is added for it.
    """
    first, last = max(run.first, sentence.first), min(run.last, sentence.last)
    start, end = page.words[first].start, page.words[last - 1].end
    block = _block(question, page, start, end)
    if block is not None:
        given = pairs(page.text, block.start, block.end)
        start, end = closed(given, block.start, block.end)
        return Extent(start, end, min(block.start, sentence.start), max(block.end, sentence.end))
    if question.kind == "list":
        start, end = _widened(question, page, sentence, first, last)
    elif question.kind in ("reason", "manner", "definition"):
        start, end = _clause(question, page, sentence, first, last)
    elif question.describes:
        start, end = _description(question, page, sentence, first, last)
    start, end = min(start, page.words[first].start), max(end, page.words[last - 1].end)
    given = pairs(page.text, sentence.start, sentence.end)
    whole = closed(given, start, end)
    if question.kind in _LONG_KINDS or not _adds_words(page.text, start, end, whole):
        start, end = whole
    return Extent(start, end, sentence.start, sentence.end)


def _block(question: Question, page: Page, start: int, end: int) -> lines.Block | None:
    """Return the list of lines around a run, where the question asks for all of it."""
    if question.kind not in ("list", "manner", "reason"):
        return None
    found = lines.block(page.text, start, end)
    if found is None or question.kind == "list":
        return found
    if question.kind == "manner":
        return found if found.numbered else None
    asked = {word.text for word in words(question.text)}
    return None if asked.isdisjoint(_MANY_REASONS) else found


def _widened(question: Question, page: Page, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the characters of the enumeration around words[first:last], at the first level that has one."""
    for view in views(page, sentence, first, last):
        low, high = next(((a, b) for a, b in view.held if a <= first and last <= b), (first, last))
        found = enumeration(question, view, low, high)
        if found is not None:
            return page.words[found[0]].start, page.words[found[1] - 1].end
    return page.words[first].start, page.words[last - 1].end


def _clause(question: Question, page: Page, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the characters of the clause that a question asks for, at the first level that has one."""
    levels = views(page, sentence, first, last)
    for view in levels:
        found = None
        if question.kind == "reason":
            found = reason(view, first, last)
        elif question.kind == "definition":
            found = definition(question, view, first, last)
        if found is not None:
            return page.words[found[0]].start, page.words[found[1] - 1].end
    return _sentence(levels[-1], sentence, first, last)


def _description(
    question: Question, page: Page, sentence: Sentence, first: int, last: int
) -> tuple[int, int]:
    """Return the characters of what is said of a person around words[first:last], or of those words alone."""
    for view in views(page, sentence, first, last):
        found = definition(question, view, first, last)
        if found is not None and found[1] - found[0] <= _LONGEST_DESCRIPTION:
            first, last = found
            break
    return page.words[first].start, page.words[last - 1].end


def _sentence(view: View, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the characters of a sentence, or of its part between semicolons; if too long, between commas."""
    low, high = _part(view, first, last, ".;")
    if high - low > _LONGEST_SENTENCE:
        low, high = _part(view, first, last, ".;:,-")
    start, end = view.words[low].start, view.words[high - 1].end
    if low == view.first:
        start = min(start, lines.unmarked(view.text, sentence.start, sentence.end))
    return start, sentence.end if high == view.last else end


def _part(view: View, first: int, last: int, marks: str) -> tuple[int, int]:
    """Return the words between two of `marks` that hold words[first:last], and eight at the least."""
    cuts = [i for i in range(view.first + 1, view.last) if view.mark(i) and view.mark(i) in marks]
    befores = [view.first, *(i for i in cuts if i <= first)]
    high = min((i for i in cuts if i >= last), default=view.last)
    low = befores.pop()
    while high - low < _SHORTEST_PART and befores and len(marks) > 2:
        low = befores.pop()
    return low, high


def _adds_words(text: str, start: int, end: int, whole: tuple[int, int]) -> bool:
    added = text[whole[0] : start] + text[end : whole[1]]
    return any(character.isalnum() for character in added)
