"""Hostile files cost no more than themselves: a reason, little time and memory, and the next one is read."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import psutil
import pytest
from hostile import DOCUMENT, FILES, SENTENCES, SLOW_FILES, TEXT

from rag.corpus import FileContent, read_all
from rag.errors import DocumentError
from rag.loaders import Limits
from rag.loaders.sandbox import Sandbox, read_safely
from rag.pipeline import Pipeline
from rag.settings import Settings

SECONDS = 30
MEMORY = 100_000_000  # bytes by which this process may grow


def written(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        path.write_bytes(FILES[name][0]())
    except OSError:
        pytest.skip("this file system takes no such name")
    return path


def read(path: Path) -> FileContent:
    try:
        return read_all(path, path.parent)
    except DocumentError as error:
        return FileContent((), (error,), "")


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_a_reason_or_does_no_harm(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    process = psutil.Process()
    before, start = process.memory_info().rss, time.monotonic()
    content = read(path)
    assert time.monotonic() - start < SECONDS
    assert process.memory_info().rss - before < MEMORY
    reasons = [error.reason for error in content.refused]
    wanted = FILES[name][1]
    if wanted == DOCUMENT:
        assert content.documents
    else:
        assert any(re.search(wanted, reason) for reason in reasons), reasons
        assert content.documents == ()
    for document in content.documents:
        assert document.id == name or document.id.startswith(f"{name}/")
        document.text.encode("utf-8")
        assert "\0" not in document.text
    for reason in reasons:
        assert "\n" not in reason
        assert ";" in reason  # what to do


@pytest.mark.parametrize("name", ["empty pages.pdf", "slow archive.zip"])
def test_a_file_that_only_takes_time_is_ended_when_it_is_up(name: str) -> None:
    make, wanted = SLOW_FILES[name]
    start = time.monotonic()
    found = list(read_safely(make(), name, Limits(seconds=1.0, file_seconds=1.5)))
    assert time.monotonic() - start < 10
    assert re.search(wanted, str(found[-1].result))


def test_there_are_at_least_thirty_of_them() -> None:
    assert len(FILES) >= 30


def test_print_that_was_laid_backwards_is_read_as_it_was_meant(tmp_path: Path) -> None:
    [document] = read(written(tmp_path, "backwards.pdf")).documents
    assert document.text.split("\n\n") == [" ".join(SENTENCES)] or document.text.replace(
        "\n\n", " "
    ) == " ".join(SENTENCES)


def test_pages_that_call_home_are_read_without_what_is_not_shown(tmp_path: Path) -> None:
    [document] = read(written(tmp_path, "calling.html")).documents
    assert document.text == f"{TEXT}\n\n{SENTENCES[1]}."


def test_text_that_looks_different_from_what_it_says_is_shown_as_it_is(tmp_path: Path) -> None:
    [document] = read(written(tmp_path, "overridden.html")).documents
    assert document.text == f"{TEXT}\n\nالمبلغ 000.1 دينار فقط لا غير."


def test_members_of_an_archive_stay_inside_it(tmp_path: Path) -> None:
    content = read(written(tmp_path, "escaping.zip"))
    assert [document.id.removeprefix("escaping.zip/") for document in content.documents] == [
        "etc/passwd.txt",
        "etc/shadow.txt",
        "C:/Windows/x.txt",
        "a/b.txt",
        "c.txt",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["escaping.zip"]


def test_a_file_of_200_mb_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "spaces.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    process = psutil.Process()
    before = process.memory_info().rss
    assert [error.reason for error in read(path).refused] == ["is larger than 50 MB; split it"]
    assert process.memory_info().rss - before < 5_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "corpus"
    place.mkdir()
    return place


MIXED = (
    *(
        "cycle.pdf",
        "many pages.pdf",
        "backwards.pdf",
        "half backwards.pdf",
        "a picture called.pdf",
        "bomb.zip",
    ),
    *(
        "nested.zip",
        "escaping.zip",
        "laughs.docx",
        "bomb.xlsx",
        "elsewhere.epub",
        "deep.html",
        "calling.html",
    ),
    *("nothing.txt", "halves.txt", "deep.jsonl", "broken.eml", "עברית ไทย 中文 हिन्दी.txt", "two\nlines.txt"),
)


def test_a_folder_of_them_is_indexed_and_the_good_file_answers(folder: Path, tmp_path: Path) -> None:
    for name in MIXED:
        written(folder, name)
    good = "افتتح الوزير المكتبة الكبرى في مدينة الزيتون يوم الأحد.\n"
    (folder / "zz good.txt").write_text(good, encoding="utf-8")
    with Pipeline.open(folder, settings=Settings(home=tmp_path / "home")) as pipeline:
        hits = pipeline.search("أين افتتحت المكتبة الكبرى؟", k=1)
        assert (hits[0].chunk.document_id, hits[0].chunk.text) == ("zz good.txt", good.strip())
        skipped = {name.split("/")[0] for name, _ in pipeline.skipped()}
        read_ = {document.id.split("/")[0] for document in pipeline.documents()} - {"zz good.txt"}
    assert skipped == {name for name in MIXED if FILES[name][1] != DOCUMENT}
    assert read_ == set(MIXED) - skipped


def test_no_process_is_left_behind() -> None:
    before = set(psutil.Process(os.getpid()).children())
    sandbox = Sandbox()
    data = FILES["calling.html"][0]()
    for _ in range(2):
        assert [found.name for found in sandbox.read(data, "a.html", Limits())] == [""]
    assert len(set(psutil.Process(os.getpid()).children()) - before) == 1  # the same one for both
    sandbox.close()
    assert set(psutil.Process(os.getpid()).children()) <= before
