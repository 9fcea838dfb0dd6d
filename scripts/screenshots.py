"""Take pictures of every screen of the chat: `python scripts/screenshots.py FOLDER`.

The documents and answers are the invented ones of the tests, so that every kind of screen exists. With
`--pictures`, those of the documentation are taken instead: of each kind of answer, of the views, of a phone.
With `--corpus`, each `--question` is asked of that folder.
"""

from __future__ import annotations

import argparse
import io
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from playwright.sync_api import Browser, Locator, Page

    from rag.schema import Document

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import ui_corpus as invented  # noqa: E402
from ui_support import chromium  # noqa: E402

from ui.app import start  # noqa: E402

HEIGHTS = {1280: 800, 390: 844}
SCALE = 1.25  # of the documentation's pictures
MARGIN = 14  # pixels around them
PAPER = "#e5e2da"  # between those that stand in one picture
QUALITY = 88
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
# Of the documentation: picture → for each part of it the questions that lead there; the last is on it.
KINDS = {
    "answer": [[invented.CLOSED]],
    "conflict": [[invented.INJURED], [invented.CAUSE]],
    "dates": [[invented.PRESS], [invented.HEARING]],
    "not-found": [[invented.KILLED]],
    "follow-up": [[invented.LEVEL, invented.AND_IN_2020]],
}
VIEWS = ("documents", "timeline", "map", "history")


class Friendly(invented.FakePipeline):
    """The invented documents without the hostile one."""

    def documents(self) -> list[Document]:
        """Return the documents that can be shown to strangers."""
        return [each for each in super().documents() if each.id != invented.HOSTILE]


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
    page.locator(".is-menu > summary").click()
    page.screenshot(path=f"{name}-menu.png")
    page.keyboard.press("Escape")
    page.locator("#is-filters > .label-wrap").click()
    page.wait_for_timeout(300)
    page.screenshot(path=f"{name}-filters.png")
    page.locator("#is-filters > .label-wrap").click()
    for view in VIEWS:
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
    for kind, parts in KINDS.items():
        taken = []
        for questions in parts:
            page = visit(browser, url, "ar", scale=SCALE)
            page.set_viewport_size({"width": 1280, "height": 1500})
            answer = [ask(page, question) for question in questions][-1]
            taken.append(crop(page, page.locator(".user-row").last, answer))
            if kind == "follow-up":
                answer.locator(".is-why > summary").click()
                answer.locator(".is-stage").nth(3).wait_for()
                page.mouse.move(0, 0)
                taken.append(crop(page, answer.locator(".is-why"), margin=6))
            page.context.close()
        save(folder / f"{kind}.webp", taken)
    page = visit(browser, url, "ar", scale=SCALE)
    for question in (invented.CLOSED, invented.INJURED):
        answer = ask(page, question)
    answer.locator(".is-link").first.click()
    page.locator("mark.is-chosen").wait_for()
    page.wait_for_timeout(1000)
    save(folder / "chat.webp", [page.screenshot()])
    taken = []
    for view in ("documents", "timeline", "map"):
        show(page, view)
        taken.append(page.locator("#is-source").screenshot())
    save(folder / "views.webp", taken, across=True)
    page.context.close()
    taken = []
    for lang, scheme in (("ar", "light"), ("ar", "dark"), ("en", "light")):
        page = visit(browser, url, lang, width=390, scheme=scheme, scale=SCALE)
        chip = ask(page, invented.CAUSE if lang == "en" else invented.INJURED).locator(".is-chip").first
        if scheme == "dark":
            chip.click()
            page.locator("mark.is-chosen").wait_for()
            page.wait_for_timeout(1000)
        taken.append(page.screenshot())
        page.context.close()
    save(folder / "phone.webp", taken, across=True)


def crop(page: Page, *parts: Locator, margin: int = MARGIN) -> bytes:
    """Take a picture of the rectangle around some parts of the page, with a `margin` above and below."""
    boxes = [box for part in parts if (box := part.bounding_box()) is not None]
    left, right = min(box["x"] for box in boxes), max(box["x"] + box["width"] for box in boxes)
    top, bottom = min(box["y"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
    left, right, top, bottom = left - MARGIN, right + MARGIN, top - margin, bottom + margin
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return page.screenshot(clip=clip)  # type: ignore[arg-type]


def save(path: Path, taken: list[bytes], *, across: bool = False) -> None:
    """Write pictures as one, side by side (`across`) or one below the other, with a gap between them."""
    from PIL import Image

    parts: list[Image.Image] = [Image.open(io.BytesIO(each)).convert("RGB") for each in taken]
    gap = MARGIN if len(parts) > 1 else 0
    wide, high = [part.width for part in parts], [part.height for part in parts]
    size = (sum(wide) + gap * (len(parts) - 1), max(high))
    if not across:
        size = (max(wide), sum(high) + gap * (len(parts) - 1))
    sheet, at = Image.new("RGB", size, PAPER), 0
    for part in parts:
        sheet.paste(part, (at, 0) if across else (sheet.width - part.width, at))
        at += gap + (part.width if across else part.height)
    sheet.save(path, quality=QUALITY, method=6)


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
        pipeline = Friendly() if options.pictures else invented.FakePipeline()
        questions, examples = QUESTIONS, invented.EXAMPLES
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
