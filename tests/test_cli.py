"""The command line: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from rag import cli
from rag.commands import ask as ask_command
from rag.commands import doctor as doctor_command
from rag.commands.documents import around
from rag.commands.terminal import ProgressBar
from rag.errors import ModelError

ROOT = Path(__file__).resolve().parent.parent

FLOOD = (
    "---\ntitle: فيضان وادي الزهور\nlang: ar\ndate: 2018-04-14\n---\n"
    "قال رئيس البلدية نبيل الصالح إن الفيضان أغرق ٣٠ منزلًا في قرية العين.وأضاف أن المدرسة أُغلقت ثلاثة أيام.\n"
)
ORCHARD = (
    "---\ntitle: بستان الرمّان\nlang: ar\ndate: 2020-10-05\n---\n"
    "يملك البستانَ الشيخُ وديع الناصري، وفيه أربعمئة شجرة رمّان قرب مدينة Tyre الساحلية.\n"
)
FERRY = "The night ferry\n\nThe night ferry to Saltholm leaves the harbour at 11 p.m. and carries 80 cars.\n"
HOUSES = "كم منزلا أغرق الفيضان؟"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "وثائق"
    folder.mkdir()
    (folder / "flood.txt").write_text(FLOOD, encoding="utf-8")
    (folder / "orchard.md").write_text(ORCHARD, encoding="utf-8")
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    return folder


def isnad(*arguments: str | Path, code: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `isnad`, or `code` with the same arguments, in a process of its own; `more` is environment."""
    run = ["-c", code] if code else ["-m", "rag.cli"]
    return subprocess.run(
        [sys.executable, *run, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **more},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


class Done(NamedTuple):
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs `isnad` in this process, with settings as keywords."""

    def call(*arguments: str | Path, **settings: str) -> Done:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return Done(cli.main([str(argument) for argument in arguments]), *capsys.readouterr())

    return call


def in_terminal(*arguments: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Return what `isnad` shows in a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "rag.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how Linux says that the other side has gone
            pass
    os.close(ours)
    return shown.decode("utf-8").replace("\r\n", "\n")


def one_line(stderr: str) -> str:
    """Return the message of a failed run, having seen that it is one line and no traceback."""
    assert stderr.startswith("isnad: ")
    assert stderr.count("\n") == 1
    assert stderr.endswith("\n")
    return stderr.removeprefix("isnad: ").rstrip()


# -- What main() makes of failures -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", "-k", "0", "كم؟"], "-k is 0, but at least 1 answer must be asked for"),
        (["ask", "-k", "x", "كم؟"], "Invalid value for '-k'"),
        (["ask", ""], "the question is empty"),
        (["ask", " \n\u00a0 "], "the question is empty"),
        (["ask"], "Missing argument 'QUESTION'. (see isnad ask --help)"),
        (["aks", "كم؟"], "No such command 'aks'"),
        (["show", "x", "--spam"], "No such option"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in one_line(captured.err)


def failing(error: BaseException) -> object:
    def run(*_: object) -> int:
        raise error

    return run


def test_an_error_of_ours_is_one_line_even_if_its_message_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ask_command, "ask", failing(ModelError("first\n  second")))
    assert cli.main(["ask", "كم؟"]) == 2
    assert one_line(capsys.readouterr().err) == "first second"


def test_an_unexpected_error_is_one_line_that_tells_how_to_see_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ask_command, "ask", failing(KeyError("x")))
    assert cli.main(["ask", "كم؟"]) == 2
    message = one_line(capsys.readouterr().err)
    assert message.startswith("unexpected KeyError: 'x'; set ISNAD_DEBUG=1")


def test_isnad_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ISNAD_DEBUG", "1")
    monkeypatch.setattr(ask_command, "ask", failing(KeyError("x")))
    assert cli.main(["ask", "كم؟"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_quiet_and_status_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ask_command, "ask", failing(KeyboardInterrupt()))
    assert cli.main(["ask", "كم؟"]) == 130
    assert capsys.readouterr() == ("", "")


def test_version_and_bare_help_are_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert re.fullmatch(r"isnad \d+\.\d+\.\d+\n", capsys.readouterr().out)
    assert cli.main([]) == 0
    assert "Ask a folder of documents" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", ["ask", "index", "serve", "documents", "show", "verify", "eval", "doctor"]
)
def test_the_help_of_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    assert f"Examples:\n    isnad {command}" in capsys.readouterr().out


# -- From end to end -------------------------------------------------------------------------------------


def test_ask_answers_with_the_sentence_and_its_place(run: Run, corpus: Path) -> None:
    done = run("ask", "--corpus", corpus, HOUSES)
    assert (done.returncode, done.stderr) == (0, "")
    answer, blank, sentence, source, *_ = done.stdout.splitlines()
    assert "٣٠" in answer
    assert blank == ""
    assert f"**{answer}**" in sentence
    start, end = map(int, re.fullmatch(r"  .* · 2018-04-14 · flood\.txt:(\d+)-(\d+)", source).groups())  # type: ignore[union-attr]
    assert FLOOD[start:end] == answer


def test_json_is_the_answer_and_nothing_else(run: Run, corpus: Path) -> None:
    done = run("ask", "--corpus", corpus, "--json", HOUSES)
    record = json.loads(done.stdout)
    assert list(record) == [
        "question", "completed", "answered", "answer", "confidence", "groups", "relation", "reason",
        "nearest", "took_ms",
    ]  # fmt: skip
    assert record["question"] == HOUSES
    assert "٣٠" in done.stdout  # not escaped
    for group in record["groups"]:
        for cited in group["citations"]:
            text = (corpus / cited["document"]).read_text(encoding="utf-8")
            assert text[cited["start"] : cited["end"]] == cited["quote"]
            assert text[cited["context_start"] : cited["context_end"]] == cited["context"]


def test_not_found_is_status_1_with_json_too(run: Run, corpus: Path) -> None:
    plain = run("ask", "-c", corpus, HOUSES, ISNAD_THRESHOLD="1")
    assert (plain.returncode, plain.stderr) == (1, "")
    assert plain.stdout.startswith("Not in these documents.\n")
    as_json = run("ask", "-c", corpus, "--json", HOUSES, ISNAD_THRESHOLD="1")
    record = json.loads(as_json.stdout)
    assert (as_json.returncode, record["answered"], record["answer"], record["groups"]) == (
        1,
        False,
        None,
        [],
    )
    assert 1 <= len(record["nearest"]) <= 3


def test_the_documents_to_ask_can_be_named(run: Run, corpus: Path) -> None:
    done = run("ask", "-c", corpus, "--json", "-d", "ferry.txt", "How many cars?", ISNAD_THRESHOLD="0")
    cited = {c["document"] for group in json.loads(done.stdout)["groups"] for c in group["citations"]}
    assert (done.returncode, cited) == (0, {"ferry.txt"})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-d", "*.md"], ["orchard.md"]),
        (["-d", "*.txt", "--lang", "ar"], ["flood.txt"]),
        (["-l", "en", "-l", "ar"], ["ferry.txt", "flood.txt", "orchard.md"]),
        (["--since", "2018-04-14", "--until", "2018-04-14"], ["flood.txt"]),
        (["--since", "٢٠١٩"], ["orchard.md"]),
        (["--until", "2018-04"], ["flood.txt"]),
    ],
)
def test_documents_are_chosen_by_name_language_and_date(
    run: Run, corpus: Path, options: list[str], expected: list[str]
) -> None:
    listed = run("documents", "-c", corpus, *options)
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == expected
    done = run("ask", "-c", corpus, "--explain", "--json", *options, HOUSES)
    passages = json.loads(done.stdout)["explanation"]["passages"]
    assert sorted({passage["document"] for passage in passages}) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lang", "tr"], "no document is in language 'tr'; there are: ar (2), en (1)"),
        (["--since", "soon"], "since is 'soon', but a date is expected, such as 2021-07-24, 2021-07 or 2021"),
        (["--since", "2020", "--until", "2019"], "since, 2020-01-01, is after until, 2019-12-31; swap them"),
        (["--since", "2021"], "no document is of that time (since 2021-01-01); 2 are dated, from 2018-04-14"),
        (["-d", "*.pdf"], "*.pdf: no such document; there are 3: ferry.txt, flood.txt, orchard.md"),
    ],
)
def test_a_filter_that_nothing_meets_is_an_error(
    run: Run, corpus: Path, options: list[str], message: str
) -> None:
    for command in (["ask", HOUSES], ["documents"]):
        done = run(*command, "-c", corpus, *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in one_line(done.stderr)


def test_a_document_that_is_not_there_is_an_error(run: Run, corpus: Path) -> None:
    done = run("ask", "-c", corpus, "-d", "feri.txt", "How many cars?")
    assert (done.returncode, done.stdout) == (2, "")
    assert "feri.txt" in one_line(done.stderr)


@pytest.mark.parametrize("threshold", ["0", "1"])
def test_what_was_just_answered_is_verified(run: Run, corpus: Path, tmp_path: Path, threshold: str) -> None:
    questions = (HOUSES, "متى وقع الفيضان؟", "من يملك بستان الرمّان؟", "When does the ferry leave?")
    asked = [run("ask", "-c", corpus, "--json", q, ISNAD_THRESHOLD=threshold).stdout for q in questions]
    receipt = tmp_path / "answers.json"
    receipt.write_text("".join(asked), encoding="utf-8")
    done = run("verify", "-c", corpus, "--json", receipt)
    record = json.loads(done.stdout)
    assert (done.returncode, record["verified"]) == (0, True)
    assert {one["status"] for one in record["citations"]} == {"ok"}
    assert {one["question"] for one in record["citations"]} == set(questions)
    assert {one["note"] for one in record["citations"]} == {None}
    (corpus / "flood.txt").write_text("---\ntitle: x\n---\n" + FLOOD.split("---\n")[2], encoding="utf-8")
    moved = json.loads(run("verify", "-c", corpus, "--json", receipt).stdout)
    assert moved["counts"]["moved"] > 0
    assert moved["verified"]


def test_a_follow_up_is_completed_from_the_question_before_it(run: Run, corpus: Path) -> None:
    english = ("And when does it leave?", "--after", "How many cars does the ferry carry?")
    assert run("ask", "-c", corpus, *english).stdout.startswith("Asked: And when does the ferry leave?\n\n")
    arabic = ("ومتى زار القرية؟", "--after", "أين يعمل رئيس البلدية نبيل الصالح؟")
    record = json.loads(run("ask", "-c", corpus, "--json", *arabic).stdout)
    assert (record["question"], record["completed"]) == (
        arabic[0],
        "ومتى زار رئيس البلدية نبيل الصالح القرية؟",
    )


def test_k_limits_the_different_answers(run: Run, corpus: Path) -> None:
    done = run("ask", "-c", corpus, "--json", "-k", "1", HOUSES, ISNAD_THRESHOLD="0")
    assert len(json.loads(done.stdout)["groups"]) == 1


def test_explain_shows_the_passages_and_their_evidence(run: Run, corpus: Path) -> None:
    done = run("ask", "-c", corpus, "--explain", HOUSES)
    explained = done.stdout[done.stdout.index("How it came about") :]
    assert re.search(r"\n  1  \d\.\d{4}  flood\.txt:\d+-\d+  \(.*lexical \d+\.\d{3}.*\)\n", explained)
    record = json.loads(run("ask", "-c", corpus, "--explain", "--json", HOUSES).stdout)
    assert record["explanation"]["passages"][0]["document"] == "flood.txt"


def test_a_question_can_come_from_standard_input(corpus: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag.cli", "ask", "-c", str(corpus), "--json", "-"],
        cwd=ROOT,
        input=HOUSES.encode(),
        env={**os.environ, "LC_ALL": "C", "ISNAD_THRESHOLD": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"] == HOUSES


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_output_is_utf8_and_the_question_understood_under_any_locale(
    corpus: Path, locale: dict[str, str]
) -> None:
    folder = corpus.rename(corpus.parent / "plain")
    done = isnad("ask", "-c", folder, "--json", HOUSES, **locale, ISNAD_THRESHOLD="0")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"] == HOUSES


def test_a_terminal_shows_the_span_bold_and_underlined(corpus: Path) -> None:
    shown = in_terminal("ask", "-c", corpus, HOUSES, env={"ISNAD_THRESHOLD": "0"})
    span = re.search("\x1b\\[1;4m(.*?)\x1b\\[0m", shown)
    assert span
    assert span[1] in FLOOD
    assert "**" not in shown
    assert "\u2068flood.txt\u2069:" in shown


NO_NETWORK = """
import pathlib, socket, sys
def refuse(*_, **__):
    raise SystemExit("the network was used")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = socket.getaddrinfo = refuse
from rag.cli import main
status = main(sys.argv[1:])
import resource
usage = resource.getrusage(resource.RUSAGE_SELF)
# Linux starts a child's ru_maxrss at its parent's size; VmHWM is its own.
status_file = pathlib.Path("/proc/self/status")
lines = status_file.read_text().splitlines() if status_file.exists() else []
own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
peak = own[0] if own else usage.ru_maxrss
heavy = ["torch", "transformers", "sentence_transformers", "gradio", "langchain", "langchain_text_splitters"]
loaded = [name for name in [*heavy, "rich"] if name in sys.modules]
print(repr((status, loaded, peak / 1024, usage.ru_utime + usage.ru_stime)), file=sys.stderr)
"""


def test_a_cold_question_needs_no_network_no_heavy_import_and_little_of_the_machine(corpus: Path) -> None:
    assert isnad("index", corpus).returncode == 0
    done = isnad("ask", "-c", corpus, HOUSES, code=NO_NETWORK, ISNAD_THRESHOLD="0")
    status, loaded, megabytes, seconds = eval(done.stderr.splitlines()[-1])
    assert (status, loaded) == (0, [])
    assert megabytes < 400
    assert seconds < 2  # of processor time: what else runs on the machine does not count


def test_index_says_what_it_did(run: Run, corpus: Path) -> None:
    (corpus / "broken.txt").write_bytes(b"")
    first = run("index", corpus)
    assert (first.returncode, first.stderr) == (0, "")
    assert re.search(r"  added +3\n    ferry.txt\n    flood.txt\n    orchard.md\n", first.stdout)
    assert re.search(r"  skipped +1\n    broken.txt: \S+", first.stdout)
    (corpus / "ferry.txt").unlink()
    (corpus / "flood.txt").write_text(FLOOD + "وعاد الماء بعد أسبوع.\n", encoding="utf-8")
    second = run("index", corpus).stdout
    assert re.findall(r"(added|changed|removed|unchanged) +(\d+)", second) == [
        ("added", "0"),
        ("changed", "1"),
        ("removed", "1"),
        ("unchanged", "1"),
    ]
    again = run("index", corpus, "--rebuild")
    assert again.returncode == 0
    assert "2 documents ready" in again.stdout


def test_documents_lists_tab_separated_fields_in_a_pipe(run: Run, corpus: Path) -> None:
    done = run("documents", "-c", corpus)
    rows = {fields[0]: fields[1:] for fields in (line.split("\t") for line in done.stdout.splitlines())}
    assert sorted(rows) == ["ferry.txt", "flood.txt", "orchard.md"]
    assert rows["orchard.md"] == ["بستان الرمّان", "ar", "2020-10-05", str(len(ORCHARD))]
    assert rows["flood.txt"] == ["فيضان وادي الزهور", "ar", "2018-04-14", str(len(FLOOD))]


def test_documents_as_json_names_the_skipped(run: Run, corpus: Path) -> None:
    (corpus / "broken.txt").write_bytes(b"")
    record = json.loads(run("documents", "-c", corpus, "--json").stdout)
    assert [document["document"] for document in record["documents"]] == [
        "ferry.txt",
        "flood.txt",
        "orchard.md",
    ]
    assert record["documents"][0]["length"] == len(FERRY)
    assert [skipped["document"] for skipped in record["skipped"]] == ["broken.txt"]


def test_documents_is_a_table_in_a_terminal(corpus: Path) -> None:
    shown = in_terminal("documents", "-c", corpus)
    assert "\t" not in shown
    assert re.search("\u2068orchard.md\u2069 +\u2068بستان الرمّان\u2069 +ar +2020-10-05", shown)


def test_show_prints_the_text_as_it_is(run: Run, corpus: Path) -> None:
    done = run("show", "orchard.md", "-c", corpus)
    assert (done.returncode, done.stdout) == (0, ORCHARD)


@pytest.mark.parametrize("separator", [":", "-"])
def test_show_marks_a_span(run: Run, corpus: Path, separator: str) -> None:
    start = FLOOD.index("نبيل الصالح")
    done = run("show", "flood.txt", "--span", f"{start}{separator}{start + 11}", "-c", corpus)
    heading, blank, text = done.stdout.split("\n", 2)
    assert (heading, blank) == (f"فيضان وادي الزهور · 2018-04-14 · flood.txt:{start}-{start + 11}", "")
    assert text == FLOOD.replace("نبيل الصالح", "**نبيل الصالح**") + "\n"


@pytest.mark.parametrize(
    ("span", "message"),
    [
        ("x", "--span is 'x', but two offsets are expected"),
        ("9:9", "--span 9:9 is not inside flood.txt"),
        ("0:99999", f"--span 0:99999 is not inside flood.txt, which has {len(FLOOD)} characters"),
    ],
)
def test_a_span_that_is_none_is_refused(
    corpus: Path, span: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["show", "flood.txt", "--span", span, "-c", str(corpus)]) == 2
    assert one_line(capsys.readouterr().err).startswith(message)


def test_a_missing_or_empty_folder_or_a_long_question_is_one_line_with_a_remedy(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, named in [
        (["ask", "-c", str(tmp_path / "nowhere"), "كم؟"], "nowhere"),
        (["ask", "-c", str(tmp_path / "empty"), "كم؟"], "empty"),
        (["index", str(tmp_path / "nowhere")], "nowhere"),
        (["ask", "--json", "-c", str(corpus), "سؤال " * 20_000], "100,000"),
        (["show", "-c", str(corpus), "nothing.txt"], "nothing.txt"),
    ]:
        assert cli.main(arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert named in one_line(captured.err)


def test_a_reader_that_stops_reading_is_no_error(corpus: Path) -> None:
    (corpus / "long.txt").write_text("سطر من الكلام لا ينتهي.\n" * 20_000, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "show", "long.txt", "-c", str(corpus)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 128 + 13


def test_around_a_span_words_are_not_cut() -> None:
    text = "كلمة " * 200 + "هنا " + "أخرى " * 200
    start = text.index("هنا")
    before, after = around(text, start, start + 3)
    # 300 characters hold 60 words of five; the first may be half a word and goes.
    assert before == "…" + "كلمة " * 59
    assert after == " " + "أخرى " * 58 + "أخرى…"


def test_around_a_span_at_the_edges_nothing_is_cut_off() -> None:
    assert around("كلمة هنا", 5, 8) == ("كلمة ", "")


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(patience=0) as progress:
        progress("reading", 1, 2)
    assert capsys.readouterr().err == ""


# -- Measuring and examining -----------------------------------------------------------------------------


def question_file(folder: Path, name: str, asked: Mapping[str, tuple[str, str, str]], **more: bool) -> Path:
    """Write a question set: id → (context, question, answer)."""
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": key,
                    "question": question,
                    "answers": [{"text": answer, "answer_start": context.index(answer)}],
                }
            ],
        }
        for key, (context, question, answer) in asked.items()
    ]
    path = folder / name
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return question_file(
        tmp_path,
        "ar.json",
        {
            "owner": (ORCHARD.split("---\n")[2], "من يملك البستان؟", "الشيخُ وديع الناصري"),
            "houses": (FLOOD, HOUSES, "٣٠"),
            "cars": (FERRY, "How many cars does the night ferry carry?", "80"),
        },
    )


def test_eval_ranks_the_gold_context_and_writes_a_line_for_each_question(
    run: Run, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out.jsonl"
    done = run("eval", questions, "--json", "--predictions", out)
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(done.stdout)
    assert (figures["questions"], figures["contexts"], figures["impossible"]) == (3, 3, 0)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["owner", "houses", "cars"]
    assert [line["ranking"][0] for line in lines] == [0, 1, 2]
    assert figures["recall@1"] == figures["mrr@10"] == 1.0
    assert [list(line) for line in lines] == [["id", "answer", "confidence", "ranking"]] * 3


def test_eval_prints_a_table_for_people(run: Run, questions: Path) -> None:
    done = run("eval", questions)
    assert re.search(r"^recall@1 +100\.00 %$", done.stdout, re.MULTILINE)
    assert re.search(r"^questions +3$", done.stdout, re.MULTILINE)


def test_eval_abstains_exactly_where_ask_does(run: Run, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    for threshold in ("0", "1"):
        assert run("eval", questions, "--predictions", out, ISNAD_THRESHOLD=threshold).returncode == 0
        answers = [json.loads(line)["answer"] for line in out.read_text(encoding="utf-8").splitlines()]
        assert [bool(answer) for answer in answers] == [threshold == "0"] * 3


def test_eval_asks_questions_of_another_languages_paragraphs(
    run: Run, questions: Path, tmp_path: Path
) -> None:
    english = question_file(
        tmp_path,
        "en.json",
        {
            "houses": ("A flood drowned 30 houses.", "How many houses did the flood drown?", "30"),
            "owner": ("Wadih owns it.", "Who owns the orchard?", "Wadih"),
        },
    )
    out = tmp_path / "out.jsonl"
    done = run("eval", english, "--contexts", questions, "--json", "--predictions", out)
    figures = json.loads(done.stdout)
    assert (figures["questions"], figures["contexts"]) == (2, 3)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [sorted(line["ranking"]) for line in lines] == [[0, 1, 2]] * 2


def test_eval_of_the_reader_alone_retrieves_nothing_and_always_answers(
    run: Run, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    done = run("eval", questions, "--gold-passage", "--json", "--predictions", out, ISNAD_THRESHOLD="1")
    figures = json.loads(done.stdout)
    assert (figures["answered"], figures["recall@1"], figures["index_seconds"]) == (1.0, None, None)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["ranking"] for line in lines] == [[], [], []]
    contexts = [ORCHARD, FLOOD, FERRY]
    assert all(line["answer"] in context for line, context in zip(lines, contexts, strict=True))


def test_eval_draws_the_risk_coverage_curve(run: Run, questions: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = run("eval", questions, "--plot", tmp_path / "plots", ISNAD_THRESHOLD="0")
    assert done.returncode == 0, done.stderr
    header, *rows = (tmp_path / "plots" / "risk-coverage.csv").read_text(encoding="utf-8").splitlines()
    assert header == "confidence,coverage,risk"
    assert rows[-1].split(",")[1] == "1.000000"
    assert (tmp_path / "plots" / "risk-coverage.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_without_matplotlib_is_refused_before_the_work(
    questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert cli.main(["eval", str(questions), "--plot", str(tmp_path / "plots")]) == 2
    assert "pip install matplotlib" in one_line(capsys.readouterr().err)
    assert not (tmp_path / "plots").exists()


def test_eval_refuses_a_bad_file_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"data": [{"paragraphs": [{"qas": []}]}]}', encoding="utf-8")
    assert cli.main(["eval", str(path)]) == 2
    assert one_line(capsys.readouterr().err) == f"{path}: data[0].paragraphs[0]: 'context' is missing"


def test_eval_says_where_predictions_cannot_be_written(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["eval", str(questions), "--predictions", str(tmp_path)]) == 2
    assert "cannot be written (Is a directory)" in one_line(capsys.readouterr().err)


def test_doctor_finds_every_link_whole(corpus: Path) -> None:
    done = isnad("doctor", "--json", ISNAD_CORPUS=str(corpus))
    record = json.loads(done.stdout)
    assert [check["name"] for check in record["checks"] if not check["ok"]] == []
    assert (done.returncode, record["ok"]) == (0, True)
    assert [check["name"] for check in record["checks"]] == [name for name, _, _ in doctor_command.CHECKS]


def test_doctor_names_what_is_broken_and_how_to_mend_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = run("doctor", ISNAD_CORPUS=str(tmp_path / "nowhere"), ISNAD_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 2
    assert re.search(r"^✗ corpus .*nowhere", done.stdout, re.MULTILINE)
    assert re.search(r"^✗ home ", done.stdout, re.MULTILINE)
    assert "→ set ISNAD_CORPUS to a folder" in done.stdout
    assert re.search(r"^✓ encoder ", done.stdout, re.MULTILINE)


def test_doctor_reports_a_failed_check_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> str:
        raise doctor_command.BrokenError("found\nthis")

    monkeypatch.setattr(doctor_command, "CHECKS", (("link", broken, "do that"),))
    assert list(doctor_command.examine()) == [doctor_command.Finding("link", False, "found this", "do that")]
