"""Why a file is not taken, in the interface's words: what is wrong with it, and what to do."""

from __future__ import annotations

import re

from ui.strings import Strings
from ui.uploads.files import RefusedError

# What the loaders say (rag/loaders, rag/corpus), by how it begins or what is in it; the first that fits.
_SAID = (
    (r"is locked", "file_locked"),
    (r"larger than .* MB|unpacks to|characters of text|more text than|has [\d,]+ pages", "file_large"),
    (r"holds (more than [\d,]+|files that overlap|a file that is packed)|lies too deep", "file_packed"),
    (r"Arabic (that|of which some) comes out backwards", "file_backwards"),
    (r"its (fonts|Arabic letters)", "file_fonts"),
    (r"pictures|scanned|OCR", "file_scanned"),
    (r"holds no (text|document)|is an empty page|names no book", "file_empty"),
    (r"takes longer than|needs more than|is given up", "file_heavy"),
    (r"not supported|XML of an unknown kind|binary data|entities", "file_kind"),
    (r"encoding", "file_encoding"),
    (r"cannot be read|is a device|link that leads out", "file_closed"),
    (r"damaged|nested too deeply|crash|is no (message|table)|is not JSON", "file_damaged"),
)


def readable(reason: str, words: Strings) -> str:
    """Return what a loader says about a file in the interface's words; as it is where there are none."""
    for pattern, key in _SAID:
        if re.search(pattern, reason):
            return words(key)
    return reason


def refusal(error: RefusedError, words: Strings) -> str:
    """Return why something was refused, and what to do."""
    values = dict(error.values)
    if isinstance(limit := values.get("limit"), int):
        values["limit"] = size(limit, words) if error.reason != "upload_much_text" else words.number(limit)
    return words(error.reason, **values)


def size(count: int, words: Strings) -> str:
    """Return a number of bytes as people say it: in megabytes, or in kilobytes below one."""
    if count < 1_000_000:
        return words("size_kb", n=f"{max(1, round(count / 1000))}")
    return words("size_mb", n=f"{count / 1e6:.3g}")
