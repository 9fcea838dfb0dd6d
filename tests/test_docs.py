"""What the documents say is there is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT

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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    missing = [
        link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()
    ]
    assert missing == []
