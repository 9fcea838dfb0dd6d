"""Understand a question: what kind of thing it asks for, and which of its words must be found.

Rules over the folded words, no model: the interrogatives of seven languages and the nouns that stand after
"which" and "what" (`rag.cues`). A question that fits no rule is of kind ``other`` and keeps all its
content words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag import cues
from rag.defining import COPULAS, MEANS, RELATIVES, asks_what_it_is, names_one, names_people
from rag.nouns import forms, is_light, measure_of, noun_kind
from rag.plurals import names_many
from rag.schema import Kind
from rag.text import Word, words

__all__ = ["Question", "Term", "measure_of", "noun_kind", "parse"]

_LONGEST_PHRASE = max(len(phrase.split()) for phrase in cues.PHRASES)

#: The noun that a number, a date or a reason is asked with seldom stands in the sentence that answers.
_FOCUS_WEIGHT: dict[Kind, float] = {"number": 0.3, "date": 0.3, "reason": 0.3, "list": 0.7}
_WHICH_WEIGHT = 0.5
_PLURAL_COPULAS = cues.folded("هم هما هن are were sont étaient son eran sind waren")
_NAMES = cues.folded("أسماء names noms nombres namen")
_SOME = cues.folded("""
    بعض عدة اثنان ثلاثة أربعة خمسة two three four five six some several deux trois quatre quelques plusieurs
    """)
_CALLED = cues.folded("called named spelled spelt pronounced")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that an answer's surroundings should hold."""

    text: str  # folded
    start: int  # offsets into the question as asked
    end: int
    weight: float  # how much it matters that it is found, in (0, 1]; 1 for an ordinary content word


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what was understood of it."""

    text: str
    kind: Kind
    terms: tuple[Term, ...]  # content words, in order; never an interrogative
    focus: str | None = None  # the folded noun asked about: the counted thing, or the one after "which"
    measure: str | None = None  # for a number: "money", "percent", "time", "length", "weight" or "area"
    describes: bool = False  # "who is X" with a name: wants to know what X is, not who


def parse(text: str) -> Question:
    """Return what `text` asks for; a text without a single word gives kind ``other`` and no terms."""
    found = words(text)
    tokens = [word.text for word in found]
    kind, first, last = _find_cue(tokens, text)
    focus, light = None, set(range(first, last))
    focus_weight = 1.0
    if kind is None and last > first:  # "which" or "what": the noun decides
        focus_at = _focus(tokens, first, last)
        kind = noun_kind(tokens[focus_at]) if focus_at is not None else None
        if focus_at is not None:
            focus = tokens[focus_at]
            focus_weight = _focus_weight(kind, focus, tokens[last - 1] in cues.WHICH)
        open_ = kind is None or (kind in ("organisation", "place") and names_one(tokens, last, focus or ""))
        if open_ and asks_what_it_is(tokens, last, focus_at, _is_proper(text, found, focus_at)):
            kind, focus_weight = "definition", 1.0
        if kind not in ("date", "reason") and _asks_for_many(tokens, last, focus_at):
            focus_weight = focus_weight if kind else _FOCUS_WEIGHT["list"]
            kind = "list"
    elif kind == "list":
        focus_at = _focus(tokens, first, last)
        if not _asks_for_many(tokens, last, focus_at):
            kind = "other"
    elif kind == "number":
        focus_at = _focus(tokens, first, last)
        if (
            focus_at is not None and noun_kind(tokens[focus_at]) == "number"
        ):  # "كم عدد الجنود": soldiers count
            if tokens[focus_at] in cues.AMOUNT:
                light.add(focus_at)
            after = _focus(tokens, focus_at, focus_at + 1)
            focus_at = after if after is not None and after not in range(first, last) else focus_at
        focus = tokens[focus_at] if focus_at is not None else None
    else:
        focus_at = _focus(tokens, first, last) if kind == "person" else None
        if focus_at is not None and noun_kind(tokens[focus_at]) == "organisation":  # "من الشركة التي…"
            kind, focus = "organisation", tokens[focus_at]
    describes = _describes(kind, tokens, first, last)
    if kind == "person" and not _PLURAL_COPULAS.isdisjoint(tokens[first : last + 1]):
        kind = "definition" if describes and names_people(tokens, last) else "list"
    if kind == "definition" and tokens[-1] in MEANS:
        light.add(len(tokens) - 1)
    terms = tuple(
        Term(word.text, word.start, word.end, focus_weight if i == focus_at else 1.0)
        for i, word in enumerate(found)
        if i not in light and not is_light(word.text)
    )
    measure = _measure(tokens, first, last, focus) if kind == "number" else None
    return Question(text, kind or "other", terms, focus, measure, describes)


def _find_cue(tokens: Sequence[str], text: str) -> tuple[Kind | None, int, int]:
    """Return (kind, first, last) of the cue at tokens[first:last]; no kind when the noun after it decides."""
    if tokens and _opens_yes_no(tokens):
        return "yes_no", 0, 1
    if tokens and tokens[0] in cues.ORDERS and len(tokens) > 1 and _is_order(tokens, text):
        return cues.ORDERS[tokens[0]], 0, 1
    if tokens and tokens[0] == "لم" and _is_why(tokens, text):
        return "reason", 0, 1
    for i, token in enumerate(tokens):
        for length in range(_LONGEST_PHRASE, 0, -1):
            kind = cues.PHRASES.get(" ".join(tokens[i : i + length]))
            if kind is not None and i + length <= len(tokens):
                if i > 1 and token in cues.EARLY:
                    continue
                if token in ("how",) and tokens[-1] in _CALLED:
                    kind = "other"
                if kind == "date" and token in cues.WHICH:
                    return None, i, i + 1  # the year is the focus, and may be a word to look for
                return kind, i, i + length
        if token in cues.WHICH or (token in cues.WHAT and _is_what(token, i, text)):
            return None, i, i + 1
        if i <= 1 and token in cues.WHO_FIRST and (i == 0 or token in ("qui",)):
            if i + 1 < len(tokens) and tokens[i + 1] in cues.WHICH:
                return None, i + 1, i + 2
            return "person", i, i + 1
        if token in cues.WHERE_FIRST and (i == 0 or "où" in text.lower()):
            return "place", i, i + 1
    if not cues.YES_NO_PARTICLES.isdisjoint(tokens[1:]):
        return "yes_no", 0, 0
    return "other", 0, 0


def _opens_yes_no(tokens: Sequence[str]) -> bool:
    first = tokens[0]
    if first == "was":  # English "Was the …", German "Was ist …"
        return not {"the", "a", "an", "it", "he", "she", "there", "his", "her", "this"}.isdisjoint(tokens)
    return first in cues.YES_NO_FIRST and len(tokens) > 1


def _is_what(token: str, i: int, text: str) -> bool:
    """Tell "what" from its look-alikes: a relative ما, an English "was", a French "que"."""
    if "ا" <= token[0] <= "ي":
        return i <= 1 or token not in ("ما", "فيما", "مما", "عما", "مم")
    if token in ("que", "qu"):
        return i <= 1 or "qué" in text.lower()
    return i == 0 or token not in ("was",)


def _focus(tokens: Sequence[str], first: int, last: int) -> int | None:
    """Return where the noun asked about stands: after the cue, or before one that ends the question."""
    skipped = cues.LIGHT | cues.NAME
    for i in range(last, len(tokens)):
        ranked = tokens[i] in cues.RANKS and i + 1 < len(tokens)
        if tokens[i] not in skipped and not ranked:
            return i
    return next((i for i in range(first - 1, -1, -1) if tokens[i] not in skipped), None)


def _focus_weight(kind: Kind | None, noun: str, which: bool) -> float:
    if kind == "number" and forms(noun).isdisjoint(cues.AMOUNT):
        return 1.0  # a population or a price is not just any number
    if kind in _FOCUS_WEIGHT:
        return _FOCUS_WEIGHT[kind]
    return _WHICH_WEIGHT if which and kind is not None else 1.0


def _asks_for_many(tokens: Sequence[str], last: int, focus_at: int | None) -> bool:
    """Tell "which areas" from "which area"."""
    if focus_at is None or focus_at < last:
        return False
    noun, following = tokens[focus_at], (*tokens[focus_at + 1 :], "")[0]
    if not _NAMES.isdisjoint(tokens[last:focus_at]):
        return True
    if noun in _SOME and not {"هي", "are", "were", "sont"}.isdisjoint(tokens[last:]):
        return True  # "what are two works by …"
    if noun_kind(noun) in ("number", "date") and noun != "areas":
        return False
    return names_many(noun, following, frozenset(tokens[last:focus_at]), tokens[last - 1])


def _is_proper(text: str, found: Sequence[Word], at: int | None) -> bool:
    """Tell whether a word of the question is written with a capital."""
    return at is not None and text[found[at].start].isupper()


def _is_order(tokens: Sequence[str], text: str) -> bool:
    """Tell an order from its look-alikes: عدّد from عدد, which only its doubled letter can."""
    return tokens[0] not in ("عدد", "سم") or "\u0651" in text[: text.find(" ")]


def _is_why(tokens: Sequence[str], text: str) -> bool:
    """Tell لِمَ أغلق from لم يغلق at the start of a question."""
    if "\u0650" in text[: text.find(" ")]:
        return True
    following = (*tokens[1:], "")[0]
    return "؟" in text and following[:1] not in ("ي", "ت", "ن", "")


def _describes(kind: Kind | None, tokens: Sequence[str], first: int, last: int) -> bool:
    """Tell "who is X" from "who did this" and "who is the commander of X"."""
    if kind != "person":
        return False
    copula = {"هو", "هي", "هم"} & set(tokens[first:last]) or COPULAS & set(tokens[last : last + 1])
    if not copula and tokens[last - 1] not in cues.folded("kimdir کیست"):
        return False
    others = [token for i, token in enumerate(tokens) if not first <= i < last and not is_light(token)]
    pairs = (f"{a} {b}" for a, b in pairwise(tokens))
    role = any(noun_kind(token) == "person" or token in RELATIVES for token in (*others, *pairs))
    return bool(others) and len(others) <= 5 and not role


def _measure(tokens: Sequence[str], first: int, last: int, focus: str | None) -> str | None:
    """Return what the number asked for measures: by the noun asked about, the cue or another word."""
    cue = tokens[first:last] if last - first > 1 else []  # "how long"; كم alone is no kilometre
    nouns = [token for token in tokens if noun_kind(token) == "number"]
    for word in (*nouns, *([focus] if focus else []), *cue):
        measure = measure_of(word)
        if measure is not None:
            return measure
    others = (measure_of(token) for i, token in enumerate(tokens) if not first <= i < last)
    return next((measure for measure in others if measure not in (None, "time")), None)
