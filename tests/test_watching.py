"""A folder that is followed: nothing that changes in it goes unseen for more than a minute."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import watchfiles

from rag.commands import watching
from rag.commands.stopping import Stopping

TEXT = "أبحرت السفينـــة «نورس» إلى الميناء في ٣ أيّار 2014.\n"


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Stopping:
    """What ends the watch; two seconds are 50 ms here."""
    monkeypatch.setattr(watching, "_LOOK_AGAIN", 0.05)
    monkeypatch.setattr(watching, "_GATHER", 0.05)
    return Stopping(lambda text: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "أرشيف" / "وثائق"
    made.mkdir(parents=True)
    (made / "سفينة.txt").write_text(TEXT, "utf-8")
    return made


def silent(text: str) -> None:
    raise AssertionError(text)


def looked(moments: Iterator[bool], seconds: float = 5.0) -> bool:
    """Tell whether there is a look within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if next(moments):
            return True
    return False


def test_there_is_a_look_at_first_and_when_something_changes_and_else_none(
    folder: Path, stop: Stopping
) -> None:
    moments = watching.moments(folder, stop, silent)
    assert next(moments)
    assert not any(next(moments) for _ in range(5))
    (folder / "ميناء.txt").write_text(TEXT, "utf-8")
    assert looked(moments)
    stop._event.set()
    assert list(moments) in ([], [False])


def test_everything_is_looked_at_once_a_minute(
    folder: Path, stop: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_IN_FULL", 0.2)
    moments = watching.moments(folder, stop, silent)
    assert next(moments)
    start = time.monotonic()
    assert looked(moments)
    assert looked(moments)
    assert time.monotonic() - start >= 0.3


@pytest.mark.skipif(os.name == "nt", reason="a folder that is watched cannot be moved there")
@pytest.mark.parametrize("gone", ["moved", "moved with the folder above it", "removed"])
def test_a_folder_that_takes_the_place_of_the_one_that_was_watched_is_followed(
    folder: Path, stop: Stopping, tmp_path: Path, gone: str
) -> None:
    moments = watching.moments(folder, stop, silent)
    assert next(moments)
    if gone == "moved":
        folder.rename(tmp_path / "قديم")
    elif gone != "removed":
        folder.parent.rename(tmp_path / "قديم")  # of which the system tells nothing
    else:
        shutil.rmtree(folder)
    assert looked(moments)  # which says that it is gone, once
    assert not any(next(moments) for _ in range(3))
    folder.mkdir(parents=True)
    (folder / "ميناء.txt").write_text(TEXT, "utf-8")
    assert looked(moments)
    assert not any(next(moments) for _ in range(3))
    (folder / "ميناء.txt").write_text(TEXT * 2, "utf-8")
    assert looked(moments)


def test_where_the_system_watches_nothing_more_the_folder_is_looked_at_instead(
    folder: Path, stop: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def exhausted(*paths: Path, **options: object) -> Iterator[set[object]]:
        raise RuntimeError("Error creating recommended watcher: Too many open files (os error 24)")

    watch = watchfiles.watch
    monkeypatch.setattr(watchfiles, "watch", exhausted)
    monkeypatch.setattr(watching, "_POLL", 0.02)
    monkeypatch.setattr(watching, "_IN_FULL", 0.1)
    moments = watching.moments(folder, stop, said.append)
    assert all(next(moments) for _ in range(10))  # through two tries to watch it
    assert len(said) == 1
    assert f"{folder} cannot be watched (Error" in said[0]
    monkeypatch.setattr(watchfiles, "watch", watch)  # files were closed elsewhere
    monkeypatch.setattr(watching, "_IN_FULL", 0.5)
    assert any(not next(moments) for _ in range(100))
    assert len(said) == 1


def test_a_subfolder_that_may_not_be_read_does_not_end_the_watch(
    folder: Path, stop: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def refused(*paths: Path, **options: object) -> Iterator[set[object]]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(watchfiles, "watch", refused)
    moments = watching.moments(folder, stop, said.append)
    assert next(moments)
    assert "Permission denied" in said[0]


def test_the_longer_a_look_takes_the_rarer_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 130.0)
    assert watching._next(129.9, 60.0) == pytest.approx(190)
    assert watching._next(100.0, 60.0) == pytest.approx(430)
