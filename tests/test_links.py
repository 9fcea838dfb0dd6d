"""Links: those that leave the folder are followed when that is asked for, and never into what has no end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from index_support import HARBOUR, LIBRARY, MILL, fill, indexed, names, opened

from rag import corpus
from rag.commands.index import index as run
from rag.errors import DocumentError
from rag.index import Index
from rag.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links ask for rights there")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of its own, and links to a file and a folder elsewhere."""
    fill(tmp_path / "elsewhere", {"library.txt": LIBRARY, "في العمق/mill.txt": MILL})
    folder = fill(tmp_path / "corpus", {"harbour.txt": HARBOUR})
    (folder / "مكتبة.txt").symlink_to(tmp_path / "elsewhere" / "library.txt")
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    return folder


ALL = ["harbour.txt", "more/library.txt", "more/في العمق/mill.txt", "مكتبة.txt"]


def test_links_that_leave_the_folder_are_followed_only_when_asked(folder: Path) -> None:
    with indexed(folder) as index:
        assert names(index) == ["harbour.txt"]
    with Index.open(folder, Settings.load(follow_links=True)) as index:
        assert names(index) == ALL
        assert index.document("مكتبة.txt").text == LIBRARY


def test_an_index_remembers_that_links_are_followed(folder: Path) -> None:
    assert run(folder, rebuild=False, follow_links=True) == 0
    with indexed(folder) as index:  # as `ask` and `serve` open it
        assert names(index) == ALL
        assert index.report.removed == ()
    with indexed(folder, rebuild=True) as index:
        assert names(index) == ALL
    assert run(folder, rebuild=False, follow_links=False) == 0
    with indexed(folder) as index:
        assert names(index) == ["harbour.txt"]


def test_the_environment_asks_for_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_FOLLOW_LINKS", "1")
    with opened(folder) as index:
        assert names(index) == ALL
    monkeypatch.setenv("ISNAD_FOLLOW_LINKS", "0")
    with opened(folder) as index:
        assert names(index) == ["harbour.txt"]


def test_links_in_a_circle_are_walked_once(folder: Path, tmp_path: Path) -> None:
    (folder / "up").symlink_to(tmp_path)
    (tmp_path / "elsewhere" / "back").symlink_to(folder)
    (folder / "itself").symlink_to("itself")  # asking what this is fails
    (folder / "to.txt").symlink_to(folder / "fro.txt")
    (folder / "fro.txt").symlink_to(folder / "to.txt")
    found = [path.relative_to(folder).as_posix() for path in corpus.scan(folder, follow_links=True)]
    assert found == ALL


def test_a_file_is_known_by_one_name_whatever_the_order_of_the_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "another").symlink_to(tmp_path / "elsewhere")
    found = [path.relative_to(folder).as_posix() for path in corpus.scan(folder, follow_links=True)]
    assert [name for name in found if name.endswith("mill.txt")] == ["another/في العمق/mill.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders of their own")
def test_links_to_devices_pipes_and_the_systems_own_folders_lead_nowhere(folder: Path) -> None:
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "random").symlink_to("/dev/urandom")
    (folder / "secrets.txt").symlink_to("/proc/self/environ")
    (folder / "processes").symlink_to("/proc")
    (folder / "machine").symlink_to("/sys/kernel")
    (folder / "streams").symlink_to("/dev/fd")
    os.mkfifo(folder / "pipe.txt")
    found = [path.relative_to(folder).as_posix() for path in corpus.scan(folder, follow_links=True)]
    assert found == ALL
    for name in ("secrets.txt", "zero.txt"):
        with pytest.raises(DocumentError, match=r"is a (?:link that leads out of the folder|device)"):
            corpus.read_all(folder / name, folder, follow_links=True)


@pytest.mark.parametrize("within", [True, False], ids=["inside the corpus", "behind a link"])
def test_the_folder_of_the_indexes_is_never_read(folder: Path, tmp_path: Path, within: bool) -> None:
    home = folder / "indexes" if within else tmp_path / "home"
    if not within:
        (folder / "indexes").symlink_to(home)
    settings = Settings.load(home=home, follow_links=True)
    for _ in range(2):
        fill(home, {"notes.txt": "ملاحظات لا تُقرأ.\n"})
        with Index.open(folder, settings) as index:
            assert names(index) == ALL
            assert index.report.skipped == ()


def test_a_file_that_becomes_a_link_while_it_is_read_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(tmp_path / "corpus", {"harbour.txt": HARBOUR})
    secret = fill(tmp_path / "elsewhere", {"secret.txt": "كلمة السر"}) / "secret.txt"
    path, before = folder / "harbour.txt", os.path.realpath(folder / "harbour.txt")
    path.unlink()
    path.symlink_to(secret)
    monkeypatch.setattr(os.path, "realpath", lambda some, **more: before)  # as it was a moment ago
    with pytest.raises(DocumentError, match=r"cannot be read \(.*[Ll]ink"):
        corpus._bytes(path, "harbour.txt", 1000)
