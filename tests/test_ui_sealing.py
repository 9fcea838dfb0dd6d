"""What a browser gives back is this server's own word only where the server's seal is on it."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from ui_corpus import ABSENT, CLOSED, INJURED, KILLED, LEVEL, PRESS, FakePipeline
from ui_reader import Reader

from ui.backend import Backend
from ui.kept.feedback import Reports
from ui.kept.sealing import FILE, Seal

FORGED = "من سرق مليوني دينار؟"


def backend(path: Path, seal: Seal | None = None) -> Backend:
    return Backend(FakePipeline(), 1000, Reports(path / "reports.jsonl", shared=False), seal=seal)


def kept(asked: Backend, *questions: str) -> list[Any]:
    """Ask, and return what a browser keeps: with numbers as JavaScript writes them."""
    replies = [Reader(asked.reply(question, [], "ar")) for question in questions]
    links = [str(attrs.get("href")) for reply in replies for _, attrs in reply.tags]
    keys = [link.removeprefix("#why-") for link in links if link.startswith("#why-")]
    records = json.dumps(asked.receipts([keys]))
    found: list[Any] = json.loads(
        records, parse_float=lambda n: int(float(n)) if float(n) % 1 == 0 else float(n)
    )
    return found


def opened(by: Backend, records: list[Any]) -> list[Reader]:
    shown = by.act({"kind": "open", "records": records, "language": "ar"}, [])
    return [Reader(message["content"]) for message in shown[1::2]]


def reported(by: Backend, key: str) -> Any:
    assert by.report([key, "right", "", "", "ar"])[1] is None
    return json.loads(by.reports([[]]).splitlines()[-1])


@pytest.mark.parametrize("question", [CLOSED, INJURED, LEVEL, ABSENT])
def test_an_answer_of_ours_is_known_again_after_a_restart(tmp_path: Path, question: str) -> None:
    records = kept(backend(tmp_path, Seal.of(tmp_path)), question)
    after = backend(tmp_path, Seal.of(tmp_path))
    (page,) = opened(after, records)
    assert page.texts("is-confidence") == Reader(after.reply(question, [], "ar")).texts("is-confidence")
    report = reported(after, records[0]["key"])
    assert report["restored"] is False
    assert report["answer"]["confidence"] == records[0]["answer"]["confidence"]
    again = backend(tmp_path, Seal.of(tmp_path))
    again.recall([after.receipts([[records[0]["key"]]])])  # of what was taken up itself
    assert reported(again, records[0]["key"])["restored"] is False


def test_an_answer_sealed_with_another_key_is_shown_without_its_confidence(tmp_path: Path) -> None:
    records = kept(backend(tmp_path), CLOSED, INJURED)
    after = backend(tmp_path)
    pages = opened(after, records)
    assert [page.texts("is-answer")[0] for page in pages] == ["الساعة 5:40 صباحاً", "اثني عشر عاملاً"]
    assert [page.texts("is-confidence") for page in pages] == [[], []]
    assert "ثقة" not in after.export(["md", [each["key"] for each in records], "ar"])
    assert "seal" not in after.receipts([[records[0]["key"]]])[0]
    assert "البحث: أقرب المقاطع" in after.why([records[0]["key"], "ar"])
    assert "seal" not in after.receipts([[records[0]["key"]]])[0]  # though it was asked again meanwhile


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["answer"].update(question=FORGED),
        lambda record: record["answer"].update(confidence=1),
        lambda record: record["answer"]["groups"][0].update(confidence=1),
        lambda record: record.update(filters=[["x"], [], None, None]),
        lambda record: record.update(key="A" * 16),
        lambda record: record.update(seal="0" * 64),
        lambda record: record.update(seal="س"),
        lambda record: record.update(seal=["x"]),
        lambda record: record.pop("seal"),
    ],
)
def test_a_forged_answer_reaches_the_operator_as_one_that_a_browser_brought(
    tmp_path: Path, change: Any
) -> None:
    seal = Seal.of(tmp_path)
    [record] = kept(backend(tmp_path, seal), PRESS)
    change(record)
    after = backend(tmp_path, seal)
    after.recall([[record]])
    report = reported(after, record["key"])
    assert report["restored"] is True
    assert report["answer"]["confidence"] is None
    assert {group["confidence"] for group in report["answer"]["groups"]} == {None}
    assert opened(backend(tmp_path, seal), [record])[0].texts("is-confidence") == []


def test_a_seal_is_of_one_answer_and_no_other(tmp_path: Path) -> None:
    seal = Seal.of(tmp_path)
    one, other = kept(backend(tmp_path, seal), CLOSED, KILLED)
    after = backend(tmp_path, seal)
    after.recall([[{**one, "answer": other["answer"]}]])
    assert reported(after, one["key"])["restored"] is True


def test_nothing_that_a_browser_brings_breaks_a_seal() -> None:
    seal = Seal()
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    for value in (deep, {"a": float("nan")}, {"\ud800": "\ud800"}, 10**400, object(), {1: 2, "x": 3}):
        assert not seal.holds(value, "0" * 64)


def test_the_key_of_a_home_stays_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mark = Seal.of(home).mark({"a": 1.0})
    assert Seal.of(home).holds({"a": 1}, mark)
    assert not Seal().holds({"a": 1}, mark)
    assert [each.name for each in home.iterdir()] == [FILE]
    if sys.platform != "win32":
        assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600


def test_a_key_that_is_damaged_is_made_anew_and_one_that_cannot_be_kept_is_not(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")
    mark = Seal.of(tmp_path).mark("x")
    assert Seal.of(tmp_path).holds("x", mark)
    (tmp_path / "file").touch()
    nowhere = Seal.of(tmp_path / "file")
    assert nowhere.holds("x", nowhere.mark("x"))
