"""Turn what came from a document, a file name or a question into HTML that can only be text.

Pure functions. `escape` leaves nothing that HTML, Markdown or a template could take for its own.
"""

from __future__ import annotations

import base64
import binascii
import re

QUESTION_CHARS = 2000

# Characters that turn the text around them; a quotation keeps them, a reader sees that they are there.
_OVERRIDES = {0x202D: "LRO", 0x202E: "RLO"}
# What means nothing to Markdown where it stands: neither the start of a list nor a part of an address.
_HARMLESS_IN_QUESTIONS = re.compile(r"""[ ,?'"();%!]|:(?!/)|(?<=[^\W\d])-(?=\w)|(?<=[^\W\d])\.(?=\s|\Z)""")


def escape(text: str) -> str:
    """Return `text` as HTML that shows exactly these characters and cannot be anything but text.

    Every ASCII character but letters and digits becomes `&#N;`, so neither tags, attributes, Markdown nor
    templates can begin. Direction overrides are shown by name; NUL and halves of surrogate pairs become
    U+FFFD.
    """
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        if character.isalnum():
            return character
        return f"&#{code};" if code else "\N{REPLACEMENT CHARACTER}"
    if code in _OVERRIDES:
        return f'<span class="is-control">{_OVERRIDES[code]}</span>'
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code <= 0xDFFF else character


def question(text: str) -> str:
    """Return a question as it may stand in a bubble that renders Markdown and HTML.

    As `escape`, but the punctuation of a common question stays as it is, so that it comes back unchanged when
    it is edited, and direction overrides are named without an element, which the bubble would show as it is
    written. Longer ones end in an ellipsis.
    """
    named = {code: f"[{name}]" for code, name in _OVERRIDES.items()}
    text = clip_end(text.strip(), QUESTION_CHARS).translate(named)
    return "".join(
        c if _HARMLESS_IN_QUESTIONS.match(text, place) else _escape_character(c)
        for place, c in enumerate(text)
    )


def document_token(document_id: str) -> str:
    """Return the id of a document as it may stand in a link: `[A-Za-z0-9_-]`, nothing else."""
    encoded = base64.urlsafe_b64encode(document_id.encode("utf-8", "surrogatepass"))
    return encoded.decode("ascii").rstrip("=")


def document_id(token: str) -> str:
    """Return the document id in a token.

    Raises:
        ValueError: if `token` was not made by `document_token`.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", token):
        raise ValueError(f"'{token[:40]}' is not a document's token")
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("utf-8", "surrogatepass")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"'{token[:40]}' is not a document's token") from error


def source_link(document_id: str, start: int, end: int) -> str:
    """Return the link that opens a document in the source panel at a span."""
    return f"#src-{document_token(document_id)}-{start}-{end}"


def clip_end(text: str, limit: int) -> str:
    """Return at most `limit` characters of the start of `text`, cut between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return (cut[: cut.rfind(" ")] if " " in cut[limit // 2 :] else cut).rstrip() + "…"


def clip_start(text: str, limit: int) -> str:
    """Return at most `limit` characters of the end of `text`, cut between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[-limit:]
    return "…" + (cut[cut.find(" ") :] if " " in cut[: limit // 2] else cut).lstrip()
