"""Text and markdown in any encoding that Arabic, European or East Asian texts are found in."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rag.loaders.base import Extract, Limits, LoadError
from rag.schema import Section

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OLD_ENCODINGS = ["cp1256", "iso8859_6", "cp1252", "cp1251", "koi8_r", "cp1253", "cp1255"]
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # they break SQLite, JSON and hashing
_MARKDOWN = re.compile(r"^ {0,3}(?:(?P<fence>```|~~~)|#{1,6}[ \t]+(?P<words>[^\r\n]+))", re.MULTILINE)
_SAMPLE = 65_536


def load_plain(data: bytes, limits: Limits) -> Extract:
    """Return a plain text, exactly as it is; raises as `Loader`."""
    text = load_text(data)
    if len(text) > limits.text:
        raise LoadError(f"holds more than {limits.text:,} characters of text; split it")
    return Extract(text)


def load_markdown(data: bytes, limits: Limits) -> Extract:
    """Return a markdown text, exactly as it is, with its headings as sections; raises as `Loader`."""
    text = load_plain(data, limits).text
    headings = tuple(islice(_headings(text), limits.sections + 1))
    if len(headings) > limits.sections:
        raise LoadError(f"holds more than {limits.sections:,} headings; split it")
    return Extract(text, headings)


def _headings(text: str) -> Iterator[Section]:
    fence = ""
    for match in _MARKDOWN.finditer(text):
        if match["fence"]:  # nothing in a block of code is a heading
            mark = match["fence"][:3]
            fence = "" if fence == mark else fence or mark
        elif not fence:
            words = re.sub(r"[*_`]{1,3}", "", match["words"]).strip().rstrip("#").strip()
            if words:
                yield Section("heading", words[:200], match.start())


def load_text(data: bytes) -> str:
    """Return the text of `data`: newlines as they are, no byte order mark, NUL and lone surrogates as U+FFFD.

    Tried in this order: a byte order mark, UTF-8, UTF-8 with a few broken bytes, UTF-16 without a mark, then
    the old single-byte encodings by what reads most like a language.

    Raises:
        LoadError: if `data` reads as no text; the message says what to do.
    """
    text = _UNSTORABLE.sub("\ufffd", _decode(data))
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) + sample.count("\ufffd") > 0.1 * len(sample) + 1:
        raise LoadError("holds binary data, not text; save it as UTF-8 text or remove it")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # a file cut in the middle of its last letter
            return data.decode("utf-8", "replace")
        return _wide(data) or _mended(data) or _old(data)
    return _wide(data) or text


def _wide(data: bytes) -> str | None:
    """Return UTF-16 without a byte order mark: spaces hold NUL, and every second byte is one of very few."""
    sample = data[:_SAMPLE]
    if b"\0" not in sample or len(data) < 8 or len(data) % 2:
        return None
    for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        common = Counter(high).most_common(3 if len(high) > 8 else 2)  # by chance, few are of three kinds
        if 0 in dict(common) and sum(count for _, count in common) > 0.9 * len(high):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return None


def _mended(data: bytes) -> str | None:
    """Return UTF-8 that was cut or damaged in a few places."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    written = sum(character > "\x7f" for character in text[:_SAMPLE]) - broken
    return text if broken <= max(1, 0.02 * written) and written > 10 * broken else None


def _old(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_OLD_ENCODINGS).best()
    if best is None:
        raise LoadError("its encoding is not one that can be told; save it as UTF-8")
    encoding = best.encoding
    if encoding == "cp1252" and re.search(rb"[\xd0\xdd\xde\xf0\xfd\xfe]", data):
        encoding = (
            "cp1254"  # the six bytes in which the two differ: Turkish, where 1252 has Icelandic letters
        )
    return data.decode(encoding, "replace")
