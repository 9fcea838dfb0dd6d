"""What else the chat can do, in a real Chromium: views, search, reports, exports, keys, links, edit, stop."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from ui_corpus import AND_IN_2020, CAUSE, CLOSED, GUARD, INJURED, LEVEL, PRESS, SLOW
from ui_support import served
from ui_visit import DESKTOP, PHONE, Visit, Visiting, is_inside, no_sideways_scrolling

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with served(home=str(home)) as (address, _):
        yield address


def downloaded(visit: Visit, item: str) -> str:
    """Return the text of what an item of the menu downloads."""
    visit.page.locator(".is-menu > summary").click()
    with visit.page.expect_download() as waiting:
        visit.page.locator(f".is-menu a[href='#{item}']").click()
    return Path(waiting.value.path()).read_text("utf-8")


# Views


def test_a_sentence_of_the_timeline_opens_in_its_document(desk: Visit) -> None:
    desk.page.locator(".is-tab", has_text="الخط الزمني").click()
    event = desk.page.locator(".is-event", has_text="الاثنين المقبل")
    event.click()
    desk.page.locator("mark.is-chosen", has_text="الاثنين المقبل").wait_for()
    assert desk.page.locator(".is-panel-title").inner_text() == "مستشفى وردان يستقبل المصابين"


def test_the_map_follows_the_conversation_and_opens_both_sides(desk: Visit) -> None:
    page = desk.page
    page.locator(".is-tab", has_text="الاتفاق والخلاف").click()
    page.locator(".is-ties").wait_for()
    desk.ask(CAUSE)
    page.locator(".is-ties li").nth(0).wait_for()
    page.wait_for_function("document.querySelectorAll('.is-ties li').length === 1")
    assert page.locator(".is-stance").all_inner_texts() == ["لا تتعارضان"]
    desk.ask(INJURED)
    page.wait_for_function("document.querySelectorAll('.is-ties li').length === 4")
    page.locator(".is-ties .is-side", has_text="15 مصاباً").first.click()
    page.locator("mark.is-chosen", has_text="15 مصاباً").wait_for()


def test_a_document_is_searched_whatever_its_spelling(desk: Visit) -> None:
    desk.ask(CLOSED).locator(".is-chip").first.click()
    field = desk.page.locator(".is-find input")
    field.fill("احدًا لم يقتل")  # the document has أحداً لم يُقتل, with marks and an alef of another form
    found = desk.page.locator(".is-found")
    assert found.inner_text() == "1 / 1"
    assert desk.page.evaluate("[...CSS.highlights.get('isnad-found')].map(String)") == ["أحداً لم يُقتل"]
    field.fill("البلدية")
    assert found.inner_text() == "1 / 2"
    desk.page.keyboard.press("Enter")
    assert found.inner_text() == "2 / 2"
    field.fill("الساعة ٥:٤٠")  # over a mark, in other digits
    assert desk.page.evaluate("[...CSS.highlights.get('isnad-here')].map(String)") == ["الساعة 5:40"]
    field.fill("لا وجود له")
    assert found.inner_text() == "0"
    assert desk.page.evaluate("CSS.highlights.has('isnad-found')") is False


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_view_scrolls_sideways(visiting: Visiting, size: dict[str, int]) -> None:
    visit = visiting(size)
    for question in (INJURED, PRESS, GUARD):
        visit.ask(question)
    for view in ("documents", "timeline", "map"):
        visit.page.evaluate("view => document.querySelector(`a[href='#${view}']`).click()", view)
        visit.page.locator(f".is-tab[aria-current][href='#{view}']").wait_for()
        body = visit.page.locator(".is-panel-body")
        assert body.evaluate("element => element.scrollWidth <= element.clientWidth"), view
        assert no_sideways_scrolling(visit.page), view
    visit.page.locator(".is-tab[href='#documents']").click()
    visit.page.locator(".is-document").first.click()
    field, panel = (visit.page.locator(each).bounding_box() for each in (".is-find", "#is-source"))
    assert field is not None
    assert panel is not None
    assert panel["x"] <= field["x"]
    assert field["x"] + field["width"] <= panel["x"] + panel["width"]


# Reports and exports


def test_a_verdict_is_kept_and_can_be_downloaded(desk: Visit, home: Path) -> None:
    answer = desk.ask(PRESS)
    answer.locator(".is-right").click()
    answer.locator(".is-right.is-chosen").wait_for()
    answer.locator(".is-wrong").click()
    desk.page.locator(".is-dialog[open] input[value='source']").check()
    desk.page.fill(".is-dialog textarea", "المتحدث <b>غيره</b>")
    desk.page.locator(".is-dialog .is-send").click()
    answer.locator(".is-wrong.is-chosen").wait_for()
    lines = [json.loads(line) for line in (home / "reports.jsonl").read_text("utf-8").splitlines()]
    assert [(line["verdict"], line["reason"], line["note"]) for line in lines] == [
        ("right", None, ""),
        ("wrong", "source", "المتحدث <b>غيره</b>"),
    ]
    assert lines[1]["answer"]["question"] == PRESS
    assert [json.loads(line) for line in downloaded(desk, "reports").splitlines()] == lines


def test_a_report_can_be_called_off(desk: Visit, home: Path) -> None:
    path = home / "reports.jsonl"
    before = path.read_text("utf-8") if path.exists() else ""
    answer = desk.ask(CLOSED)
    answer.locator(".is-wrong").click()
    desk.page.locator(".is-dialog[open]").wait_for()
    desk.page.keyboard.press("Escape")
    desk.page.locator(".is-dialog[open]").wait_for(state="detached")
    assert answer.locator(".is-chosen").count() == 0
    assert (path.read_text("utf-8") if path.exists() else "") == before


def test_the_conversation_is_exported_in_its_order(desk: Visit) -> None:
    for question in (LEVEL, AND_IN_2020, INJURED):
        desk.ask(question)
    exported = json.loads(downloaded(desk, "export-json"))
    assert [each["question"] for each in exported] == [LEVEL, AND_IN_2020, INJURED]
    assert exported[1]["completed"] == "وكم بلغ منسوب المياه عام 2020؟"
    assert re.findall("^## (.*)", downloaded(desk, "export-md"), re.M) == [LEVEL, AND_IN_2020, INJURED]


# Links and keys


def test_a_question_in_the_address_is_asked_and_an_answer_gives_its_address(visiting: Visiting) -> None:
    visit = visiting(DESKTOP, path=f"/?lang=en&q={quote(CLOSED)}")
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.locator(".is-answer").first.wait_for()
    assert visit.page.locator(".message.user").all_inner_texts() == [CLOSED]
    visit.page.locator(".is-share").click()
    visit.page.locator(".is-share.is-done").wait_for()
    address = urlsplit(visit.page.evaluate("navigator.clipboard.readText()"))
    assert parse_qs(address.query) == {"q": [CLOSED], "lang": ["en"]}


def test_a_hostile_address_is_a_question(visiting: Visiting) -> None:
    attack = "<img src=x onerror='window.__hacked=1'>"
    visit = visiting(DESKTOP, path=f"/?q={quote(attack)}")
    visit.page.locator(".is-absent").wait_for()
    assert visit.page.locator(".message.user").inner_text() == attack
    assert visit.page.evaluate("window.__hacked") is None


def test_the_keys_do_what_their_list_says(desk: Visit) -> None:
    page = desk.page
    page.locator(".is-menu > summary").click()
    page.locator("a[href='#keys']").click()
    page.locator(".is-dialog[open] kbd").first.wait_for()
    assert page.locator(".is-dialog[open] kbd").count() == 7
    page.keyboard.press("Escape")
    answer = desk.ask(CLOSED)
    box = page.locator("#is-question textarea")
    page.locator("#is-question textarea:enabled").wait_for()
    page.wait_for_timeout(500)  # Gradio empties the box once more after an answer
    box.focus()
    page.keyboard.press("ArrowUp")
    assert box.input_value() == CLOSED
    box.fill("")
    answer.locator(".is-chip").first.focus()
    page.keyboard.press("Enter")
    page.locator("mark.is-chosen", has_text="الساعة 5:40 صباحاً").wait_for()
    page.keyboard.press("Alt+ArrowUp")
    page.locator("mark.is-chosen", has_text="فجر اليوم").wait_for()
    page.keyboard.press("Alt+ArrowDown")
    page.locator("mark.is-chosen", has_text="الساعة 5:40 صباحاً").wait_for()
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.matches('.is-find input')")
    page.keyboard.type("/")  # typed, where one types
    assert page.locator(".is-find input").input_value() == "/"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert box.evaluate("element => element === document.activeElement")
    assert box.input_value() == ""


# Edit, retry, stop


def test_an_edited_question_is_asked_again_in_its_place(desk: Visit) -> None:
    page = desk.page
    desk.ask(CLOSED)
    desk.ask(INJURED)
    page.locator(".message-buttons-right button").last.click()
    field = page.locator(".user-row textarea")
    assert field.input_value() == INJURED
    assert is_inside(field, page.locator("#is-messages .bubble-wrap"))
    field.fill(PRESS)
    page.locator(".message-buttons-right button").nth(-2).click()
    page.locator(".is-when").wait_for()
    assert page.locator(".message.user").all_inner_texts() == [CLOSED, PRESS]
    assert page.locator(".is-card").count() == 0


def test_a_question_with_punctuation_is_edited_as_it_was_typed(desk: Visit) -> None:
    typed = 'ما معنى "حماية من النحر" (scour): 50% أم أقل؟ Nahr-Works.'
    desk.ask(typed)
    desk.page.locator(".message-buttons-right button").last.click()
    assert desk.page.locator(".user-row textarea").input_value() == typed


def test_retrying_gives_the_answer_again(desk: Visit) -> None:
    desk.ask(CLOSED)
    desk.page.locator("#is-messages button[title='إعادة السؤال']").click()
    desk.page.wait_for_timeout(1000)
    desk.page.locator(".is-answer").first.wait_for()
    assert desk.page.locator(".isnad").count() == 1
    assert desk.page.locator(".message.user").all_inner_texts() == [CLOSED]


def test_a_question_that_takes_long_can_be_stopped(desk: Visit) -> None:
    page = desk.page
    page.fill("#is-question textarea", SLOW)
    with page.expect_response("**/queue/join*"):  # before that there is nothing to be stopped
        page.keyboard.press("Enter")
    page.locator("#is-question .stop-button").click()
    page.locator("#is-question .submit-button").wait_for()
    assert page.locator(".isnad").count() == 0
    assert desk.ask(CLOSED).locator(".is-answer").first.inner_text() == "الساعة 5:40 صباحاً"
    assert page.locator(".isnad").count() == 1


def test_the_printed_page_is_the_conversation_alone(desk: Visit) -> None:
    for question in (CLOSED, INJURED, PRESS):
        desk.ask(question)
    page = desk.page
    page.emulate_media(media="print")
    for hidden in ("#is-source", "#is-question", ".is-actions >> nth=0", ".is-menu", ".is-why >> nth=0"):
        assert not page.locator(hidden).is_visible(), hidden
    log = page.locator("#is-messages .bubble-wrap")
    assert log.evaluate("element => element.scrollHeight <= element.clientHeight")
    assert all(each.is_visible() for each in page.locator(".is-isnad").all()[:2])
    page.emulate_media(media="screen")
