"""`isnad verify`: what it prints of a receipt, and with which exit status."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from receipt_support import NEW_LINE, QUOTE, START, TEXT, answer, cited, place_of

from rag import cli
from rag.commands.terminal import Page
from rag.commands.verify import describe
from rag.receipts import Check, read

Verify = Callable[..., tuple[int, str, str]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "وثائق"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "sub" / "b.md").write_bytes(b"\xef\xbb\xbf# Guests\r\n\r\nThere were 36 guests.\r\n")
    return folder


@pytest.fixture
def verify(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Return what writes a receipt and verifies it, or bytes as they are."""

    def call(receipt: object, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "receipt.json"
        data = receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode()
        path.write_bytes(data)
        return (cli.main(["verify", str(path), "-c", str(corpus), *options]), *capsys.readouterr())

    return call


def test_verify_says_what_became_of_each_citation(verify: Verify) -> None:
    found = [cited(), cited(quote="٣٧ ضيفا"), cited(document="c.txt"), cited(start=0)]
    assert verify(answer(*found)) == (
        1,
        "كم ضيفا؟\n"
        f"  ok       a.txt:{START}-{START + 7}  {QUOTE}\n"
        f"  altered  a.txt:{START}-{START + 7}  ٣٧ ضيفا\n"
        "           the words are not in the sentence that is given with them\n"
        f"  missing  c.txt:{START}-{START + 7}  {QUOTE}\n"
        "           no such document; there are 2: a.txt, sub/b.md\n"
        f"  moved    a.txt:0-{START + 7} → {START}-{START + 7}  {QUOTE}\n"
        "\n"
        "2 of 4 citations stand: 1 ok, 1 moved, 1 altered, 1 missing\n",
        "",
    )


def test_verify_is_status_0_where_all_are_ok_or_moved(verify: Verify) -> None:
    status, out, _ = verify([answer(cited()), answer(cited(start=0))])
    assert (status, out.splitlines()[-1]) == (0, "2 citations: 1 ok, 1 moved")
    status, out, _ = verify(answer(cited()))
    assert (status, out.splitlines()[-1]) == (0, "1 citation: 1 ok")


def test_verify_gives_no_new_place_where_only_a_name_moved(verify: Verify) -> None:
    name = {"role": "speaker", **place_of("هالة البنّا")}
    status, out, _ = verify(answer(cited(attribution=[name | {"start": 0}])))
    assert (status, out.splitlines()[1:3]) == (
        0,
        [
            f"  moved    a.txt:{START}-{START + 7}  {QUOTE}",
            f"           'هالة البنّا', who said it, is at {name['start']}-{name['end']}",
        ],
    )


def test_verify_prints_one_json_document(verify: Verify) -> None:
    status, out, _ = verify(answer(cited(), cited(document="c.txt")), "--json")
    record = json.loads(out)
    assert (status, record["verified"]) == (1, False)
    assert record["counts"] == {"ok": 1, "moved": 0, "altered": 0, "missing": 1}
    assert [one["status"] for one in record["citations"]] == ["ok", "missing"]
    assert QUOTE in out  # not escaped


def test_verify_sees_a_document_as_it_is_now(verify: Verify, corpus: Path) -> None:
    path = corpus / "a.txt"
    assert verify(answer(cited()))[0] == 0
    path.write_text(TEXT.replace("٣٦", "٣٧"), encoding="utf-8")  # no longer than before
    assert verify(answer(cited()))[0] == 1
    path.write_text(NEW_LINE + TEXT, encoding="utf-8")
    status, out, _ = verify(answer(cited()))
    assert status == 0
    assert f"→ {START + len(NEW_LINE)}-" in out


def test_verify_counts_as_a_documents_text_is_stored(verify: Verify) -> None:
    text = "# Guests\r\n\r\nThere were 36 guests.\r\n"  # no byte order mark, every line end
    record = {"document": "sub/b.md", **place_of("36 guests", text)}
    assert verify(answer(record))[0] == 0


def test_verify_reads_no_file_outside_the_folder(verify: Verify, corpus: Path) -> None:
    (corpus.parent / "secret.txt").write_text(TEXT, encoding="utf-8")
    (corpus / ".hidden.txt").write_text(TEXT, encoding="utf-8")
    outside = [cited(document=name) for name in ("../secret.txt", str(corpus / "a.txt"), ".hidden.txt")]
    record = json.loads(verify(answer(*outside), "--json")[1])
    assert [one["status"] for one in record["citations"]] == ["missing"] * 3


def test_a_document_that_can_no_longer_be_read_is_missing(verify: Verify, corpus: Path) -> None:
    assert verify(answer(cited()))[0] == 0
    (corpus / "a.txt").write_bytes(b"")
    status, out, _ = verify(answer(cited()))
    assert (status, out.splitlines()[-1]) == (1, "0 of 1 citations stand: 1 missing")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_verify_reads_what_a_shell_wrote(verify: Verify, encoding: str) -> None:
    assert verify(json.dumps(answer(cited()), ensure_ascii=False, indent=2).encode(encoding))[0] == 0


def test_verify_reads_standard_input(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.dumps(answer(cited()), ensure_ascii=False).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
    assert cli.main(["verify", "-", "-c", str(corpus)]) == 0
    assert "  ok  " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "receipt.json: there is no citation in it; give what"),
        (b"not JSON", "receipt.json: this is not JSON"),
        (b"%PDF-1.7", "receipt.json: "),
        (bytes(range(256)) * 9, "receipt.json: "),
        (b'{"question": "x", "groups": [], "nearest": []}', "there is no citation in it"),
    ],
)
def test_what_cannot_be_verified_is_one_line_and_status_2(verify: Verify, data: bytes, message: str) -> None:
    status, out, err = verify(data)
    assert (status, out) == (2, "")
    assert err.startswith("isnad: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_receipt_or_a_folder_that_is_not_there_is_status_2(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = tmp_path / "one.json"
    receipt.write_text(json.dumps(answer(cited())), encoding="utf-8")
    for arguments, message in [
        (
            [str(tmp_path / "none.json"), "-c", str(corpus)],
            "cannot be read (No such file or directory); name",
        ),
        ([str(corpus), "-c", str(corpus)], "cannot be read (Is a directory); name a file"),
        ([str(receipt), "-c", str(tmp_path / "nowhere")], "no folder"),
    ]:
        assert cli.main(["verify", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert message in captured.err


def test_a_terminal_gets_isolates_and_no_escape_sequence_of_a_receipt() -> None:
    (one,) = read(json.dumps(answer(cited(document="a\x1b[2J.txt")) | {"question": "كم\x07؟"}))
    lines = list(describe([Check(one, "ok", START)], Page(terminal=True, styled=False)))
    assert lines[:2] == [
        "\u2068كم\\x07؟\u2069",
        f"  ok       \u2068a\\x1b[2J.txt\u2069:{START}-{START + 7}  \u2068{QUOTE}\u2069",
    ]
