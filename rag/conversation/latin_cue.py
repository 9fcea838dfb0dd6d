"""Tell the language of a question in Latin letters, and find its interrogative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.conversation import latin_words as lexicon
from rag.conversation.turns import Token
from rag.cues import folded
from rag.question import noun_kind

_CONTRACTED = folded("what's who's where's when's how's why's")
_WHAT_OF = {"was": ("de",), "ne": ("tr",), "que": ("fr", "es"), "qu": ("fr",)}  # elsewhere another word


@dataclass(frozen=True, slots=True)
class Cue:
    """The interrogative of a question: tokens[start:end], first where it opens it."""

    role: str  # "adverb", "yes_no", "who", "what", "count", ""
    start: int
    end: int
    kind: str = ""
    joined: bool = False  # "and" stands before it


def language_of(found: Sequence[Token]) -> str:
    """Return the language most of the small words are of; "" where none is."""
    votes = {name: sum(t.text in signs for t in found) for name, signs in lexicon.SIGNS.items()}
    best = max(lexicon.LANGUAGES, key=lambda name: votes[name])
    return best if votes[best] else ""


def find_cue(found: Sequence[Token], language: str) -> Cue:
    """Return the interrogative; one of role "" at the first word that is no "and" where there is none."""
    i = 0
    while i < len(found) and found[i].text in lexicon.OPENERS:
        i += 1
    joined = i > 0
    starts = range(i, len(found)) if language == "tr" else range(i, min(i + 1, len(found)))
    texts = [token.text.removesuffix("'s") if token.text in _CONTRACTED else token.text for token in found]
    adverbs = lexicon.ADVERBS.get(language, {})
    for start in starts:
        if " ".join(texts[start : start + 2]) in lexicon.COUNTS or texts[start] in lexicon.COUNTS:
            two = " ".join(texts[start : start + 2]) in lexicon.COUNTS
            if " ".join(texts[start : start + 4]) in adverbs:
                return Cue("adverb", start, start + 4, "other", joined)
            return Cue("count", start, start + 2 if two else start + 1, joined=joined)
        for length in (4, 3, 2, 1):
            part = texts[start : start + length]
            if len(part) == length and " ".join(part) in adverbs:
                kind = adverbs[" ".join(part)]
                if language == "en" and part == ["how"] and _measures(found, start + 1):
                    return Cue("what", start, start + 2, joined=joined)
                return Cue("adverb", start, start + length, kind, joined)
        leads, which = (folded(words) for words in lexicon.IN_WHICH.get(language, ("", "")))
        if texts[start] in leads and texts[start + 1 : start + 2] and texts[start + 1] in which:
            noun = noun_kind(texts[start + 2]) if start + 2 < len(texts) else None
            kind = noun if noun in ("date", "place", "reason") else "other"
            return Cue("adverb", start, min(start + 3, len(texts)), kind, joined)
        if texts[start] in lexicon.WHO:
            return Cue("who", start, start + 1, joined=joined)
        if texts[start] in lexicon.WHAT and (
            texts[start] not in _WHAT_OF or language in _WHAT_OF[texts[start]]
        ):
            return Cue("what", start, start + 1, joined=joined)
        if language == "en" and texts[start] in lexicon.AUXILIARIES:
            return Cue("yes_no", start, start + 1, joined=joined)
    return Cue("", i, i, joined=joined)


def _measures(found: Sequence[Token], i: int) -> bool:
    """Tell "how old" from "how did"."""
    texts = [token.text for token in found]
    return (
        i < len(texts)
        and not found[i].proper
        and texts[i] not in lexicon.AUXILIARIES
        and texts[i] not in lexicon.PRONOUNS
    )
