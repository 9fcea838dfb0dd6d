"""The pages before the chat in a real Chromium: the password, and that the documents are being read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from api_support import serving
from ui_corpus import CLOSED
from ui_visit import DESKTOP, PHONE

from ui.waiting import Waiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PASSWORD = "سر الوادي الطويل"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving("0.0.0.0", ISNAD_PASSWORD=PASSWORD) as address:
        yield address


def visit(browser: Browser, size: dict[str, int], wrong: list[str]) -> Page:
    """Open a page that keeps what goes wrong in it, refusals for want of the password apart."""
    page = browser.new_context(viewport=size, locale="ar").new_page()
    page.set_default_timeout(40_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda each: wrong.append(each.text) if "Content Security" in each.text else None)
    page.on("response", lambda each: wrong.append(each.url) if each.status > 401 else None)
    return page


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_password_opens_the_chat_where_one_was_going(
    browser: Browser, url: str, size: dict[str, int]
) -> None:
    wrong: list[str] = []
    page = visit(browser, size, wrong)
    page.goto(f"{url}/?q={quote(CLOSED)}")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.locator("label").inner_text() == "كلمة المرور"
    assert fits(page)
    page.keyboard.type("ليست هي")  # the field has the focus
    page.keyboard.press("Enter")
    assert page.locator("[role=alert]").inner_text() == "كلمة المرور غير صحيحة."
    page.fill("input", PASSWORD)
    page.click("button")
    page.locator("#is-question").wait_for()
    assert page.url == f"{url}/?q={quote(CLOSED)}"
    page.locator(".is-document").first.wait_for(state="attached")  # so the server's functions are open, too
    assert wrong == []
    page.context.close()


def test_the_page_speaks_the_language_that_was_chosen_in_the_chat(browser: Browser, url: str) -> None:
    page = visit(browser, PHONE, [])
    page.goto(url)
    page.evaluate("localStorage.setItem('isnad.language', 'fr')")
    page.reload()
    assert page.locator("label").inner_text() == "Mot de passe"
    assert page.evaluate("document.documentElement.dir") == "ltr"
    page.context.close()


def test_while_documents_are_read_a_page_says_how_far_that_is_and_gives_way(browser: Browser) -> None:
    wrong: list[str] = []
    waiting = Waiting("127.0.0.1", 0)
    page = visit(browser, PHONE, wrong)
    try:
        page.goto(f"http://127.0.0.1:{waiting.port}/?q=x")
        assert "تُقرأ الوثائق الآن" in page.locator("main").inner_text()
        waiting.progress("reading", 3, 7)
        page.get_by_text("3 / 7").wait_for()
        assert page.evaluate("document.querySelector('progress').position") == pytest.approx(3 / 7)
        assert fits(page)
    finally:
        waiting.close()
    # The chat that follows on the same address knows no such thing as progress.
    with serving("127.0.0.1", port=waiting.port):
        page.locator("#is-question").wait_for()
        page.locator(".is-document").first.wait_for(state="attached")
        assert page.url.endswith("/?q=x")
        page.context.close()
    assert wrong in ([], [f"http://127.0.0.1:{waiting.port}/isnad/progress"])
