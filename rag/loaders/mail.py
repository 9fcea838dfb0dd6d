"""EML, MHTML and mbox: a message's text, who sent it and when; its attachments are documents of their own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from functools import partial
from itertools import chain, pairwise
from typing import NamedTuple

from rag.loaders.archive import is_left_out
from rag.loaders.base import Extract, Limits, LoadError, Part, Writer, clean
from rag.loaders.html import load_html, write_blocks
from rag.loaders.markup import Block, blocks, decode_html, parse_html
from rag.loaders.plain import load_text

_MOST_PARTS = 500
_MARKED = ("text/html", "application/xhtml+xml")
_SHOWN = ("text/plain", *_MARKED)
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_NO_TEXT = ("image", "audio", "video", "font")
_SUFFIXES = {
    "application/msword": "doc",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/calendar": "ics",
    "text/markdown": "md",
    "text/plain": "txt",
}
_SAME = 0.98  # the share of a text's words that another form of it has at least, if it lacks nothing
_ENOUGH = 0.8  # likewise, if it need not be kept beside the other
_NOTICE = 0.5  # the share of the longest form's words below which a form only says where to read the text
_WORD = re.compile(r"\w+")
_NAMED = re.compile(r"\w+://\S+|\S+@\S+")  # addresses, which marked-up text hides behind words
_ENVELOPE = re.compile(rb"(?:\A|\n\r?\n)(From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n)(?=[!-9;-~]+:)")


def load_mail(data: bytes, limits: Limits) -> Extract:
    """Return a message: its subject, sender and day, its text, and its attachments; raises as `Loader`.

    Of a mailbox (mbox) with several messages, each is a document of its own.
    """
    if data.startswith(b"From "):
        starts = [match.start(1) for match in _ENVELOPE.finditer(data)]
        if len(starts) > limits.members:
            raise LoadError(f"holds more than {limits.members:,} messages; split it")
        if len(starts) > 1:
            return Extract("", parts=_messages(data, [0, *starts[1:], len(data)]))
    message = _parsed(data)
    leaves = [part for part in message.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    if len(leaves) > _MOST_PARTS:
        raise LoadError(f"holds more than {_MOST_PARTS} parts; split it")
    subject = _field(message, "subject")
    if _is_page(message):
        for part in leaves:
            if part.get_content_type() in _MARKED:
                page = load_html(_bytes(part), limits)
                return replace(page, title=page.title or subject or None)
    found = _Walk()
    writer = Writer(limits)
    writer.heading(subject)
    for piece in found.shown(message):
        _write(writer, piece)
    return Extract(
        writer.text,
        writer.sections,
        subject or None,
        date=_date(message),
        source=_sender(message) or None,
        parts=list(_parts(found.attached)),
    )


def _parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default.clone(raise_on_defect=False))
    if not isinstance(message, EmailMessage):
        raise LoadError("is no message that can be read; save it anew")
    return message


def _messages(data: bytes, places: Sequence[int]) -> Iterator[Part]:
    """Yield the messages of a mailbox, each without the line that parts it from the one before."""
    for number, (start, end) in enumerate(pairwise(places), 1):
        yield Part(f"message-{number}.eml", data[start:end].partition(b"\n")[2])


def _is_page(message: EmailMessage) -> bool:
    """Tell whether a message is a page that a browser saved: sent by nobody, or by the browser."""
    sender = _field(message, "from")
    if _field(message, "snapshot-content-location") or "saved by" in sender.lower():
        return True
    sent = sender or any(_field(message, name) for name in ("to", "cc", "received", "message-id"))
    return message.get_content_type() == "multipart/related" and not sent


class _Piece(NamedTuple):
    """A part of what is shown of a message."""

    part: EmailMessage
    is_head: bool = False  # only the head of the part, which is a message that was forwarded


class _Walk:
    """Goes through the parts of a message as they are nested."""

    def __init__(self) -> None:
        self.attached: list[EmailMessage] = []
        self._known: dict[int, frozenset[str]] = {}

    def shown(self, part: EmailMessage) -> list[_Piece]:
        """Return what is shown of a part, in order, and note what is attached in it."""
        if not part.is_multipart():
            if _is_shown(part):
                return [_Piece(part)]
            self.attached.append(part)
            return []
        kind, payload = part.get_content_type(), part.get_payload()
        inner = [each for each in payload if isinstance(each, EmailMessage)]
        if kind == "multipart/alternative":
            return self._one_of(inner)
        if kind == "message/delivery-status":  # for programs; what people read stands before it
            return []
        pieces: list[_Piece] = []
        for each in inner:
            if kind.startswith("message/"):
                each = _forwarded(part, each)
                pieces.append(_Piece(each, is_head=True))
            pieces += self.shown(each)
        return pieces

    def _one_of(self, inner: list[EmailMessage]) -> list[_Piece]:
        """Return what is shown of a text in several forms: the plain one, if it lacks nothing."""
        others = [
            part for part in inner if not (part.is_multipart() or _is_attached(part) or _is_shown(part))
        ]
        forms = [form for part in inner if part not in others and (form := self.shown(part))]
        if not forms:
            self.attached += others
            return []
        forms.sort(key=lambda form: any(_is_marked(piece) for piece in form))
        said = [frozenset[str]().union(*map(self._words, form)) for form in forms]
        covered = [
            min(len(own & other) / (len(other) or 1) if other else 1.0 for other in said) for own in said
        ]
        best = max(range(len(forms)), key=lambda i: (min(covered[i], _SAME), -i))
        if covered[best] >= _ENOUGH:
            return forms[best]
        longest = max(map(len, said))
        return [
            piece
            for form, own in zip(forms, said, strict=True)
            if len(own) >= _NOTICE * longest
            for piece in form
        ]

    def _words(self, piece: _Piece) -> frozenset[str]:
        """Return the words of a piece."""
        if piece.is_head:
            return frozenset()
        known = self._known.get(id(piece.part))
        if known is None:
            if _is_marked(piece):
                text = " ".join(" ".join(chain([block.text], *block.rows)) for block in _blocks(piece.part))
            else:
                text = _text(piece.part)
            known = self._known[id(piece.part)] = frozenset(_WORD.findall(_NAMED.sub(" ", text)))
        return known


def _forwarded(part: EmailMessage, inner: EmailMessage) -> EmailMessage:
    """Return the message in a part, though it was encoded as a whole, as some programs do."""
    coding = _field(part, "content-transfer-encoding").lower()
    if inner.keys() or coding not in ("base64", "quoted-printable"):
        return inner
    inner["Content-Transfer-Encoding"] = coding
    return _parsed(_bytes(inner))


def _is_marked(piece: _Piece) -> bool:
    return not piece.is_head and piece.part.get_content_type() in _MARKED


def _is_shown(part: EmailMessage) -> bool:
    """Tell whether a part that holds no parts is text of the message itself."""
    kind = part.get_content_type()
    return not _is_attached(part) and (kind in _SHOWN or kind.startswith("multipart/"))  # one without bounds


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _blocks(part: EmailMessage) -> Iterator[Block]:
    root = parse_html(_text(part))
    return blocks(root.css_first("body") or root)


def _write(writer: Writer, piece: _Piece) -> None:
    """Write a part of what is shown; of a message that was forwarded its subject, sender and day."""
    if piece.is_head:
        writer.heading(_field(piece.part, "subject"))
        stated = [(name, _field(piece.part, name)) for name in ("From", "Date")]
        writer.paragraph(" | ".join(f"{name}: {value}" for name, value in stated if value))
    elif _is_marked(piece):
        write_blocks(writer, _blocks(piece.part))
    else:
        for paragraph in _paragraphs(_text(piece.part)):
            writer.write(paragraph)


def _parts(attached: list[EmailMessage]) -> Iterator[Part]:
    """Yield the attachments that may be documents; those without a name get one."""
    unnamed = 0
    for part in attached:
        name, kind = _filename(part), part.get_content_type()
        if not name:
            if kind in _SIGNATURES or kind.startswith(_NO_TEXT):
                continue
            unnamed += 1
            suffix = _SUFFIXES.get(kind) or kind.rpartition("/")[2]
            name = f"attachment-{unnamed}" + (f".{suffix}" if suffix.isalnum() else "")
        if not is_left_out(name, partial(_bytes, part)):
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
    return decode_html(data) if part.get_content_type() in _MARKED else load_text(data)


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
