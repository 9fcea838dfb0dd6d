"""The store mends itself: after a disk that was full, a catalog from a copy, and beside others at work."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from test_vectorstore_store import answers, expected_answers, made, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two documents, in step, closed."""
    with opened(tmp_path / "store") as store:
        store.catalog.put_many([made(name, 1) for name in ("ميناء.txt", "مكتبة.txt")])
        store.sync()
    return tmp_path / "store"


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
