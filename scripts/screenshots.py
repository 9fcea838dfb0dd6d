"""Take pictures of every screen of the chat: `python scripts/screenshots.py FOLDER`.

The documents and answers are the invented ones of the tests, so that every kind of screen exists. With
`--pictures`, the pictures of the documentation are taken instead: one of each kind of answer and view. With
`--corpus`, each `--question` is asked of that folder.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import ui_corpus as invented  # noqa: E402
from ui_support import chromium  # noqa: E402

from ui.app import start  # noqa: E402

HEIGHTS = {1280: 800, 390: 844}
SCALE = 1.25  # of the documentation's pictures
MARGIN = 14  # pixels around them
QUESTIONS = {
    "answer": invented.CLOSED,
    "conflict": invented.INJURED,
    "date": invented.PRESS,
    "two-readings": invented.HEARING,
    "not-found": invented.KILLED,
    "not-sure": invented.UNSURE,
    "other-language": invented.CAUSE,
    "number": invented.LEVEL,
    "follow-up": invented.AND_IN_2020,
    "hostile": invented.GUARD,
}
# Of the documentation: name → the questions that lead to it, the last of which is on the picture.
KINDS = {
    "answer": [invented.CLOSED],
    "conflict": [invented.INJURED],
    "date": [invented.PRESS],
    "two-readings": [invented.HEARING],
    "compatible": [invented.CAUSE],
    "follow-up": [invented.LEVEL, invented.AND_IN_2020],
    "not-found": [invented.KILLED],
}


def visit(
    browser: Browser, url: str, lang: str, width: int = 1280, scheme: str = "light", scale: float = 1
) -> Page:
    """Open the chat on a fresh page, and wait until it is there."""
    size = {"width": width, "height": HEIGHTS.get(width, 800)}
    page = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=scale).new_page()  # type: ignore[arg-type]
    page.goto(f"{url}/?lang={lang}")
    page.locator(".is-document").first.wait_for(state="attached")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    return page


def ask(page: Page, question: str) -> Locator:
    """Ask, wait until the answer is on the screen and the page is at rest, and return the answer."""
    before = page.locator(".isnad").count()
    page.fill("#is-question textarea", question)
    page.keyboard.press("Enter")
    answer = page.locator(".isnad").nth(before)
    answer.wait_for()
    page.wait_for_timeout(500)
    return answer


def tour(page: Page, name: Path, questions: dict[str, str]) -> None:
    """Take one picture of each screen; `questions` maps a screen's name to what is asked for it."""
    page.screenshot(path=f"{name}-empty.png")
    for screen, question in questions.items():
        chip = ask(page, question).locator(".is-chip")
        page.screenshot(path=f"{name}-{screen}.png")
        if screen.startswith("answer") and chip.count():
            chip.first.click()
            page.locator("mark.is-chosen").first.wait_for()
            page.wait_for_timeout(1000)
            page.screenshot(path=f"{name}-{screen}-source.png")
            close(page)
    for view in ("timeline", "map"):
        show(page, view)
        page.screenshot(path=f"{name}-{view}.png")
        close(page)


def show(page: Page, view: str) -> None:
    """Open one of the panel's views."""
    page.evaluate("view => document.querySelector(`a[href='#${view}']`).click()", view)
    page.locator(f".is-tab[aria-current][href='#{view}']").wait_for()
    page.wait_for_timeout(500)


def close(page: Page) -> None:
    """Close the panel where it covers the chat."""
    if page.locator(".is-close").is_visible():
        page.click(".is-close")


def pictures(browser: Browser, url: str, folder: Path) -> None:
    """Take the pictures of the documentation, each of what it speaks of and no more."""
    for kind, questions in KINDS.items():
        page = visit(browser, url, "ar", scale=SCALE)
        page.set_viewport_size({"width": 1280, "height": 1500})
        answer = [ask(page, question) for question in questions][-1]
        crop(page, folder / f"{kind}.png", page.locator(".user-row").last, answer)
        if kind == "answer":
            answer.locator(".is-why > summary").click()
            answer.locator(".is-stage").nth(3).wait_for()
            page.mouse.move(0, 0)
            crop(page, folder / "why.png", answer.locator(".is-why"))
        if kind == "conflict":
            page.set_viewport_size({"width": 1280, "height": 800})
            answer.locator(".is-link").first.click()
            page.locator("mark.is-chosen").wait_for()
            page.wait_for_timeout(1000)
            page.screenshot(path=folder / "chat.png")
        page.context.close()
    page = visit(browser, url, "ar", scale=SCALE)
    for question in (invented.CLOSED, invented.INJURED):
        ask(page, question)
    for view in ("timeline", "map"):
        show(page, view)
        page.locator("#is-source").screenshot(path=folder / f"{view}.png")
    page.context.close()
    page = visit(browser, url, "ar", width=390, scheme="dark", scale=SCALE)
    ask(page, invented.INJURED)
    page.screenshot(path=folder / "phone.png")
    page.context.close()


def crop(page: Page, path: Path, *parts: Locator) -> None:
    """Take a picture of the rectangle around some parts of the page, with a margin."""
    boxes = [box for part in parts if (box := part.bounding_box()) is not None]
    left, top = (min(box[side] for box in boxes) - MARGIN for side in ("x", "y"))
    right, bottom = (
        max(box[side] + box[size] for box in boxes) + MARGIN
        for side, size in (("x", "width"), ("y", "height"))
    )
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    page.screenshot(path=path, clip=clip)  # type: ignore[arg-type]


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--pictures", action="store_true", help="those of the documentation")
    parser.add_argument("--corpus", type=Path, help="a folder of documents to ask instead")
    parser.add_argument("--question", action="append", default=[], help="a question for it; may be repeated")
    parser.add_argument("--lang", nargs="+", default=["ar", "en"], help="languages of the interface")
    parser.add_argument("--width", nargs="+", type=int, default=[1280, 390], help="widths in pixels")
    parser.add_argument("--scheme", nargs="+", default=["light", "dark"], help="light, dark or both")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.corpus:
        from rag.pipeline import Pipeline

        pipeline = Pipeline.open(options.corpus)
        questions = {f"answer-{number}": text for number, text in enumerate(options.question, start=1)}
        examples = options.question
    else:
        pipeline, questions, examples = invented.FakePipeline(), QUESTIONS, invented.EXAMPLES
    with TemporaryDirectory() as home:
        running = start(pipeline, port=0, examples=examples, reports=Path(home) / "reports.jsonl")
        try:
            with chromium() as browser:
                if options.pictures:
                    pictures(browser, running.url, options.folder)
                    return
                for lang, width, scheme in product(options.lang, options.width, options.scheme):
                    page = visit(browser, running.url, lang, width, scheme)
                    tour(page, options.folder / f"{lang}-{width}-{scheme}", questions)
                    page.context.close()
        finally:
            running.close()


if __name__ == "__main__":
    main()
