"""The chat for everyone: axe-core on every screen, keyboard, fingers, directions, motion and colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import pytest
from ui_access import faults, too_small
from ui_corpus import AND_IN_2020, CAUSE, CLOSED, GUARD, INJURED, KILLED, LEVEL, MIXED, PRESS, UNSURE
from ui_support import chromium, served
from ui_visit import DESKTOP, PHONE, Visit, no_sideways_scrolling

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser

NAMES = {"ar": "العربية", "en": "English", "fr": "Français"}
SHIFT = 0.02  # of the layout, by Chromium's measure, at most while an answer arrives


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as (address, _):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(browser: Browser, url: str) -> Iterator[Visit]:
    visit = Visit(browser, url, DESKTOP)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, url: str) -> Iterator[Visit]:
    visit = Visit(browser, url, PHONE)
    yield visit
    visit.close()


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
    yield "answers, unfolded, with a question being edited and the filters"
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
    for view in ("documents", "timeline", "map"):
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


def has_no_fault(browser: Browser, url: str, lang: str, size: dict[str, int], scheme: str = "light") -> None:
    visit = Visit(browser, url, size, scheme, f"/?lang={lang}")
    visit.page.emulate_media(reduced_motion="reduce")  # or colours are met halfway
    for screen in screens(visit):
        assert faults(visit.page) == [], screen
        turn(visit)
        assert faults(visit.page, "color-contrast", "link-in-text-block") == [], f"{screen}, turned"
        turn(visit)
    visit.close()


@pytest.mark.parametrize(("lang", "size"), [("ar", DESKTOP), ("en", PHONE)], ids=["ar-1280", "en-390"])
def test_axe_finds_nothing_serious_on_any_screen_in_light_and_dark(
    browser: Browser, url: str, lang: str, size: dict[str, int]
) -> None:
    has_no_fault(browser, url, lang, size)


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("lang", "size"), list(product(NAMES, (DESKTOP, PHONE))))
def test_axe_finds_nothing_serious_in_any_language_size_and_scheme(
    browser: Browser, url: str, lang: str, size: dict[str, int], scheme: str
) -> None:
    has_no_fault(browser, url, lang, size, scheme)


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
    for view in ("documents", "timeline", "map"):
        show(phone, view)
        assert too_small(page) == [], view
    close(phone)
