"""Clients ask a server while its folder changes: nothing fails, nothing removed is cited, nothing leaks.

Six of them for a few seconds; `python -m pytest -m soak tests/test_soak.py` takes ten minutes with twenty.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from bench import soak
from bench.harbour import FEWEST, MOST, World, word


def test_for_a_few_seconds_clients_are_answered_from_the_folder_as_it_is(tmp_path: Path) -> None:
    outcome = soak.run(4, count=4, seed=3, pause=0.3, every=1.0, place=tmp_path)
    assert outcome.wrong == []
    assert outcome.changes >= 3
    assert len(outcome.seconds) >= 4  # how many come through is for bench/soak.py to say
    last = outcome.samples[-1]
    assert last.generations <= 2  # those in use, and those that have just replaced them
    assert last.threads < 60
    assert last.files < 200


@pytest.mark.soak
def test_for_ten_minutes_twenty_clients_are_answered_and_nothing_grows(tmp_path: Path) -> None:
    outcome = soak.run(600, count=20, seed=1, pause=2.0, every=3.0, place=tmp_path)
    assert list(soak.faults(outcome)) == []


# -- What would be seen ----------------------------------------------------------------------------------


def asked_of(world: World, name: str) -> dict[str, object]:
    """Return an answer that cites the newest version of a document."""
    text, sha256 = world.versions[name][-1].text, world.versions[name][-1].sha256
    quote = "صندوق"
    start = text.index(quote)
    cited = {"document": name, "sha256": sha256, "start": start, "end": start + len(quote), "quote": quote}
    return {"groups": [{"citations": [cited]}], "nearest": []}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path, random.Random(0))
    for _ in range(FEWEST + 10):
        made.add()
    return made


def test_a_citation_of_what_was_gone_before_the_question_is_a_fault(world: World) -> None:
    answer = asked_of(world, "log/1.txt")
    assert list(world.wrong(answer, asked=10.0)) == []
    world.versions["log/1.txt"][-1].gone = 11.0
    assert list(world.wrong(answer, asked=10.0)) == []  # it may have been answered before
    assert list(world.wrong(answer, asked=12.0)) == [
        "log/1.txt: a version is cited that was gone before it was asked for"
    ]
    chip = '<a href="#src-bG9nLzEudHh0-3-8">1</a>'
    assert list(world.wrong(chip, asked=10.0)) == []
    assert list(world.wrong(chip, asked=12.0)) == [
        "log/1.txt was removed before it was asked for, and is cited"
    ]


def test_a_quotation_that_does_not_stand_there_is_a_fault(world: World) -> None:
    answer = asked_of(world, "log/1.txt")
    answer["groups"][0]["citations"][0]["start"] += 1  # type: ignore[index]
    assert list(world.wrong(answer, asked=10.0)) == ["log/1.txt: 'صندوق' does not stand there"]


def test_a_folder_sees_every_kind_of_change_and_keeps_its_size(world: World) -> None:
    before, seen = set(world.ships), Counter[str]()
    for _ in range(60):
        ended, added = world.change()
        names = {path.relative_to(world.folder).as_posix() for path in world.folder.rglob("*.*")}
        assert names == set(world.ships)
        assert FEWEST - 5 <= len(names) <= MOST
        seen["added"] += len(added)
        seen["changed or gone"] += len(ended)
    renamed = [name for name in world.ships if name.startswith("renamed")]
    changed = [name for name, versions in world.versions.items() if len(versions) > 1]
    assert min(len(renamed), len(changed), len(before - set(world.ships)), *seen.values()) > 0


def test_no_two_ships_have_one_name() -> None:
    assert len({word(number) for number in range(5000)}) == 5000


@pytest.mark.parametrize(
    ("what", "last", "fault"),
    [
        ("memory", 560.0, "memory grew by 12.0%"),
        ("threads", 40, "threads grew from 20 to 40"),
        ("files", 99, "files grew from 60 to 99"),
        ("generations", 9, "9 indexes of a kind lay on the disk at once"),
    ],
)
def test_what_grows_is_a_fault(what: str, last: float, fault: str) -> None:
    held = {"memory": 500.0, "threads": 20, "files": 60, "generations": 1, "disk": 1.0}
    samples = [soak.Sample(float(at), **held) for at in range(100)]  # type: ignore[arg-type]
    assert list(soak.faults(soak.Outcome(samples=samples))) == []
    grown = held | {what: last}
    samples[85:] = [soak.Sample(float(at), **grown) for at in range(85, 100)]  # type: ignore[arg-type]
    assert list(soak.faults(soak.Outcome(samples=samples))) == [fault]
