"""Files are read in a process of their own: what it may do, how it ends, and what goes on after it."""

from __future__ import annotations

import ast
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hostile import TEXT, docx, packed, xlsx

from rag.loaders import Extract, Limits, LoadError, Read, read
from rag.loaders import sandbox as module
from rag.loaders.base import PassingError
from rag.loaders.clock import PACE, Allowance, Clock
from rag.loaders.sandbox import Sandbox, read_safely
from rag.loaders.worker import decode, encode
from rag.schema import Section

ROOT = Path(__file__).resolve().parent.parent
PAGE = f"<!doctype html><p>{TEXT}</p>".encode()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def children() -> set[psutil.Process]:
    return set(psutil.Process(os.getpid()).children())


def reasons(found: Iterator[Read]) -> list[tuple[str, str]]:
    return [(name, str(result)) for name, result in found if isinstance(result, LoadError)]


def slow(marker: str) -> str:
    """Return a worker that hangs, or dies, on files that hold a word."""
    return f"""
import os, signal, sys, time
import rag.loaders as loaders
load = loaders.load
def loading(data, name, limits):
    if {marker!r}.encode() in data and not data.startswith(b"PK"):
        if b"hang" in data:
            time.sleep(60)
        if b"die" in data:
            os.kill(os.getpid(), signal.SIGSEGV)
        if b"starve" in data:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"leave" in data:
            os._exit(1)
    return load(data, name, limits)
loaders.load = loading
"""


