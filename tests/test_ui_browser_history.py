"""Conversations that stay, and citations that name their page or row, in a real Chromium over real files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from ui_corpus import AND_IN_2020, LEVEL, LEVEL_2020, PRESS
from ui_support import free_port, running
from ui_visit import DESKTOP, PHONE, Visit, Visiting, is_inside, no_sideways_scrolling

from ui import strings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser

FORMATS = Path(__file__).resolve().parent / "data" / "formats"  # which scripts/golden.py wrote
SHIPS = "كم سفينة رست في الميناء خلال سنة 2018؟"
TOWN = "ما عدد سكان النخيل؟"
OPENED = "متى افتُتح جسر المرجان؟"
HOW_LONG = "وكم يبلغ طوله؟"
LONG = "وكم يبلغ طول جسر المرجان؟"
ABSENT = "من كتب رواية القنديل الأزرق؟"
TYPED = "text => document.querySelector('#is-question textarea').value === text"
BRIDGE = """جسر المرجان القديم

افتتح المحافظ نبيل الصافي جسر المرجان في 12 أيار 2016. \
ويبلغ طول جسر المرجان 840 متراً، وكلّف بناؤه 19 مليون دينار.
"""


class Server:
    """The chat of a folder, which can be stopped and started again at its address."""

    def __init__(self, folder: Path, home: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "rag.cli", "serve", "-c", str(folder), "--port", str(port)]
        self._home = str(home)
        self._stack = ExitStack()
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        opened = running(self._command, ISNAD_HOME=self._home)
        url, self._process = self._stack.enter_context(opened)
        assert url == self.url

    def stop(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("folder")
    for name in ("report.chromium.pdf", "table.xlsx"):
        shutil.copy(FORMATS / name, made)
    (made / "bridge.txt").write_text(BRIDGE, "utf-8")
    return made


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(folder, tmp_path_factory.mktemp("home"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def url(server: Server) -> str:
    return server.url


def view(visit: Visit, name: str = "history") -> Locator:
    """Open a view of the panel by the menu, and return its body."""
    visit.page.locator(".is-menu > summary").click()
    visit.page.locator(f".is-menu a[href='#{name}']").click()
    visit.page.locator(f".is-tab[aria-current][href='#{name}']").wait_for()
    return visit.page.locator(".is-panel-body")


def kept(visit: Visit) -> list[list[str]]:
    """Return the questions of each conversation in the browser's storage, the latest first."""
    found = visit.page.evaluate(
        "() => Object.entries(localStorage).filter(([name]) => name.startsWith('isnad.talk.'))"
        ".map(([, value]) => { try { return JSON.parse(value) } catch { return null } }).filter(Boolean)"
        ".sort((one, other) => other.at - one.at)"
    )
    return [[turn["answer"]["question"] for turn in each["turns"]] for each in found]


def until_kept(visit: Visit, *conversations: list[str]) -> None:
    visit.until_kept(sum(map(len, conversations)))
    assert kept(visit) == list(conversations)


BROKEN_OFF = re.compile(
    r"ERR_(INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_(REFUSED|RESET))|Connection errored out"
    r"|AbortError|Failed to fetch|network error|Unexpected error 404"
)


def forgive(visit: Visit) -> None:
    """Leave out what Gradio says of streams that a restart or a new load of the page breaks off."""
    visit.wrong = [each for each in visit.wrong if not BROKEN_OFF.search(each)]


def asked(visit: Visit) -> list[str]:
    return list(visit.page.locator(".message.user").all_inner_texts())


def exported(visit: Visit) -> list[str]:
    visit.page.locator(".is-menu > summary").click()
    with visit.page.expect_download() as waiting:
        visit.page.locator(".is-menu a[href='#export-json']").click()
    return [each["question"] for each in json.loads(Path(waiting.value.path()).read_text("utf-8"))]


# Where a citation lies


