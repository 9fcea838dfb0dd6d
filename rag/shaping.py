"""Give a run of words the bounds that a reader of the text would: whole numbers, times and names.

The network marks where an answer lies to within a word or so. Here nothing is judged by the question's words,
only by what the run cuts: rules over the words of its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag import cues
from rag.attribution.arabic_cues import GIVEN_NAMES, TITLES
from rag.cues import folded
from rag.dates import TimeExpression, time_expressions
from rag.decoding import PAGES_KEPT, Page, Run
from rag.question import Question
from rag.schema import Kind
from rag.text import Word, sentences, words
from rag.values import Number, numbers
from rag.weighing import slots

JOINERS = folded(
    "بن ابن بنت أبو أبي أم آل عبد دي دو فان فون لا لو ديل "
    "of de la del van von bin ibn al el der du e y da di ben abu"
)
_NEGATIONS = folded("""
    لم لن ليس ليست ليسوا نفى نفت ينفي تنفي ولم ولن وليس وليست فلم فلن ونفى ونفت
    not never no nor denied denies nicht kein keine nie jamais pas nunca niegan niega değil yok hayır""")
_LOOSE_START = folded("""
    و ف ثم أو أن إن بأن بينهم منهم and or but that than then including et ou mais que dont y o pero und oder
    aber dass darunter ve veya ama""")
_LOOSE_END = folded("""
    و في من على إلى عن مع أو ثم التي الذي الذين حيث كما أن إن and or of in on at to for with by from the a an
    et ou de du des à en dans par pour y o en con por para und oder von im mit""")
_YEARS = folded("عام العام سنة السنة year année año jahr yıl yılda سال")
_PAUSE = re.compile('[,،;؛:()«»"–—]')
_NEGATION_REACH = 2  # words between a negation and the run that it is shown with
_LONGEST_NAME = 6  # words
_LEAST_FAMILY_NAME = 5  # letters, the article among them


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a page, with the numbers and times in it; words count from the page's first."""

    start: int  # characters of the page
    end: int
    first: int  # words of the page
    last: int
    numbers: tuple[Number, ...]
    times: tuple[TimeExpression, ...]


@lru_cache(maxsize=PAGES_KEPT)
def read_sentences(page: Page) -> tuple[Sentence, ...]:
    """Return the sentences of a page that have words."""
    found, first = [], 0
    for start, end in sentences(page.text):
        while first < len(page.words) and page.words[first].start < start:
            first += 1
        last = first
        while last < len(page.words) and page.words[last].start < end:
            last += 1
        if last > first:
            end = max(end, page.words[last - 1].end)
            found.append(_sentence(page, start, end, first, last))
        first = last
    return tuple(found)


def _sentence(page: Page, start: int, end: int, first: int, last: int) -> Sentence:
    inside = page.words[first:last]
    counted = [
        replace(
            n, first=n.first + first, last=n.last + first, hedge=n.hedge + first, unit=n.unit + first,
            tail=n.tail + first,
        )
        for n in numbers(page.text, inside)
    ]  # fmt: skip
    times = [
        replace(t, first=t.first + first, last=t.last + first, lead=t.lead + first)
        for t in time_expressions(page.text, inside)
    ]
    return Sentence(start, end, first, last, tuple(counted), tuple(times))


def shaped(question: Question, page: Page, sentence: Sentence, run: Run) -> Run:
    """Return `run` with the bounds that a reader would give it, inside its sentence; never empty.

    A number keeps its scale words, its hedge and, where it was cut, its unit; a date its day, month and year;
    a Latin name all its capitals, an Arabic one its given name and what بن or عبد joins to it. Conjunctions
    and prepositions that hang over the ends go. A negation just before is taken in: without it the quotation
    would say the opposite. Of a row of a table it stays in the cell that it begins in.
    """
    first, last = max(run.first, sentence.first), min(run.last, _cell_end(page, sentence, run.first))
    if first >= last:
        return run
    first, last = _trimmed(page.words, first, last)
    if question.kind == "number":
        first, last = _one_number(question, page, sentence, first, last)
    for number in sentence.numbers:
        first, last = _whole_number(number, first, last)
    if question.kind == "date" and (question.focus is None or question.focus not in _YEARS):
        for time in sentence.times:
            if time.dated and _overlap(time.first, time.last, first, last):
                first, last = min(first, time.first), max(last, time.last)
    first, last = _whole_name(question, page, sentence, first, last)
    last = min(last, _cell_end(page, sentence, first))
    return replace(run, first=_with_negation(page, sentence, first), last=last)


def kind_of(question: Question, sentence: Sentence, run: Run) -> Kind:
    """Return what a run is: ``number`` or ``date`` where it holds one and the question may ask for it.

    What is quoted for a reason, a manner, a definition or a list is a clause or more, and of that kind.
    """
    if question.kind in ("number", "other") and any(
        run.first <= number.first and number.last <= run.last and not number.ordinal_like
        for number in sentence.numbers
    ):
        long = run.last - run.first > _LONGEST_NAME
        return question.kind if long and question.kind != "number" else "number"
    if question.kind in ("date", "number") and any(
        _overlap(time.first, time.last, run.first, run.last) for time in sentence.times
    ):
        return "date"
    return question.kind


