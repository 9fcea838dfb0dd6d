"""A folder of files → documents: what each file says, and what it says about itself."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from rag.errors import CorpusError, DocumentError
from rag.loaders import Extract, Limits, LoadError
from rag.loaders.base import PassingError
from rag.loaders.kinds import BEGINNING, SUPPORTED, is_passed_over, is_saved_page, is_set_aside
from rag.loaders.sandbox import read_safely
from rag.schema import Document
from rag.stated import dateline, front_matter, title_of
from rag.text import detect_language

MAX_BYTES = Limits().file_bytes
_LOOKED_AT = 20_000  # characters of a text that are looked at for its title, date and language
_SYSTEM = ("/proc", "/sys", "/dev")  # but for /dev/shm, which is memory to be used as a disk
_ENOUGH = 200  # characters from which a language is detected more surely than people state it


@dataclass(frozen=True, slots=True)
class FileContent:
    """What one file holds: a document, or of an archive or a message with attachments several."""

    documents: tuple[Document, ...]
    refused: tuple[DocumentError, ...]  # what in it cannot be read, or for a `PassingError` cannot be now
    digest: str  # SHA-256 of the file's bytes, in hexadecimal


def scan(folder: Path, *, follow_links: bool = False, apart: Path | None = None) -> list[Path]:
    """Return the files of `folder` and its subfolders that may be documents, by relative path.

    A subfolder that cannot be read stands for what is in it: reading it as a file says why it cannot be.
    Left out: hidden and temporary files and folders, what by its name is no document (pictures, programs, …),
    names that are not valid Unicode, devices and pipes, and, unless `follow_links`, links to folders or out
    of the folder. Where links are followed, no folder is walked twice, and none of the system's own.

    Args:
        folder: to be walked.
        follow_links: whether to follow links to folders, and to files elsewhere.
        apart: a folder that is left out, wherever it is come upon: that of the indexes.

    Raises:
        CorpusError: if the folder is missing, not a folder, cannot itself be read, or holds no such file.
    """
    if not folder.exists():
        raise CorpusError(f"no folder {folder}; name one that exists with --corpus or ISNAD_CORPUS")
    if not folder.is_dir():
        raise CorpusError(f"{folder} is a file; name the folder that holds it")
    try:
        found = dict(_walk(folder, follow_links, apart))
    except OSError as error:
        raise CorpusError(f"cannot read {error.filename}: {error.strerror}; allow it to be read") from error
    if not found:
        raise CorpusError(
            f"no document in {folder}; put files there of a kind that is supported: {SUPPORTED}"
        )
    return [Path(path) for path in sorted(found, key=found.__getitem__)]


def _walk(folder: Path, follow_links: bool, apart: Path | None) -> Iterator[tuple[str, str]]:
    """Yield the files that may be documents and the subfolders that cannot be read, by relative path."""
    root = os.path.realpath(folder)
    seen = {root}  # real folders that are not to be walked any more
    if apart is not None:
        seen.add(os.path.realpath(apart))
    waiting, links = [(str(folder), "")], list[tuple[str, str]]()
    while waiting or links:
        if not waiting:  # links come last, in order: a file's name must not depend on luck
            links.sort(key=lambda link: link[1], reverse=True)
            place, prefix = links.pop()
            real = os.path.realpath(place)
            if real in seen or _is_system(real):
                continue
            seen.add(real)
            waiting.append((place, prefix))
        place, prefix = waiting.pop()
        try:
            with os.scandir(place) as scanned:
                entries = [(entry, _what_is(entry)) for entry in scanned]
        except OSError:
            if not prefix:
                raise
            yield place, prefix.rstrip("/")
            continue
        for entry, what in entries:
            relative, is_link = prefix + entry.name, entry.is_symlink()
            if is_set_aside(entry.name) or not _is_storable(relative):
                continue
            if what == "folder":
                if is_link:
                    links += [(entry.path, f"{relative}/")] if follow_links else []
                elif (real := os.path.realpath(entry.path)) not in seen:
                    seen.add(real)
                    waiting.append((entry.path, f"{relative}/"))
            elif (
                what == "file"
                and (not is_link or _may_follow(entry.path, root, follow_links))
                and (
                    not is_passed_over(entry.name)
                    or is_saved_page(entry.name, partial(_beginning, entry.path))
                )
            ):
                yield entry.path, relative


def _what_is(entry: os.DirEntry[str]) -> str:
    """Return what an entry of a folder is; neither is a device, a pipe, or a link to nothing or to itself."""
    if entry.is_symlink() and not os.path.exists(entry.path):
        return "neither"
    return "folder" if entry.is_dir() else "file" if entry.is_file() else "neither"


def _may_follow(path: str, root: str, follow_links: bool) -> bool:
    """Tell whether a link to a file is followed."""
    return _is_within(path, root) or (follow_links and not _is_system(os.path.realpath(path)))


def _is_system(real: str) -> bool:
    """Tell whether a real path is the system's own, where files are secrets, or devices, or have no end."""
    path = Path(real)
    return any(map(path.is_relative_to, _SYSTEM)) and not path.is_relative_to("/dev/shm")  # noqa: S108


def read_document(path: Path, folder: Path, *, max_bytes: int = MAX_BYTES) -> Document:
    """Return the document that `path`, a file inside `folder`, holds; of several the first.

    Raises:
        DocumentError: if it is too large, empty, of no supported kind, or cannot be read; the reason says the
            remedy.
    """
    return read_file(path, folder, max_bytes=max_bytes)[0]