def test_a_citation_of_a_pdf_names_its_page_and_opens_there_at_the_words(desk: Visit) -> None:
    answer = desk.ask(SHIPS)
    assert answer.locator(".is-place").first.inner_text() == "ص 2"
    assert (
        answer.locator(".is-answer").first.inner_text(),
        answer.locator(".is-unit").first.inner_text(),
    ) == (
        "412",
        "سفينة",
    )
    answer.locator(".is-chip").first.click()
    chosen = desk.page.locator("#is-source mark.is-chosen")
    chosen.wait_for()
    assert chosen.inner_text() == "412"
    assert desk.page.locator(".is-where").inner_text() == "ص 2"
    before = desk.page.evaluate(
        "() => [...document.querySelectorAll('.is-page')].filter((page) => page.compareDocumentPosition("
        "document.querySelector('mark.is-chosen')) & Node.DOCUMENT_POSITION_FOLLOWING).pop().innerText"
    )
    assert before == "صفحة 2"
    assert is_inside(chosen, desk.page.locator(".is-panel-body"))


def test_a_citation_of_a_workbook_names_its_row_and_copies_with_it(visiting: Visiting) -> None:
    visit = visiting(PHONE, path="/?lang=en")
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = visit.ask(TOWN)
    assert answer.locator(".is-place").first.inner_text().endswith("row 3")
    answer.locator(".is-copy").click()
    answer.locator(".is-copy.is-done").wait_for()
    assert "row 3" in visit.page.evaluate("navigator.clipboard.readText()")
    answer.locator(".is-chip").first.click()
    chosen = visit.page.locator("p[data-row='3'] mark.is-chosen")
    chosen.wait_for()
    assert chosen.inner_text() == "36,500"
    assert no_sideways_scrolling(visit.page)


# Conversations


def test_a_conversation_is_listed_and_opens_again_with_chips_reasons_and_export(desk: Visit) -> None:
    page = desk.page
    for question in (OPENED, HOW_LONG):
        desk.ask(question)
    page.locator(".is-fresh").click()
    page.locator(".isnad").first.wait_for(state="detached")
    desk.ask(ABSENT)
    until_kept(desk, [ABSENT], [OPENED, HOW_LONG])
    listed = view(desk)
    assert listed.locator(".is-document-title").all_inner_texts() == [ABSENT, OPENED]
    assert listed.locator(".is-panel-facts").nth(1).inner_text().endswith("سؤالان")
    listed.locator(".is-document").nth(1).click()
    page.locator(".isnad").nth(1).wait_for()
    assert asked(desk) == [OPENED, HOW_LONG]
    first, second = (page.locator(".isnad").nth(i) for i in (0, 1))
    assert second.locator(".is-full").inner_text() == LONG
    assert first.locator(".is-since").count() == 0  # the documents are as they were
    second.locator(".is-chip").first.click()
    page.locator("mark.is-chosen", has_text="840 متراً").wait_for()
    second.locator(".is-why > summary").click()
    second.locator(".is-stage").first.wait_for()
    assert exported(desk) == [OPENED, HOW_LONG]
    desk.ask(SHIPS)  # goes on where it was
    until_kept(desk, [OPENED, HOW_LONG, SHIPS], [ABSENT])


def test_a_page_that_is_loaded_again_has_its_conversation(desk: Visit) -> None:
    desk.ask(OPENED)
    until_kept(desk, [OPENED])
    desk.page.reload()
    desk.page.locator(".isnad").first.wait_for()
    assert asked(desk) == [OPENED]
    assert desk.ask(HOW_LONG).locator(".is-full").inner_text() == LONG
    forgive(desk)


def test_a_page_that_is_loaded_again_has_what_was_typed(desk: Visit) -> None:
    desk.ask(OPENED)
    until_kept(desk, [OPENED])
    desk.page.fill("#is-question textarea", SHIPS)
    desk.page.reload()
    desk.page.locator(".isnad").first.wait_for()
    desk.page.wait_for_function(TYPED, arg=SHIPS)
    desk.page.keyboard.press("Enter")
    until_kept(desk, [OPENED, SHIPS])
    desk.page.reload()
    desk.page.locator(".isnad >> nth=1").wait_for()
    desk.page.wait_for_function(TYPED, arg="")
    forgive(desk)


