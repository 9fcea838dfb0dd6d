"""Remember the answers on people's screens, so that each can be explained, exported and reported.

Only the newest are kept, in memory. The conversation lives in the browser: its messages carry the keys, and
it keeps each answer's JSON, from which one that is forgotten here is taken up again (`ui.kept.restoring`).
"""

from __future__ import annotations

import html
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.conversation import MAX_TURNS, Turn
from rag.filters import Filters
from rag.question import parse
from rag.schema import Answer

KEPT = 500  # answers, of some 40 kB each; a window brings those back that it still shows
_KEY = re.compile(r"#why-([A-Za-z0-9_-]{16})(?![A-Za-z0-9_-])")  # no \b: a key may end in a dash
_WHOLE_KEY = re.compile(r"[A-Za-z0-9_-]{16}")
_SHOWN = {
    name: re.compile(rf'<\w+ class="{name}\b[^>]*>(.*?)</(?:div|span)>') for name in ("is-full", "is-answer")
}

ALL = Filters()


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and of which documents it was asked."""

    answer: Answer
    filters: Filters = ALL
    ours: bool = True  # else a browser says that it was given, and how sure it was is not known


class Ledger:
    """Answers by a key that cannot be guessed: whoever knows it may see the answer. Threads may share it."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, answer: Answer, filters: Filters | None = None) -> str:
        """Keep an answer, and return its key: 16 characters of `[A-Za-z0-9_-]`."""
        key = secrets.token_urlsafe(12)
        self._put(key, Kept(answer, filters or ALL))
        return key

    def take_up(self, key: str, kept: Kept) -> str:
        """Keep an answer again under the key that it had, and return the key.

        What is no key gets a new one. What is kept under the key already stays as it is.
        """
        if not _WHOLE_KEY.fullmatch(key):
            return self.keep(kept.answer, kept.filters)
        self._put(key, kept)
        return key

    def renew(self, key: str, answer: Answer) -> None:
        """Put an answer in the place of one that lacks the passages it was read in."""
        with self._lock:
            if (held := self._answers.get(key)) is not None:
                self._answers[key] = replace(held, answer=answer)

    def kept(self, key: str) -> Kept | None:
        """Return the answer of a key and its filters, or None if it is not kept (any more)."""
        with self._lock:
            return self._answers.get(key)

    def get(self, key: str) -> Answer | None:
        """Return the answer of a key, or None if it is not kept (any more)."""
        kept = self.kept(key)
        return kept.answer if kept else None

    def all(self, keys: Iterable[str]) -> list[Answer]:
        """Return those answers of `keys` that are kept, in their order."""
        return [found for key in keys if (found := self.get(key)) is not None]

    def earlier(self, history: Sequence[Any]) -> list[Turn | Answer]:
        """Return the last turns of a conversation, oldest first, as a follow-up question needs them.

        An answer that is not kept any more counts as far as the conversation shows it.

        Args:
            history: the messages so far, as the chatbot gives them; the keys are read from the answers.
        """
        found: list[Turn | Answer] = []
        asked = ""
        for message in history:
            if not isinstance(message, dict):
                continue
            text = _text(message.get("content"))
            if message.get("role") == "user":
                asked = text
            for key in _KEY.findall(text) if message.get("role") == "assistant" else ():
                turn = self.get(key) or _shown(asked, text)
                found += [turn] if turn else []
        return found[-MAX_TURNS:]

    def _put(self, key: str, kept: Kept) -> None:
        with self._lock:
            self._answers.setdefault(key, kept)
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)


def _shown(asked: str, answer: str) -> Turn | None:
    """Return the turn that a question and the HTML of its answer show; None where it is none of ours."""
    if not asked or not answer.startswith('<div class="isnad"'):
        return None
    texts = {
        name: html.unescape(re.sub(r"<[^>]*>", "", match.group(1))) if (match := each.search(answer)) else ""
        for name, each in _SHOWN.items()
    }
    question = texts["is-full"] or asked
    return Turn(question, texts["is-answer"] or None, parse(question).kind)


def _text(content: Any) -> str:
    """Return the text of a message, whose content is a string, a part or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return str(content.get("text") or "")
    return "".join(map(_text, content)) if isinstance(content, list) else ""
