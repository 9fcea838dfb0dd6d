"""The index follows its folder: by content, without doing anything twice, and without losing anything."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest
from index_support import HARBOUR, LIBRARY, MILL, age, encoded, fill, found, indexed, names, opened, whole

from rag import corpus, fetching
from rag.errors import CorpusError, StoreError
from rag.index import PATIENCE, Index, scan
from rag.settings import Settings
from rag.sync import Plan, look
from vectorstore.base import ChunkRecord, DocumentRecord
from vectorstore.catalog import Catalog

__all__ = ["encoded"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "corpus")


# -- By content ------------------------------------------------------------------------------------------


def test_a_renamed_file_is_not_embedded_again(folder: Path, encoded: list[str]) -> None:
    opened(folder).close()
    encoded.clear()
    (folder / "harbour.txt").rename(folder / "مرفأ.txt")
    with indexed(folder) as index:
        assert index.report.renamed == (("harbour.txt", "مرفأ.txt"),)
        assert (index.report.added, index.report.removed) == ((), ())
        assert index.document("مرفأ.txt").text == HARBOUR
        assert names(index) == ["library.txt", "قرى/mill.txt", "مرفأ.txt"]
        assert found(index, "المرجان") == {"مرفأ.txt"}
    assert encoded == []


def test_a_renamed_folder_is_not_embedded_again(folder: Path, encoded: list[str]) -> None:
    opened(folder).close()
    encoded.clear()
    (folder / "قرى").rename(folder / "towns")
    with indexed(folder) as index:
        assert index.report.renamed == (("قرى/mill.txt", "towns/mill.txt"),)
    assert encoded == []


def test_a_title_that_is_the_files_name_follows_a_rename(tmp_path: Path, encoded: list[str]) -> None:
    line = "وصل الوفد إلى القصر، وغادره بعد ساعة واحدة من وصوله."
    folder = fill(tmp_path / "corpus", {"الزيارة الأولى.txt": line, "harbour.txt": HARBOUR})
    with indexed(folder) as index:
        assert index.document("الزيارة الأولى.txt").title == "الزيارة الأولى"
    encoded.clear()
    (folder / "الزيارة الأولى.txt").rename(folder / "اجتماع القمة.txt")
    with indexed(folder) as index:
        assert index.report.renamed == (("الزيارة الأولى.txt", "اجتماع القمة.txt"),)
        assert index.document("اجتماع القمة.txt").title == "اجتماع القمة"
        assert found(index, "القمة") == {"اجتماع القمة.txt"}
    assert encoded == []


def test_a_copy_takes_the_vectors_of_its_original(folder: Path, encoded: list[str]) -> None:
    opened(folder).close()
    encoded.clear()
    (folder / "copy.txt").write_text(HARBOUR, encoding="utf-8")
    with indexed(folder) as index:
        assert index.report.added == ("copy.txt",)
        assert found(index, "المرجان") == {"copy.txt", "harbour.txt"}
    assert encoded == []


def test_a_file_moved_over_another_takes_its_place(folder: Path, encoded: list[str]) -> None:
    opened(folder).close()
    encoded.clear()
    (folder / "harbour.txt").replace(folder / "library.txt")
    with indexed(folder) as index:
        assert names(index) == ["library.txt", "قرى/mill.txt"]
        assert index.document("library.txt").text == HARBOUR
        assert found(index, "المرجان") == {"library.txt"}
        assert found(index, "النخيل") == set()
    assert encoded == []


def test_two_files_that_change_names_change_texts(folder: Path, encoded: list[str]) -> None:
    opened(folder).close()
    encoded.clear()
    (folder / "harbour.txt").rename(folder / ".aside")
    (folder / "library.txt").rename(folder / "harbour.txt")
    (folder / ".aside").rename(folder / "library.txt")
    with indexed(folder) as index:
        assert index.document("harbour.txt").text == LIBRARY
        assert index.document("library.txt").text == HARBOUR
    assert encoded == []


def test_only_what_changed_in_an_archive_is_embedded(folder: Path, encoded: list[str]) -> None:
    def pack(**members: str) -> None:
        with zipfile.ZipFile(folder / "أرشيف.zip", "w") as archive:
            for name, text in members.items():
                archive.writestr(f"{name}.txt", text)

    pack(one=HARBOUR + "أولا.", two=LIBRARY + "ثانيا.", three=MILL + "Third.")
    with indexed(folder) as index:
        inside = [name for name in names(index) if name.startswith("أرشيف")]
        assert inside == ["أرشيف.zip/one.txt", "أرشيف.zip/three.txt", "أرشيف.zip/two.txt"]
    encoded.clear()
    pack(one=HARBOUR + "أولا.", two=LIBRARY + "غيره.")
    with indexed(folder) as index:
        assert index.report.changed == ("أرشيف.zip/two.txt",)
        assert index.report.removed == ("أرشيف.zip/three.txt",)
        assert "أرشيف.zip/one.txt" in index.report.unchanged
    assert len(encoded) == 1
    encoded.clear()
    (folder / "أرشيف.zip").rename(folder / "archive.zip")
    with indexed(folder) as index:
        assert index.report.renamed == (
            ("أرشيف.zip/one.txt", "archive.zip/one.txt"),
            ("أرشيف.zip/two.txt", "archive.zip/two.txt"),
        )
    assert encoded == []
    with indexed(folder) as index:
        assert len(index.report.unchanged) == 5


def test_an_edit_that_keeps_size_and_time_is_seen(folder: Path) -> None:
    path = folder / "harbour.txt"
    age(path)
    time.sleep(2.1)  # younger times are not believed at all, which would hide what is shown here
    opened(folder).close()
    before = path.stat()
    path.write_text(HARBOUR.replace("85", "58").replace("٨٥", "٥٨"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with indexed(folder) as index:
        assert index.report.changed == ("harbour.txt",)
        assert "٥٨ مليون" in index.document("harbour.txt").text


def test_an_edit_in_the_same_tick_of_the_clock_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folder).close()
    path = folder / "harbour.txt"
    before = path.stat()
    path.write_text(HARBOUR.replace("٨٥", "٥٨"), encoding="utf-8")
    stat = Path.stat

    def frozen(self: Path, **options: bool) -> os.stat_result:
        return before if self == path else stat(self, **options)

    monkeypatch.setattr(Path, "stat", frozen)
    assert look(path).mtime_ns == before.st_mtime_ns
    with opened(folder) as index:
        assert index.report.changed == ("harbour.txt",)


def test_ten_thousand_unchanged_files_are_recognised_in_two_seconds(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for i in range(100):
        (folder / f"{i}").mkdir(parents=True)
        for j in range(100):
            (folder / f"{i}" / f"{j}.txt").touch()
    with Catalog.open(tmp_path / "catalog.sqlite") as catalog:
        empty: list[ChunkRecord] = []
        catalog.put_many(
            (DocumentRecord(name, "نص", "0" * 64, size, mtime, {"title": "ت"}, "", ctime, inode), empty)
            for name, (size, mtime, ctime, inode) in (
                (n, look(p)) for n, p in scan(folder, Settings.load()).items()
            )
        )
        start = time.process_time()  # of this process alone: others may be busy
        plan = Plan.of(scan(folder, Settings.load()), catalog)
        took = time.process_time() - start
    assert len(plan.unchanged) == 10_000
    assert not plan.work
    assert took < 2


# -- What cannot be read just now ------------------------------------------------------------------------


def test_a_file_that_may_not_be_read_keeps_its_last_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    (folder / "harbour.txt").write_text("غير هذا.", encoding="utf-8")

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "_digest", refuse)
        with indexed(folder) as index:
            reason = dict(index.report.skipped)["harbour.txt"]
            assert reason == "cannot be read (Permission denied); allow it to be read"
            assert dict(index.skipped())["harbour.txt"] == reason
            assert index.document("harbour.txt").text == HARBOUR
    with indexed(folder) as index:
        assert index.report.changed == ("harbour.txt",)
        assert index.skipped() == []


def test_a_file_that_changes_while_it_is_read_keeps_its_last_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    path = folder / "harbour.txt"
    path.write_text("نص جديد.", encoding="utf-8")
    read_all = corpus.read_all

    def growing(path: Path, *rest: object, **more: object) -> object:
        content = read_all(path, *rest, **more)  # type: ignore[arg-type]
        with path.open("a", encoding="utf-8") as file:
            file.write("وسطر آخر.\n")
        return content

    monkeypatch.setattr(fetching, "_PAUSE", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(corpus, "read_all", growing)
        with indexed(folder) as index:
            assert "is being written to" in dict(index.report.skipped)["harbour.txt"]
            assert index.document("harbour.txt").text == HARBOUR
    with indexed(folder) as index:
        assert index.report.changed == ("harbour.txt",)
        assert index.document("harbour.txt").text.startswith("نص جديد.")


def test_a_file_that_vanishes_while_the_folder_is_read_is_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    path = folder / "harbour.txt"
    path.write_text("نص جديد.", encoding="utf-8")
    digest = fetching._digest

    def vanishing(some: Path) -> str:
        if some == path:
            path.unlink()
        return digest(some)

    monkeypatch.setattr(fetching, "_digest", vanishing)
    with indexed(folder) as index:
        assert index.report.removed == ("harbour.txt",)
        assert index.report.skipped == ()


def test_an_emptied_folder_is_an_error_and_loses_nothing(folder: Path, tmp_path: Path) -> None:
    opened(folder).close()
    aside = tmp_path / "aside"
    folder.rename(aside)
    folder.mkdir()  # as where a disk is not mounted
    with pytest.raises(CorpusError, match="no document in"):
        opened(folder)
    folder.rmdir()
    aside.rename(folder)
    with indexed(folder) as index:
        assert len(index.report.unchanged) == 3


# -- Stopping and going on -------------------------------------------------------------------------------


def test_what_was_read_before_a_stop_is_not_read_again(tmp_path: Path, encoded: list[str]) -> None:
    texts = {f"{i:02}.txt": f"الملف {i}\n\nوصلت القافلة رقم {i} إلى البلدة مساء.\n" for i in range(12)}
    folder = fill(tmp_path / "corpus", texts)
    looks = iter(range(100))
    with opened(folder, stop=lambda: next(looks) >= 5) as index:
        assert (len(index.report.added), index.report.left) == (5, 7)
    assert len(encoded) == 5
    encoded.clear()
    with indexed(folder) as index:
        assert (len(index.report.added), len(index.report.unchanged)) == (7, 5)
    assert len(encoded) == 7


def test_changes_read_before_a_stop_appear_with_the_rest(folder: Path, encoded: list[str]) -> None:
    with opened(folder) as index:
        (folder / "harbour.txt").write_text("أغلق الميناء أبوابه.", encoding="utf-8")
        (folder / "library.txt").write_text("أغلقت المكتبة أبوابها.", encoding="utf-8")
        encoded.clear()
        looks = iter(range(100))
        report = index.sync(stop=lambda: next(looks) >= 1)
        assert report.left >= 1
        assert index.document("harbour.txt").text == HARBOUR  # as before: the change is half done
        assert found(index, "المرجان") == {"harbour.txt"}
    with indexed(folder) as index:
        assert index.report.changed == ("harbour.txt", "library.txt")
        assert index.document("harbour.txt").text == "أغلق الميناء أبوابه."
        assert found(index, "المرجان") == set()
    assert len(encoded) == 2


def test_a_stop_while_the_indexes_are_built_changes_nothing(folder: Path) -> None:
    with opened(folder) as index:
        (folder / "harbour.txt").write_text("أغلق الميناء أبوابه.", encoding="utf-8")
        stopped = [False]

        def told(stage: str, done: float, total: int) -> None:
            stopped[0] = stopped[0] or stage == "dense"

        with pytest.raises(KeyboardInterrupt):
            index.sync(told, stop=lambda: stopped[0])
        assert index.document("harbour.txt").text == HARBOUR
        assert found(index, "المرجان") == {"harbour.txt"}
        assert index.sync().changed == ("harbour.txt",)
    assert whole(folder)


def test_while_an_index_is_made_anew_the_old_one_answers(folder: Path) -> None:
    with opened(folder) as reader:
        seen: list[tuple[int, set[str]]] = []

        def told(stage: str, done: float, total: int) -> None:
            seen.append((len(names(reader)), found(reader, "المرجان", "النخيل")))

        with opened(folder, rebuild=True, progress=told) as index:
            assert index.report.changed == ("harbour.txt", "library.txt", "قرى/mill.txt")
        assert len(seen) > 4
        assert all(each == (3, {"harbour.txt", "library.txt"}) for each in seen)
    assert whole(folder)


# -- Two processes ---------------------------------------------------------------------------------------


WRITER = """
    import sys
    from pathlib import Path
    from rag.index import place
    from rag.settings import Settings
    from vectorstore.catalog import Catalog
    path = place(Path({folder!r}), Settings.load()) / "catalog.sqlite"
    with Catalog.open(path) as catalog, catalog.writing():
        print("writing", flush=True)
        sys.stdin.readline()