def test_a_question_asked_again_does_not_make_a_second_conversation(desk: Visit) -> None:
    desk.ask(OPENED)
    until_kept(desk, [OPENED])
    key = desk.page.locator("a.is-right").get_attribute("href")
    desk.page.locator("#is-messages button[title='إعادة السؤال']").click()
    desk.page.locator(f"a.is-right:not([href='{key}'])").wait_for()
    until_kept(desk, [OPENED])


def test_one_conversation_or_all_can_be_deleted_and_brought_back(desk: Visit) -> None:
    page = desk.page
    for question in (OPENED, TOWN):
        desk.ask(question)
        until_kept(desk, *([[TOWN], [OPENED]] if question == TOWN else [[OPENED]]))
        page.locator(".is-fresh").click()
        page.locator(".isnad").first.wait_for(state="detached")
    listed = view(desk)
    listed.locator(".is-forget").nth(1).click()
    listed.locator("a[href='#undrop']").wait_for()
    assert kept(desk) == [[TOWN]]
    listed.locator("a[href='#undrop']").click()
    listed.locator("a[href='#undrop']").wait_for(state="detached")
    assert kept(desk) == [[TOWN], [OPENED]]
    listed.locator("a[href='#dropall']").click()
    listed.locator("a[href='#dropall']").wait_for(state="detached")
    assert kept(desk) == []
    listed.locator("a[href='#undrop']").click()
    listed.locator(".is-document").nth(1).wait_for()
    assert kept(desk) == [[TOWN], [OPENED]]


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_list_works_by_keyboard_on_a_phone(visiting: Visiting, lang: str) -> None:
    visit = visiting(PHONE, path=f"/?lang={lang}")
    page = visit.page
    visit.ask(OPENED)
    until_kept(visit, [OPENED])
    page.locator(".is-menu > summary").focus()
    page.keyboard.press("Enter")
    page.locator(".is-menu a[href='#new']").focus()
    page.keyboard.press("Enter")
    page.locator(".isnad").first.wait_for(state="detached")
    listed = view(visit)
    assert no_sideways_scrolling(page)
    assert listed.evaluate("element => element.scrollWidth <= element.clientWidth")
    tab, close = (page.locator(each).bounding_box() for each in (".is-tab[aria-current]", ".is-close"))
    assert tab is not None
    assert close is not None
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= page.viewport_size["width"]  # type: ignore[index]
    assert tab["x"] + tab["width"] <= close["x"] or close["x"] + close["width"] <= tab["x"]
    listed.locator(".is-document").focus()
    page.keyboard.press("Enter")
    page.locator(".isnad").first.wait_for()
    assert asked(visit) == [OPENED]


CLOSED_STORAGE = """
for (const kind of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, kind, {
    get() { throw new DOMException("closed", "SecurityError"); },
    configurable: true, // as the browser's own are
  });
"""


def test_where_storage_is_closed_the_chat_works_and_says_what_it_keeps(browser: Browser, url: str) -> None:
    visit = Visit(browser, CLOSED_STORAGE)
    visit.begin(url, DESKTOP)
    visit.ask(OPENED)
    assert visit.ask(HOW_LONG).locator(".is-full").inner_text() == LONG
    listed = view(visit)
    assert listed.locator(".is-hint").first.inner_text() == strings.load("ar")("history_closed")
    assert listed.locator(".is-document-title").all_inner_texts() == [OPENED]  # as long as the page lasts
    visit.close()


SPOILT = """name => {
  const shelf = Object.keys(localStorage).find((each) => each.startsWith("isnad.talk."));
  const other = shelf.replace(/[^.]*$/, "");
  localStorage.setItem(other + "broken", "{\\"turns\\": [");
  localStorage.setItem(other + "empty", "null");
  const record = JSON.parse(localStorage[shelf]);
  const attack = "<img src=x onerror='window.__hacked = 1'><b>سؤال</b>";
  record.turns[0].answer.question = attack;
  record.turns[0].answer.groups[0].citations[0].title = attack;
  record.turns[1].answer.groups[0].citations[0].quote = attack;
  localStorage.setItem(other + "forged", JSON.stringify(record));
}"""


