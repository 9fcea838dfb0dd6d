"""What was freed goes back to the system, and a log of writes does not grow for ever."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rag import memory
from vectorstore.base import DocumentRecord
from vectorstore.catalog import Catalog
from vectorstore.database import LONG_LOG

FREED = """
import sys, threading
import numpy as np
from pathlib import Path
from rag import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

kept = []

def fill():  # too small to be mapped apart, and what stays lies between what goes
    large = [np.ones(100_000, np.uint8) for _ in range(1000)]
    kept.append(np.ones(10_000, np.uint8))

memory.share_heaps()
for _ in range(3):
    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
before = resident()
memory.give_back()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is done")
def test_what_threads_have_freed_is_given_back() -> None:
    run = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert float(run.stdout) > 50  # of the 100 MB


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.sys, "platform", "win32")
    memory.share_heaps()
    memory.give_back()


def test_a_log_of_writes_is_folded_in_though_somebody_is_always_reading(tmp_path: Path) -> None:
    stop = threading.Event()
    log = tmp_path / "catalog.sqlite-wal"
    with Catalog.open(tmp_path / "catalog.sqlite") as catalog:

        def read() -> None:
            while not stop.is_set():
                with catalog.snapshot():
                    assert catalog.count() >= 0
                    time.sleep(0.03)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for number, reader in enumerate(readers):
            time.sleep(0.015 * number)
            reader.start()
        try:
            longest = 0
            for number in range(40):
                text = f"وصلت القافلة {number}.\n" * 20_000
                catalog.put(DocumentRecord(f"{number}.txt", text, str(number), len(text), 0, {}), [])
                longest = max(longest, log.stat().st_size)
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        assert longest > LONG_LOG / 2
        assert longest < 2 * LONG_LOG
        assert catalog.count() == 40
        assert catalog.verify() == []
