"""What happens to a folder while it is read, or to the reading, costs no document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from index_support import HARBOUR, LIBRARY, MILL, fill, indexed, names, opened

from rag import index as index_module
from rag import sync
from rag.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "corpus", {"harbour.txt": HARBOUR, "library.txt": LIBRARY})


# -- Another process -------------------------------------------------------------------------------------


def test_a_file_that_another_process_took_in_since_the_scan_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    load = index_module.encoders

    def slow(*arguments: Any) -> Any:
        monkeypatch.setattr(index_module, "encoders", load)
        fill(folder, {"طاحونة.txt": MILL})
        opened(folder).close()
        return load(*arguments)

    monkeypatch.setattr(index_module, "encoders", slow)
    with indexed(folder) as index:
        assert index.report.removed == ()
        assert names(index) == ["harbour.txt", "library.txt", "طاحونة.txt"]


def test_an_unchanged_folder_is_scanned_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "RACY", 0)  # so that files may be new
    with opened(folder) as index:
        scans: list[Path] = []
        scan = index_module.scan

        def counted(folder: Path, settings: Settings) -> dict[str, Path]:
            scans.append(folder)
            return scan(folder, settings)

        monkeypatch.setattr(index_module, "scan", counted)
        assert len(index.sync().unchanged) == 2
        assert len(scans) == 1
