"""Understand a question: what kind of thing it asks for, and which of its words must be found.

Rules over the folded words, no model: the interrogatives of seven languages and the nouns that stand after
"which" and "what" (`rag.cues`). A question that fits no rule is of kind ``other`` and keeps all its
content words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag import cues
from rag.analysis import Analyzer
from rag.schema import Kind
from rag.text import words

_STOP = Analyzer()
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in cues.PHRASES)

#: The noun that a number, a date or a reason is asked with seldom stands in the sentence that answers.
_FOCUS_WEIGHT: dict[Kind, float] = {"number": 0.3, "date": 0.3, "reason": 0.3, "list": 0.7}
_WHICH_WEIGHT = 0.5
_NOUN_ORDER: tuple[Kind, ...] = ("date", "number", "reason", "person", "place", "organisation")
_COPULAS = cues.folded("هو هي هم كان كانت is are was were est sont etait es son era fue ist sind war")
_RELATIVES = cues.folded("الذي التي الذين who that which qui que der die که")
_ARABIC_CLITICS = ("وال", "فال", "بال", "كال", "ال", "لل", "و", "ب", "ل")
_ARABIC_PRONOUNS = ("هما", "ها", "هم", "ه")


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
        if kind is None:
            kind = _open_kind(tokens, first, last, focus_at)
            focus_weight = _FOCUS_WEIGHT.get(kind, 1.0)
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
    terms = tuple(
        Term(word.text, word.start, word.end, focus_weight if i == focus_at else 1.0)
        for i, word in enumerate(found)
        if i not in light and not _is_light(word.text)
    )
    measure = _measure(tokens, first, last, focus) if kind == "number" else None
    return Question(text, kind or "other", terms, focus, measure, _describes(kind, tokens, first, last))


@lru_cache(maxsize=4096)
def noun_kind(noun: str) -> Kind | None:
    """Return what kind of thing the folded `noun` names ("city" → place), or None where no table has it."""
    forms = _forms(noun) | {noun.removesuffix("s")}
    for kind in _NOUN_ORDER:
        if not forms.isdisjoint(cues.NOUNS[kind]):
            return kind
    for length in range(len(noun) - 1, max(4, len(noun) - 5), -1):  # suffixes: başkentinin, Ministers
        for kind in _NOUN_ORDER:
            if noun[:length] in cues.NOUNS[kind]:
                return kind
    return None


def measure_of(word: str) -> str | None:
    """Return what the folded noun or unit `word` measures ("دولار" → money), or None."""
    forms = _forms(word)
    return next((measure for measure, nouns in cues.MEASURES.items() if not forms.isdisjoint(nouns)), None)


def _find_cue(tokens: Sequence[str], text: str) -> tuple[Kind | None, int, int]:
    """Return (kind, first, last) of the cue at tokens[first:last]; no kind when the noun after it decides."""
    if tokens and _opens_yes_no(tokens):
        return "yes_no", 0, 1
    for i, token in enumerate(tokens):
        for length in range(_LONGEST_PHRASE, 0, -1):
            kind = cues.PHRASES.get(" ".join(tokens[i : i + length]))
            if kind is not None and i + length <= len(tokens):
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
        if token in ("como",) and i == 0:
            return "other", i, i + 1
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
    if kind == "number" and _forms(noun).isdisjoint(cues.AMOUNT):
        return 1.0  # a population or a price is not just any number
    if kind in _FOCUS_WEIGHT:
        return _FOCUS_WEIGHT[kind]
    return _WHICH_WEIGHT if which and kind is not None else 1.0


def _open_kind(tokens: Sequence[str], first: int, last: int, focus_at: int | None) -> Kind:
    """Decide between a definition, a list and anything else, for a noun that no table knows."""
    if focus_at is None or tokens[last - 1] in cues.WHICH:
        return "other"
    named = not cues.NAME.isdisjoint(tokens)
    noun = tokens[focus_at]
    plural = noun.startswith("ال") and noun.endswith(("ات", "ين", "ون"))
    if plural or ("are" in tokens[last : last + 1] and noun.endswith("s")):
        return "list"
    rest = [token for token in tokens[focus_at:] if not _is_light(token)]
    copula = not _COPULAS.isdisjoint(tokens[last : last + 2]) or last == len(tokens)
    copula = copula or tokens[last - 1] in ("qu", "ماهو", "ماهي")
    if copula and not named and len(rest) <= 4 and _RELATIVES.isdisjoint(tokens[focus_at:]):
        return "definition"
    return "other"


def _describes(kind: Kind | None, tokens: Sequence[str], first: int, last: int) -> bool:
    """Tell "who is X" from "who did this" and "who is the commander of X"."""
    if kind != "person":
        return False
    copula = {"هو", "هي"} & set(tokens[first:last]) or _COPULAS & set(tokens[last : last + 1])
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


def _forms(noun: str) -> set[str]:
    """Return the noun with and without Arabic clitics: والعاصمة → عاصمة, قيمتها → قيمه."""
    forms = {noun}
    for clitic in _ARABIC_CLITICS:
        if noun.startswith(clitic) and len(noun) - len(clitic) >= 3:
            forms.add(noun[len(clitic) :])
            break
    for form in list(forms):
        for pronoun in _ARABIC_PRONOUNS:
            if form.endswith(pronoun) and len(form) - len(pronoun) >= 3:
                stem = form[: -len(pronoun)]
                forms.update((stem, stem[:-1] + "ة" if stem.endswith("ت") else stem))
                break
        if form.endswith("ا") and len(form) >= 4:  # ثمنا
            forms.add(form[:-1])
    return forms
