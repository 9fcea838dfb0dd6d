"""A visit to the chat in a real Chromium, for its tests: what is asked, seen, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Visit:
    """A page that keeps what went wrong in it."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        size: dict[str, int],
        scheme: str = "light",
        path: str = "",
        prepare: str = "",  # a script that runs before any of the page's
    ) -> None:
        self.context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-US")
        if prepare:
            self.context.add_init_script(prepare)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(40_000)
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        self.page.on("console", self._console)
        self.page.on("response", lambda each: self._response(each.status, each.url))
        # Asked of the whole context: whatever leaves this origin is a fault, and is stopped.
        self.context.route(lambda address: not address.startswith(url), self._outside)
        self.page.goto(url + path)
        self.page.locator(".is-document").first.wait_for(state="attached")

    def _console(self, message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.wrong.append(f"console: {message.text}")  # type: ignore[attr-defined]

    def _response(self, status: int, address: str) -> None:
        if status >= 400:
            self.wrong.append(f"{status}: {address}")

    def _outside(self, route: object) -> None:
        address = route.request.url  # type: ignore[attr-defined]
        if address.startswith(("data:", "blob:")):
            route.continue_()  # type: ignore[attr-defined]
        else:
            self.wrong.append(f"external request: {address}")
            route.abort()  # type: ignore[attr-defined]

    def ask(self, question: str) -> Locator:
        """Ask and return the answer."""
        before = self.page.locator(".isnad").count()
        self.page.fill("#is-question textarea", question)
        self.page.keyboard.press("Enter")
        answer = self.page.locator(".isnad").nth(before)
        answer.wait_for()
        return answer

    def close(self) -> None:
        wrong = list(self.wrong)
        self.context.close()  # which breaks off what the page still waits for, and has it complain
        assert not wrong, "\n".join(wrong)


def is_inside(inner: Locator, outer: Locator) -> bool:
    a, b = inner.bounding_box(), outer.bounding_box()
    assert a is not None
    assert b is not None
    return b["y"] <= a["y"] and a["y"] + a["height"] <= b["y"] + b["height"]


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
