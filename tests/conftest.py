"""What every test stands on: an own home for indexes, no network, and two corpora."""

from __future__ import annotations

import gc
import os
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from api_support import serving
from hypothesis import settings
from ui_support import chromium, served
from ui_visit import DESKTOP, PHONE, Visit, Visiting, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Tests are never timed: what a machine does beside them is not their fault.
settings.register_profile("isnad", deadline=None)
settings.load_profile("isnad")

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = ROOT.parent / "shared" / "seeds"

needs_articles = pytest.mark.skipif(not ARTICLES.is_dir(), reason="the five articles are not on this machine")


def pytest_collection_finish() -> None:
    """Keep what is imported by now out of the collector's sight: it stays, and is a lot to look at."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own ISNAD_HOME, and no other setting of ours."""
    for name in [name for name in os.environ if name.startswith("ISNAD_")]:
        monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ISNAD_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[Path]]:
    """Hold the indexes that have been checked; at the end, those that several tests share are."""
    seen: set[Path] = set()
    yield seen
    every = set(tmp_path_factory.getbasetemp().glob("*/**/indexes/*/catalog.sqlite"))
    assert agreeing(every - seen) == []


@pytest.fixture(autouse=True)
def catalog_and_indexes_agree(
    request: pytest.FixtureRequest, home: Path, looked_at: set[Path]
) -> Iterator[None]:
    """After each test, do what `isnad doctor --check` does with every index that it has written.

    Tests that leave a damaged one on purpose are marked `damaged`.
    """
    yield
    own = request.node.funcargs.get("tmp_path")
    found = {path for place in (home, own) if place for path in place.glob("**/indexes/*/catalog.sqlite")}
    looked_at |= found
    if request.node.get_closest_marker("damaged") is None:
        assert agreeing(found) == []


def agreeing(catalogs: Iterable[Path]) -> list[str]:
    """Return what is wrong with these indexes; having still to catch up, as after a kill, is not."""
    problems = []
    for catalog in sorted(catalogs):
        from rag.commands.check import examine_home

        begun = (catalog.parent / "manifest.json").exists()
        for problem in examine_home(catalog.parent)[0]:
            waits = re.fullmatch("the (dense|lexical) index is older than the catalog", problem)
            if not waits and (begun or not re.fullmatch("no (dense|lexical) index", problem)):
                problems.append(f"{catalog.parent.name}: {problem}")
    return problems


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0] if isinstance(address, tuple) else address
            if host not in ("127.0.0.1", "::1", "localhost"):
                raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


# Servers, each started once: a start takes seconds. Files that ask other documents have a `url` of their own.


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Serve the invented documents."""
    with served() as (address, _):
        yield address


@pytest.fixture(scope="session")
def api_url() -> Iterator[str]:
    """Serve the invented documents with a search, for programs."""
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Open a browser, whose event loop runs in this thread from now on: `loops.finish` is for other ones."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def visiting(windows: Windows, url: str) -> Iterator[Visiting]:
    """Return what visits the chat, as `Windows.visit` does; in none of the visits has anything gone wrong."""
    visits = []

    def visit(
        size: dict[str, int] = DESKTOP, path: str = "", *, url: str = url, scheme: str = "light"
    ) -> Visit:
        visits.append(windows.visit(url, size, path, scheme))
        return visits[-1]

    yield visit
    for each in visits:
        each.close()


@pytest.fixture
def desk(visiting: Visiting) -> Visit:
    """Visit the chat at a desk."""
    return visiting(DESKTOP)


@pytest.fixture
def phone(visiting: Visiting) -> Visit:
    """Visit the chat from a phone."""
    return visiting(PHONE)
