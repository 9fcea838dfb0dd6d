"""A visit to the chat in a real Chromium, for its tests: what is asked, seen, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, Response

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}

_FORGET = """() => {
  for (const kind of ["localStorage", "sessionStorage"])
    try {
      window[kind].clear();
    } catch {} // closed, which some browsers allow
}"""


class Visit:
    """A page that keeps what went wrong in it."""

    def __init__(self, browser: Browser, prepare: str = "") -> None:
        """Open a window; `prepare` is a script that runs in each page of it, before any of the page's."""
        self.context = browser.new_context(locale="en-US")
        if prepare:
            self.context.add_init_script(prepare)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(40_000)
        self.is_over = True
        self.wrong: list[str] = []
        self._url = ""
        self.page.on("pageerror", self._error)
        self.page.on("console", self._console)
        self.page.on("response", self._response)
        self.context.on("request", self._request)  # of whatever page the window opens

    def begin(self, url: str, size: dict[str, int], path: str = "", scheme: str = "light") -> None:
        """Come to the chat as somebody who was never here."""
        self._url = url
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        media = {"media": "null", "reduced_motion": "null", "forced_colors": "null", "color_scheme": scheme}
        self.page.emulate_media(**media)  # type: ignore[arg-type]
        self.context.clear_cookies()
        self.context.clear_permissions()
        self.page.goto(f"{url}/healthz")
        self.page.evaluate(_FORGET)
        self.wrong.clear()
        self.is_over = False
        self.page.goto(url + path)
        self.page.locator(".is-document").first.wait_for(state="attached")

    def close(self) -> None:
        """Leave the chat, where nothing went wrong."""
        wrong = list(self.wrong)
        for each in self.context.pages[1:]:
            each.close()
        self.page.goto("about:blank")  # which breaks off what the page still waits for, and has it complain
        self.wrong.clear()
        self.is_over = True
        assert not wrong, "\n".join(wrong)

    def ask(self, question: str) -> Locator:
        """Ask and return the answer."""
        before = self.page.locator(".isnad").count()
        self.page.fill("#is-question textarea", question)
        self.page.keyboard.press("Enter")
        answer = self.page.locator(".isnad").nth(before)
        answer.wait_for()
        return answer

    def until_kept(self, answers: int) -> None:
        """Wait until the browser keeps so many answers."""
        self.page.wait_for_function(
            "n => Object.keys(localStorage).filter(name => name.startsWith('isnad.talk.'))"
            ".reduce((sum, name) => sum + (JSON.parse(localStorage[name]).turns?.length ?? 0), 0) === n",
            arg=answers,
        )

    def _error(self, error: Error) -> None:
        self.wrong.append(f"page error: {error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def _request(self, request: Request) -> None:
        """Note what leaves this origin, which Chromium is told to find nowhere."""
        if not request.url.startswith((self._url, "data:", "blob:", "about:")):
            self.wrong.append(f"external request: {request.url}")


class Windows:
    """The windows of a browser, which are used again: the page in a new one takes three times as long."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._visits: list[Visit] = []

    def visit(self, url: str, size: dict[str, int] = DESKTOP, path: str = "", scheme: str = "light") -> Visit:
        """Visit the chat in a window that is free."""
        found = next((each for each in self._visits if each.is_over), None)
        if found is None:
            found = Visit(self._browser)
            self._visits.append(found)
        found.begin(url, size, path, scheme)
        return found


Visiting = Callable[..., Visit]  # as `Windows.visit`


def is_inside(inner: Locator, outer: Locator) -> bool:
    a, b = inner.bounding_box(), outer.bounding_box()
    assert a is not None
    assert b is not None
    return b["y"] <= a["y"] and a["y"] + a["height"] <= b["y"] + b["height"]


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
