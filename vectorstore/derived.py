"""Files that can be made again: which there are, whose they are, and whether they are still whole.

A new index is written under a name that nothing refers to yet. It becomes *the* index when the manifest that
names it, with its size and SHA-256, is put in place by one rename; a process killed before that leaves only
files to sweep away. A file is read only after its checksum: a flipped bit would load, and answer wrongly.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vectorstore.base import DamagedError

if sys.platform == "darwin":
    import fcntl

MANIFEST = "manifest.json"
_FORMAT = 1
_BLOCK = 1 << 20
_TRIES, _PAUSE = 20, 0.025  # seconds between two


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file is known by."""

    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """One index: a file, or a folder of files."""

    name: str  # of the file or folder
    generation: int  # of the catalog it was made from
    facts: Mapping[str, Any]  # what it was made with: it fits only who asks for the same
    files: Mapping[str, Mark]  # by path inside the store's folder, with forward slashes


def new_name(kind: str, generation: int) -> str:
    """Return a name for a new index of this kind that no other has."""
    return f"{kind}-{generation}-{uuid.uuid4().hex[:8]}"


def seal(folder: Path, name: str, generation: int, facts: Mapping[str, Any]) -> Part:
    """Return the part that the finished file or folder `name` makes, once it is safe on the disk."""
    files = {}
    for path in _files(folder / name):
        _flush(path)
        files[path.relative_to(folder).as_posix()] = _mark(path)
    if (folder / name).is_dir():
        flush_folder(folder / name)
    return Part(name, generation, dict(facts), files)


def check(folder: Path, part: Part) -> None:
    """Read every file of the part once.

    Raises:
        DamagedError: if one is missing or differs from when it was sealed.
    """
    for path, mark in part.files.items():
        try:
            found = _mark(folder / path)
        except OSError as error:
            raise DamagedError(f"{path}: {error.strerror}") from error
        if found != mark:
            raise DamagedError(
                f"{path}: {found.size} bytes, SHA-256 {found.sha256[:12]}…, expected {mark.size}, "
                f"{mark.sha256[:12]}…"
            )


def write_manifest(folder: Path, identity: str, parts: Mapping[str, Part]) -> None:
    """Make these the indexes of the store, all at once.

    Args:
        folder: the store's.
        identity: of the catalog.
        parts: sealed, by kind.
    """
    body = {"identity": identity, "parts": {kind: asdict(part) for kind, part in parts.items()}}
    temporary = folder / f"{MANIFEST}.{uuid.uuid4().hex[:8]}.tmp"
    text = json.dumps({"format": _FORMAT, "sha256": _digest(body), **body}, indent=1, sort_keys=True)
    flush_folder(folder)  # the names of the new files, before anything refers to them
    try:
        temporary.write_text(text, "utf-8")
        _flush(temporary)
        _put_in_place(temporary, folder / MANIFEST)
    except BaseException:
        _remove(temporary)
        raise
    flush_folder(folder)


def _put_in_place(temporary: Path, path: Path) -> None:
    for _ in range(_TRIES - 1):
        try:
            os.replace(temporary, path)
        except PermissionError:  # Windows: a reader has the old one open, for as long as it takes to read it
            time.sleep(_PAUSE)
        else:
            return
    os.replace(temporary, path)


def read_manifest(folder: Path, identity: str) -> dict[str, Part]:
    """Return the parts of the store by kind.

    Raises:
        DamagedError: if the manifest is missing, damaged, of another format, or belongs to another catalog.
    """
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        body = {"identity": found["identity"], "parts": found["parts"]}
        whole = found["format"] == _FORMAT and found["sha256"] == _digest(body)
    except FileNotFoundError as error:
        raise DamagedError(f"{MANIFEST}: there is none") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{MANIFEST}: {error}") from error
    if not whole:
        raise DamagedError(f"{MANIFEST}: its checksum or its format differs")
    if found["identity"] != identity:
        raise DamagedError(f"{MANIFEST}: belongs to another catalog")
    return {
        kind: Part(
            part["name"],
            part["generation"],
            part["facts"],
            {path: Mark(**mark) for path, mark in part["files"].items()},
        )
        for kind, part in body["parts"].items()
    }


def sweep(folder: Path, kinds: tuple[str, ...], kept: Collection[str]) -> None:
    """Remove what a killed writer left and what newer indexes have replaced; the writer's lock is held.

    Args:
        folder: the store's.
        kinds: of indexes.
        kept: the names of the parts that are in use.
    """
    for path in written(folder, kinds):
        if path.name in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            _remove(path)


def written(folder: Path, kinds: tuple[str, ...]) -> list[Path]:
    """Return what writers have put into the folder: indexes of these kinds, and unfinished manifests."""
    beginnings = tuple(f"{kind}-" for kind in kinds)
    return [
        path
        for path in folder.iterdir()
        if path.name.startswith(beginnings)
        or (path.name.startswith(f"{MANIFEST}.") and path.suffix == ".tmp")
    ]


def stamp(path: Path) -> object:
    """Return what tells a file from another that takes its place, without reading it; None for none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def flush_folder(folder: Path) -> None:
    """Make the names in a folder safe on the disk."""
    if sys.platform != "win32":  # which cannot open a folder, and need not
        _flush(folder)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(file for file in path.iterdir() if not file.name.endswith(".lock"))


def _mark(path: Path) -> Mark:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Mark(size, digest.hexdigest())


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _flush(path: Path) -> None:
    # Windows flushes only what is open for writing; Linux opens folders for reading only.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if sys.platform == "darwin":  # where that stops at the drive's cache
            with suppress(OSError):  # network drives know no better
                fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    with suppress(OSError):  # Windows: somebody still reads it; the next sweep gets it
        path.unlink()