def clause(page: Page, sentence: Sentence, number: Number) -> tuple[int, int]:
    """Return the words around a number up to the punctuation on either side: (first, last), half-open."""

    def parted(i: int) -> bool:
        return _PAUSE.search(page.text, page.words[i].end, page.words[i + 1].start) is not None

    first, last = number.first, number.last
    while first > sentence.first and not parted(first - 1):
        first -= 1
    while last < sentence.last and not parted(last - 1):
        last += 1
    return first, last


def _cell_end(page: Page, sentence: Sentence, first: int) -> int:
    """Return where the words of the cell end that a word stands in; of what is no table, of the sentence."""
    if "|" not in page.text:
        return sentence.last
    for i in range(max(first, sentence.first), sentence.last - 1):
        if "|" in page.text[page.words[i].end : page.words[i + 1].start]:
            return i + 1
    return sentence.last


def _trimmed(words: Sequence[Word], first: int, last: int) -> tuple[int, int]:
    """Leave out the function words that hang over the ends, but never all of a run."""
    while last - first > 1 and words[first].text in _LOOSE_START:
        first += 1
    while last - first > 1 and words[last - 1].text in _LOOSE_END:
        last -= 1
    return first, last


def _one_number(question: Question, page: Page, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Narrow a run that holds two counts (36 dead and 62 wounded, 90 of them women) to the one asked for."""
    inside = [n for n in sentence.numbers if _overlap(n.first, n.last, first, last) and not n.ordinal_like]
    if len(inside) < 2:
        return first, last
    asked = [word.text for word in words(question.text)]
    given = [slots.read(page.words, sentence.numbers, number, page.text) for number in inside]
    wanted, states = slots.asked(asked).state, [slot.state for slot in given]
    if wanted is not None and wanted in states and len({*states}) > 1:
        number = inside[states.index(wanted)]
    elif len({slot.included for slot in given}) > 1:
        whole, part = (inside[[slot.included for slot in given].index(is_part)] for is_part in (False, True))
        named = (
            {page.words[i].text for i in range(*clause(page, sentence, number))} for number in (part, whole)
        )
        number = part if (next(named) - next(named)).intersection(asked) else whole
    else:
        return first, last
    return number.hedge, max(number.tail, number.last)


def _whole_number(number: Number, first: int, last: int) -> tuple[int, int]:
    if not _overlap(number.first, number.last, first, last):
        return first, last
    cut = first > number.first or last < number.last
    first, last = min(first, number.hedge if first >= number.first else first), max(last, number.last)
    if number.measure == "percent":
        last = max(last, number.unit)
    elif cut:
        last = max(last, min(number.unit, number.last + 1))
    if last == number.unit and number.tail > number.unit:
        last = number.tail
    return first, last


def _whole_name(question: Question, page: Page, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    words = page.words

    def joined(i: int) -> bool:
        """Tell whether nothing but a space or a hyphen stands before words[i]."""
        return not page.text[words[i - 1].end : words[i].start].strip(" \u00a0-")

    def capital(i: int) -> bool:
        return page.text[words[i].start].isupper()

    def timed(i: int) -> bool:
        return any(time.first <= i < time.last for time in sentence.times)

    while first > sentence.first and last - first < _LONGEST_NAME and joined(first):
        before = first - 1
        initial = before == sentence.first  # a capital that the sentence may have given it
        given = before > sentence.first and (
            (words[before].text in JOINERS and _is_arabic(words[before].text))
            or (question.kind == "person" and words[before].text in GIVEN_NAMES)
        )
        if given or (
            capital(first) and capital(before) and not initial and words[before].text not in cues.WHAT
        ):
            first -= 1
        else:
            break
    while last < sentence.last and last - first < _LONGEST_NAME and joined(last):
        if (
            (
                question.kind == "person"
                and _is_family_name(words[last - 1].text, words[last].text, timed(last))
            )
            or (words[last - 1].text in JOINERS and _is_arabic(words[last - 1].text))
            or (capital(last - 1) and capital(last))
        ):
            last += 1
        else:
            break
    return first, last


def _is_family_name(before: str, word: str, timed: bool) -> bool:
    """Tell whether an Arabic word goes on with the given name before it: سليم الخازن, محمد علي."""
    if before not in GIVEN_NAMES or timed or word in cues.SAYING or word.removeprefix("ال") in TITLES:
        return False
    return word in GIVEN_NAMES or (word.startswith("ال") and len(word) >= _LEAST_FAMILY_NAME)


def _with_negation(page: Page, sentence: Sentence, first: int) -> int:
    for i in range(first - 1, max(sentence.first, first - 1 - _NEGATION_REACH) - 1, -1):
        if page.text[page.words[i].end : page.words[i + 1].start].strip(" \u00a0"):
            return first  # a comma or a bracket between
        if page.words[i].text in _NEGATIONS:
            return i
    return first


def _is_arabic(word: str) -> bool:
    return "\u0620" <= word[:1] <= "\u06d3"


def _overlap(a: int, b: int, c: int, d: int) -> bool:
    return a < d and c < b
