"""What every loader takes, gives and raises."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rag.schema import Place, Section


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask for; whatever asks for more is refused, and the next file is read."""

    file_bytes: int = 50_000_000
    text: int = 10_000_000  # characters of text that one document may hold: five thousand pages
    all_text: int = 30_000_000  # characters that all documents of one file may hold, and
    documents: int = 20_000  # how many there may be: archives in archives keep each limit and yet have no end
    pages: int = 5_000
    unpacked: int = 200_000_000  # bytes that all of an archive, or of an Office file, unpacks to
    ratio: int = 200  # how many times larger than packed: text is 3 to 20 times, a bomb a thousand
    members: int = 5_000  # files in an archive
    depth: int = 2  # archives in archives
    sections: int = 200_000  # places that one document may note, rows of a table most of all
    seconds: float = 20.0  # without text from a document (`clock` says how text earns more of it),
    file_seconds: float = 28.0  # from all documents of its file, and
    most_seconds: float = 600.0  # for the file, whatever it gives
    memory: int = 1_000_000_000  # bytes of address space, where the system can limit it


class LoadError(ValueError):
    """A file cannot be read; the message is the reason and, after a semicolon, the remedy."""


class PassingError(LoadError):
    """Likewise, but for a reason that is not the file's: it is to be tried again."""


HEARD: ContextVar[Callable[[int], None]] = ContextVar("heard", default=lambda characters: None)
"""Called while a document is read, with how many characters it gave since the last time."""
_OFTEN = 10_000  # characters


class Part(NamedTuple):
    """A file inside another: a member of an archive, an attachment."""

    name: str  # relative to the file that holds it, with forward slashes
    data: bytes | LoadError  # its content, or why it cannot be had


@dataclass(frozen=True, slots=True)
class Extract:
    """What a loader finds in a file: its text, and what the file states about it."""

    text: str
    sections: tuple[Section, ...] = ()
    title: str | None = None
    lang: str | None = None  # ISO 639-1
    date: dt.date | None = None
    source: str | None = None
    parts: Iterable[Part] = ()  # the files inside, documents of their own; read once, as they are wanted


class Loader(Protocol):
    """Reads one format."""

    def __call__(self, data: bytes, limits: Limits) -> Extract:
        """Return the text that a file's bytes hold, and what it states about itself.

        Raises:
            LoadError: if there is a reason not to; other errors mean that the file is damaged.
        """
        ...


# Direction overrides and embeddings make a text look different from what it is; the reader sets direction
# anew. Soft hyphens, byte order marks and control characters are no text either.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_SPACES = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return extracted text in one line: white space as single spaces, nothing invisible that misleads."""
    text = _SPACES.sub(" ", _DROPPED.sub("", text)).strip()
    return _SURROGATES.sub("\ufffd", text)


class Writer:
    """Puts a document's text together, paragraph by paragraph, and notes where its sections start."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._unheard = 0
        self._pieces: list[str] = []
        self._length = 0
        self._sections: list[Section] = []
        self._waiting: list[tuple[Place, str]] = []  # sections that start with the next text

    def __len__(self) -> int:
        """Return how many characters are written."""
        return self._length

    @property
    def sections(self) -> tuple[Section, ...]:
        """Return the sections that hold text."""
        return tuple(self._sections)

    @property
    def text(self) -> str:
        """Return all that is written."""
        return "".join(self._pieces)

    def section(self, kind: Place, label: str) -> None:
        """Start a section with the next text; without any before the next of its kind, it is left out."""
        self._waiting = [waiting for waiting in self._waiting if waiting[0] != kind]
        self._waiting.append((kind, clean(label)[:200]))

    def write(self, text: str, separator: str = "\n\n") -> None:
        """Append text, after `separator` where it is not the first; blank text is left out.

        Raises:
            LoadError: if the document becomes too long.
        """
        text = text.strip()
        if not text:
            return
        if self._pieces:
            self._append(separator)
        self._sections += [Section(kind, label, self._length) for kind, label in self._waiting]
        self._waiting.clear()
        if len(self._sections) > self._limits.sections:
            raise LoadError(f"holds more than {self._limits.sections:,} rows or headings; split it")
        self._append(text)

    def paragraph(self, text: str) -> None:
        """Append a paragraph in one line; a blank one is left out."""
        self.write(clean(text))

    def heading(self, text: str) -> None:
        """Append a heading in a line of its own, and start its section."""
        words = clean(text)
        if words:
            self.section("heading", words)
            self.write(words)

    def _append(self, text: str) -> None:
        self._length += len(text)
        if self._length > self._limits.text:
            raise LoadError(f"holds more than {self._limits.text:,} characters of text; split it")
        self._pieces.append(text)
        self._unheard += len(text)
        if self._unheard >= _OFTEN:
            HEARD.get()(self._unheard)
            self._unheard = 0
