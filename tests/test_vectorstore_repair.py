"""The store mends itself: after a disk that was full, a catalog from a copy, and beside others at work."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path

import pytest
from test_vectorstore_store import QUERIES, answers, expected_answers, made, opened

from rag.errors import StoreError
from rag.homes import explained
from vectorstore.base import RemakingError
from vectorstore.derived import stamp
from vectorstore.discarding import discard, identity_of
from vectorstore.lock import WriterLock
from vectorstore.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two documents, in step, closed."""
    with opened(tmp_path / "store") as store:
        store.catalog.put_many([made(name, 1) for name in ("ميناء.txt", "مكتبة.txt")])
        store.sync()
    return tmp_path / "store"


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def found(store: Store) -> list[str]:
    """Return the texts that a search finds."""
    with store.reading():
        ids = [id_ for id_, _ in store.snapshot().dense.search(QUERIES[:1], 100)[0]]
        return sorted(row.text for row in store.catalog.chunk_rows(ids))


def texts(*documents: tuple[str, int]) -> list[str]:
    """Return the texts of the chunks of documents as `made` makes them."""
    every = [made(*document) for document in documents]
    return sorted(record.text[c.start : c.end] for record, chunks in every for c in chunks)


def test_a_store_can_be_closed_while_a_thread_writes_and_publishes(folder: Path) -> None:
    store, inside = opened(folder), threading.Event()
    with opened(folder) as other:  # so that the writer must take up what another has published
        other.catalog.put(*made("جسر.txt", 1))
        other.sync()

    def write() -> None:
        with store.writing():
            inside.set()
            closing.start()
            closing.join(0.2)  # by now it waits for this thread
            store.sync()

    closing = threading.Thread(target=store.close, daemon=True)  # a deadlock ends with the test
    writing = threading.Thread(target=write, daemon=True)
    writing.start()
    assert inside.wait(10)
    writing.join(10)
    assert not writing.is_alive()
    closing.join(10)
    assert not closing.is_alive()
    with opened(folder) as again:
        assert answers(again) == expected_answers(again)


@pytest.mark.parametrize("swept", [False, True])
def test_indexes_that_a_full_disk_let_nobody_name_are_named_by_the_next_sync(
    folder: Path, monkeypatch: pytest.MonkeyPatch, swept: bool
) -> None:
    after = texts(("ميناء.txt", 2), ("مكتبة.txt", 1))
    with opened(folder) as writer, opened(folder) as reader:
        with monkeypatch.context() as patch:
            patch.setattr("vectorstore.store.write_manifest", full)
            for _ in range(2):
                with pytest.raises(OSError, match="No space left"), writer.publishing():
                    writer.catalog.put(*made("ميناء.txt", 2))
        assert (found(writer), writer.stale) == (after, True)
        if swept:  # by another process, which cannot know whose they are
            opened(folder).close()
        assert (writer.sync(), writer.stale, found(writer)) == (True, False, after)
        assert found(reader) == after
        assert writer.verify() == []
    with opened(folder) as again:
        assert (again.stale, found(again)) == (False, after)


def test_a_manifest_that_is_lost_while_the_store_is_open_is_written_again(folder: Path) -> None:
    with opened(folder) as store:
        (folder / "manifest.json").unlink()
        assert (store.sync(), store.stale) == (True, False)
        assert (folder / "manifest.json").exists()


def test_a_manifest_that_names_the_same_is_not_written_again(folder: Path) -> None:
    manifest = folder / "manifest.json"
    with opened(folder) as store:
        content = manifest.read_bytes()
        manifest.unlink()
        manifest.write_bytes(content)
        before = stamp(manifest)
        assert (store.sync(), store.stale) == (True, False)
        assert stamp(manifest) == before  # or two processes would go on writing it in turn


def put_back(folder: Path, copy: Path) -> None:
    """Put a copy of the catalog in place of the catalog."""
    for name in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(copy, folder / "catalog.sqlite")


@pytest.fixture
def older(folder: Path, tmp_path: Path) -> Path:
    """The folder with a catalog that lacks the last commit, which the indexes hold."""
    shutil.copy(folder / "catalog.sqlite", tmp_path / "copy")
    with opened(folder) as store:
        store.catalog.put(*made("منارة.txt", 1))
        store.sync()
    put_back(folder, tmp_path / "copy")
    return folder


def test_indexes_of_commits_that_the_catalog_has_lost_are_not_used_by_anybody(older: Path) -> None:
    with opened(older, readonly=True) as reader:
        assert (reader.ready, reader.stale) == (False, True)
        with opened(older) as writer:
            writer.catalog.put(*made("جسر.txt", 1))  # the commit and the ids that they hold
            assert writer.sync()
            assert found(writer) == found(reader)
            assert found(writer) == texts(("ميناء.txt", 1), ("مكتبة.txt", 1), ("جسر.txt", 1))
            assert writer.verify() == []


def test_a_catalog_from_a_copy_is_told_from_its_indexes_also_by_who_opened_it_beside_a_writer(
    older: Path,
) -> None:
    lock = WriterLock(older / "catalog.sqlite.lock")
    lock.acquire()
    with opened(older) as store:
        lock.release()
        assert not store.ready
        with store.writing():
            store.catalog.put(*made("جسر.txt", 1))
        store.sync()
        assert found(store) == texts(("ميناء.txt", 1), ("مكتبة.txt", 1), ("جسر.txt", 1))
        assert store.verify() == []


def test_indexes_that_were_published_after_a_snapshot_was_taken_are_not_dropped(folder: Path) -> None:
    with opened(folder) as writer, opened(folder) as reader, reader.catalog.snapshot():
        before = reader.catalog.generation
        with writer.publishing():
            writer.catalog.put(*made("جسر.txt", 1))
        reader._reload()
        assert reader.ready
        assert reader.generation == before + 1


def test_a_store_that_is_opened_takes_the_writers_lock_only_to_remove_something(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    acquire = WriterLock.acquire

    def counted(lock: WriterLock, timeout: float = 0.0) -> None:
        taken.append(1)
        acquire(lock, timeout)

    monkeypatch.setattr(WriterLock, "acquire", counted)
    opened(folder).close()
    assert taken == []
    (folder / "dense-9-abcdef01").mkdir()
    opened(folder).close()
    assert taken == [1]
    assert not (folder / "dense-9-abcdef01").exists()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
def test_who_asks_while_the_store_is_made_anew_is_told_so_until_it_is_there(folder: Path) -> None:
    with opened(folder) as reader:
        assert found(reader)
        discard(folder, identity_of(folder))
        with pytest.raises(RemakingError, match="was removed"):
            found(reader)
        assert not (folder / "catalog.sqlite").exists()  # or who makes it would find one that is not his
        (folder / "catalog.sqlite").touch()
        with pytest.raises(RemakingError, match="no tables yet"):
            found(reader)
        with opened(folder) as maker:
            for _ in range(2):
                with pytest.raises(RemakingError, match="no indexes yet"):
                    found(reader)
                maker.catalog.put(*made("جسر.txt", 1))
            maker.sync()
            assert found(reader) == texts(("جسر.txt", 1))


def test_that_an_index_is_built_anew_is_said_as_what_passes(tmp_path: Path) -> None:
    message = "is being built anew; ask again in a moment"
    with pytest.raises(StoreError, match=message) as caught, explained(tmp_path):
        raise RemakingError("made anew")
    assert "--rebuild" not in str(caught.value)
