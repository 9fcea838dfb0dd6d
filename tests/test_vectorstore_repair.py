"""The store mends itself: after a disk that was full, a catalog from a copy, and beside others at work."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from test_vectorstore_store import QUERIES, answers, expected_answers, made, opened

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