"""


def test_a_second_writer_is_refused_by_name_and_a_reader_answers_meanwhile(folder: Path) -> None:
    import socket

    opened(folder).close()
    (folder / "new.txt").write_text("خبر جديد لم يقرأ بعد.", encoding="utf-8")
    code = textwrap.dedent(WRITER.format(folder=str(folder)))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        owner = f"process {writer.pid} on {socket.gethostname()}"
        start = time.monotonic()
        with pytest.raises(StoreError, match=f"is being written by {owner}; try again shortly"):
            opened(folder, alone=True)
        with opened(folder) as index:
            assert index.report.writer == owner
            assert names(index) == ["harbour.txt", "library.txt", "قرى/mill.txt"]
            assert found(index, "المرجان") == {"harbour.txt"}
        assert time.monotonic() - start < PATIENCE / 4  # nobody waited
        writer.communicate("\n")
    with indexed(folder) as index:
        assert index.report.added == ("new.txt",)


def test_a_reader_takes_up_what_another_process_has_published(folder: Path) -> None:
    with opened(folder) as reader:
        (folder / "harbour.txt").write_text("أغلق الميناء أبوابه.", encoding="utf-8")
        (folder / "new.txt").write_text("خبر جديد عن القافلة.", encoding="utf-8")
        code = (
            "from pathlib import Path; from rag.index import Index; from rag.settings import Settings; "
            f"Index.open(Path({str(folder)!r}), Settings.load()).close()"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert found(reader, "المرجان") == set()
        assert found(reader, "القافلة") == {"new.txt"}
        assert reader.document("harbour.txt").text == "أغلق الميناء أبوابه."
    assert whole(folder)


def test_an_index_of_an_older_form_is_made_anew(folder: Path) -> None:
    import sqlite3

    with opened(folder) as index:
        path = index.store.catalog.path
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with indexed(folder) as index:
        assert index.report.added == ("harbour.txt", "library.txt", "قرى/mill.txt")


def test_settings_reach_the_reading_of_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "large.txt").write_text("سطر طويل.\n" * 500, encoding="utf-8")
    settings = Settings.load(max_file_bytes=2000)
    with Index.open(folder, settings) as index:
        assert [name for name, _ in index.report.skipped] == ["large.txt"]
        assert names(index) == ["harbour.txt", "library.txt", "قرى/mill.txt"]
        again = index.sync()
        assert [name for name, _ in again.skipped] == ["large.txt"]
