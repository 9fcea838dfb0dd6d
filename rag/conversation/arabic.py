"""Complete a follow-up question in Arabic.

What is missing shows in the letters: a verb with no subject after it, a pronoun joined to a noun or standing
alone, an interrogative with nothing behind it, a count of the wounded that does not say where.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import arabic_cues as cues
from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_cue import PARTICLES, find_cue
from rag.conversation.arabic_follow_up import FollowUp, word_at
from rag.conversation.arabic_nouns import definite, kind_of
from rag.conversation.arabic_pronouns import identity, possessed, prepositional, pronoun
from rag.conversation.arabic_slots import count, slot
from rag.conversation.arabic_subjects import subject
from rag.conversation.arabic_suffixes import suffixed
from rag.conversation.arabic_verbs import VERBS
from rag.conversation.turns import (
    Carry,
    Completed,
    Edit,
    Piece,
    Reading,
    Want,
    choose,
    close_of,
    rewrite,
    tokens,
)

_LONGEST = 25  # words


def follow_up(question: str, readings: Sequence[Reading]) -> Completed | None:
    """Return the Arabic `question` completed from the readings (newest first), or None."""
    found = tokens(question)
    if not 1 <= len(found) <= _LONGEST:
        return None
    cue = find_cue(found)
    if cue is None:
        return None
    return _complete(FollowUp(question, found, cue, readings, found[cue.end :], close_of(question)))


def _complete(ask: FollowUp) -> Completed | None:
    rest, cue = ask.rest, ask.cue
    if all(token.text in lexicon.ADVERBS for token in rest):
        return identity(ask) if cue.copula >= 0 else _elliptical(ask, ask.found[cue.end - 1].end)
    if len(rest) == 2 and rest[0].text in cues.HAPPENED and rest[1].text in cues.THIS:
        return _happened(ask)
    edits = _edits(ask)
    return rewrite(ask.text, edits) if edits else None


def _elliptical(ask: FollowUp, at: int, until: int | None = None) -> Completed | None:
    """Ask the last question again with this interrogative."""
    if ask.cue.role != "adverb" or not ask.readings:
        return None
    last = ask.readings[0]
    if last.predicate:
        same = last.asks == ask.cue.kind and ask.cue.kind != "other"
        if last.language != "ar" or same:
            return None
        pieces: tuple[Piece, ...] = (" ", *last.predicate)
        return rewrite(ask.text, [Edit(at, until or at, pieces)])
    if last.asks != "number" or ask.cue.kind not in ("date", "place", "reason"):
        return None
    event = choose(ask.readings[:1], Want(kinds=frozenset(("event",))))
    head = tokens(event.text)[0].text if event else ""
    known = lexicon.EVENTS.get(head.removeprefix("ال"))
    if event is None or known is None or event.kind != "event":
        return None
    return rewrite(ask.text, [Edit(at, until or at, (f" {known[1]} ", Carry(event.text)))])


def _happened(ask: FollowUp) -> Completed | None:
    """Say what "that" was: the event spoken of, or the whole sentence."""
    verb, that = ask.rest
    event = choose(
        ask.readings[:1],
        Want(kinds=frozenset(("event",)), gender=VERBS[verb.text].gender if verb.text in VERBS else ""),
    )
    if event is not None and event.kind == "event":
        return rewrite(ask.text, [Edit(that.start, that.end, (Carry(event.text),))])
    if ask.readings and ask.readings[0].asks not in ("date", "place", "reason", "manner", "yes_no"):
        return None
    return _elliptical(ask, ask.found[ask.cue.end - 1].end, that.end)


def _edits(ask: FollowUp) -> list[Edit]:
    rest, role = ask.rest, ask.cue.role
    first = rest[0].text
    if ask.cue.relative:  # "من الذي قتله": what follows speaks of "the one who"
        return possessed(ask, 0) if role == "who" and suffixed(first) else []
    if first in cues.PRONOUNS:
        return pronoun(ask)
    if role == "count":
        return count(ask)
    if role == "which":
        return []
    if role == "who" or (role == "what" and ask.cue.kind != "verb"):
        if role == "what" and (first in PARTICLES or first in VERBS or first[0] == "ي"):
            return []  # "ما لم يعد": that which
        return slot(ask) or possessed(ask, 0) or prepositional(ask, 0)
    i = 0
    while i < len(rest) and rest[i].text in PARTICLES:
        i += 1
    if (
        i < len(rest)
        and rest[i].text in VERBS
        and not (kind_of(rest[i].text) and definite(word_at(rest, i + 1)))
    ):
        return subject(ask, i)
    return possessed(ask, i) or prepositional(ask, i)
