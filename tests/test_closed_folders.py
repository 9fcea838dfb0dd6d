"""A subfolder that cannot be read is named with its reason, and costs nothing of what is known."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from index_support import HARBOUR, LIBRARY, MILL, fill, indexed, names

from rag.commands.index import index as run
from rag.errors import CorpusError

ALL = ["harbour.txt", "أرشيف/mill.txt", "أرشيف/قديم/library.txt"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {"harbour.txt": HARBOUR, "أرشيف/mill.txt": MILL, "أرشيف/قديم/library.txt": LIBRARY}
    folder = fill(tmp_path / "corpus", texts)
    (folder / "أرشيف" / "فارغ.txt").write_text(" \n")  # refused, which is remembered, too
    return folder


def close(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a folder be read by nobody; the tests may run as root, who may read everything."""
    scandir, opening = os.scandir, os.open
    closed = folder.stat()

    def refused(path: str) -> bool:
        return os.path.exists(path) and os.path.samestat(os.stat(path), closed)

    def scan(path: str) -> object:
        if refused(path):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    def open_(path: str, *rest: int, **more: int) -> int:
        if isinstance(path, str) and refused(path):
            raise PermissionError(13, "Permission denied", path)
        return opening(path, *rest, **more)

    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(os, "open", open_)


REASON = ("أرشيف", "cannot be read (Permission denied); allow it to be read")


def test_a_folder_with_an_unreadable_subfolder_is_read_and_the_subfolder_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        close(patch, folder / "أرشيف")
        for _ in range(2):
            with indexed(folder) as index:
                assert names(index) == ["harbour.txt"]
                assert index.report.skipped == (REASON,)
                assert [(each, reason) for each, reason in index.skipped()] == [REASON]
    with indexed(folder) as index:
        assert names(index) == ALL
        assert [name for name, _ in index.report.skipped] == ["أرشيف/فارغ.txt"]


def test_what_was_known_of_an_unreadable_subfolder_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(folder, rebuild=False) == 0
    with monkeypatch.context() as patch:
        close(patch, folder / "أرشيف")
        for rebuild in (False, True):
            with indexed(folder, rebuild=rebuild) as index:
                assert names(index) == ALL
                assert index.report.removed == ()
                assert {"أرشيف/mill.txt", "أرشيف/قديم/library.txt"} <= set(index.report.unchanged)
                assert [name for name, _ in index.report.skipped] == ["أرشيف", "أرشيف/فارغ.txt"]
                assert index.document("أرشيف/mill.txt").text == MILL
    (folder / "أرشيف" / "mill.txt").unlink()
    with indexed(folder) as index:
        assert index.report.removed == ("أرشيف/mill.txt",)
        assert [name for name, _ in index.skipped()] == ["أرشيف/فارغ.txt"]


def test_a_subfolder_that_is_gone_or_became_a_file_is_not_kept(folder: Path) -> None:
    with indexed(folder):
        pass
    shutil.rmtree(folder / "أرشيف")
    (folder / "أرشيف").write_text(LIBRARY, encoding="utf-8")
    with indexed(folder) as index:
        assert names(index) == ["harbour.txt", "أرشيف"]


def test_nothing_but_an_unreadable_subfolder_is_an_error_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "harbour.txt").unlink()
    close(monkeypatch, folder / "أرشيف")
    with (
        pytest.raises(CorpusError, match=r"no document in .* can be read; .*أرشيف: cannot be read"),
        indexed(folder),
    ):
        pass
