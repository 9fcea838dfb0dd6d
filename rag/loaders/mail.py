"""EML and MHTML: a message's text, who sent it and when; its attachments are documents of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from rag.loaders.archive import is_left_out
from rag.loaders.base import Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.html import load_html, write_blocks
from rag.loaders.markup import blocks, parse_html
from rag.loaders.plain import load_text

_MOST_PARTS = 500
_SAME = 0.5  # the share of the marked-up text that the plain one has at least, if it is the same


def load_mail(data: bytes, limits: Limits) -> Extract:
    """Return a message: its subject, sender and day, its text, and its attachments; raises as `Loader`."""
    message = message_from_bytes(data, policy=policy.default.clone(raise_on_defect=False))
    if not isinstance(message, EmailMessage):
        raise LoadError("is no message that can be read; save it anew")
    parts = list(_leaves(message))
    if len(parts) > _MOST_PARTS:
        raise LoadError(f"holds more than {_MOST_PARTS} parts; split it")
    if _field(message, "snapshot-content-location") or message.get_content_type() == "multipart/related":
        for part in parts:
            if part.get_content_type() == "text/html":  # a page that a browser saved
                return load_html(_bytes(part), limits)
    subject = _field(message, "subject")
    writer = Writer(limits)
    writer.heading(subject)
    for part in _body(parts):
        text = _text(part)
        if part.get_content_type() == "text/html":
            root = parse_html(text)
            write_blocks(writer, blocks(root.css_first("body") or root))
        else:
            for paragraph in _paragraphs(text):
                writer.write(paragraph)
    return Extract(
        writer.text,
        writer.sections,
        subject or None,
        date=_date(message),
        source=_sender(message) or None,
        parts=list(_attachments(parts)),
    )


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that hold no parts, in order; of a message that was forwarded, its own."""
    for part in message.walk():
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


def _body(parts: list[EmailMessage]) -> list[EmailMessage]:
    """Return the parts that are shown: of a text in two forms the plain one, unless that is only a notice."""
    own = [part for part in parts if not _is_attached(part)]
    plain = [part for part in own if part.get_content_type() == "text/plain"]
    marked = [part for part in own if part.get_content_type() == "text/html"]
    if not marked:
        return plain
    seen = sum(len(block.text) for part in marked for block in blocks(parse_html(_text(part))))
    return plain if _SAME * seen <= sum(len(_text(part)) for part in plain) else marked


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _attachments(parts: list[EmailMessage]) -> Iterator[Part]:
    for part in parts:
        name = _filename(part)
        if name and not is_left_out(name):
            yield Part(name, _bytes(part))


def _filename(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # the header is damaged in one of many ways
        return ""
    return clean(name).replace("\\", "/").rpartition("/")[2].strip(". ")


def _field(message: EmailMessage, name: str) -> str:
    """Return a header in one line; an empty string for one that is not there or damaged."""
    try:
        return clean(str(message[name] or ""))[:500]
    except Exception:  # the header parser raises errors of many kinds on damaged ones
        return ""


def _sender(message: EmailMessage) -> str:
    """Return the name of the sender, or else the address."""
    name, address = parseaddr(_field(message, "from"))
    return name or address


def _date(message: EmailMessage) -> dt.date | None:
    """Return the day on which the message was sent, where it was sent."""
    try:
        return parsedate_to_datetime(_field(message, "date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: EmailMessage) -> str:
    """Return the text of a part: in the encoding that it states, or else as it reads."""
    data = _bytes(part)
    charset = part.get_content_charset()
    if charset:
        try:
            return data.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass  # what it states is not so
    return load_text(data)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a plain message, its wrapped lines joined; signatures and quotes stay."""
    for paragraph in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        lines = [clean(line) for line in paragraph.split("\n")]
        joined: list[str] = []
        for i, line in enumerate(lines):
            if (
                i
                and line
                and joined
                and len(lines[i - 1]) >= 60
                and not line.startswith((">", "-", "*", "•"))
            ):
                joined[-1] += f" {line}"  # the line before was broken for its length
            elif line:
                joined.append(line)
        yield "\n".join(joined)
