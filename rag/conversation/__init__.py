"""Complete a follow-up question from the turns before it: "ومتى زار واشنطن؟" says nothing of who.

Rules and tables, no model; the same conversation always gives the same question. What cannot be told is left
alone: no completion is better than a wrong one, and the one that is made is shown to be edited, never used
in silence.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import arabic, latin
from rag.conversation.arabic_nouns import is_arabic
from rag.conversation.arabic_reading import read_question as read_arabic
from rag.conversation.latin_reading import read_question as read_latin
from rag.conversation.turns import Completed, Reading, Turn, tokens

__all__ = ["MAX_TURNS", "Completed", "Turn", "complete"]

MAX_TURNS = 4
"""How many turns back something may be carried over from."""
_LONGEST = 2_000  # characters; a longer question is no follow-up


def complete(question: str, earlier: Sequence[Turn]) -> Completed | None:
    """Return `question` with what it leaves to the turns before it, or None.

    None where it stands on its own, and where what it leaves out cannot be told. A completed question is
    complete: given back, it gives None.

    Args:
        question: as asked, in Arabic, English or French; plain cases in Spanish, German and Turkish.
        earlier: the conversation so far, oldest first; the last `MAX_TURNS` count. Names are carried as they
            are spelt there, whatever the language of `question`.
    """
    if not earlier or len(question) > _LONGEST:
        return None
    readings = [_read(turn) for turn in reversed(earlier[-MAX_TURNS:])]
    done = _attempt(question, readings)
    if done is None or _attempt(done.question, readings) is not None:
        return None
    return done


def _attempt(question: str, readings: Sequence[Reading]) -> Completed | None:
    if _mostly_arabic(question):
        return arabic.follow_up(question, readings)
    return latin.follow_up(question, readings)


def _read(turn: Turn) -> Reading:
    if len(turn.question) > _LONGEST:
        return Reading(clear=False)
    return read_arabic(turn) if _mostly_arabic(turn.question) else read_latin(turn)


def _mostly_arabic(text: str) -> bool:
    found = [token.text for token in tokens(text) if token.text[:1].isalpha()]
    return bool(found) and 2 * sum(map(is_arabic, found)) >= len(found)
