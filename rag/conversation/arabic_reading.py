"""Read an earlier Arabic question: how it asked, whom and what it spoke of."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.conversation.arabic_cue import RELATIVES, THAT, Cue, find_cue
from rag.conversation.arabic_nouns import definite, is_break, is_verb
from rag.conversation.arabic_phrases import phrase
from rag.conversation.arabic_sentence import Sentence
from rag.conversation.arabic_suffixes import suffixed
from rag.conversation.turns import Carry, Mention, Number, Piece, Reading, Turn, close_of, cut, tokens
from rag.cues import folded
from rag.question import parse

_OPEN_ANSWER = re.compile(r"[،,؛;(\[\n]")
_BAD_IN_ANSWER = THAT | RELATIVES | folded("قد لم لن")


def read_question(turn: Turn) -> Reading:
    """Return what an Arabic turn spoke of, its subject first, and what may be asked of it again."""
    text = turn.question
    found = tokens(text)
    cue = find_cue(found)
    if cue is None or len(found) > 60:
        return Reading(clear=False, language="ar")
    reader = Sentence(text, found)
    reader.read(cue)
    answer = answered(turn)
    parsed = parse(text)
    who = turn.kind == "person" or (turn.kind == "other" and parsed.kind == "person")
    mentions = list(reader.mentions)
    if who and parsed.describes and reader.named:  # "who is X": the answer says what X is
        mentions = [replace(m, kind="person", rank=0) if m.rank == 1 and not m.kind else m for m in mentions]
        answer = None
    elif who:
        mentions = _with_person(mentions, answer, reader, cue)
        if answer is None and (turn.answer is not None or cue.role != "who" or reader.verb is not None):
            reader.clear = False  # somebody is meant whose name is not known
            mentions = [mention for mention in mentions if mention.kind not in ("person", "")]
    elif answer is not None and turn.kind == "organisation" and cue.role in ("who", "what", "which"):
        mentions = [m for m in mentions if m.kind != "organisation" or m.rank != 1]
        mentions.append(replace(answer, kind="organisation", rank=0))
    elif answer is not None and turn.kind in ("place", "organisation") and answer.kind == turn.kind:
        mentions.append(replace(answer, rank=2 if cue.kind == "place" and cue.role == "adverb" else 1))
    return Reading(tuple(mentions), reader.clear, *_asked_again(reader, cue, answer if who else None), "ar")


def _with_person(
    mentions: list[Mention], answer: Mention | None, reader: Sentence, cue: Cue
) -> list[Mention]:
    """Put the person who answered before what the question spoke of, and drop who was described."""
    if answer is None:
        return mentions
    if reader.verb is None:  # "who is the minister": the minister is the answer
        mentions = [mention for mention in mentions if mention.rank != 1 or mention.kind != "person"]
    return [replace(answer, kind="person", rank=0), *mentions]


def answered(turn: Turn) -> Mention | None:
    """Return the answer of a turn as a mention, or None where it is no plain name or noun phrase."""
    if not turn.answer:
        return None
    text = _OPEN_ANSWER.split(turn.answer.strip(), maxsplit=1)[0]
    text = text[: close_of(text)].strip()
    found = tokens(text)
    if not 1 <= len(found) <= 8 or text not in turn.answer:
        return None
    if any(t.text in _BAD_IN_ANSWER or t.text[0].isdigit() or is_verb(t.text) for t in found):
        return None
    if len(found) > 1 and suffixed(found[0].text) and definite(found[1].text):
        return None  # "the people chose him"
    whole = phrase(found, 0, wide=True)
    if whole is None:
        return None
    if whole.last < len(found) - 1:
        return Mention(text) if turn.kind == "person" and not is_break(found, whole.last + 1) else None
    number: Number = "p" if whole.pair else whole.number
    return Mention(text, whole.kind, whole.gender, number, pair=whole.pair, language="ar")


def _asked_again(reader: Sentence, cue: Cue, answer: Mention | None) -> tuple[str, tuple[Piece, ...]]:
    """Return what was asked with, and the sentence without it, to be asked with another interrogative."""
    text, found = reader.text, reader.found
    rest = found[cue.end :]
    if not rest:
        return "", ()
    if cue.role in ("adverb", "yes_no"):
        if not reader.mentions:  # it named nobody itself
            return (cue.kind or "yes_no"), ()
        return (cue.kind or "yes_no"), (Carry(cut(text, rest[0], rest[-1])),)
    if reader.verb is None or reader.verb_at != cue.end:
        return ("number" if cue.role == "count" else ""), ()
    if cue.role == "what" and cue.kind == "verb" and reader.mentions and reader.verb.takes != "none":
        subject = reader.subject_end
        if subject < 0 or subject + 1 >= len(found):
            return "thing", (Carry(cut(text, rest[0], rest[-1])), " ذلك")
        tail = Carry(cut(text, found[subject + 1], rest[-1]))
        return "thing", (Carry(cut(text, rest[0], found[subject])), " ذلك ", tail)
    if (
        cue.role == "who"
        and answer is not None
        and answer.gender != "f"
        and not answer.pair
        and len(rest) > 1
    ):
        verb, after = Carry(cut(text, rest[0], rest[0])), Carry(cut(text, rest[1], rest[-1]))
        return "person", (verb, " ", Carry(answer.text), " ", after)
    return "", ()
