"""What the documents say is there is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT

from rag import cli
from rag.settings import Settings

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def test_the_readme_lists_every_setting_and_no_other() -> None:
    rows = [
        line.split("|")[1]
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `ISNAD_")
    ]
    listed = {name for row in rows for name in re.findall(r"ISNAD_(\w+)", row)}
    assert listed == {name.upper() for name in Settings.model_fields}


def test_the_readme_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r'^\$ make ask Q="(.+)"\n((?:.*\n)+?)```$', readme, re.M)
    assert shown is not None
    assert cli.main(["ask", "--corpus", str(ROOT / "seeds"), shown[1]]) == 0
    assert capsys.readouterr().out == shown[2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    missing = [
        link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()
    ]
    assert missing == []
