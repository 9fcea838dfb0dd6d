"""One loader a format: the bytes of a file in, its text out.

What a file is, its content tells (`kinds`). `read` turns one file into documents: one, or for an archive or a
message with attachments several. It is what runs in the child process that `sandbox` starts, for parsers are
large, and files come from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import NamedTuple

from rag.loaders.base import Extract, Limits, Loader, LoadError
from rag.loaders.kinds import HEAD, kind_of, text_kind_of
from rag.loaders.plain import load_text

__all__ = ["LOADERS", "PLAIN", "Extract", "Limits", "LoadError", "Read", "kind", "load", "read"]

LOADERS = {
    "plain": "plain.load_plain",
    "markdown": "plain.load_markdown",
    "html": "html.load_html",
    "pdf": "pdf.load_pdf",
    "docx": "docx.load_docx",
    "odt": "odt.load_odt",
    "epub": "epub.load_epub",
    "xlsx": "workbook.load_xlsx",
    "csv": "tables.load_csv",
    "jsonl": "tables.load_jsonl",
    "mail": "mail.load_mail",
    "zip": "archive.load_zip",
}
"""The loader of each kind, by its module and name: none is imported before it is needed."""

PLAIN = ("plain", "markdown")
"""The kinds that need no parser, and so no process of their own."""

Tell = Callable[[str], None]
"""Called with the name of a document before it is read."""


class Read(NamedTuple):
    """A document of a file: what it holds, or why it cannot be read."""

    name: str  # relative to the file; empty for the file itself
    result: Extract | LoadError


def kind(data: bytes, name: str) -> str:
    """Return what a file is, a key of `LOADERS`; of Office files and books no more than ``zip``.

    Args:
        data: its first `HEAD` bytes, or all.
        name: decides between kinds of text, where the content does not.

    Raises:
        LoadError: if it is of a kind that is not supported.
    """
    found = kind_of(data[:HEAD])
    return text_kind_of(load_text(data[:HEAD]), name) if found == "text" else found


def load(data: bytes, name: str, limits: Limits) -> Extract:
    """Return what one file holds.

    Raises:
        LoadError: whatever is wrong with it.
    """
    try:
        found = kind(data, name)
        if found == "zip":
            from rag.loaders.archive import archive_kind, open_archive

            with open_archive(data, limits) as archive:
                found = archive_kind(archive)
        module, function = LOADERS[found].split(".")
        loader: Loader = getattr(import_module(f"rag.loaders.{module}"), function)
        return loader(data, limits)
    except LoadError:
        raise
    except MemoryError as error:
        raise LoadError(f"needs more than {limits.memory / 1e6:,.0f} MB of memory; split it") from error
    except RecursionError as error:
        raise LoadError("is nested too deeply, as only damaged files are; save it anew") from error
    except Exception as error:  # parsers raise errors of every kind on damaged files
        said = " ".join(str(error).split())[:120]
        raise LoadError(
            f"is damaged ({type(error).__name__}{f': {said}' if said else ''}); save it anew"
        ) from error


def read(
    data: bytes, name: str, limits: Limits, *, tell: Tell | None = None, after: str | None = None
) -> Iterator[Read]:
    """Yield the documents of a file in order: its own, then those inside it.

    Args:
        data: the file's bytes.
        name: its name.
        limits: what it may ask for.
        tell: hears the name of each document before it is read, as in `Read`.
        after: the name of the document to go on after; what comes before it is not read again.
    """
    yield from _Reading(limits, tell or (lambda name: None), after).read(data, name, "", limits.depth)


class _Reading:
    """Goes through a file and those inside it."""

    def __init__(self, limits: Limits, tell: Tell, after: str | None) -> None:
        self._limits = limits
        self._tell = tell
        self._after = after  # None once it has been passed

    def read(self, data: bytes, name: str, path: str, depth: int) -> Iterator[Read]:
        """Yield the documents of the file called `name`, which lies at `path` inside the whole."""
        inside = self._after is not None and (not path or self._after.startswith(f"{path}/"))
        if self._after is not None and (not inside or self._after == path):
            if self._after == path:
                self._after = None
            return
        if not inside:
            self._tell(path)
        try:
            extract = load(data, name, self._limits)
        except LoadError as error:
            yield Read(path, error)
            return
        has_parts = not isinstance(extract.parts, (tuple, list)) or bool(extract.parts)
        if not inside and (extract.text.strip() or not has_parts):
            yield Read(path, replace(extract, parts=()))
        taken: set[str] = set()
        for part in extract.parts:
            within = part.name
            while within in taken:  # an archive may hold a name twice
                within += "~2"
            taken.add(within)
            yield from self._part(part.data, part.name, f"{path}/{within}" if path else within, depth)

    def _part(self, data: bytes | LoadError, name: str, path: str, depth: int) -> Iterator[Read]:
        if isinstance(data, bytes) and depth > 0:
            yield from self.read(data, name, path, depth - 1)
        elif self._after is None:
            deep = LoadError("lies too deep in archives; unpack them")
            yield Read(path, data if isinstance(data, LoadError) else deep)
