"""docs/security.md names files and tests that exist, and each guard has a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    """Return the rows of the tables of guards: against, guard, where, test."""
    found, inside = [], False
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        inside = line.startswith("|") and (inside or cells == ["against", "guard", "where", "test"])
        if inside and len(cells) == 4 and cells[0] != "against":
            found.append(cells)
    return found


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:rag|ui|vectorstore|scripts|tests|bench|docs)/[\w./-]+\.\w+)`", TEXT)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_guard_has_a_place_and_a_test_that_is_there() -> None:
    assert len(rows()) > 20
    before: list[str] = []
    for against, _, where, test in rows():
        assert re.search(r"`[\w/]+\.py`", where), against
        tests = before if test == "the same" else re.findall(r"`(test_\w+)`", test)
        assert tests, f"{against}: no test"
        missing = [name for name in tests if not (ROOT / "tests" / f"{name}.py").exists()]
        assert missing == [], against
        before = tests
