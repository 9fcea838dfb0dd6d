"""Hostile text in a real Chromium: it is shown to the letter, and does nothing else."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

import hostile_text as hostile
import pytest
from ui_support import running
from ui_visit import DESKTOP, PHONE, Visit, Visiting, Windows, no_sideways_scrolling

from rag.corpus import read_document
from rag.schema import Document
from ui.html.escape import document_token

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

SECONDS = 3  # within which ten megabytes in one line open

# The text of an element, where the overrides that it names stand for themselves again.
_SHOWN = r"""element => {
  const copy = element.cloneNode(true);
  const named = { LRO: "\u202d", RLO: "\u202e" };
  for (const each of copy.querySelectorAll(".is-control")) each.replaceWith(named[each.textContent]);
  return copy.textContent;
}"""
# What a document or a question may have brought into the page beside text.
_FAULTS = """() => {
  const faults = [];
  if (window.__hacked !== undefined) faults.push("a program ran");
  const ours = "#is-messages .isnad, #is-messages [data-testid='user'], #is-source .is-panel, #is-filters";
  const foreign = `script, img, iframe, object, embed, form, math, style, link, meta, base, template, video,
    audio, marquee, animate, maction, input[name='password'], a:not([href^='#'])`;
  for (const part of document.querySelectorAll(ours)) {
    for (const each of part.querySelectorAll("*")) {
      if (each.matches(foreign)) faults.push(each.outerHTML.slice(0, 120));
      for (const { name } of each.attributes) if (/^on|^srcdoc$|^formaction$/i.test(name)) faults.push(name);
      const fixed = getComputedStyle(each).position === "fixed" && !each.closest("#is-filters");
      if (fixed) faults.push(`${each.tagName} is fixed`);
    }
  }
  if (document.querySelectorAll("#is-question").length !== 1) faults.push("a second question box");
  const box = document.querySelector("#is-question textarea").getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const covered = document.body.matches(".is-source-open") && matchMedia("(max-width: 900px)").matches;
  if (!covered && !top?.closest("#is-question")) faults.push("the question box is covered");
  for (const part of document.querySelectorAll("#is-messages .bubble-wrap, #is-source .is-panel-body")) {
    if (part.scrollWidth > part.clientWidth) faults.push(`${part.className} is ${part.scrollWidth} wide`);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    hostile.write(made)
    return made


@pytest.fixture(scope="module")
def documents(folder: Path) -> dict[str, Document]:
    """Return the documents by their tokens, as they are stored."""
    every = (read_document(path, folder) for path in folder.iterdir())
    return {document_token(each.id): each for each in every}


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Serve the folder as a user does, with an index that is gone afterwards: to check it takes minutes."""
    command = [sys.executable, "-um", "rag.cli", "serve", "--corpus", str(folder), "--port", "0"]
    with TemporaryDirectory() as home, running(command, ISNAD_HOME=home) as (address, _):
        yield address


@pytest.fixture(scope="module")
def phone(windows: Windows, url: str) -> Iterator[Visit]:
    visit = windows.visit(url, PHONE)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def desk(windows: Windows, url: str) -> Iterator[Visit]:
    visit = windows.visit(url, DESKTOP)
    yield visit
    visit.close()


def shown(element: Locator) -> str:
    return str(element.evaluate(_SHOWN))


def is_harmless(page: Page) -> bool:
    assert page.evaluate(_FAULTS) == []
    return no_sideways_scrolling(page)


def cited(chip: Locator, documents: dict[str, Document]) -> tuple[Document, str]:
    """Return the document that a chip leads to, and the words that it cites."""
    found = re.fullmatch(r"#src-([\w-]+)-(\d+)-(\d+)", chip.get_attribute("href") or "")
    assert found is not None
    document = documents[found[1]]
    return document, document.text[int(found[2]) : int(found[3])]


def paragraphs(document: Document) -> str:
    """Return what the panel shows of a document: all its lines but the blank ones."""
    lines = re.findall(r"[^\n]*\n?", document.text[document.body_start :])
    return "".join(line for line in lines if line.strip())


def walk(visit: Visit, kind: str, documents: dict[str, Document]) -> None:
    """Ask what the document with an attack answers, and open it."""
    page = visit.page
    asked = hostile.question(kind)
    answer = visit.ask(asked)
    assert page.locator("#is-messages [data-testid='user']").last.inner_text().strip() == asked
    assert is_harmless(page), kind
    given = shown(answer.locator(".is-answer").first)
    assert given.startswith(str(hostile.cost(kind))), kind
    chip = answer.locator(".is-chip").first
    document, words = cited(chip, documents)
    assert document.id == hostile.NAMES[kind]
    assert given == words
    context = shown(answer.locator(".is-context").first).strip("…").strip()
    assert context in document.text, kind
    assert shown(answer.locator(".is-context mark").first) == words
    assert shown(chip.locator(".is-title")).rstrip("…") in document.title
    chip.click()
    page.wait_for_function(
        """words => words ===
             [...document.querySelectorAll("mark.is-chosen")].map((each) => each.textContent).join("")""",
        arg=words,
    )
    assert shown(page.locator("#is-source article")) == paragraphs(document), kind
    assert shown(page.locator(".is-panel-title")) == document.title
    assert is_harmless(page), kind
    if page.locator(".is-close").is_visible():
        page.locator(".is-close").click()


def test_every_attack_is_asked_about_cited_and_opened_to_the_letter_on_a_phone(
    phone: Visit, documents: dict[str, Document]
) -> None:
    for kind in hostile.ATTACKS:
        walk(phone, kind, documents)


def test_attacks_stay_text_in_the_list_the_timeline_the_map_the_reasons_and_the_filters(
    desk: Visit, documents: dict[str, Document]
) -> None:
    page = desk.page
    for kind in ("overlay", "turned", "long", "templates"):
        walk(desk, kind, documents)
    for fold in page.locator(".is-why > summary").all():
        fold.click()
    page.locator(".is-why >> nth=3").locator(".is-stage").nth(3).wait_for()
    assert is_harmless(page)
    for view in ("documents", "timeline", "map"):
        page.evaluate("view => document.querySelector(`a[href='#${view}']`).click()", view)
        page.locator(f".is-tab[aria-current][href='#{view}']").wait_for()
        assert is_harmless(page), view
        if view == "documents":
            titles = {shown(each) for each in page.locator(".is-document-title").all()}
            assert titles == {each.title for each in documents.values()}
        if view == "timeline":
            marked = {shown(each) for each in page.locator(".is-event mark").all()}
            assert any("12 مايو 2024" in each for each in marked)
    page.locator("#is-filters > .label-wrap").click()
    page.click("#is-filter-documents input")
    page.get_by_role("option").nth(len(documents) - 1).wait_for()
    assert is_harmless(page)


def test_what_is_exported_is_text_in_markdown_and_whole_in_json(
    desk: Visit, documents: dict[str, Document]
) -> None:
    page = desk.page
    for kind in ("markup", "markdown", "formulas"):
        desk.ask(hostile.question(kind))
    saved = {}
    for form in ("md", "json"):
        page.locator(".is-menu > summary").click()
        with page.expect_download() as waiting:
            page.locator(f".is-menu a[href='#export-{form}']").click()
        saved[form] = Path(waiting.value.path()).read_text("utf-8")
    assert not re.search(r"(?<!\\)(<[a-z/]|\]\(|`|\$)", saved["md"])
    for answer in json.loads(saved["json"]):
        for group in answer["groups"]:
            for each in group["citations"]:
                document = documents[document_token(each["document"])]
                assert document.text[each["start"] : each["end"]] == each["quote"]
    assert is_harmless(page)


@pytest.mark.parametrize("kind", ["markup", "turned", "towers"])
def test_a_question_in_the_address_is_asked_as_text(visiting: Visiting, kind: str) -> None:
    asked = hostile.ATTACKS[kind][:900].strip()
    address = f"/?q={quote(asked)}&lang=%22%3E%3Cscript%3Ewindow.__hacked=1%3C/script%3E#src-AAAA-0-9"
    visit = visiting(PHONE, path=address)
    visit.page.locator(".isnad").wait_for()
    bubble = visit.page.locator("#is-messages .message.user p").first.inner_text()
    named = asked.replace("\u202e", "[RLO]").replace("\u202d", "[LRO]")
    assert "".join(bubble.split()) == "".join(named.split())
    assert visit.page.evaluate("document.documentElement.lang") == "ar"
    assert is_harmless(visit.page)


def test_a_link_to_a_document_that_does_not_exist_opens_nothing(desk: Visit) -> None:
    desk.ask(hostile.question("entities"))
    token = base64.urlsafe_b64encode(b"../../etc/passwd").decode().rstrip("=")
    for address in (f"#src-{token}-0-9", "#src-<script>-0-9", "#doc-%2e%2e", "#span-0-99999999"):
        desk.page.evaluate(
            """address => {
              const link = Object.assign(document.createElement("a"), { href: address });
              document.querySelector(".isnad").append(link);
              link.click();
              link.remove();
            }""",
            address,
        )
    desk.page.locator("#is-source .is-panel").wait_for()
    assert "root:" not in desk.page.locator("#is-source").inner_text()
    assert is_harmless(desk.page)
    desk.wrong.clear()  # such links may be complained of


def test_ten_megabytes_in_one_line_open_in_time_and_can_be_searched(
    phone: Visit, documents: dict[str, Document]
) -> None:
    page = phone.page
    chip = phone.ask(hostile.LINE_QUESTION).locator(".is-chip").first
    document, words = cited(chip, documents)
    assert len(document.text.encode()) > 9_900_000
    took = []
    for _ in range(2):
        took.append(
            chip.evaluate(
                """(chip, words) => new Promise((done) => {
                  const from = performance.now();
                  chip.click();
                  const look = () => {
                    const chosen = document.querySelector("mark.is-chosen")?.textContent;
                    if (chosen !== words) return requestAnimationFrame(look);
                    requestAnimationFrame(() => done(performance.now() - from));
                  };
                  look();
                })""",
                words,
            )
        )
        chosen = page.locator("mark.is-chosen")
        assert shown(chosen) == words
        page.locator(".is-back").click()
        page.locator(".is-document").first.wait_for()
        page.locator(".is-close").click()
    assert min(took) < SECONDS * 1000
    chip.click()
    page.locator("mark.is-chosen").wait_for()
    page.fill(".is-find input", "اللؤلؤ")
    assert page.locator(".is-found").inner_text() == "1 / 1"
    assert is_harmless(page)
    assert shown(page.locator("#is-source article")) in document.text


def test_a_visit_notes_whatever_goes_wrong(visiting: Visiting) -> None:
    visit = visiting(DESKTOP)
    for harm, noted in (
        ("console.warn('told')", "console: told"),
        ("setTimeout(() => { throw new Error('thrown') })", "page error: thrown"),
        ("fetch('/not/there')", "404: "),
        ("window.open('https://evil.example/')", "external request: https://evil.example/"),
    ):
        visit.page.evaluate(f"() => {{ {harm} }}")
        for _ in range(100):
            if any(each.startswith(noted) for each in visit.wrong):
                break
            visit.page.wait_for_timeout(20)
        assert any(each.startswith(noted) for each in visit.wrong), harm
    with pytest.raises(AssertionError):
        visit.close()
