"""The chat for everyone: axe-core on every screen, keyboard, fingers, directions, motion and colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from ui_access import faults, too_small
from ui_corpus import AND_IN_2020, CAUSE, CLOSED, GUARD, INJURED, KILLED, LEVEL, MIXED, PRESS, UNSURE
from ui_visit import DESKTOP, PHONE, Visit, Visiting, Windows, no_sideways_scrolling

from ui import strings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser

NAMES = {"ar": "العربية", "en": "English", "fr": "Français"}
VIEWS = ("documents", "timeline", "map", "history")
SHIFT = 0.02  # of the layout, by Chromium's measure, at most while an answer arrives


@pytest.fixture(scope="module")
def desk(windows: Windows, url: str) -> Iterator[Visit]:
    visit = windows.visit(url, DESKTOP)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def call(windows: Windows, url: str) -> Iterator[Visit]:
    visit = windows.visit(url, PHONE)
    yield visit
    visit.close()


@pytest.fixture
def phone(call: Visit) -> Visit:
    """Return the visit from a phone, with nothing over the conversation."""
    close(call)
    return call


def change(visit: Visit, lang: str) -> None:
    """Change the interface's language."""
    visit.page.locator("#is-language label", has_text=NAMES[lang]).click()
    visit.page.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)


def show(visit: Visit, view: str) -> None:
    """Open one of the panel's views."""
    visit.page.evaluate("view => document.querySelector(`a[href='#${view}']`).click()", view)
    visit.page.locator(f".is-tab[aria-current][href='#{view}']").wait_for()


def close(visit: Visit) -> None:
    """Close the panel where it covers the chat."""
    if visit.page.locator(".is-close").is_visible():
        visit.page.locator(".is-close").click()


def screens(visit: Visit) -> Iterator[str]:
    """Bring one screen after the other up, and yield its name."""
    page = visit.page
    yield "empty"
    page.locator(".is-menu > summary").click()
    yield "menu"
    page.keyboard.press("Escape")
    answers = [visit.ask(each) for each in (CLOSED, INJURED, PRESS, LEVEL, AND_IN_2020, CAUSE, MIXED)]
    for each in (KILLED, UNSURE, GUARD):
        visit.ask(each)
    for fold in page.locator("#is-messages details > summary").all():
        fold.click()
    page.locator(".is-why >> nth=9").locator(".is-stage").nth(2).wait_for()
    page.locator(".message-buttons-right button").last.click()
    page.locator("#is-filters > .label-wrap").click()
    page.locator("#is-filter-documents input").wait_for()
    yield "answers"  # unfolded, with a question being edited and the filters
    page.click("#is-filter-documents input")
    page.get_by_role("option").first.wait_for()
    yield "options of a filter"
    page.keyboard.press("Escape")
    page.locator("#is-filters > .label-wrap").click()
    page.locator(".is-wrong").first.click()
    page.locator(".is-dialog[open] textarea").wait_for()
    yield "report"
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector(`a[href='#keys']`).click()")
    page.locator(".is-dialog[open] .is-keys").wait_for()
    yield "keys"
    page.keyboard.press("Escape")
    answers[0].locator(".is-chip").first.click()
    page.locator("mark.is-chosen").wait_for()
    page.fill(".is-find input", "في")
    yield "source"
    for view in VIEWS:
        show(visit, view)
        yield view
    close(visit)


def turn(visit: Visit) -> None:
    """Turn light into dark, or dark into light."""
    visit.page.evaluate(
        """() => new Promise((done) => {
          document.body.classList.toggle("dark");
          requestAnimationFrame(() => requestAnimationFrame(done));
        })"""
    )


def has_no_fault(
    visiting: Visiting,
    lang: str,
    size: dict[str, int],
    scheme: str = "light",
    turned: Sequence[str] = (),
) -> None:
    """Visit every screen; on those `turned`, look at the colours of the other scheme, too."""
    visit = visiting(size, f"/?lang={lang}", scheme=scheme)
    visit.page.emulate_media(reduced_motion="reduce")  # or colours are met halfway
    for screen in screens(visit):
        assert faults(visit.page) == [], screen
        if screen in turned:
            turn(visit)
            assert faults(visit.page, "color-contrast", "link-in-text-block") == [], f"{screen}, turned"
            turn(visit)