@pytest.fixture
def troubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers hang or die where a page says so."""
    monkeypatch.setattr(
        module, "_BOOT", module._BOOT.replace("from rag", f"exec({slow('please')!r}); from rag")
    )


def test_what_a_file_holds_is_the_same_in_a_process_of_its_own(sandbox: Sandbox) -> None:
    table = xlsx('<row r="1"><c r="A1" t="inlineStr"><is><t>ميناء</t></is></c></row>' * 2)
    for data, name in (
        (PAGE, "a.html"),
        (table, "a.xlsx"),
        (packed({"b.txt": TEXT, "c/d.html": PAGE}), "a.zip"),
    ):
        assert list(sandbox.read(data, name, Limits())) == list(read(data, name, Limits()))


def test_plain_text_needs_no_process() -> None:
    before = children()
    [(name, extract)] = read_safely(TEXT.encode(), "a.txt", Limits())
    assert (name, extract) == ("", Extract(TEXT))
    assert children() <= before


def test_a_document_crosses_the_pipe_unchanged() -> None:
    import datetime as dt

    extract = Extract("نص\n\n\ufffd", (Section("page", "1", 0),), "ع", "ar", dt.date(2019, 5, 4), "س")
    for found in (Read("أ/ب.pdf", extract), Read("", LoadError("لا; نعم")), Read("x", Extract("y"))):
        again = decode(json.loads(json.dumps(encode(found))), Limits())
        assert again.name == found.name
        assert again.result == found.result or str(again.result) == str(found.result)


@pytest.mark.usefixtures("troubled")
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_file_that_hangs_is_ended_and_the_next_one_is_read(sandbox: Sandbox) -> None:
    start = time.monotonic()
    hanging = PAGE + b"<p>please hang</p>"
    assert reasons(sandbox.read(hanging, "a.html", Limits(seconds=2))) == [
        ("", "takes longer than 2 s to read; split it or save it anew")
    ]
    assert time.monotonic() - start < 20
    assert [found.name for found in sandbox.read(PAGE, "b.html", Limits())] == [""]


@pytest.mark.usefixtures("troubled")
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("word", ["die", "leave"])
def test_a_file_that_ends_its_process_is_named_and_the_next_one_is_read(sandbox: Sandbox, word: str) -> None:
    assert reasons(sandbox.read(PAGE + f"<p>please {word}</p>".encode(), "a.html", Limits())) == [
        ("", "makes its reader crash, as only damaged and hostile files do; save it anew or remove it")
    ]
    assert [found.name for found in sandbox.read(PAGE, "b.html", Limits())] == [""]


@pytest.mark.usefixtures("troubled")
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_one_poisonous_member_costs_one_document(sandbox: Sandbox) -> None:
    poison = PAGE + b"<p>please die</p>"
    inner = packed({"1.html": PAGE, "2.html": poison, "3.html": PAGE})
    archive = packed({"a.html": PAGE, "b.html": poison, "c.zip": inner, "d.html": PAGE})
    found = [(name, isinstance(result, Extract)) for name, result in sandbox.read(archive, "x.zip", Limits())]
    assert found == [
        ("a.html", True),
        ("b.html", False),
        ("c.zip/1.html", True),
        ("c.zip/2.html", False),
        ("c.zip/3.html", True),
        ("d.html", True),
    ]


@pytest.mark.usefixtures("troubled")
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_file_whose_process_is_ended_from_outside_is_to_be_tried_again(sandbox: Sandbox) -> None:
    starved = PAGE + b"<p>please starve</p>"
    [(name, error)] = sandbox.read(starved, "a.html", Limits())
    assert (name, type(error)) == ("", PassingError)
    assert str(error) == "cannot be read: its reader was ended from outside; free memory and try again"
    archive = packed({"a.html": PAGE, "b.html": starved, "c.html": PAGE})
    found = [(name, type(result)) for name, result in sandbox.read(archive, "x.zip", Limits())]
    assert found == [("a.html", Extract), ("b.html", PassingError), ("c.html", Extract)]
    archive = packed({f"{i}.html": starved for i in range(9)})
    found = [(name, type(result)) for name, result in sandbox.read(archive, "x.zip", Limits())]
    assert found == [*((f"{i}.html", PassingError) for i in range(3)), ("", PassingError)]


@pytest.mark.usefixtures("troubled")
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_is_killed_for_the_nonsense_it_says_is_not_tried_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "decode", lambda message, limits: json.loads("{"))
    assert [type(result) for _, result in sandbox.read(PAGE, "a.html", Limits())] == [LoadError]


@pytest.mark.usefixtures("troubled")
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_archive_of_poison_is_given_up(sandbox: Sandbox) -> None:
    archive = packed({f"{i}.html": PAGE + b"<p>please die</p>" for i in range(9)})
    assert reasons(sandbox.read(archive, "x.zip", Limits()))[-1] == (
        "",
        "is given up after 3 of its files failed; unpack it",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_a_file_that_needs_too_much_memory_is_refused(sandbox: Sandbox) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    marks = "".join(f'<w:b w:v="{i}"/>' for i in range(300_000))
    run = f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>"
    data = docx(f"<w:document {space}><w:body>{marks}{run}</w:body></w:document>")
    found = reasons(sandbox.read(data, "a.docx", Limits(memory=90_000_000)))
    assert found == [("", "needs more than 90 MB of memory; split it")]
    assert [found.name for found in sandbox.read(data, "a.docx", Limits())] == [""]


TEXTS = {"title": None, "lang": None, "date": None, "source": None, "sections": []}
LIES: tuple[object, ...] = (
    [1, 2],
    {"read": "a.html", "text": TEXT},
    {"read": "../a.html", "text": TEXT, **TEXTS},
    {"read": "/etc/passwd", "text": TEXT, **TEXTS},
    {"read": "", "text": 7, **TEXTS},
    {"read": "", "text": "نص\0", **TEXTS},
    {"read": "", "text": "نص\ud800", **TEXTS},
    {"read": "", "text": "ا" * 3000, **TEXTS},
    {"read": "", "text": TEXT, **TEXTS, "sections": [["page", "1", 9999]]},
    {"read": "", "text": TEXT, **TEXTS, "sections": [["page", "1", 5], ["page", "2", 2]]},
    {"read": "", "text": TEXT, **TEXTS, "sections": [["chapter", "1", 5]]},
    {"read": "", "text": TEXT, **TEXTS, "sections": [["row", "1", 5]] * 50},
    {"read": "", "text": TEXT, **TEXTS, "title": ["x"]},
    {"read": "", "text": TEXT, **TEXTS, "date": "2019-99-99"},
    {"heard": "a lot"},
    {"heard": float("inf")},
    {"heard": 10**400},
    {"began": 7},
    {"began": "صفحة\ud800"},
    {"began": "صفحة\0"},
    {"began": "../../صفحة"},
    {"read": "", "error": None},
)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_a_reader_that_a_file_has_taken_over_is_not_believed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, lie: object
) -> None:
    from rag.loaders import sandbox as module

    said = json.dumps(lie).encode()
    code = (
        "import os, sys\n"
        f"said = {said!r}\n"
        'for frame in (b\'{"began": ""}\', said):\n'
        "    os.write(1, len(frame).to_bytes(8, 'big') + frame)\n"
        "while os.read(0, 65536):\n"
        "    pass\n"
    )
    monkeypatch.setattr(module, "_BOOT", code)
    start = time.monotonic()
    found = reasons(sandbox.read(PAGE, "a.html", Limits(text=2000, sections=20)))
    assert found == [
        ("", "makes its reader crash, as only damaged and hostile files do; save it anew or remove it")
    ]
    assert time.monotonic() - start < 15


def test_what_gives_text_has_the_time_it_needs_and_what_does_not_is_ended() -> None:
    limits = Limits(seconds=2.0, file_seconds=3.0, most_seconds=20.0)
    allowance = Allowance(limits)
    for _ in range(5):
        allowance.spend(1.5)
        allowance.earn(3 * PACE)
    assert (allowance.left, allowance.most) == (2.0, 20.0 - 5 * 1.5)
    allowance.spend(2.0)
    assert allowance.left <= 0
    assert allowance.reason() == "takes longer than 2 s to read; split it or save it anew"
    allowance.next()
    assert 0.9 < allowance.left < 1.5  # what the file has left
    allowance.spend(allowance.left)
    assert allowance.reason().startswith("takes longer than 3 s to read with all that is in it")
    allowance.earn(10**9)
    allowance.spend(20.0)
    assert allowance.left < 0  # whatever it gives


def test_what_all_documents_of_a_file_hold_together_is_limited(sandbox: Sandbox) -> None:
    archive = packed({f"{i}.html": PAGE for i in range(9)})
    found = list(sandbox.read(archive, "a.zip", Limits(all_text=4 * len(TEXT))))
    assert [name for name, result in found if isinstance(result, Extract)] == [f"{i}.html" for i in range(4)]
    reason = f"holds more than {4 * len(TEXT)} characters in its documents; unpack it"
    assert reasons(iter(found)) == [("", reason)]
    assert reasons(sandbox.read(archive, "a.zip", Limits(documents=3))) == [
        ("", "holds more than 3 documents; unpack it")
    ]


def test_a_clock_counts_only_while_it_runs() -> None:
    rang = threading.Event()
    clock = Clock(Allowance(Limits(seconds=0.2, file_seconds=9.0)), rang.set)
    clock.start()
    clock.stop()
    assert not rang.wait(0.3)
    clock.earn(PACE)
    clock.start()
    assert rang.wait(5)
    clock.close()
    assert clock.rang


def test_a_file_that_found_no_process_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    from rag.fetching import UnsettledError
    from rag.fetching import read as fetch
    from rag.loaders import sandbox as module
    from rag.settings import Settings

    def none(*some: object, **more: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    (tmp_path / "page.html").write_bytes(PAGE)
    settings = Settings.load()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_SANDBOX", Sandbox())
        patch.setattr(subprocess, "Popen", none)
        with pytest.raises(UnsettledError, match=r"no process can be started .*; try again"):
            fetch(tmp_path / "page.html", tmp_path, settings)
    _, _, content = fetch(tmp_path / "page.html", tmp_path, settings)
    assert [document.text for document in content.documents] == [TEXT]


def test_a_process_that_ended_while_it_waited_is_replaced(sandbox: Sandbox) -> None:
    before = children()
    assert len(list(sandbox.read(PAGE, "a.html", Limits()))) == 1
    [waiting] = children() - before
    waiting.kill()
    waiting.wait(5)
    assert [type(found.result) for found in sandbox.read(PAGE, "a.html", Limits())] == [Extract]


def test_what_is_not_asked_for_any_more_is_not_read(sandbox: Sandbox) -> None:
    before = children()
    reading = sandbox.read(packed({f"{i}.html": PAGE for i in range(50)}), "a.zip", Limits())
    assert next(reading).name == "0.html"
    reading.close()
    assert children() <= before


def test_threads_read_side_by_side(sandbox: Sandbox) -> None:
    found: list[str] = []

    def run(i: int) -> None:
        page = f"<!doctype html><p>{TEXT} {i}</p>".encode()
        for _ in range(3):
            found.extend(f"{result.text}" for _, result in sandbox.read(page, "a.html", Limits()))  # type: ignore[union-attr]

    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == sorted(f"{TEXT} {i}" for i in range(4) for _ in range(3))


def probe(code: str) -> str:
    """Return what a worker says that runs `code` before it reads a file."""
    import subprocess

    boot = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from rag.loaders import worker
worker._keep_to_itself()
try:
    {code}
except BaseException as error:
    print(type(error).__name__, error)
else:
    print("done")
"""
    done = subprocess.run([sys.executable, "-c", boot], capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('planted.txt', 'w')",
        "open('planted.txt', 'ab')",
    ],
)
def test_a_parser_can_neither_connect_nor_start_nor_write_anything(code: str) -> None:
    assert "a file asked " in probe(code)
    assert probe("open(sys.executable, 'rb')") == "done"


