"""A mark on what is handed out, by which the server knows it again for its own words."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

FILE = "seal.key"  # in ISNAD_HOME
_BYTES = 32


class Seal:
    """Marks JSON values with a key that nobody else has."""

    def __init__(self, key: bytes | None = None) -> None:
        """Mark with `key`; without one, what is marked is known again until the process ends."""
        self._key = key or secrets.token_bytes(_BYTES)

    @classmethod
    def of(cls, home: Path) -> Seal:
        """Return the seal of a home; its key is made where there is none, and not kept where it cannot be."""
        path = home / FILE
        try:
            key = path.read_bytes()
        except OSError:
            key = b""
        if len(key) != _BYTES:
            key = secrets.token_bytes(_BYTES)
            try:
                _write(path, key)
            except OSError:
                return cls()
        return cls(key)

    def mark(self, value: Any) -> str:
        """Return the mark of a value: 64 hexadecimal digits."""
        # A browser writes 1.0 as 1.
        plain = json.loads(json.dumps(value), parse_int=float)
        return hmac.new(self._key, json.dumps(plain, sort_keys=True).encode(), hashlib.sha256).hexdigest()

    def holds(self, value: Any, mark: Any) -> bool:
        """Tell whether a mark is that of a value."""
        if not isinstance(mark, str) or not mark.isascii():
            return False
        try:
            return hmac.compare_digest(self.mark(value), mark)
        except (RecursionError, TypeError, ValueError):  # it is nothing that was ever marked
            return False


def _write(path: Path, key: bytes) -> None:
    """Write a key that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(key)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
