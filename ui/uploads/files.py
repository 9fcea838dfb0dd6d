"""Files from outside: what they may be called, how large they may be, and where they go. No Gradio.

A name is put right where that is certain, and never trusted: it is the last part of a path, of characters
that can be seen, and one that no system takes for anything but a file.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from rag.loaders.kinds import is_passed_over

NAME_BYTES = 200  # of 255 that most systems take, so that a number can be added
PART = ".isnad-"  # how the name of a file begins that has not come in whole; such files are never read
_JOINERS = "\u200c\u200d"  # without which Persian and Indic names are misspelt
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # by Windows
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)


class RefusedError(Exception):
    """A file is not taken, or a change is not made.

    Args:
        reason: a key of the interface's words: what is wrong, and what to do.
        values: what goes into the words.
        offer: another name under which the same file would be taken.
    """

    def __init__(self, reason: str, *, offer: str | None = None, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offer = offer
        self.values = values


@dataclass(frozen=True)
class Allowance:
    """What may be uploaded; said before anything is."""

    file_bytes: int
    files: int | None = None  # None: any number
    total_bytes: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a file that came in whole."""

    name: str  # under which it is kept
    documents: tuple[str, ...] = ()  # ids of what was read of it
    refused: tuple[tuple[str, str], ...] = ()  # what of it could not be read, and why, as the loaders say it
    trouble: Mapping[str, str] = field(default_factory=dict)  # what looks garbled: `rag.legible` by document
    waits_for: str | None = None  # the process that is writing the index, and that the file waits for


Tell = Callable[[str, int, int], None]
"""Is told what is done: a stage, how much of it, and how much there is."""


def clean(name: str) -> str:
    """Return the name under which a file may be kept that is called `name` where it comes from.

    Raises:
        RefusedError: if nothing is left of it, or by its name it is no document.
    """
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise RefusedError("upload_bad_name")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if each.isspace() else each for each in last if each.isspace() or _is_seen(each))
    plain = re.sub(r" {2,}", " ", _FORBIDDEN.sub("_", seen))
    plain = plain.lstrip(" .~#").rstrip(" .~#")
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = plain, ""
    if _RESERVED.fullmatch(plain.partition(".")[0].strip()) or plain == "__pycache__":
        stem = f"_{stem}"
    suffix = suffix[:20]
    stem = _shortened(stem.rstrip(" "), NAME_BYTES - len(f"{dot}{suffix}".encode()))
    if not stem:
        raise RefusedError("upload_bad_name")
    found = f"{stem}{dot}{suffix}"
    if is_passed_over(found):
        raise RefusedError("upload_wrong_kind")
    return found


def _is_seen(character: str) -> bool:
    """Tell whether a character may be part of a name: not if it controls, turns, or hides."""
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs")


def _shortened(text: str, limit: int) -> str:
    """Return as much of a text as fits into so many bytes, no letter parted from its marks."""
    if len(text.encode()) <= limit:
        return text
    cut = text.encode()[:limit].decode("utf-8", "ignore")
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut.rstrip(" .")


def spelt(name: str) -> str:
    """Return what two names share that some system takes for one: letters' case and how marks are written."""
    return unicodedata.normalize("NFC", name.casefold())


def another(name: str, taken: Collection[str]) -> str:
    """Return a name like this one that is not taken: ``report (2).pdf``.

    Args:
        name: as `clean` gives it.
        taken: names, as `spelt` gives them.
    """
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    for number in range(2, len(taken) + 3):
        offered = f"{stem} ({number}){dot}{suffix}"
        if spelt(offered) not in taken:
            return offered
    raise AssertionError("more names are taken than there are")


@contextmanager
def incoming(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Give a new file in `folder` to write to; what is still there when the block ends is removed.

    Raises:
        RefusedError: if the folder or the disk does not let it be written.
    """
    path: Path | None = None
    try:
        with on_disk():
            folder.mkdir(parents=True, exist_ok=True)
            number, made = tempfile.mkstemp(prefix=PART, suffix=".part", dir=folder)
            path = Path(made)
            with os.fdopen(number, "wb") as file:
                yield path, file
    finally:
        if path is not None:
            with suppress(OSError):
                path.unlink()


@contextmanager
def on_disk() -> Iterator[None]:
    """Turn what the disk says into a refusal that says what to do.

    Raises:
        RefusedError: in place of an OSError.
    """
    import errno

    try:
        yield
    except OSError as error:
        full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        locked = (errno.EACCES, errno.EPERM, errno.EROFS)
        key = (
            "disk_full" if error.errno in full else "disk_locked" if error.errno in locked else "disk_failed"
        )
        raise RefusedError(key, said=error.strerror or type(error).__name__) from error


def whole(file: IO[bytes]) -> None:
    """See that what was written to a file is on the disk."""
    with on_disk():
        file.flush()
        os.fsync(file.fileno())


def put(path: Path, target: Path) -> None:
    """Give a file that came in whole its name, and never that of another.

    Raises:
        FileExistsError: if there is one of that name.
        OSError: if the disk does not let it.
    """
    if os.name == "nt":
        path.rename(target)  # which refuses by itself
    else:
        try:
            os.link(path, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without links: take the name first, then fill it
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
            try:
                path.replace(target)
            except OSError:
                target.unlink()
                raise
        else:
            path.unlink()
        settle(target.parent)


def settle(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system has a way to."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)


def sweep(folder: Path, older: float) -> None:
    """Remove what never came in whole and has not been written to for a while.

    Args:
        folder: where it would be.
        older: seconds since 1970; what was written to later may still be coming.
    """
    with suppress(OSError):
        for path in folder.glob(f"{PART}*.part"):
            with suppress(OSError):
                if path.stat().st_mtime < older:
                    path.unlink()
