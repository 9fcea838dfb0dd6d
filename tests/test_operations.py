"""What an operator sees: metrics, health, logs without documents' words, progress, the report, watching."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from index_support import fill, opened
from loops import finish

from rag import logs
from rag.cli import main
from rag.commands.meter import Meter, describe, duration
from rag.index import place
from rag.pipeline import Pipeline
from rag.settings import Settings
from ui import operations

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "corpus")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    yield stream
    logs.configure("off")
    logging.getLogger(logs.ROOT).propagate = True
    logging.getLogger(logs.ROOT).setLevel(logging.NOTSET)


# -- Health ----------------------------------------------------------------------------------------------


def test_the_routes_stand_before_those_that_take_any_path(folder: Path) -> None:
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def any_path(request: object) -> PlainTextResponse:
        return PlainTextResponse("page")

    app = Starlette(routes=[Route("/{page}", any_path)])
    with Pipeline.open(folder) as pipeline:
        operations.mount(app, pipeline)
        status, body = get(app, "/healthz")
        assert (status, json.loads(body)["status"], json.loads(body)["documents"]) == (200, "ok", 3)
        status, body = get(app, "/metrics")
        assert (status, "# TYPE isnad_questions_total counter" in body) == (200, True)
        assert get(app, "/other") == (200, "page")
    status, body = get(app, "/healthz")  # the pipeline is closed
    assert (status, json.loads(body)) == (503, {"status": "failed", "reason": "CatalogError"})
    assert get(app, "/metrics")[0] == 200


def get(app: object, path: str) -> tuple[int, str]:
    """Ask an ASGI app without a server."""

    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [], "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "root_path": "",
    }  # fmt: skip
    finish(app(scope, receive, send))  # type: ignore[operator]
    body = b"".join(bytes(message.get("body", b"")) for message in sent)  # type: ignore[arg-type]
    return int(str(sent[0]["status"])), body.decode("utf-8")


# -- Logs ------------------------------------------------------------------------------------------------


def test_logs_are_lines_of_json_without_a_word_of_documents_or_questions(
    folder: Path, logged: io.StringIO
) -> None:
    (folder / "empty.txt").write_text(" ", encoding="utf-8")
    logs.configure("info", logged)
    with Pipeline.open(folder) as pipeline:
        pipeline.answer("من افتتح ميناء المرجان؟")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert {"skipped", "looked at the folder", "question"} <= {line["event"] for line in lines}
    asked = next(line for line in lines if line["event"] == "question")
    assert (asked["outcome"], asked["level"], asked["characters"]) == ("answered", "info", 23)
    looked = next(line for line in lines if line["event"] == "looked at the folder")
    assert (looked["added"], looked["skipped"]) == (3, 1)
    assert not re.search("المرجان|العطار|افتتح|wheat", logged.getvalue())


def test_only_the_level_debug_shows_questions(folder: Path, logged: io.StringIO) -> None:
    logs.configure("debug", logged)
    with Pipeline.open(folder) as pipeline:
        pipeline.answer("من افتتح ميناء المرجان؟")
    assert "من افتتح ميناء المرجان؟" in logged.getvalue()
    with pytest.raises(ValueError, match="'loud', expected one of off"):
        logs.configure("loud")


# -- Progress, the report, stopping and watching ---------------------------------------------------------


def test_progress_tells_counts_rate_and_time_left() -> None:
    assert describe("reading", 120, 300, 10.0) == "reading: 120 of 300 files, 12.0 a second, 15 s left"
    assert describe("dense", 0, 5000, 1.0) == "indexing vectors: 0 of 5,000 passages"
    assert [duration(seconds) for seconds in (3.4, 200, 7500)] == ["3 s", "3 min 20 s", "2 h 5 min"]


def test_a_terminal_shows_progress_on_one_line_and_clears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stream = Terminal()
    with Meter(stream) as meter:
        meter("reading", 0, 4)
        now[0] += 2
        meter("reading", 1, 4)
    assert stream.getvalue() == "\r\x1b[2Kreading: 1 of 4 files, 0.5 a second, 6 s left\r\x1b[2K"


def test_a_log_gets_a_line_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now, stream = [100.0], io.StringIO()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with Meter(stream) as meter:
        for done in range(25):
            meter("reading", done, 25)
            now[0] += 1
    assert [line.split(",")[0] for line in stream.getvalue().splitlines()] == [
        "isnad: reading: 10 of 25 files",
        "isnad: reading: 20 of 25 files",
    ]


def test_every_skipped_file_is_named_with_its_reason_and_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in range(15):
        (folder / f"فارغ {i:02}.txt").write_text("", encoding="utf-8")
    assert main(["index", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert re.findall(r"فارغ \d\d\.txt: \S", shown) == [f"فارغ {i:02}.txt: h" for i in range(15)]
    assert main(["documents", "-c", str(folder), "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["skipped"]
    assert [(each["document"], bool(each["reason"])) for each in kept] == [
        (f"فارغ {i:02}.txt", True) for i in range(15)
    ]


def test_doctor_check_finds_a_whole_index_whole_and_a_changed_bit(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--check", "-c", str(folder)]) == 2
    assert "has no index yet; run `isnad index`" in capsys.readouterr().err
    opened(folder).close()
    assert main(["doctor", "--check", "-c", str(folder)]) == 0
    assert "✓ catalog, vectors and words agree" in capsys.readouterr().out
    (vectors,) = place(folder, Settings.load()).glob("dense-*/vectors.npy")
    data = bytearray(vectors.read_bytes())
    data[-5] ^= 1
    vectors.write_bytes(data)
    assert main(["doctor", "--check", "-c", str(folder), "--json"]) == 2
    record = json.loads(capsys.readouterr().out)
    assert (record["ok"], record["problems"]) == (False, ["no dense index"])
    opened(folder).close()
    assert main(["doctor", "--check", "-c", str(folder)]) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals there are others")
def test_watching_follows_the_folder_until_it_is_stopped(folder: Path) -> None:
    command = [sys.executable, "-m", "rag.cli", "index", str(folder), "--watch"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        watchdog = threading.Timer(60, process.kill)  # or a line that does not come is waited for in vain
        watchdog.start()
        shown = []
        while not shown or not shown[-1].startswith("watching"):
            shown.append(process.stdout.readline())
            assert shown[-1], process.stderr.read() if process.stderr else ""
        (folder / "new.txt").write_text("خبر جديد عن القافلة.\n", encoding="utf-8")
        assert re.match(r"\d\d:\d\d:\d\d  1 added, ", process.stdout.readline())
        (folder / "new.txt").rename(folder / "قديم.txt")
        assert re.match(r"\d\d:\d\d:\d\d  1 renamed, ", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        watchdog.cancel()
        assert process.returncode == 0
    with opened(folder) as index:
        assert index.document("قديم.txt").text == "خبر جديد عن القافلة.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals there are others")
def test_ctrl_c_stops_with_what_was_read_kept(tmp_path: Path) -> None:
    texts = {f"{i:03}.txt": f"الملف {i}\n\n" + f"وصلت القافلة {i}.\n" * 900 for i in range(300)}
    folder = fill(tmp_path / "corpus", texts)
    command = [sys.executable, "-m", "rag.cli", "index", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
    ) as process:
        catalog = place(folder, Settings.load()) / "catalog.sqlite"
        while not catalog.exists():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    left = re.search(r"stopped with (\d+) files left; what was read is kept", err)
    assert left, err
    assert 0 < int(left[1]) < 300
