"""Take pictures of every screen of the chat: `python scripts/screenshots.py FOLDER`.

Without `--corpus`, the documents and answers are the invented ones of the tests, so that each screen exists:
empty, answered, source opened, conflict, not found. With it, each `--question` is asked of that folder.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import ui_corpus as invented  # noqa: E402
from ui_support import chromium  # noqa: E402

from ui.app import start  # noqa: E402

HEIGHTS = {1280: 800, 390: 844}


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer is on the screen and the page is at rest."""
    before = page.locator(".isnad").count()
    page.fill("#is-question textarea", question)
    page.keyboard.press("Enter")
    page.locator(".isnad").nth(before).wait_for()
    page.wait_for_timeout(500)


def tour(page: Page, name: Path, questions: dict[str, str]) -> None:
    """Take one picture of each screen; `questions` maps a screen's name to what is asked for it."""
    page.wait_for_timeout(500)
    page.screenshot(path=f"{name}-empty.png")
    for screen, question in questions.items():
        ask(page, question)
        page.screenshot(path=f"{name}-{screen}.png")
        chip = page.locator(".isnad").last.locator(".is-chip")
        if screen.startswith("answer") and chip.count():
            chip.first.click()
            page.locator("mark.is-chosen").first.wait_for()
            page.wait_for_timeout(1000)
            page.screenshot(path=f"{name}-{screen}-source.png")
            if page.locator(".is-close").is_visible():
                page.click(".is-close")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the pictures go")
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
        pipeline = invented.FakePipeline()
        questions = {
            "answer": invented.CLOSED,
            "conflict": invented.INJURED,
            "date": invented.PRESS,
            "two-readings": invented.HEARING,
            "not-found": invented.KILLED,
            "other-language": invented.CAUSE,
            "number": invented.LEVEL,
            "follow-up": invented.AND_IN_2020,
            "hostile": invented.GUARD,
        }
        examples = invented.EXAMPLES
    running = start(pipeline, port=0, examples=examples)
    try:
        with chromium() as browser:
            for lang, width, scheme in product(options.lang, options.width, options.scheme):
                size = {"width": width, "height": HEIGHTS.get(width, 800)}
                context = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=1)
                page = context.new_page()
                page.goto(f"{running.url}/?lang={lang}")
                page.locator("#is-question textarea").wait_for()
                tour(page, options.folder / f"{lang}-{width}-{scheme}", questions)
                context.close()
    finally:
        running.close()


if __name__ == "__main__":
    main()
