"""What a review of the store found: locks, replaced files, and errors that hid others."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vectorstore import derived, lock
from vectorstore.base import CatalogError, ChunkRecord, DocumentRecord, FileEntry, LockedError, Skipped
from vectorstore.catalog import Catalog
from vectorstore.database import Database
from vectorstore.discarding import CATALOG, discard, identity_of
from vectorstore.store import Store
from vectorstore.trouble import told_of_disk

FIELDS = {"words": 1.0}


def document(name: str, text: str = "رفعت السفينة مرساتها.") -> tuple[DocumentRecord, list[ChunkRecord]]:
    words = text.rstrip(".").split()
    chunk = ChunkRecord(0, len(text), {"words": words}, np.array([1], np.uint16), np.eye(4, dtype="f4")[0])
    return DocumentRecord(name, text, "d", len(text), 1, {"title": "عنوان"}), [chunk]


def opened(folder: Path) -> Store:
    return Store.open(folder, fields=FIELDS, dimension=4)


def filled(folder: Path, *names: str) -> Path:
    with opened(folder) as store:
        store.catalog.put_many([document(name) for name in names])
        store.sync()
    return folder


# -- The lock --------------------------------------------------------------------------------------------


def test_a_lock_on_a_full_disk_holds_and_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    ours, other = lock.WriterLock(tmp_path / "lock"), lock.WriterLock(tmp_path / "lock")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        ours.acquire()
    with pytest.raises(LockedError, match="another process"):
        other.acquire()
    ours.release()
    other.acquire()
    other.release()


def test_a_file_system_without_locks_is_an_error_and_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_take", none)
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    with pytest.raises(OSError, match="No locks available"):
        lock.WriterLock(tmp_path / "lock").acquire(timeout=5)
    assert (len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0) == before


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_a_removed_lock_lets_only_one_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, take, times = tmp_path / "lock", lock._take, []

    def removed_meanwhile(descriptor: int) -> None:
        take(descriptor)
        if not times:
            path.unlink()  # as by `rm -r` between opening and locking
        times.append(descriptor)

    monkeypatch.setattr(lock, "_take", removed_meanwhile)
    ours = lock.WriterLock(path)
    ours.acquire(timeout=1)
    with pytest.raises(LockedError):
        lock.WriterLock(path).acquire()
    ours.release()


@pytest.mark.parametrize(
    ("failure", "said"),
    [(MemoryError(), "MemoryError"), (RuntimeError("قرص\nآخر"), "قرص"), (RuntimeError("\n"), "RuntimeError")],
)
def test_a_failure_without_words_is_told_by_its_kind(failure: Exception, said: str) -> None:
    with pytest.raises(OSError, match=f": {said}$"), told_of_disk(other=errno.EIO):
        raise failure


# -- A catalog that takes another's place ----------------------------------------------------------------

ANEW = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from test_vectorstore_trouble import document, filled
from vectorstore.discarding import discard, identity_of
folder = Path({folder!r})
discard(folder, identity_of(folder))
filled(folder, "جديد.txt", "newer.txt")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be replaced there")
def test_a_reader_follows_a_store_that_another_process_made_anew(tmp_path: Path) -> None:
    folder = filled(tmp_path / "store", "قديم.txt", "older.txt")
    here = Path(__file__).resolve().parent
    code = ANEW.format(tests=str(here), root=str(here.parent), folder=str(folder))
    with opened(folder) as store:
        with store.reading():
            assert store.catalog.count() == 2
        subprocess.run([sys.executable, "-c", code], check=True)
        for _ in range(2):
            with store.reading():  # as many chunks with the same ids: only the identity tells them apart
                hits = store.lexical.search({"words": ["السفينة"]}, 9)
                found = {row.document for row in store.catalog.chunk_rows([id_ for id_, _ in hits])}
            assert found == {"جديد.txt", "newer.txt"}
        store.catalog.put(*document("ثالث.txt"))
        assert store.stale
        store.sync()
        assert store.verify() == []
    with opened(folder) as store:
        assert [entry.name for entry in store.catalog.documents()] == ["جديد.txt", "newer.txt", "ثالث.txt"]


def test_a_store_is_discarded_under_the_writers_lock_only(tmp_path: Path) -> None:
    folder = filled(tmp_path / "store", "a.txt")
    with opened(folder) as store, store.writing(), pytest.raises(LockedError):
        discard(folder, identity_of(folder))
    assert (folder / CATALOG).exists()


def test_a_store_that_another_process_has_made_anew_is_not_discarded(tmp_path: Path) -> None:
    folder = filled(tmp_path / "store", "a.txt")
    discard(folder, "an identity that it no longer has")
    assert (folder / CATALOG).exists()
    discard(folder, identity_of(folder))
    assert [path.name for path in folder.iterdir()] == [f"{CATALOG}.lock"]


# -- Damage that was hidden ------------------------------------------------------------------------------


def tampered(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


CHANGES = {
    "settle": lambda catalog: catalog.settle([FileEntry("سفينة.txt", "e", 3, 4)]),
    "rename": lambda catalog: catalog.rename("سفينة.txt", "مركب.txt"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_damaged_row_gets_no_new_checksum(tmp_path: Path, change: str) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(*document("سفينة.txt"))
        tampered(catalog.path, "UPDATE documents SET attributes = replace(attributes, 'عنوان', 'عنوات')")
        with pytest.raises(CatalogError, match="document 1 is damaged"):
            CHANGES[change](catalog)
        assert catalog.verify() == ["document 1 differs from its checksum"]


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("UPDATE chunks SET document = CAST('x' AS BLOB)", "owners"),
        ("UPDATE documents SET file = CAST('ab' AS BLOB)", "names"),
        ("UPDATE skipped SET size = 'large'", "skipped"),
    ],
)
def test_a_value_of_another_kind_is_damage_and_no_crash(tmp_path: Path, statement: str, read: str) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(*document("سفينة.txt"))
        catalog.set_skipped([Skipped("صورة.pdf", "is damaged", "d", 1, 2)])
        tampered(catalog.path, statement)
        with pytest.raises(CatalogError, match="is damaged"):
            getattr(catalog, read)()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chunks SET document = CAST('x' AS BLOB) WHERE id = 1",
        "UPDATE chunks SET document = 7 WHERE id = 1",
        "UPDATE chunks SET start = 'one' WHERE id = 1",
        'UPDATE chunks SET "end" = "end" + 1 WHERE id = 1',
        "UPDATE texts SET text = CAST(text AS BLOB) WHERE document = 1",
        "UPDATE texts SET text = replace(text, 'سفينة', 'سفيتة') WHERE document = 1",
        "DELETE FROM texts WHERE document = 1",
    ],
)
def test_no_words_are_cut_from_a_damaged_row(tmp_path: Path, statement: str) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(*document("سفينة.txt"))
        catalog.put(*document("مركب.txt"))
        tampered(catalog.path, statement)
        with pytest.raises(CatalogError, match="is damaged"):
            catalog.chunk_rows([2, 1])
        assert [row.id for row in catalog.chunk_rows([2])] == [2]


def test_an_error_inside_a_snapshot_is_heard_when_the_disk_has_ended_it(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "c")

    def fail() -> None:
        with database.snapshot(), database.reader() as connection:
            connection.execute("ROLLBACK")  # as SQLite does by itself after an error of the disk
            raise CatalogError("the cause")

    with pytest.raises(CatalogError, match="the cause"):
        fail()
    database.close()


# -- Putting files in place ------------------------------------------------------------------------------


def test_a_manifest_that_is_being_read_is_replaced_a_little_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, refused = os.replace, []

    def held_open(source: Path, target: Path) -> None:
        if len(refused) < 3:  # what Windows says while a reader has the old one open
            refused.append(target)
            raise PermissionError(errno.EACCES, "Access is denied")
        replace(source, target)

    with opened(tmp_path / "store") as store:
        store.catalog.put(*document("a.txt"))
        monkeypatch.setattr(os, "replace", held_open)
        store.sync()
        assert (store.stale, len(refused)) == (False, 3)
    assert [path.name for path in (tmp_path / "store").glob("*.tmp")] == []


def test_a_manifest_that_stays_refused_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(derived, "_PAUSE", 0.0)
    monkeypatch.setattr(os, "replace", refuse)
    with opened(tmp_path / "store") as store:
        store.catalog.put(*document("a.txt"))
        with pytest.raises(PermissionError):
            store.sync()


def test_the_name_of_a_new_catalog_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    flush = derived._flush

    def listening(path: Path) -> None:
        flushed.append(path)
        flush(path)

    monkeypatch.setattr(derived, "_flush", listening)
    Catalog.open(tmp_path / "c").close()
    if sys.platform != "win32":
        assert flushed == [tmp_path]
