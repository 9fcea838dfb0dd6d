"""Ask the last question again where a follow-up is nothing but an interrogative: "And where?"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation.latin_cue import Cue
from rag.conversation.turns import Carry, Completed, Edit, Piece, Reading, Token, Want, choose, rewrite


def elliptical(
    text: str,
    found: Sequence[Token],
    cue: Cue,
    language: str,
    readings: Sequence[Reading],
    until: int | None = None,
) -> Completed | None:
    """Ask the last question again with this interrogative."""
    if not readings or readings[0].language != language:
        return None
    last = readings[0]
    at = found[cue.end - 1].end
    if last.predicate:
        if last.asks == cue.kind and cue.kind != "other":
            return None
        if language == "tr":
            return _turkish_again(text, found, cue, last.predicate)
        return rewrite(text, [Edit(at, until or at, (" ", *last.predicate))])
    if language != "en" or last.asks != "number" or cue.kind not in ("date", "place"):
        return None
    event = choose(readings[:1], Want(kinds=frozenset(("event",))))
    if event is None or event.kind != "event":
        return None
    be = " were " if event.number == "p" else " was "
    return rewrite(text, [Edit(at, until or at, (be, Carry(event.text)))])


def _turkish_again(
    text: str, found: Sequence[Token], cue: Cue, predicate: Sequence[Piece]
) -> Completed | None:
    if len(predicate) != 2:
        return None
    start, end = found[cue.start].start, found[cue.end - 1].end
    first, last = predicate
    asked = text[start:end]
    if cue.start == 0:
        asked = asked[0].lower() + asked[1:]
    return rewrite(text, [Edit(start, end, (first, f" {asked} ", last))])