def test_axe_finds_nothing_serious_on_any_screen_in_light_and_dark(visiting: Visiting) -> None:
    has_no_fault(visiting, "ar", DESKTOP, turned=("empty", "answers", "source", "documents"))


def test_axe_finds_nothing_serious_on_any_screen_of_a_phone(visiting: Visiting) -> None:
    has_no_fault(visiting, "en", PHONE)


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("lang", "size"), list(product(NAMES, (DESKTOP, PHONE))))
def test_axe_finds_nothing_serious_in_any_language_size_and_scheme(
    visiting: Visiting, lang: str, size: dict[str, int], scheme: str
) -> None:
    visit_all = ("empty", "menu", "answers", "options of a filter", "report", "keys", "source", *VIEWS)
    has_no_fault(visiting, lang, size, scheme, visit_all)


def test_whatever_can_be_touched_on_a_phone_is_forty_pixels_wide_and_high(phone: Visit) -> None:
    page = phone.page
    assert too_small(page) == []
    page.locator(".is-menu > summary").click()
    assert too_small(page) == []
    page.keyboard.press("Escape")
    for each in (CLOSED, INJURED, PRESS, KILLED):
        answer = phone.ask(each)
    for fold in page.locator("#is-messages details > summary").all():
        fold.click()
    page.locator(".is-why >> nth=3").locator(".is-stage").nth(2).wait_for()
    assert too_small(page) == []
    answer.locator(".is-wrong").click()
    page.locator(".is-dialog[open] textarea").wait_for()
    assert too_small(page) == []
    page.keyboard.press("Escape")
    page.locator(".is-chip").first.click()
    page.locator("mark.is-chosen").wait_for()
    page.fill(".is-find input", "في")
    assert too_small(page) == []
    for view in VIEWS:
        show(phone, view)
        assert too_small(page) == [], view
    close(phone)


# Names and focus


@pytest.mark.parametrize("lang", NAMES)
def test_what_gradio_leaves_unnamed_is_named_in_the_language_of_the_interface(desk: Visit, lang: str) -> None:
    page, words = desk.page, strings.load(lang)
    if page.evaluate("document.documentElement.lang") != lang:
        change(desk, lang)
    if not page.locator(".isnad").count():
        desk.ask(CLOSED)
    page.locator(f"#is-question .submit-button[aria-label='{words('does_enter')}']").wait_for()
    assert page.get_by_role("log").get_attribute("aria-label") == words("conversation")
    assert page.get_by_role("group", name=words("asked_label"), exact=True).first.inner_text() == CLOSED
    answer = page.get_by_role("group", name=words("answer_label"), exact=True).first
    assert "5:40" in answer.inner_text()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], [role='button']")]
             .filter((each) => each.checkVisibility())
             .filter((each) => !(each.ariaLabel || each.title || each.innerText.trim()))
             .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


