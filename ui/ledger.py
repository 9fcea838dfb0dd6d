"""Remember the answers on people's screens, so that each can be explained, exported and reported.

Only the newest are kept, in memory. The conversation lives in the browser: its messages carry the keys.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from rag.conversation import MAX_TURNS
from rag.schema import Answer

KEPT = 2000  # answers
_KEY = re.compile(r"#why-([A-Za-z0-9_-]{16})\b")


class Ledger:
    """Answers by a key that cannot be guessed. Threads may share it."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, answer: Answer) -> str:
        """Keep an answer, and return its key: 16 characters of `[A-Za-z0-9_-]`."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)
        return key

    def get(self, key: str) -> Answer | None:
        """Return the answer of a key, or None if it is not kept (any more)."""
        with self._lock:
            return self._answers.get(key)

    def all(self, keys: Iterable[str]) -> list[Answer]:
        """Return those answers of `keys` that are kept, in their order."""
        return [found for key in keys if (found := self.get(key)) is not None]

    def earlier(self, history: Sequence[Any]) -> list[Answer]:
        """Return the last answers of a conversation, oldest first, as a follow-up question needs them.

        Args:
            history: the messages so far, as the chatbot gives them; the keys are read from the answers.
        """
        keys = [
            key
            for message in history
            if isinstance(message, dict) and message.get("role") == "assistant"
            for key in _KEY.findall(_text(message.get("content")))
        ]
        return self.all(keys[-MAX_TURNS:])


def _text(content: Any) -> str:
    """Return the text of a message, whose content is a string, a part or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return str(content.get("text") or "")
    return "".join(map(_text, content)) if isinstance(content, list) else ""