def test_what_is_damaged_or_forged_in_storage_costs_only_itself_and_stays_text(desk: Visit) -> None:
    page = desk.page
    for question in (OPENED, TOWN):
        desk.ask(question)
    until_kept(desk, [OPENED, TOWN])
    page.evaluate(SPOILT)
    listed = view(desk)
    assert listed.locator(".is-document").count() == 2
    listed.locator(".is-document[href='#talk-forged']").click()
    page.locator(".is-since").wait_for()
    assert asked(desk)[0].startswith("<img src=x")
    assert "12 أيار 2016" in page.locator(".isnad").first.inner_text()  # what stands is shown,
    assert page.locator(".is-chip .is-title").all_inner_texts() == ["جسر المرجان القديم"]  # by the document
    assert page.locator(".isnad").nth(1).locator(".is-answer").count() == 0  # what does not stand is not
    assert page.evaluate("window.__hacked") is None


def test_the_oldest_go_where_the_browser_has_no_more_room(desk: Visit) -> None:
    desk.ask(OPENED)
    until_kept(desk, [OPENED])
    desk.page.evaluate(
        """() => {
          const name = Object.keys(localStorage).find((each) => each.startsWith("isnad.talk."));
          const shelf = name.replace(/[^.]*$/, "");
          const { turns } = JSON.parse(localStorage[name]);
          for (const [at, each] of ["a", "b", "c"].entries()) {
            const large = [{ ...turns[0], filler: "x".repeat(900_000) }];
            localStorage.setItem(shelf + each, JSON.stringify({ at, turns: large }));
          }
          let filler = ""; // of another page, up to the last thousand
          for (const size of [500_000, 100_000, 20_000, 4_000, 1_000])
            try {
              for (;;) {
                localStorage.setItem("other", filler + "y".repeat(size));
                filler += "y".repeat(size);
              }
            } catch {}
        }"""
    )
    for question in (TOWN, LONG):
        desk.ask(question)
        desk.page.wait_for_function(
            "question => Object.keys(localStorage).some((each) => each.startsWith('isnad.talk.')"
            " && JSON.parse(localStorage[each]).turns.some((turn) => turn.answer.question === question))",
            arg=question,
        )
    assert kept(desk)[0] == [OPENED, TOWN, LONG]
    names = desk.page.evaluate("() => Object.keys(localStorage).map((each) => each.replace(/.*[.]/, ''))")
    assert [name for name in ("a", "b", "c", "other") if name in names] == ["b", "c", "other"]


# Links


def test_a_link_carries_the_question_and_the_documents_and_the_answer_gives_it(visiting: Visiting) -> None:
    path = f"/?q={quote(TOWN)}&doc=table.xlsx&doc=report.chromium.pdf&lang=en"
    visit = visiting(DESKTOP, path=path)
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = visit.page.locator(".isnad").first
    answer.locator(".is-answer").first.wait_for()
    assert asked(visit) == [TOWN]
    visit.page.locator("#is-filters > .label-wrap").click()
    tokens = visit.page.locator("#is-filter-documents .token")
    tokens.first.wait_for()
    assert tokens.count() == 2
    answer.locator(".is-share").click()
    answer.locator(".is-share.is-done").wait_for()
    address = urlsplit(visit.page.evaluate("navigator.clipboard.readText()"))
    assert parse_qs(address.query) == {
        "q": [TOWN],
        "doc": ["table.xlsx", "report.chromium.pdf"],
        "lang": ["en"],
    }


def test_a_filter_of_a_link_that_is_not_here_is_named_and_not_ignored(visiting: Visiting) -> None:
    visit = visiting(DESKTOP, path=f"/?q={quote(TOWN)}&doc={quote('سكان.xlsx')}")
    told = visit.page.locator(".isnad .is-notice")
    told.wait_for()
    assert "سكان.xlsx" in told.inner_text()
    assert visit.page.locator(".is-answer").count() == 0


