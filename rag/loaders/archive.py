"""ZIP: what is in one, how much of it may be unpacked, and its members as documents of their own."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rag.loaders.base import Extract, Limits, LoadError, Part
from rag.loaders.kinds import BEGINNING, is_passed_over, is_saved_page, is_set_aside

_ENCODINGS = ("cp720", "cp1256", "cp437", "cp1252")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_FITTING = re.compile(
    f"{_ARABIC.pattern}+|[A-Za-z\u00c0-\u024f]*[A-Za-z][A-Za-z\u00c0-\u024f]*|[\u00c0\u00e0]"
)
_COMMON = frozenset("اليمنوترةبدهعس")  # the letters that Arabic is mostly written with
_BESIDE_LETTERS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("«»–—،؛؟ـ\xa0\u200c\u200d\u200e\u200f")
_SMALL = 5_000_000  # unpacked bytes up to which no ratio is suspicious
_FORMS = (  # a member that tells what an archive is
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
)
_REFUSED = {
    "ppt/presentation.xml": "is a PowerPoint file, which is not supported; save it as PDF",
    "xl/workbook.bin": "is a binary Excel workbook, which is not supported; save it as XLSX",
    "Index/Document.iwa": "is a Pages, Numbers or Keynote file, which is not supported; save it as PDF",
}
_MIMETYPES = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.text-template": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "save it as XLSX",
    b"application/vnd.oasis.opendocument.presentation": "save it as PDF",
}


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Return an archive whose directory keeps the limits: what it promises, zipfile holds it to.

    Raises:
        LoadError: if it is damaged, encrypted, or a bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise LoadError(f"is a damaged ZIP file ({error}); save it anew") from error
    members = archive.infolist()
    if len(members) > limits.members:
        raise LoadError(f"holds more than {limits.members:,} files; split it")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked:
        raise LoadError(
            f"unpacks to {unpacked / 1e6:,.0f} MB, and {limits.unpacked / 1e6:,.0f} MB are allowed; split it"
        )
    if sum(member.compress_size for member in members) > len(data):
        raise LoadError("holds files that overlap, as only bombs do; remove it")
    for member in members:
        if member.file_size > max(_SMALL, limits.ratio * member.compress_size):
            raise LoadError(
                f"holds a file that is packed more than {limits.ratio} times, as only bombs are; remove it"
            )
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a member's bytes.

    Raises:
        LoadError: if it is not there, encrypted or damaged.
    """
    try:
        return archive.read(name)
    except KeyError:
        raise LoadError(f"lacks {name}, so it is damaged; save it anew") from None
    except Exception as error:  # of zipfile, and of each compression that it knows
        raise _refusal(error) from error


def archive_kind(archive: zipfile.ZipFile) -> str:
    """Return what an archive is: ``docx``, ``xlsx``, ``odt``, ``epub``, or ``zip``.

    Raises:
        LoadError: if it is an Office file that is not supported.
    """
    names = set(archive.namelist())
    for member, kind in _FORMS:
        if member in names:
            return kind
    for member, reason in _REFUSED.items():
        if member in names:
            raise LoadError(reason)
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        kind = _MIMETYPES.get(read_member(archive, "mimetype").strip(), "zip")
        if kind.startswith("save"):
            raise LoadError(f"is an OpenDocument file that is no text, which is not supported; {kind}")
        return kind
    if "META-INF/container.xml" in names:  # an EPUB whose type was not written first
        return "epub"
    if "[Content_Types].xml" in names:  # a DOCX may call its text otherwise
        types = read_member(archive, "[Content_Types].xml")
        if b"wordprocessingml.document.main+xml" in types:
            return "docx"
        if b"spreadsheetml.sheet.main+xml" in types:
            return "xlsx"
    return "zip"


def load_zip(data: bytes, limits: Limits) -> Extract:
    """Return the documents in an archive; raises as `Loader`."""
    archive = open_archive(data, limits)
    return Extract("", parts=_members(archive, limits))


def _members(archive: zipfile.ZipFile, limits: Limits) -> Iterator[Part]:
    stored = [raw for member in archive.infolist() if (raw := _raw_name(member)) is not None]
    encoding = _encoding_of(raw for raw in stored if _utf_8(raw) is None)
    for member in archive.infolist():
        name = member_name(member, encoding)
        if member.is_dir() or is_left_out(name, partial(_beginning, archive, member)):
            continue
        if member.file_size > limits.file_bytes:
            error = LoadError(f"is larger than {limits.file_bytes / 1e6:g} MB; split it")
            yield Part(name, error)
            continue
        content: bytes | LoadError
        try:
            content = archive.read(member)
        except Exception as error:
            content = _refusal(error)
        yield Part(name, content)


def _beginning(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return the first bytes of a member; none of one that cannot be unpacked."""
    try:
        with archive.open(member) as file:
            return file.read(BEGINNING)
    except Exception:  # as in `read_member`
        return b""


def _refusal(error: Exception) -> LoadError:
    """Return why a member cannot be unpacked, in our words."""
    if isinstance(error, RuntimeError) and "password" in str(error):
        return LoadError("is locked with a password; save it without one")
    return LoadError(f"is damaged ({error or type(error).__name__}); save it anew")


def member_name(member: zipfile.ZipInfo, encoding: str) -> str:
    """Return a member's path as part of a document's id: no way up, no root, no control characters."""
    raw = _raw_name(member)
    name = member.filename if raw is None else _utf_8(raw) or raw.decode(encoding, "replace")
    name = _CONTROLS.sub("\ufffd", name)
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    name = "/".join(steps).encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", name) or "unnamed"


def _raw_name(member: zipfile.ZipInfo) -> bytes | None:
    """Return a name as it is stored; None where its encoding is stated."""
    if member.flag_bits & 0x800:
        return None
    try:
        return member.filename.encode("cp437")  # as which zipfile has read it
    except UnicodeEncodeError:
        return None


def _utf_8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _encoding_of(names: Iterable[bytes]) -> str:
    """Return in which of the encodings of DOS and Windows names make the most sense, all taken together."""
    raw = b"/".join(names)

    def strangeness(encoding: str) -> tuple[int, float]:
        text = raw.decode(encoding, "replace")
        odd = sum(not (c.isalpha() or c in _BESIDE_LETTERS or unicodedata.combining(c)) for c in text)
        odd += sum(not _FITTING.fullmatch(word) for word in _WORD.findall(text))
        arabic = _ARABIC.findall(text)
        return odd, -sum(c in _COMMON for c in arabic) / (len(arabic) or 1)

    return min(_ENCODINGS, key=strangeness)


def is_left_out(name: str, begin: Callable[[], bytes]) -> bool:
    """Tell whether a member is hidden, temporary, or by name no document; `begin`: see `is_saved_page`."""
    steps = name.split("/")
    return any(map(is_set_aside, steps)) or (
        is_passed_over(steps[-1]) and not is_saved_page(steps[-1], begin)
    )
