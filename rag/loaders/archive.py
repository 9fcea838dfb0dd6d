"""ZIP: what is in one, how much of it may be unpacked, and its members as documents of their own."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

from rag.loaders.base import Extract, Limits, LoadError, Part
from rag.loaders.kinds import BEGINNING, is_passed_over, is_saved_page, is_set_aside

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
    for member in archive.infolist():
        name = member_name(member)
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


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's path as part of a document's id: no way up, no root, no drive, valid Unicode."""
    name = member.filename
    if not member.flag_bits & 0x800:  # no Unicode flag: zipfile has read the bytes as cp437
        name = _decoded(name)
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    name = "/".join(steps).replace("\0", "\ufffd")
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8")) or "unnamed"


def _decoded(name: str) -> str:
    """Return a name whose encoding is not stated: UTF-8, else that of Arabic DOS."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "cp720"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def is_left_out(name: str, begin: Callable[[], bytes]) -> bool:
    """Tell whether a member is hidden, temporary, or by name no document; `begin`: see `is_saved_page`."""
    steps = name.split("/")
    return any(map(is_set_aside, steps)) or (
        is_passed_over(steps[-1]) and not is_saved_page(steps[-1], begin)
    )
