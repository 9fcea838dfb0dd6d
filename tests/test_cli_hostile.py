"""What comes from outside never steers a terminal: names, reasons and quotations show their controls."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_support import PIPE, TERMINAL, citation

from rag import cli
from rag.commands.terminal import to_json, visible

TEXT = "افتتح المهندس سليم الخازن جسر الوادي يوم 12 مارس 2019، وبلغت كلفته ٤ ملايين دينار.\n"
NAME = "تقرير\x1b[2J\u202etxt.\x9b\t.txt"
PRINTED = r"تقرير\x1b[2J\u202etxt.\x9b\x09.txt"
STEERING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("وكالة\x1b[2J\x07\x00\x7f\x9b\u0085", r"وكالة\x1b[2J\x07\x00\x7f\x9b\x85"),
        ("سطر\n\tثانٍ", "سطر\n\tثانٍ"),
        ("مُـحَمَّد ٣٦ abc\u200f\u200e\u061c\u200d", "مُـحَمَّد ٣٦ abc\u200f\u200e\u061c\u200d"),
        ("a\u202efdp.txt", r"a\u202efdp.txt"),
        ("a\u202db\u202c", r"a\u202db\u202c"),
        ("قال \u202bالوزير\u202c و\u2068abc\u2069", "قال \u202bالوزير\u202c و\u2068abc\u2069"),
        ("\u2066\u202aa\u202c\u2069", "\u2066\u202aa\u202c\u2069"),
        ("\u202bالوزير", r"\u202bالوزير"),
        ("\u2067الوزير\nقال\u2069", "\\u2067الوزير\nقال\\u2069"),
        ("\u2069\u202c", r"\u2069\u202c"),
        ("\u2067\u202aa\u2069", r"\u2067\u202aa\u2069"),
    ],
)
def test_controls_and_directions_without_end_are_shown_and_all_else_stays(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_fragment_cannot_end_the_isolate_that_it_stands_in() -> None:
    assert TERMINAL.isolate("a\u2069\u202eb") == "\u2068a\\u2069\\u202eb\u2069"


def test_no_control_character_of_a_citation_is_printed_in_a_pipe_either() -> None:
    hostile = citation("\x1b]0;x\x07 كلمة\u202e أخيرة", "كلمة", document=NAME, title="ع\x1b[1A")
    for line in (PIPE.sentence(hostile), PIPE.source(hostile)):
        assert not STEERING.search(line)


def test_json_is_exact_and_holds_no_control_character() -> None:
    record = {"document": NAME, "quote": "ن\u202bص\u202c\x9f"}
    assert json.loads(to_json(record)) == record
    assert not STEERING.search(to_json(record))


def test_a_hostile_name_reaches_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISNAD_HOME", str(tmp_path / "home"))
    folder = tmp_path / "وثائق"
    folder.mkdir()
    (folder / NAME).write_text(TEXT, encoding="utf-8")
    (folder / "b\x1b[31m\u202e.rtf").write_bytes(rb"{\rtf1 a}")

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main([*arguments, "-c", str(folder)] if arguments[0] != "index" else [*arguments])
        return status, *capfd.readouterr()

    for arguments in (
        ("index", str(folder)),
        ("documents",),
        ("documents", "--json"),
        ("ask", "من افتتح جسر الوادي؟"),
        ("ask", "--explain", "من افتتح جسر الوادي؟"),
        ("ask", "--json", "من افتتح جسر الوادي؟"),
        ("show", "x\x1b[2J\u202e"),
        ("show", PRINTED, "--span", "0:5"),
    ):
        _, out, err = run(*arguments)
        assert not STEERING.search(out + err), arguments
    _, listed, skipped = run("documents")
    assert [line.split("\t")[0] for line in listed.splitlines()] == [PRINTED]
    assert r"b\x1b[31m\u202e.rtf" in skipped
    assert run("show", PRINTED)[:2] == run("show", NAME)[:2] == (0, TEXT)
