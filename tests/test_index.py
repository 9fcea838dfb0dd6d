"""The index follows its folder, and says what it cannot do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from rag.errors import CorpusError, StoreError
from rag.index import Index, place
from rag.pipeline import Pipeline
from rag.settings import Settings

HARBOUR = "افتتح المهندس سليم العطار ميناء المرجان يوم 4 مايو 2019.وبلغت كلفته 85 مليون دينار."
LIBRARY = "تضم مكتبة النخيل 12000 كتاب.وتديرها الأستاذة هدى الراوي منذ عام 2011."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (corpus / "library.txt").write_text(LIBRARY, encoding="utf-8")
    return corpus


def opened(folder: Path, **options: bool) -> Index:
    return Index.open(folder, Settings.load(), **options)


def names(index: Index) -> list[str]:
    return [document.id for document in index.documents()]


def test_the_first_look_adds_every_document(folder: Path) -> None:
    index = opened(folder)
    assert index.report.added == ("harbour.txt", "library.txt")
    assert [document.text for document in index.documents()] == [HARBOUR, LIBRARY]
    index.close()


def test_a_second_look_finds_everything_unchanged_and_writes_nothing(folder: Path) -> None:
    opened(folder).close()
    index = opened(folder)
    generation = index.store.catalog.generation
    assert index.report.unchanged == ("harbour.txt", "library.txt")
    assert index.sync().unchanged == ("harbour.txt", "library.txt")
    assert index.store.catalog.generation == generation
    index.close()


def test_files_added_changed_and_removed_are_told_apart(folder: Path) -> None:
    opened(folder).close()
    (folder / "garden.txt").write_text("حديقة الورد مفتوحة كل يوم.", encoding="utf-8")
    (folder / "harbour.txt").write_text(HARBOUR + "\nواتسع الميناء لاحقا.", encoding="utf-8")
    (folder / "library.txt").unlink()
    index = opened(folder)
    assert (index.report.added, index.report.changed, index.report.removed) == (
        ("garden.txt",), ("harbour.txt",), ("library.txt",),
    )  # fmt: skip
    assert names(index) == ["garden.txt", "harbour.txt"]
    assert len(index.store.dense) == len(index.store.lexical) == len(index.store.catalog)
    index.close()


def test_a_file_touched_without_a_change_is_not_embedded_again(folder: Path) -> None:
    opened(folder).close()
    os.utime(folder / "harbour.txt", (1, 1))
    index = opened(folder)
    assert index.report.unchanged == ("harbour.txt", "library.txt")
    assert index.report.changed == ()
    index.close()


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_indexed(folder: Path) -> None:
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "blank.txt").write_text("  \n ", encoding="utf-8")
    index = opened(folder)
    assert names(index) == ["harbour.txt", "library.txt"]
    assert [name for name, _ in index.report.skipped] == ["blank.txt", "noise.txt"]
    assert all(reason for _, reason in index.skipped())
    index.close()


def test_a_document_that_becomes_unreadable_leaves_the_index(folder: Path) -> None:
    opened(folder).close()
    (folder / "library.txt").write_bytes(b"\x00\x01\x02\xff" * 500)
    index = opened(folder)
    assert names(index) == ["harbour.txt"]
    assert index.report.removed == ("library.txt",)
    index.close()


@pytest.mark.parametrize("name", ["missing", "file.txt", "empty"])
def test_a_folder_that_cannot_be_asked_is_one_error_with_a_remedy(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text(HARBOUR, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError) as caught:
        opened(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


class OtherEncoder:
    """An encoder of another name: the length of a text, and whether it is Arabic."""

    name = "other-model"
    fingerprint = "1"
    dimension = 2

    def encode_query(self, texts: list[str]) -> np.ndarray:
        return np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (len(texts), 1))

    encode_document = encode_query


def test_an_index_of_another_encoder_is_refused_with_both_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    monkeypatch.setattr("rag.index.load_encoder", lambda name, **options: OtherEncoder())
    monkeypatch.setenv("ISNAD_ENCODER", "other-model")
    with pytest.raises(StoreError) as caught:
        opened(folder)
    message = str(caught.value)
    assert "'embedded'" in message
    assert "'other-model'" in message
    assert "isnad index --rebuild" in message
    rebuilt = opened(folder, rebuild=True)
    assert rebuilt.store.catalog.dimension == 2
    rebuilt.close()


@pytest.mark.parametrize("pattern", ["dense-*", "lexical-*", "manifest.json"])
def test_a_damaged_derived_file_is_rebuilt_without_a_word(folder: Path, pattern: str) -> None:
    with Pipeline.open(folder) as pipeline:
        before = pipeline.search("من افتتح ميناء المرجان؟")
    (target,) = place(folder, Settings.load()).glob(pattern)
    files = sorted(path for path in target.rglob("*") if path.is_file()) if target.is_dir() else [target]
    for file in files:
        file.write_bytes(b"\xff" + file.read_bytes()[1:])
    with Pipeline.open(folder) as pipeline:
        assert pipeline.search("من افتتح ميناء المرجان؟") == before


def test_a_damaged_catalog_is_an_error_whose_remedy_works(folder: Path) -> None:
    opened(folder).close()
    home = place(folder, Settings.load())
    for file in home.glob("catalog.sqlite*"):
        file.unlink()
    (home / "catalog.sqlite").write_bytes(b"not a database, whatever its name says" * 200)
    with pytest.raises(StoreError, match="isnad index FOLDER --rebuild"):
        opened(folder)
    index = opened(folder, rebuild=True)
    assert names(index) == ["harbour.txt", "library.txt"]
    index.close()


def test_damage_further_in_is_an_error_whose_remedy_works_too(folder: Path) -> None:
    opened(folder).close()
    catalog = place(folder, Settings.load()) / "catalog.sqlite"
    whole = catalog.read_bytes()
    catalog.write_bytes(whole[:4096] + b"\xaa" * (len(whole) - 4096))  # the first page alone is left
    with pytest.raises(StoreError, match="isnad index FOLDER --rebuild"):
        opened(folder)
    index = opened(folder, rebuild=True)
    assert names(index) == ["harbour.txt", "library.txt"]
    index.close()


def test_a_folder_of_nothing_but_unreadable_files_is_an_error_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(CorpusError, match=r"noise\.txt: "):
        opened(tmp_path)


def test_a_home_that_cannot_be_written_is_an_error_that_names_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    settings = Settings.load(home=tmp_path / "home")
    with pytest.raises(StoreError, match="ISNAD_HOME"):
        Index.open(folder, settings)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_who_may_not_read_a_folder_may_not_read_its_index(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    opened(folder).close()
    allowed = place(folder, Settings.load()).stat().st_mode & 0o777
    assert allowed & ~mode == 0
    assert allowed & 0o700 == 0o700


def test_two_folders_of_one_name_have_two_indexes(tmp_path: Path) -> None:
    settings = Settings.load()
    assert place(tmp_path / "a" / "docs", settings) != place(tmp_path / "b" / "docs", settings)
    assert place(tmp_path / "مقالات الأسبوع", settings).name.startswith("مقالات_الأسبوع-")
