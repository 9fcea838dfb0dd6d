"""A small folder, its index, and what looks at both."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.commands.check import examine
from rag.encoder import StaticEncoder
from rag.index import Index
from rag.settings import Settings

HARBOUR = (
    "ميناء المرجان\n\nافتتح المهندس سليم العطار ميناءَ المرجان يوم 4 مايو 2019.وبلغت كلفته ٨٥ مليون دينار.\n"
)
LIBRARY = "مكتبة النخيل\n\nتضمّ مكتبـــة النخيل 12000 كتاب.وتديرها الأستاذة هدى الراوي منذ عام ٢٠١١.\n"
MILL = "The old mill\n\nThe old mill at Wadi Ambar ground 40 tons of wheat a day until 1962.\n"
TEXTS = {"harbour.txt": HARBOUR, "library.txt": LIBRARY, "قرى/mill.txt": MILL}


def fill(folder: Path, texts: dict[str, str] | None = None) -> Path:
    """Write the files into a folder, as if some time ago, and return it."""
    for name, text in (texts or TEXTS).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, **options: object) -> Index:
    return Index.open(folder, Settings.load(), **options)  # type: ignore[arg-type]


@contextmanager
def indexed(folder: Path, **options: object) -> Iterator[Index]:
    """Give the index of a folder, and see afterwards that all of it agrees."""
    with opened(folder, **options) as index:
        yield index
    assert whole(folder)


def whole(folder: Path) -> bool:
    """Tell whether `isnad doctor --check` finds nothing wrong."""
    problems, _ = examine(folder, Settings.load())
    assert problems == []
    return True


def names(index: Index) -> list[str]:
    return [document.id for document in index.documents()]


def found(index: Index, *words: str) -> set[str]:
    """Return the documents that hold one of these words, in one form or another."""
    stems = index.analyzer.fields(" ".join(words), "ar")["words"]
    with index.reading():
        hits = index.store.lexical.search({"words": stems}, 50)
        return {row.document for row in index.store.catalog.chunk_rows([id_ for id_, _ in hits])}


def age(path: Path, seconds: float = 10) -> None:
    """Set a file's time of change back."""
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that every passage is added to when it is embedded."""
    texts: list[str] = []
    encode = StaticEncoder.encode_document

    def listening(self: StaticEncoder, some: list[str]) -> object:
        texts.extend(some)
        return encode(self, some)

    monkeypatch.setattr(StaticEncoder, "encode_document", listening)
    return texts