def test_the_process_sees_nothing_of_the_environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("ISNAD_PASSWORD", "secret")
    before = children()
    list(sandbox.read(PAGE, "a.html", Limits()))
    [waiting] = [each for each in children() - before if each.status() != psutil.STATUS_ZOMBIE]
    assert "secret" not in waiting.environ().values()


def test_a_process_is_used_again_however_large_its_parent_is(sandbox: Sandbox) -> None:
    ballast = b"x" * (Limits().memory // 3)  # written, so that memory is held for it
    before = children()
    list(sandbox.read(PAGE, "a.html", Limits()))
    first = children() - before
    list(sandbox.read(PAGE, "b.html", Limits()))
    assert len(ballast) > Limits().memory / 4
    assert [each.status() != psutil.STATUS_ZOMBIE for each in first] == [True]
    assert children() - before == first


def test_nothing_of_ours_forks_or_unpickles() -> None:
    wrong = []
    for package in ("rag", "vectorstore", "ui"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, (ast.Import, ast.ImportFrom))
                    else []
                )
                if isinstance(node, ast.ImportFrom):
                    names.append(node.module or "")
                if isinstance(node, ast.Attribute) and ast.unparse(node) in (
                    "os.fork",
                    "os.forkpty",
                    "marshal.loads",
                ):
                    names.append(ast.unparse(node))
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("eval", "exec"):
                    names.append(ast.unparse(node.func))
                forbidden = {
                    "pickle",
                    "cPickle",
                    "dill",
                    "shelve",
                    "marshal",
                    "os.fork",
                    "os.forkpty",
                    "eval",
                    "exec",
                }
                forbidden |= {"multiprocessing", "marshal.loads"}
                wrong += [f"{path.name}: {name}" for name in names if name in forbidden]
    assert wrong == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_process_ends_when_its_parent_is_killed() -> None:
    import subprocess

    code = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from rag.loaders import Limits
from rag.loaders.sandbox import Sandbox
sandbox = Sandbox()
list(sandbox.read({PAGE!r}, "a.html", Limits()))
print("ready", flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    assert parent.stdout.readline() == "ready\n"
    [worker] = psutil.Process(parent.pid).children()
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()
    worker.wait(10)
    assert not worker.is_running()