def test_every_stop_of_the_tab_key_shows_where_it_is(desk: Visit) -> None:
    page = desk.page
    desk.ask(INJURED)
    page.locator("#is-brand .is-count").focus()
    seen: list[str] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return null;
              const ringed = [at, at.closest("label"), at.closest(".input-container"), at.closest(".wrap")];
              const shows = ringed.filter(Boolean).some((each) => {
                const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
                return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
              });
              return [at.outerHTML.slice(0, 140), shows, at.checkVisibility({ visibilityProperty: true })];
            }"""
        )
        if stop is None or stop[0] in seen[:1]:
            break
        assert stop[1], f"no ring: {stop[0]}"
        assert stop[2], f"hidden: {stop[0]}"
        seen.append(stop[0])
    assert len(seen) > 20


def test_what_the_panel_covers_on_a_phone_is_out_of_reach_of_the_tab_key(phone: Visit) -> None:
    page = phone.page
    chip = phone.ask(CLOSED).locator(".is-chip").first
    chip.focus()
    page.keyboard.press("Enter")
    page.locator("mark.is-chosen").wait_for()
    assert page.evaluate("document.activeElement.closest('#is-source') !== null")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.closest('#is-source, body > *:not(gradio-app), html') !== null"
        )
        assert page.evaluate("document.activeElement.closest('#is-chat, #is-header') === null")
    page.keyboard.press("Escape")
    page.locator("#is-source").wait_for(state="hidden")
    assert chip.evaluate("element => element === document.activeElement")


# Directions

_ORDER = """element => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const places = [];
  while (walker.nextNode()) {
    const { data } = walker.currentNode;
    for (let at = 0; at < data.length; at++) {
      if (!data[at].trim()) continue;
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 1);
      const box = range.getBoundingClientRect();
      places.push([data[at], box.x + box.width / 2]);
    }
  }
  return places;
}"""


def drawn(element: Locator) -> str:
    """Return the characters of a line as the eye meets them, from left to right."""
    return "".join(letter for letter, _ in sorted(element.evaluate(_ORDER), key=lambda place: place[1]))


def across(element: Locator, word: str) -> list[float]:
    """Return where the letters of a word stand across the page, in their order."""
    for _ in range(100):
        places = element.evaluate(_ORDER)
        start = "".join(letter for letter, _ in places).index(word)
        across = [place for _, place in places[start : start + len(word)]]
        if len(set(across)) == len(word):  # or the panel was just being drawn anew
            break
        element.page.wait_for_timeout(30)
    return across


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_mixed_questions_are_drawn_in_the_direction_of_their_first_strong_letter(
    desk: Visit, lang: str
) -> None:
    change(desk, lang)
    cases = {
        "من بنى Nahr Works؟": ("rtl", "؟NahrWorks" + "ىنبنم"),
        "What is حماية?": ("ltr", "Whatis" + "ةيامح" + "?"),
        "بلغ ٤٫٢ أم 15%؟": ("rtl", "؟%15" + "مأ" + "٤٫٢" + "غلب"),
        "«أ» (ب) 5:40": ("rtl", "5:40" + ")ب(" + "»أ«"),
    }
    for question, (direction, left_to_right) in cases.items():
        desk.ask(question)
        bubble = desk.page.locator(".message.user p").last
        assert bubble.inner_text() == question
        assert drawn(bubble) in (left_to_right, left_to_right.replace("%15", "15%")), question
        side = bubble.evaluate("element => getComputedStyle(element).textAlign")
        assert side == "start", direction


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_answers_passages_and_paragraphs_compute_the_direction_of_their_words(desk: Visit, lang: str) -> None:
    change(desk, lang)
    computed = "element => getComputedStyle(element).direction"
    arabic, english = desk.ask(CLOSED), desk.ask(MIXED)
    assert arabic.locator(".is-context").first.evaluate(computed) == "rtl"
    assert english.locator(".is-context").first.evaluate(computed) == "ltr"
    assert english.evaluate(computed) == {"ar": "rtl", "fr": "ltr"}[lang]
    english.locator(".is-chip").first.click()
    desk.page.locator(f".is-panel[lang='{lang}'] mark.is-chosen", has_text="Nahr Works").wait_for()
    desk.page.wait_for_function(
        """() => {
          const all = [...document.querySelectorAll("#is-source article p")];
          return all.length && all.every((each) => getComputedStyle(each).direction === "ltr");
        }"""
    )
    mixed = desk.page.locator("#is-source article p", has_text="حماية من النحر")
    arabic_letters, latin_letters = across(mixed, "النحر"), across(mixed, "scour")
    assert arabic_letters == sorted(set(arabic_letters), reverse=True)
    assert latin_letters == sorted(set(latin_letters))


# Calm


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_nothing_jumps_while_an_answer_arrives(request: pytest.FixtureRequest, width: str) -> None:
    visit: Visit = request.getfixturevalue(width)
    page = visit.page
    page.evaluate(
        """() => {
          window.shifts = [];
          // Of all shifts, those within half a second of a key as well: the answer comes sooner than that.
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shifts.push(entry.value);
          }).observe({ type: "layout-shift", buffered: false });
        }"""
    )
    for question in (CLOSED, INJURED, PRESS):
        page.evaluate("window.shifts.length = 0")
        visit.ask(question)
        page.wait_for_timeout(300)
        assert page.evaluate("window.shifts.reduce((sum, each) => sum + each, 0)") < SHIFT, question


COUNT_FRAMES = """(() => {
  const frame = window.requestAnimationFrame.bind(window);
  window.frames = 0;
  window.requestAnimationFrame = (callback) => frame((time) => {
    window.frames++;
    callback(time);
  });
})()"""


def test_a_page_that_nobody_touches_draws_a_few_frames_a_second(browser: Browser, url: str) -> None:
    visit = Visit(browser, COUNT_FRAMES)
    visit.begin(url, DESKTOP)
    visit.ask(CLOSED)
    page = visit.page
    page.wait_for_timeout(1500)
    page.evaluate("window.frames = 0")
    page.wait_for_timeout(2000)
    assert page.evaluate("window.frames") < 20  # of 120
    called_off = (
        "() => { window.called = false; cancelAnimationFrame(requestAnimationFrame(() => called = true)); }"
    )
    page.evaluate(called_off)
    page.evaluate(
        "() => new Promise((done) => { requestAnimationFrame(done); document.body.dataset.touched = 1; })"
    )
    assert page.evaluate("window.called") is False
    visit.close()


def test_with_reduced_motion_nothing_moves(desk: Visit) -> None:
    desk.page.emulate_media(reduced_motion="reduce")
    desk.ask(CLOSED).locator(".is-chip").first.click()
    chosen = desk.page.locator("mark.is-chosen", has_text="5:40")
    chosen.wait_for()
    durations = desk.page.evaluate(
        """() => [...document.querySelectorAll("#is-messages *, #is-source *")].flatMap((each) => {
             const { animationDuration, transitionDuration } = getComputedStyle(each);
             return [...animationDuration.split(","), ...transitionDuration.split(",")].map(parseFloat);
           })"""
    )
    assert max(durations) < 0.001
    desk.page.emulate_media(reduced_motion="no-preference")
    assert chosen.evaluate("element => parseFloat(getComputedStyle(element).animationDuration)") > 0.1


def test_with_forced_colours_what_was_drawn_by_backgrounds_is_still_seen(desk: Visit) -> None:
    desk.page.emulate_media(forced_colors="active")
    answer = desk.ask(CLOSED)
    paper = desk.page.evaluate("getComputedStyle(document.body).backgroundColor")
    for selector in (".is-right", ".is-wrong", ".is-high"):
        ink = answer.locator(selector).first.evaluate(
            "element => getComputedStyle(element, '::before').backgroundColor"
        )
        assert ink not in ("rgba(0, 0, 0, 0)", paper), selector
    chosen = desk.page.locator("#is-language label.selected")
    assert chosen.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    desk.page.emulate_media(forced_colors="none")


@pytest.mark.parametrize(
    ("size", "languages"),
    [({"width": 640, "height": 400}, ["fr"]), ({"width": 320, "height": 480}, ["fr", "ar"])],
    ids=["200%", "400%"],
)
def test_at_large_zoom_everything_is_reached_without_scrolling_sideways(
    desk: Visit, size: dict[str, int], languages: list[str]
) -> None:
    page = desk.page
    page.set_viewport_size(size)  # what is left of a screen of 1280 pixels
    close(desk)
    assert no_sideways_scrolling(page)
    for lang in languages:
        change(desk, lang)
        answer = desk.ask(INJURED)
        assert no_sideways_scrolling(page), lang
        log, box = (
            page.locator(each).bounding_box() for each in ("#is-messages .bubble-wrap", "#is-question")
        )
        assert log is not None
        assert box is not None
        assert log["height"] >= 120
        assert box["y"] + box["height"] <= size["height"]
        page.evaluate("document.querySelector('.is-panel').classList.add('is-old')")
        answer.locator(".is-chip").first.click()
        page.locator(".is-panel:not(.is-old) mark.is-chosen").wait_for()
        assert no_sideways_scrolling(page), lang
        body = page.locator(".is-panel-body")
        assert (
            body.evaluate("element => element.scrollWidth <= element.clientWidth && element.clientHeight")
            >= 120
        )
        close(desk)
    page.set_viewport_size(DESKTOP)


def test_the_printed_conversation_holds_its_words_also_while_a_source_is_open(desk: Visit) -> None:
    change(desk, "en")
    desk.ask(CLOSED)
    desk.ask(MIXED).locator(".is-chip").first.click()
    desk.page.locator("mark.is-chosen", has_text="Nahr Works").wait_for()
    pages = pypdfium2.PdfDocument(desk.page.pdf(format="A4"))
    text = "".join(each.get_textpage().get_text_range() for each in pages)
    assert "5:40" in text
    assert "The company Nahr Works will rebuild the bridge" in text
    assert "Engineers' report on the Wardan bridge" in text
    assert "Search this document" not in text
