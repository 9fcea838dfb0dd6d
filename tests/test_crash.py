"""Kills, failing disks, damaged files, many threads: what was committed stays, and no answer is wrong."""

from __future__ import annotations

import ast
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from index_support import HARBOUR, TEXTS, fill, found, indexed, names, opened, whole

from bench import crash, damage
from rag.errors import IsnadError, StoreError
from rag.index import Index, place
from rag.pipeline import Pipeline
from rag.settings import Settings
from vectorstore import derived, store
from vectorstore.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "corpus")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_twenty_kills_lose_nothing_and_leave_nothing_half_done(tmp_path: Path) -> None:
    met = crash.run(20, seed=7, place=tmp_path)
    assert met["kills"] == 20
    assert met["killed during a run"] > 5
    assert met["documents kept"] > 20


def test_damage_to_any_file_is_mended_or_refused_and_never_answered_from() -> None:
    outcomes = damage.run(12, first=5000, questions=1)
    assert len(outcomes) == 12
    assert [outcome for outcome in outcomes if outcome[2].startswith("WRONG")] == []
    assert {"mended, same answers", "refused, with the remedy"} <= {outcome[2] for outcome in outcomes}


@pytest.mark.parametrize("how", damage.HARMS)
def test_a_harm_changes_the_bytes(how: str) -> None:
    import random

    data = bytes(range(1, 251)) * 40
    assert damage.harm(data, how, random.Random(3)) != data


# -- A disk that fails -----------------------------------------------------------------------------------


class Faults:
    """Fails the n-th step by which something is written; counts them."""

    def __init__(self) -> None:
        self.count = 0
        self.fail_at: int | None = None
        self.after = False  # whether the step is done before it fails

    def step(self, act: Callable[[], object], failure: Exception) -> object:
        self.count += 1
        if self.count != self.fail_at:
            return act()
        if self.after:
            act()
        raise failure


_WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE", "COMMIT", "CREATE")


