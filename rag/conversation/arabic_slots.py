"""Say of what an Arabic follow-up counts or asks the cause: "وكم عدد الجرحى؟", "وما السبب؟"."""

from __future__ import annotations

from rag.conversation import arabic_cues as cues
from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_follow_up import FollowUp, after
from rag.conversation.arabic_nouns import is_time, kind_of
from rag.conversation.arabic_pronouns import possessed, prepositional
from rag.conversation.arabic_subjects import subject
from rag.conversation.arabic_suffixes import suffixed
from rag.conversation.arabic_verbs import VERBS
from rag.conversation.turns import Carry, Edit, Want, choose
from rag.text import fold, fold_text


def count(ask: FollowUp) -> list[Edit]:
    """Return the edits that complete a question with كم."""
    rest = ask.rest
    first = rest[0].text
    if first in cues.BE or first in cues.HEADS_OF_COUNTS:
        return slot(ask) or possessed(ask, 0)
    if suffixed(first):
        return possessed(ask, 0)
    if first in VERBS and VERBS[first].takes == "none" and not kind_of(first):
        return subject(ask, 0)  # "كم استمر؟"
    if len(rest) == 1 or all(t.text in lexicon.ADVERBS for t in rest[1:]):
        return slot(ask)
    if rest[1].text in cues.WITH_PRONOUN:
        return prepositional(ask, 0)
    if rest[1].text not in VERBS:
        return []
    verb = VERBS[rest[1].text]
    if is_time(rest, 0):
        return subject(ask, 1)
    if rest[1].text in cues.HARMED and all(t.text in lexicon.ADVERBS for t in rest[2:]):
        return _where(ask, "event")
    if (
        verb.takes in ("object", "either")
        and verb.subject in ("person", "agent")
        and len(rest) == 2
        and rest[1].text not in cues.HARMED
    ):
        kinds, also = verb.kinds
        mention = (
            choose(ask.readings, Want(verb.gender, verb.number, kinds, also))
            if verb.takes == "object"
            else None
        )
        return [after(rest[1], mention)] if mention and verb.number != "p" else []
    return prepositional(ask, 1)


def slot(ask: FollowUp) -> list[Edit]:
    """Say of what the count or the property is that stands alone: "وكم عدد الجرحى؟", "وما السبب؟"."""
    words = [t.text for t in ask.rest if t.text not in lexicon.ADVERBS and t.text not in cues.BE]
    if words and words[0] in cues.HEADS_OF_COUNTS and len(words) > 1:
        words = words[1:]
    if len(words) != 1:
        return []
    word = words[0]
    token = next(t for t in ask.rest if t.text == word)
    if word in cues.COUNTED and ask.cue.role in ("count", "what"):
        return _where(ask, cues.COUNTED[word])
    if word in cues.WHOLE_PROPERTIES:
        mention = choose(ask.readings, Want(kinds=cues.WHOLE_PROPERTIES[word]))
        if mention is None or mention.kind not in cues.WHOLE_PROPERTIES[word]:
            return []
        start = token.start + fold(ask.text[token.start : token.end]).offset(2)
        return [Edit(token.start, start, ()), after(token, mention)]
    if word in cues.ROLES_ABOUT and ask.cue.role == "who":
        mention = choose(ask.readings[:1], Want(kinds=frozenset(("event",))))
        return (
            [Edit(token.end, token.end, (" عن ", Carry(mention.text)))]
            if mention and mention.kind == "event"
            else []
        )
    return []


def _where(ask: FollowUp, kind: str) -> list[Edit]:
    mention = choose(ask.readings, Want(kinds=frozenset((kind,))))
    if mention is None and kind == "event" and ask.readings and ask.readings[0].asks == "number":
        mention = choose(ask.readings[:1], Want(kinds=frozenset(("place",))))
        kind = "place"
    if mention is None or mention.kind != kind:
        return []
    if fold_text(mention.lead).startswith("في "):
        return [Edit(ask.end, ask.end, (" ", Carry(mention.lead)))]
    return [Edit(ask.end, ask.end, (" في ", Carry(mention.text)))]
