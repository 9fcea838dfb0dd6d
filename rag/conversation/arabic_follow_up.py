"""A follow-up question in Arabic on its way to being completed, and small steps over its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.conversation import arabic_cues as cues
from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_cue import Cue
from rag.conversation.arabic_nouns import QUANTIFIERS, kind_of
from rag.conversation.turns import Carry, Edit, Mention, Reading, Token


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is known of a follow-up question."""

    text: str
    found: Sequence[Token]
    cue: Cue
    readings: Sequence[Reading]  # of the turns before, newest first
    rest: Sequence[Token]  # the words after the interrogative
    end: int  # where the punctuation at its end begins


def word_at(found: Sequence[Token], i: int) -> str:
    """Return the folded word at `i`, or "" outside."""
    return found[i].text if 0 <= i < len(found) else ""


def after(token: Token, mention: Mention) -> Edit:
    """Return the edit that puts a name behind a word."""
    return Edit(token.end, token.end, (" ", Carry(mention.text)))


def is_noun(word: str) -> bool:
    """Tell whether a table of nouns has the folded word."""
    return bool(kind_of(word) or word in lexicon.PROPERTIES or word in lexicon.OWNERS or word in QUANTIFIERS)


def is_prep(ask: FollowUp, j: int) -> bool:
    """Tell whether a preposition stands at `j`, alone or joined to what follows."""
    word = word_at(ask.rest, j)
    if not word or ask.rest[j].proper:
        return False
    takes = any(t.text in cues.TAKES_BA for t in ask.rest[:j])
    article = word[1:3] == "ال" and (takes or bool(kind_of(word[1:])))
    joined = word[0] in "بل" and (article or word[1:2] == "ل" or bool(kind_of(word[1:])))
    joined = joined or (word[0] in "بل" and word[1:] in lexicon.PLACES)
    joined = joined or (takes and word[0] == "ب" and word.endswith("ة"))
    return word in lexicon.PREPOSITIONS or (joined and not kind_of(word) and word not in lexicon.PLACES)