@contextmanager
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Count, and on demand fail, every SQL statement that writes, every flush, rename, folder and file."""
    told = Faults()
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
            if not sql.startswith(_WRITES):
                return super().execute(sql, *rest)  # type: ignore[arg-type]
            error = sqlite3.OperationalError("database or disk is full")
            return told.step(lambda: super(Connection, self).execute(sql, *rest), error)  # type: ignore

        def executemany(self, sql: str, rows: object) -> sqlite3.Cursor:
            error = sqlite3.OperationalError("disk I/O error")
            return told.step(lambda: super(Connection, self).executemany(sql, rows), error)  # type: ignore

    connect = sqlite3.connect

    def counting(name: str, act: Callable[..., object]) -> Callable[..., object]:
        return lambda *some, **more: told.step(lambda: act(*some, **more), full)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *some, **more: connect(*some, factory=Connection, **more))
        patch.setattr(derived, "_flush", counting("flush", derived._flush))
        patch.setattr(os, "replace", counting("replace", os.replace))
        patch.setattr(Path, "mkdir", counting("mkdir", Path.mkdir))
        patch.setattr(Path, "write_text", counting("write", Path.write_text))
        patch.setattr(store, "write_manifest", counting("manifest", store.write_manifest))
        yield told


def attempt(folder: Path) -> str | None:
    """Bring the index up to date; return what went wrong."""
    try:
        opened(folder).close()
    except StoreError as error:
        return str(error)
    return None


def held(home: Path) -> dict[str, str]:
    """Return the documents that a catalog holds, having seen that its rows are whole."""
    with Catalog.open(home / store.CATALOG) as catalog:
        assert catalog.verify() == []
        records = [catalog.document(entry.name) for entry in catalog.documents()]
        return {record.name: record.text for record in records if record is not None}


def test_a_run_that_fails_at_any_step_is_as_if_never_begun_or_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    home = place(folder, Settings.load())
    before, after = dict(TEXTS), dict(TEXTS)
    del after["library.txt"]
    after["harbour.txt"] = "أغلق الميناء أبوابه.\n"
    after["new.txt"] = "خبر جديد عن القافلة.\n"
    shutil.copytree(home, tmp_path / "before")
    (folder / "library.txt").unlink()
    fill(folder, {name: after[name] for name in ("harbour.txt", "new.txt")})
    outcomes = []
    with faults(monkeypatch) as told:
        steps = 10_000
        for after_the_step in (False, True):
            number, pace = 0, 9 if after_the_step else 1
            while number < steps:
                number += pace
                shutil.rmtree(home)
                shutil.copytree(tmp_path / "before", home)
                told.count, told.fail_at, told.after = 0, number, after_the_step
                message = attempt(folder)
                if message is None and told.count < number:
                    steps = told.count  # every step has failed once
                    break
                assert message is None or "free the disk" in message
                told.fail_at = None
                assert held(home) in (before, after, {**before, "new.txt": after["new.txt"]})
                with opened(folder) as index:  # goes on, or has nothing to do
                    assert {each.id: each.text for each in index.documents()} == after
                    assert index.store.verify() == []
                outcomes.append(number)
    assert steps > 25
    assert len(outcomes) > steps  # each step has failed before it was done, and some after


def mounted(size: str) -> Path | None:
    """Return a small file system of its own; None where there may be none."""
    place = Path(tempfile.mkdtemp(prefix="isnad-disk-"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        place.rmdir()
        return None
    return place


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("mount") is None, reason="needs tmpfs")
@pytest.mark.parametrize("megabytes", [1, 2, 3])
def test_on_a_full_disk_the_old_index_answers_and_the_error_says_so(folder: Path, megabytes: int) -> None:
    disk = mounted("8m")
    if disk is None:
        pytest.skip("mounting is not allowed here")
    try:
        settings = Settings.load(home=disk / "home")
        with Index.open(folder, settings) as index:
            before = names(index)
            room = shutil.disk_usage(disk).free - megabytes * 1_000_000 // 4
            (disk / "ballast").write_bytes(b"\1" * max(0, room))
            many = {
                f"{i:03}.txt": f"الملف {i}\n\n" + f"وصلت القافلة {i} إلى البلدة.\n" * 60 for i in range(150)
            }
            fill(folder, many | {"harbour.txt": "أغلق الميناء أبوابه.\n"})
            with pytest.raises(
                StoreError, match=r"cannot be written \(No space left on device\); free the disk"
            ):
                index.sync()
            assert found(index, "المرجان") == {"harbour.txt"}
            assert index.document("harbour.txt").text == HARBOUR
            assert set(before) <= set(names(index))
        (disk / "ballast").unlink()
        shutil.rmtree(folder)
        with Index.open(fill(folder), settings) as index:
            assert names(index) == before
            assert index.store.verify() == []
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("mount") is None, reason="needs tmpfs")
def test_an_index_on_a_disk_without_a_byte_left_opens_and_answers(folder: Path) -> None:
    disk = mounted("8m")
    if disk is None:
        pytest.skip("mounting is not allowed here")
    try:
        settings = Settings.load(home=disk / "home")
        Index.open(folder, settings).close()
        with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(65_536))
        assert shutil.disk_usage(disk).free == 0
        (folder / "new.txt").write_text("خبر جديد عن القافلة.\n", encoding="utf-8")
        with Index.open(folder, settings) as index:
            assert found(index, "المرجان") == {"harbour.txt"}
            assert index.report.left >= 1
        with pytest.raises(StoreError, match=r"cannot be written \(.*\); free the disk or set ISNAD_HOME"):
            Index.open(folder, settings, alone=True)
        (disk / "ballast").unlink()
        with Index.open(folder, settings) as index:
            assert found(index, "القافلة") == {"new.txt"}
            assert index.store.verify() == []
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


SERVING = """
    import asyncio, json, resource, sys, threading
    from pathlib import Path
    sys.path[:0] = [{tests!r}]
    from starlette.applications import Starlette
    from test_operations import get
    from rag.errors import StoreError
    from rag.pipeline import Pipeline
    from ui import operations
    folder, aside = Path({folder!r}), Path({aside!r})
    asked, stop, wrong = [], threading.Event(), []
    with Pipeline.open(folder) as pipeline:
        app = Starlette()
        operations.mount(app, pipeline)

        def ask():
            try:
                while not stop.is_set():
                    asked.append(pipeline.answer("من افتتح ميناء المرجان؟").answer)
            except BaseException as error:
                wrong.append(repr(error))

        asking = [threading.Thread(target=ask) for _ in range(2)]
        for thread in asking:
            thread.start()
        aside.rename(folder / "more")
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))  # no file grows beyond this
        errors, health = [], []
        for _ in range(3):
            try:
                pipeline.refresh()
            except StoreError as error:
                errors.append(str(error))
            health.append(get(app, "/healthz")[0])
        before = len(asked)
        while len(asked) < before + 4 and not wrong:
            pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        pipeline.refresh()
        stop.set()
        for thread in asking:
            thread.join()
        found = len(pipeline.documents())
        asked = sorted(set(map(str, asked)))
        print(json.dumps([errors, health, asked, wrong, found, pipeline.store.verify()]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit to a file's size")
def test_what_is_served_goes_on_answering_while_indexing_fails(folder: Path, tmp_path: Path) -> None:
    texts = {
        f"{i}.txt": f"المخزن {i}\n\nفي المخزن {i} سبعون صندوقا.\n" + f"نقلت القافلة {i} بضائعها.\n" * 120
        for i in range(40)
    }
    aside = fill(tmp_path / "aside", texts)
    code = SERVING.format(tests=str(Path(__file__).parent), folder=str(folder), aside=str(aside))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    errors, health, asked, wrong, count, problems = json.loads(done.stdout)
    assert len(errors) == 3
    assert all(
        "cannot be written (" in error and "free the disk or set ISNAD_HOME" in error for error in errors
    )
    assert (health, asked, wrong) == ([200, 200, 200], ["سليم العطار"], [])
    assert (count, problems) == (len(TEXTS) + len(texts), [])


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("mount") is None, reason="needs mount")
def test_on_a_read_only_disk_the_old_index_answers_and_writing_is_refused(folder: Path) -> None:
    disk = mounted("16m")
    if disk is None:
        pytest.skip("mounting is not allowed here")
    try:
        settings = Settings.load(home=disk / "home")
        time.sleep(2.1)  # files that changed just now would be looked into again
        Index.open(folder, settings).close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with Index.open(folder, settings) as index:
            assert names(index) == sorted(TEXTS)
            assert found(index, "المرجان") == {"harbour.txt"}
        (folder / "new.txt").write_text("خبر جديد.", encoding="utf-8")
        with Index.open(folder, settings) as index:
            assert index.report.left == 1
            assert found(index, "المرجان") == {"harbour.txt"}
        with pytest.raises(StoreError, match=r"cannot be written \(Read-only file system\)"):
            Index.open(folder, settings, alone=True)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


# -- Many threads ----------------------------------------------------------------------------------------


def ask_while_writing(folder: Path, seconds: float, threads: int = 8) -> tuple[int, int]:
    """Ask from many threads while the folder changes; return how many answers there were, and changes.

    A document that never changes must always be found, one that always does with the words of one of its
    versions, and one that was removed never again.
    """
    fill(folder, {"changing.txt": changing(0)} | {f"come/{i}.txt": coming(i) for i in range(3)})
    stop, wrong = threading.Event(), []
    asked, changes = [0] * threads, 0
    gone: set[str] = set()
    with Pipeline.open(folder) as pipeline:

        def ask(number: int) -> None:
            try:
                while not stop.is_set():
                    before = set(gone)
                    hits = pipeline.search("من افتتح ميناء المرجان؟", 20)
                    assert any(hit.chunk.document_id == "harbour.txt" for hit in hits)
                    hits = pipeline.search("كم صندوقا في المخزن المتغير؟", 20)
                    assert any(hit.chunk.document_id == "changing.txt" for hit in hits)
                    assert not before & {hit.chunk.document_id for hit in hits}
                    if number % 4 == 0:
                        answer = pipeline.answer("من افتتح ميناء المرجان؟")
                        for citation in (*answer.citations, *answer.nearest):
                            assert citation.document not in before
                    asked[number] += 1
            except BaseException as error:
                wrong.append(error)

        asking = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
        for thread in asking:
            thread.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end or changes < 3:
            changes += 1
            (folder / ".tmp").write_text(changing(changes), encoding="utf-8")
            (folder / ".tmp").replace(folder / "changing.txt")
            (folder / "come" / f"{changes + 2}.txt").write_text(coming(changes + 2), encoding="utf-8")
            (folder / "come" / f"{changes - 1}.txt").unlink()
            pipeline.refresh()
            gone.add(f"come/{changes - 1}.txt")
            if wrong:
                break
        stop.set()
        for thread in asking:
            thread.join()
        assert wrong == []
        assert min(asked) > 0
        assert pipeline.store.verify() == []
    assert whole(folder)
    return sum(asked), changes


def changing(version: int) -> str:
    return f"المخزن المتغير\n\nفي المخزن المتغير {version + 100} صندوقا.\n" * (1 + version % 3)


def coming(number: int) -> str:
    return f"زائر {number}\n\nجاء الزائر {number} إلى المخزن ثم ذهب.\n"


def test_eight_threads_ask_while_one_writes_and_no_answer_is_lost(folder: Path) -> None:
    asked, changes = ask_while_writing(folder, 4)
    assert asked >= 8
    assert changes >= 3


@pytest.mark.soak
def test_eight_threads_ask_for_a_minute_while_one_writes(folder: Path) -> None:
    asked, changes = ask_while_writing(folder, 60)
    print(f"{asked} rounds of questions, {changes} changes of the folder")
    assert changes > 10


# -- No fork ---------------------------------------------------------------------------------------------


FORKLESS = """
    import sys
    def hook(event, arguments):
        if event in ("os.fork", "os.forkpty"):
            raise SystemExit(f"{{event}} was called")
    sys.addaudithook(hook)
    from pathlib import Path
    from rag.pipeline import Pipeline
    with Pipeline.open(Path({folder!r})) as pipeline:
        answer = pipeline.answer("من افتتح ميناء المرجان؟")
        (Path({folder!r}) / "new.html").write_text("<html><body><p>خبر جديد.</p></body></html>", "utf-8")
        pipeline.refresh()
        print(answer.answered, len(pipeline.documents()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_indexing_and_asking_never_fork(folder: Path) -> None:
    code = textwrap.dedent(FORKLESS.format(folder=str(folder)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["True", "4"]), done.stderr


@pytest.mark.parametrize("package", ["rag", "ui", "vectorstore"])
def test_no_source_forks_or_lets_multiprocessing_do_it(package: str) -> None:
    """After a fork both faiss and torch hang."""
    forbidden = {"fork", "forkpty", "ProcessPoolExecutor", "set_start_method", "preexec_fn"}
    wrong = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "arg", None)
            imported = [alias.name for alias in getattr(node, "names", ()) if hasattr(alias, "name")]
            if name in forbidden or any(each.split(".")[0] == "multiprocessing" for each in imported):
                wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


def test_an_error_of_ours_is_what_a_damaged_index_raises_while_it_is_asked(folder: Path) -> None:
    with Pipeline.open(folder) as pipeline:
        catalog = pipeline.store.catalog
        with sqlite3.connect(catalog.path) as connection:
            connection.execute("UPDATE texts SET text = replace(text, '2019', '2091')")
        connection.close()
        with pytest.raises(IsnadError, match=r"is damaged.*isnad index FOLDER --rebuild"):
            pipeline.answer("متى افتتح ميناء المرجان؟")
    with indexed(folder, rebuild=True) as index:
        assert index.document("harbour.txt").text == HARBOUR