def read_file(path: Path, folder: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Document, str]:
    """Return a document as `read_document` does, and the SHA-256 of the file's bytes in hexadecimal."""
    content = read_all(path, folder, Limits(file_bytes=max_bytes))
    if not content.documents:
        raise content.refused[0]
    return content.documents[0], content.digest


def read_all(
    path: Path, folder: Path, limits: Limits | None = None, *, follow_links: bool = False
) -> FileContent:
    """Return all that `path`, a file inside `folder`, holds, and what of it cannot be read.

    A document inside the file is called by the file's name, a slash, and its own. One that cannot be read
    costs no more than itself; there is always at least one document or one refusal.

    Args:
        path: the file.
        folder: the corpus, which names are relative to.
        limits: what a file may ask for; the usual ones by default.
        follow_links: read a link that leads out of the folder; not into the system's own folders.

    Raises:
        DocumentError: if the file itself cannot be had: it is gone, too large, locked away or no file; or not
            now, the cause being an OSError or a `PassingError`.
    """
    limits = limits or Limits()
    name = path.relative_to(folder).as_posix()
    if not _is_storable(name):
        shown = name.encode("utf-8", "replace").decode("utf-8")
        raise DocumentError(shown, "its name is not valid UTF-8; rename it")
    if not _may_follow(str(path), os.path.realpath(folder), follow_links):
        raise DocumentError(name, "is a link that leads out of the folder; put the file itself there")
    data = _bytes(path, name, limits.file_bytes)
    documents: list[Document] = []
    refused: list[DocumentError] = []
    names: dict[str, int] = {}
    for found in read_safely(data, path.name, limits):
        called = f"{name}/{found.name}" if found.name else name
        if isinstance(found.result, LoadError):
            error = DocumentError(called, str(found.result))
            error.__cause__ = found.result
            if isinstance(found.result, PassingError) and not found.name:
                raise error
            refused.append(error)
            continue
        document = _document(called, found.result)
        if document.text[document.body_start :].strip():
            documents.append(replace(document, id=_own_name(called, names)))
        else:
            refused.append(DocumentError(called, "holds no text; write some or remove it"))
    if not documents and not refused:
        refused.append(DocumentError(name, f"holds no document; put some there of these kinds: {SUPPORTED}"))
    return FileContent(tuple(documents), tuple(refused), hashlib.sha256(data).hexdigest())


def _own_name(name: str, names: dict[str, int]) -> str:
    """Return a name for a document that no other of its file has; `names` counts those of each name.

    In an archive, a file in a folder may be called as one in an archive is that is called as the folder.
    """
    own = name
    while own in names:
        names[name] += 1
        own = f"{name}~{names[name]}"
    names[own] = 1
    return own


def parse_document(name: str, text: str) -> Document:
    """Return the document named `name` whose text is `text`, with what the text states about itself.

    Front matter (a YAML block between ``---`` lines at the very start: title, lang, date, source) comes
    first. Else the title is the first markdown heading, else a short first line that is no sentence, else the
    file's name, or where that is a number or a hash the beginning of the text; the date is that of a line
    among the first six that is nothing but a date; the language is detected.
    """
    return _document(name, Extract(text))


def _document(name: str, extract: Extract) -> Document:
    """Return the document that was read from a file or from a part of one."""
    text = extract.text
    facts, body_start = front_matter(text)
    body = text[body_start : body_start + _LOOKED_AT]
    is_table = any(section.kind == "row" for section in extract.sections)  # its first row is no title
    lines = [] if is_table else [line.strip() for line in body.splitlines() if line.strip()]
    return Document(
        id=name,
        text=text,
        title=facts.title or extract.title or title_of(lines, name),
        lang=facts.lang or _language(body, extract.lang),
        date=facts.date or extract.date or dateline(lines),
        source=facts.source or extract.source,
        body_start=body_start,
        sections=tuple(section for section in extract.sections if section.start >= body_start),
    )


def _language(body: str, stated: str | None) -> str | None:
    """Return the language of a text: many pages are made from a template that states another."""
    detected = detect_language(body)
    if stated is None or detected is None:
        return detected or stated
    is_sure = len(body) >= _ENOUGH or not body[:_ENOUGH].isascii()
    return detected if is_sure else stated


def _bytes(path: Path, name: str, most: int) -> bytes:
    """Return the bytes of a file.

    Raises:
        DocumentError: if it cannot be read, is larger than `most`, or no file but a device or a pipe.
    """
    too_large = DocumentError(name, f"is larger than {most / 1e6:g} MB; split it")
    try:
        with opened(path) as file:
            if os.fstat(file.fileno()).st_size > most:
                raise too_large
            data = file.read(most + 1)
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise DocumentError(name, "is a device or a pipe, not a file; remove it") from error
        raise DocumentError(name, f"cannot be read ({error.strerror}); allow it to be read") from error
    if len(data) > most:
        raise too_large
    return data


def opened(path: Path) -> BinaryIO:
    """Open a file, following the links of its path as they are now; one that is made a link later is refused.

    Raises:
        OSError: if it cannot be opened, or is a device or a pipe, on which reading might wait for ever.
    """
    file = open(os.path.realpath(path), "rb", opener=_open_at_once)  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is a device or a pipe")
    return file


def _open_at_once(path: str, flags: int) -> int:
    """Open a file, and never wait for somebody to write into a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


def _is_within(path: str | Path, root: str) -> bool:
    """Tell whether a path, links followed, is inside the folder `root`, which is a real path."""
    return Path(os.path.realpath(path)).is_relative_to(root)


def _beginning(path: str) -> bytes:
    """Return the first bytes of a file; none of one that cannot be read."""
    try:
        with opened(Path(path)) as file:
            return file.read(BEGINNING)
    except OSError:
        return b""


def _is_storable(name: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in name)
