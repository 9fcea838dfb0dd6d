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
from rag.analysis import Analyzer
from rag.nouns import forms, measure_of, noun_kind
from rag.plurals import names_many
from rag.schema import Kind
from rag.text import words

__all__ = ["Question", "Term", "measure_of", "noun_kind", "parse"]

_STOP = Analyzer()
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in cues.PHRASES)

#: The noun that a number, a date or a reason is asked with seldom stands in the sentence that answers.
_FOCUS_WEIGHT: dict[Kind, float] = {"number": 0.3, "date": 0.3, "reason": 0.3, "list": 0.7}
_WHICH_WEIGHT = 0.5
_COPULAS = cues.folded("هو هي هم كان كانت is are was were est sont etait es son era fue ist sind war")
_PLURAL_COPULAS = cues.folded("هم هما هن are were sont étaient son eran sind waren")
_OF = cues.folded("of de des du von")
_MEANS = cues.folded("mean means")
_WHAT_HAPPENS = cues.folded("ماذا وماذا بماذا فيم فيما بم مم عم عما")
_KNOWN = cues.folded("for as called known named")  # "what is X known for"
_NAMES = cues.folded("أسماء names noms nombres namen")
_CALLED = cues.folded("called named spelled spelt pronounced")
_FRENCH_SUBJECTS = cues.folded("il elle ils elles on a ont avait avaient")
_LONGEST_DEFINED = 4  # content words of what a definition is asked of
_RELATIVES = cues.folded("الذي التي الذين who that which qui que der die که")


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
        if kind is None or (kind in ("organisation", "place") and _names_one(tokens, last, focus)):
            kind = _open_kind(tokens, last, focus_at)
            focus_weight = _FOCUS_WEIGHT.get(kind, 1.0)
        if kind not in ("date", "reason") and _asks_for_many(tokens, last, focus_at):
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
        kind = "definition" if describes and _names_people(tokens, last) else "list"
    if kind == "definition" and tokens[-1] in _MEANS:
        light.add(len(tokens) - 1)
    terms = tuple(
        Term(word.text, word.start, word.end, focus_weight if i == focus_at else 1.0)
        for i, word in enumerate(found)
        if i not in light and not _is_light(word.text)
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


def _open_kind(tokens: Sequence[str], last: int, focus_at: int | None) -> Kind:
    """Decide between a definition and anything else, for what is asked with the word before tokens[last]."""
    if focus_at is None or tokens[last - 1] in cues.WHICH:
        return "other"
    if tokens[-1] in _MEANS and len(tokens) > 2:
        return "definition"
    asked, rest = tokens[last:], [token for token in tokens[focus_at:] if not _is_light(token)]
    copula = not _COPULAS.isdisjoint(asked[:1]) or not asked or tokens[last - 1] in ("qu", "ماهو", "ماهي")
    alone = tokens[last - 1] in ("ما", "وما") and asked[0].startswith("ال") and len(rest) <= 2
    if not (copula or alone) or len(rest) > _LONGEST_DEFINED or not cues.NAME.isdisjoint(tokens):
        return "other"
    if tokens[last - 1] in _WHAT_HAPPENS or _asks_for_a_property(tokens, last, focus_at):
        return "other"
    if not _RELATIVES.isdisjoint(tokens[focus_at:]) or "الذي" in asked or "التي" in asked:
        return "other"
    if tokens[last - 1] == "qu" and not _FRENCH_SUBJECTS.isdisjoint(asked):
        return "other"  # "qu'est-ce que Paul a dit"
    return "definition"


def _asks_for_a_property(tokens: Sequence[str], last: int, focus_at: int) -> bool:
    """Tell "what is the colour of the car" and ما لون السيارة from "what is a car"."""
    asked, more = tokens[last:], tokens[focus_at + 1 :]
    if not cues.RANKS.isdisjoint(asked) or tokens[-1] in _KNOWN or any(t.endswith("'s") for t in asked):
        return True
    latin = "a" <= tokens[focus_at][0] <= "z"
    if latin and any(len(t) > 5 and t.endswith("est") for t in asked):
        return True
    if latin and more and (tokens[focus_at].endswith("ing") or any(noun_kind(t) == "number" for t in more)):
        return True  # "what is causing the delay", "what is the average farm size"
    if latin and any(t in cues.PROPERTIES for t in more):
        return True  # "what is the national currency"
    if not forms(tokens[focus_at]).isdisjoint(cues.PROPERTIES):
        return bool(more)
    preposition = tokens[focus_at - 1] == "the" and more[:1] in (["of"], ["for"], ["in"])
    return preposition and noun_kind(tokens[focus_at]) is None


def _names_people(tokens: Sequence[str], last: int) -> bool:
    """Tell "who are the Houthis" and من هم الحوثيون from "who are the members of …" and من هم أعضاء …."""
    rest = [token for token in tokens[last:] if not _is_light(token)]
    if rest and "ا" <= rest[0][0] <= "ي" and not rest[0].startswith("ال"):
        return False
    return _OF.isdisjoint(tokens) and _RELATIVES.isdisjoint(tokens[last:])


def _names_one(tokens: Sequence[str], last: int, noun: str | None) -> bool:
    """Tell "what is the Nile movement" from "what movement …" and "what is the largest movement"."""
    rest = tokens[last:]
    if noun is None or tokens[last - 1] in cues.WHICH or _COPULAS.isdisjoint(rest[:1]):
        return False
    if not forms(noun).isdisjoint(cues.RELATIONAL_PLACES) or not _RELATIVES.isdisjoint(rest):
        return False
    return cues.RANKS.isdisjoint(rest)


def _asks_for_many(tokens: Sequence[str], last: int, focus_at: int | None) -> bool:
    """Tell "which areas" from "which area"."""
    if focus_at is None or focus_at < last:
        return False
    noun, following = tokens[focus_at], (*tokens[focus_at + 1 :], "")[0]
    if not _NAMES.isdisjoint(tokens[last:focus_at]):
        return True
    if noun_kind(noun) in ("number", "date") and noun != "areas":
        return False
    return names_many(noun, following, frozenset(tokens[last:focus_at]), tokens[last - 1])


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
    copula = {"هو", "هي", "هم"} & set(tokens[first:last]) or _COPULAS & set(tokens[last : last + 1])
    if not copula and tokens[last - 1] not in cues.folded("kimdir کیست"):
        return False
    others = [token for i, token in enumerate(tokens) if not first <= i < last and not _is_light(token)]
    pairs = (f"{a} {b}" for a, b in pairwise(tokens))
    role = any(noun_kind(token) == "person" or token in _RELATIVES for token in (*others, *pairs))
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


def _is_light(token: str) -> bool:
    return token in cues.LIGHT or token in cues.NAME or _STOP.is_stop(token)