# What the server has forgotten


FORGETFUL = """
from ui.kept.ledger import Ledger
Ledger.__init__.__defaults__ = (1,)  # it keeps the last answer alone
from ui_corpus import EXAMPLES, FakePipeline
from ui.app import serve
serve(FakePipeline(), port=0, examples=EXAMPLES)
"""


@pytest.mark.soak
def test_an_answer_that_the_server_has_forgotten_is_explained_and_followed_up_all_the_same(
    visiting: Visiting, tmp_path: Path
) -> None:
    with running([sys.executable, "-uc", FORGETFUL], ISNAD_HOME=str(tmp_path)) as (url, _):
        visit, other = visiting(url=url), visiting(PHONE, url=url)
        answer = visit.ask(LEVEL)
        until_kept(visit, [LEVEL])
        other.ask(PRESS)
        answer.locator(".is-why > summary").click()
        answer.locator(".is-stage").nth(2).wait_for()
        other.ask(PRESS)
        assert visit.ask(AND_IN_2020).locator(".is-full").inner_text() == LEVEL_2020
        for each in (visit, other):
            each.close()  # while the server is there


# A restart of the server; last, because it is of one server for all


def test_after_a_restart_reasons_follow_ups_and_exports_of_what_is_on_the_screen_go_on(
    visiting: Visiting, server: Server
) -> None:
    visit = visiting(DESKTOP)
    page = visit.page
    for question in (SHIPS, OPENED):
        visit.ask(question)
    until_kept(visit, [SHIPS, OPENED])
    server.stop()
    server.start()
    # Where Gradio noticed that the server was away, it says so until it loads the page again by itself.
    page.locator(".toast-body").wait_for(state="detached")
    ships = page.locator(".isnad").first
    ships.locator(".is-why > summary").click()
    ships.locator(".is-stage").nth(2).wait_for()
    assert visit.ask(HOW_LONG).locator(".is-full").inner_text() == LONG
    assert asked(visit) == [SHIPS, OPENED, HOW_LONG]
    assert exported(visit) == [SHIPS, OPENED, HOW_LONG]
    until_kept(visit, [SHIPS, OPENED, HOW_LONG])
    page.reload()
    page.locator(".isnad").nth(2).wait_for()
    assert asked(visit) == [SHIPS, OPENED, HOW_LONG]
    assert [each.inner_text() for each in page.locator(".is-top .is-answer").all()] == [
        "412",
        "12 أيار 2016",
        "840 متراً",
    ]
    assert page.locator(".is-since").count() == 0  # the documents are as they were
    assert page.locator(".is-top .is-confidence").count() == 3  # and the answers known for the server's own
    forgive(visit)


def test_what_no_longer_stands_in_the_documents_is_not_shown_again_and_can_be_asked_again(
    visiting: Visiting,
) -> None:
    visit = visiting(DESKTOP)
    page = visit.page
    for question in (OPENED, SHIPS):
        visit.ask(question)
    until_kept(visit, [OPENED, SHIPS])
    name = page.evaluate("() => Object.keys(localStorage).find((each) => each.startsWith('isnad.talk.'))")
    changed = page.evaluate("name => localStorage[name]", name).replace("12 أيار 2016", "13 أيار 2016")
    page.evaluate("([name, value]) => localStorage.setItem(name, value)", [name, changed])
    page.reload()
    page.locator(".isnad").nth(1).wait_for()
    first, ships = (page.locator(".isnad").nth(i) for i in (0, 1))
    assert strings.load("ar")("gone") in first.locator(".is-since").inner_text()
    assert first.locator(".is-answer").count() == 0
    assert ships.locator(".is-answer").inner_text() == "412"
    first.locator("a[href^='#again-']").click()
    again = page.locator(".isnad").nth(2).locator(".is-answer").first
    again.wait_for()
    assert again.inner_text() == "12 أيار 2016"
    until_kept(
        visit, [OPENED, SHIPS, OPENED]
    )  # what is gone is kept all the same: the document may come back
    forgive(visit)
