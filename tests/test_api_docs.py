"""The examples of docs/api.md, run against the documents that ship."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ui_support import running

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:7860"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def examples(kind: str) -> list[tuple[str, str]]:
    """Return (code, what it prints) of each example of a kind, in order."""
    found = [
        (code, text) for (name, code), (after, text) in pairwise(BLOCKS) if (name, after) == (kind, "text")
    ]
    assert len(found) == sum(name == kind for name, _ in BLOCKS), "an example without what it prints"
    return found


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with (
        TemporaryDirectory() as home,
        running([sys.executable, "-m", "rag.cli", "serve", "--port", "0"], ISNAD_HOME=home) as (address, _),
    ):
        yield address


def test_there_are_examples_of_each_kind() -> None:
    assert (len(examples("python")), len(examples("sh"))) == (4, 2)


def test_the_examples_in_python_print_what_the_page_says(url: str) -> None:
    mark = "-- the next example --"
    code, printed = zip(*examples("python"), strict=True)
    script = f"\nprint({mark!r})\n".join(code).replace(ADDRESS, url)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(f"{mark}\n") == list(printed)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="curl is not installed")
@pytest.mark.parametrize(("code", "printed"), examples("sh"))
def test_the_examples_for_curl_print_what_the_page_says(url: str, code: str, printed: str) -> None:
    script = code.replace(ADDRESS, url).replace("python3 ", f"'{sys.executable}' -X utf8 ")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == printed


def test_the_lines_for_a_client_of_the_protocol_are_json_with_the_address() -> None:
    ((_, code),) = [block for block in BLOCKS if block[0] == "json"]
    assert json.loads(code)["mcpServers"]["isnad"]["url"] == f"{ADDRESS}/mcp"
