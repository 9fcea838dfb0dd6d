"""Documents that come and go in the panel, in a real Chromium: a visitor's own, and the owner's folder."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from api_support import call
from hostile import W, docx, locked_pdf
from index_support import HARBOUR, LIBRARY, MILL, fill
from ui_support import running
from ui_visit import DESKTOP, PHONE, Visit, Visiting, Windows, is_inside, no_sideways_scrolling

from ui import strings

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Route

pytestmark = pytest.mark.browser

TOWER = ["برج الصقر", "يبلغ ارتفاع بُرج الصقر ٧٣ متراً، وصمّمه المهندس عدنان الشريف.", "وافتُتح البرج سنة 1994."]
WHO = "من صمّم برج الصقر؟"
ORCHARD = "The pear orchard\n\nThe pear orchard at Ain Zahra was planted by Huda Mansour in 1948.\n"
BACKWARDS = "".join(
    ("قالت المهندسة ليلى إن البناء في المدينة القديمة استغرق سنة كاملة على الأقل. " * 6)[::-1]
)
MOST = 60_000  # bytes of an upload
BOTH_SIZES = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a small folder to visitors."""
    folder = fill(tmp_path_factory.mktemp("folder"), {"harbour.txt": HARBOUR, "قرى/mill.txt": MILL})
    settings = {"ISNAD_UPLOAD_BYTES": str(MOST), "ISNAD_HOME": str(tmp_path_factory.mktemp("home"))}
    with running(_command(folder), **settings) as (address, _):
        yield address


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the owner changes."""
    return fill(tmp_path_factory.mktemp("owned"), {"harbour.txt": HARBOUR, "library.txt": LIBRARY})


@pytest.fixture(scope="module")
def owner_url(owned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = str(tmp_path_factory.mktemp("home"))
    with running([*_command(owned), "--editable"], ISNAD_HOME=home) as (address, _):
        yield address


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-um", "rag.cli", "serve", "--corpus", str(folder), "--port", "0"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder of files to upload."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in TOWER)
    document = f"<w:document {W}><w:body>{paragraphs}</w:body></w:document>"
    (tmp_path / "برج الصقر.docx").write_bytes(docx(document))
    (tmp_path / "orchard.txt").write_text(ORCHARD, "utf-8")
    (tmp_path / "معكوس.txt").write_text(BACKWARDS, "utf-8")
    (tmp_path / "مقفل.pdf").write_bytes(locked_pdf())
    (tmp_path / "صورة.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "فارغ.txt").write_bytes(b"")
    (tmp_path / "كبير.txt").write_text("س" * MOST, "utf-8")
    return tmp_path


def with_list(visit: Visit) -> Visit:
    """Return a visit with the list of documents open."""
    show_list(visit)
    return visit


@pytest.fixture(scope="module")
def window(request: pytest.FixtureRequest, windows: Windows, url: str) -> Iterator[Visit]:
    """Return a window for several tests, at a desk if they name no other size."""
    opening = windows.visit(url, getattr(request, "param", DESKTOP))
    yield opening
    opening.close()


@pytest.fixture
def visit(window: Visit) -> Visit:
    """Return the window with the list open, and no documents of its own."""
    assert window.wrong == []
    show_list(window)
    forget = window.page.locator("a[href='#shelf-forget']")
    if forget.is_visible():
        forget.click()
        window.page.locator(".is-own").wait_for(state="detached")
    window.page.evaluate("document.querySelectorAll('.is-dismiss').forEach((each) => each.click())")
    return window


def show_list(visit: Visit) -> None:
    """Open the list of documents, unless it is open."""
    page = visit.page
    page.locator(".is-panel").wait_for(state="attached")
    if not page.locator(".is-shelf").is_visible():
        page.evaluate("document.querySelector('.is-panel').classList.add('is-old')")
        page.evaluate("document.querySelector(\"a[href='#documents']\").click()")
        page.locator(".is-panel:not(.is-old)").wait_for()
    page.locator(".is-shelf").wait_for()


def close_panel(visit: Visit) -> None:
    if visit.page.locator(".is-close").is_visible():
        visit.page.click(".is-close")


def add(visit: Visit, *paths: Path) -> None:
    visit.page.locator(".is-add input").set_input_files(list(paths))


def row(visit: Visit, text: str) -> Locator:
    return visit.page.locator("li.is-shelved", has_text=text)


def refused(visit: Visit, name: str) -> Locator:
    return visit.page.locator(".is-coming li.is-refused", has_text=name)


def unfold(visit: Visit) -> None:
    """Open the row of filters, unless it is open."""
    if not visit.page.locator("#is-filter-documents input").is_visible():
        visit.page.locator("#is-filters > .label-wrap").click()


def is_offered(visit: Visit, *names: str) -> bool:
    """Tell whether the row of filters comes to offer these documents and no others."""
    page = visit.page
    unfold(visit)
    page.click("#is-filter-documents input")
    wanted = sorted(f"\u2068{name}\u2069" for name in names)
    script = """names => [...document.querySelectorAll("#is-filters [role=option]")].map((each) =>
        each.textContent.replace("✓", "").trim()).sort().join() === names.join()"""
    page.wait_for_function(script, arg=wanted)
    page.keyboard.press("Escape")
    return True


def count_is(visit: Visit, text: str) -> None:
    visit.page.wait_for_function("text => document.querySelector('.is-count').textContent === text", arg=text)


@BOTH_SIZES
def test_an_upload_is_asked_and_opened_at_its_words(visit: Visit, files: Path) -> None:
    mine = visit
    add(mine, files / "برج الصقر.docx")
    row(mine, "برج الصقر").locator("a.is-document").wait_for()
    assert row(mine, "برج الصقر").locator(".is-panel-facts").inner_text().split("\n")[0] == "العربية"
    count_is(mine, "3 وثائق")
    assert no_sideways_scrolling(mine.page)
    close_panel(mine)
    mine.page.wait_for_function("document.querySelector('#is-visit textarea, #is-visit input').value !== ''")
    answer = mine.ask(WHO)
    assert answer.locator(".is-answer").first.inner_text() == "عدنان الشريف"
    answer.locator(".is-chip").first.click()
    chosen = mine.page.locator("mark.is-chosen")
    chosen.wait_for()
    assert chosen.inner_text() == "عدنان الشريف"
    assert is_inside(chosen, mine.page.locator(".is-panel-body"))
    close_panel(mine)
    assert is_offered(mine, "برج الصقر", "ميناء المرجان", "The old mill")


def test_of_several_files_the_later_ones_wait_for_their_turn(visit: Visit, files: Path) -> None:
    held: list[Route] = []
    pattern = re.compile("do=add")
    visit.page.route(pattern, lambda each: held.append(each))
    add(visit, files / "orchard.txt", files / "برج الصقر.docx")
    coming = visit.page.locator(".is-coming li")
    coming.nth(1).locator(".is-stage-now").get_by_text(strings.load("ar")("stage_waiting")).wait_for()
    visit.page.locator(".is-coming li.is-working", has_text="orchard.txt").wait_for()
    assert visit.page.locator(".is-coming li.is-working").count() == 1
    while not held:
        visit.page.wait_for_timeout(20)
    visit.page.unroute(pattern)
    row(visit, "برج الصقر").wait_for()
    row(visit, "orchard").wait_for()
    assert coming.count() == 0


def test_nobody_but_the_visitor_is_answered_from_an_upload_or_sees_it(
    visiting: Visiting, visit: Visit, url: str, files: Path
) -> None:
    other = with_list(visiting())
    add(visit, files / "برج الصقر.docx")
    row(visit, "برج الصقر").locator("a.is-document").wait_for()
    # Nobody else: neither a window that was open, nor a program, nor a window that opens now.
    show_list(other)
    assert row(other, "برج").count() == 0
    count_is(other, "وثيقتان")
    close_panel(other)
    assert other.ask(WHO).locator(".is-absent").count() == 1
    assert is_offered(other, "ميناء المرجان", "The old mill")
    other.page.evaluate("document.querySelector(\"a[href='#timeline']\").click()")
    other.page.locator(".is-tab[aria-current][href='#timeline']").wait_for()
    assert "1994" not in other.page.locator(".is-panel-body").inner_text()
    listed = call(url, "documents")[1][0]
    assert [each["document"] for each in listed["documents"]] == ["harbour.txt", "قرى/mill.txt"]
    asked, said = call(url, "ask", WHO)
    assert (asked, said[0]["answered"]) == ("complete", False)
    assert call(url, "document", "~/برج الصقر.docx")[0] == "error"
    other.close()


@BOTH_SIZES
def test_each_file_that_is_not_taken_says_why_and_the_others_go_on(visit: Visit, files: Path) -> None:
    assert "حتى 60" in visit.page.locator(".is-limits").first.inner_text()
    add(visit, *(files / name for name in ("صورة.png", "كبير.txt", "فارغ.txt", "مقفل.pdf", "orchard.txt")))
    row(visit, "The pear orchard").wait_for()
    for name, reason in {
        "صورة.png": "هذا النوع من الملفات لا يُقرأ",
        "كبير.txt": "الملف أكبر من 60",
        "فارغ.txt": "الملف فارغ",
        "مقفل.pdf": "بكلمة مرور",
    }.items():
        assert reason in refused(visit, name).inner_text()
    assert no_sideways_scrolling(visit.page)
    refused(visit, "صورة.png").locator(".is-dismiss").click()
    assert refused(visit, "صورة.png").count() == 0
    add(visit, files / "orchard.txt")
    refused(visit, "orchard.txt").locator(".is-offer", has_text="orchard (2).txt").click()
    row(visit, "orchard (2).txt").wait_for()


@BOTH_SIZES
def test_text_that_came_out_garbled_is_marked_in_the_list(visit: Visit, files: Path) -> None:
    add(visit, files / "معكوس.txt")
    warning = row(visit, "معكوس").locator(".is-garbled")
    warning.wait_for()
    assert "نصّها العربي معكوس" in warning.inner_text()
    assert no_sideways_scrolling(visit.page)


@BOTH_SIZES
def test_what_is_removed_is_asked_no_more_until_it_is_put_back_and_all_can_be_forgotten(
    visit: Visit, files: Path
) -> None:
    page = visit.page
    add(visit, files / "برج الصقر.docx", files / "orchard.txt")
    row(visit, "The pear orchard").wait_for()
    row(visit, "برج الصقر").locator(".is-remove").click()
    undo = page.locator(".is-removed a")
    undo.wait_for()
    count_is(visit, "3 وثائق")
    close_panel(visit)
    assert visit.ask(WHO).locator(".is-absent").count() == 1
    show_list(visit)
    undo.press("Enter")
    row(visit, "برج الصقر").locator(".is-document").wait_for()
    close_panel(visit)
    assert visit.ask(WHO).locator(".is-answer").first.inner_text() == "عدنان الشريف"
    show_list(visit)
    page.locator("a[href='#shelf-forget']").click()
    page.locator(".is-own").wait_for(state="detached")
    count_is(visit, "وثيقتان")
    assert page.evaluate("sessionStorage.getItem('isnad.visit')") is None
    close_panel(visit)
    assert visit.ask(WHO).locator(".is-absent").count() == 1


def test_the_boxes_and_the_row_under_the_question_choose_the_same_documents(
    visit: Visit, files: Path
) -> None:
    page = visit.page
    tokens = page.locator("#is-filter-documents .token")
    page.get_by_label("اسأل هذه الوثيقة وحدها: ميناء المرجان").check()
    assert page.locator(".is-only span").inner_text() == "تُسأل وثيقة واحدة فقط"
    close_panel(visit)
    unfold(visit)
    tokens.first.wait_for()
    assert tokens.all_inner_texts() == ["\u2068ميناء المرجان\u2069"]
    assert visit.ask("When did the old mill close?").locator(".is-chip", has_text="The old mill").count() == 0
    page.click("#is-filter-documents input")
    page.get_by_role("option", name="The old mill").click()
    page.keyboard.press("Escape")
    show_list(visit)
    page.wait_for_function("document.querySelectorAll('.is-pick input:checked').length === 2")
    assert page.locator(".is-only span").inner_text() == "تُسأل وثيقتان فقط"
    page.locator("a[href='#shelf-all']").click()
    page.wait_for_function("document.querySelectorAll('.is-pick input:checked').length === 0")
    close_panel(visit)
    page.wait_for_function("document.querySelectorAll('#is-filter-documents .token').length === 0")


def test_files_are_dropped_anywhere_on_the_panel_and_nowhere_else(visit: Visit) -> None:
    page = visit.page
    page.locator("a.is-document").first.click()  # the list need not be open
    page.locator(".is-panel-title").wait_for()
    drop = """([place, kinds]) => {
        const data = new DataTransfer();
        data.items.add(new File(["برج النسر\\n\\nيبلغ ارتفاع برج النسر 40 مترا.\\n"], "نسر.txt"));
        const at = document.querySelector(place);
        for (const kind of kinds) {
            at.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        }
    }"""
    page.evaluate(drop, ["#is-source article", ["dragenter", "dragover"]])
    page.locator("#is-source.is-dropping").wait_for()
    page.evaluate(drop, ["#is-source article", ["drop"]])
    row(visit, "برج النسر").wait_for()
    assert page.locator("#is-source.is-dropping").count() == 0
    page.evaluate(drop, ["#is-messages", ["dragenter", "dragover", "drop"]])
    assert page.locator(".is-coming li").count() == 0


def test_the_chooser_opens_from_the_keyboard_and_says_so_to_a_screen_reader(
    visiting: Visiting, files: Path
) -> None:
    visit = with_list(visiting(path="/?lang=fr"))
    page = visit.page
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Ajouter des documents").press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files([files / "orchard.txt"])
    page.wait_for_function(
        "document.querySelector('.is-add [role=status]')?.textContent === 'orchard.txt: Prêt'"
    )


def test_own_documents_outlive_a_reload_and_a_visit_that_is_over_says_so(
    visiting: Visiting, files: Path
) -> None:
    visit = with_list(visiting())
    page = visit.page
    add(visit, files / "orchard.txt")
    row(visit, "The pear orchard").wait_for()
    page.reload()
    show_list(visit)
    row(visit, "The pear orchard").wait_for()
    assert (
        visit.ask("Who planted the pear orchard?").locator(".is-answer").first.inner_text() == "Huda Mansour"
    )
    page.evaluate("sessionStorage.setItem('isnad.visit', 'x'.repeat(43))")
    page.reload()
    show_list(visit)
    page.locator(".is-over").wait_for()
    assert page.locator(".is-own").count() == 0
    page.wait_for_function("sessionStorage.getItem('isnad.visit') === null")
    visit.wrong.clear()  # reloading breaks off what the page still waits for, and has it complain


# -- The owner's folder ----------------------------------------------------------------------------------


def test_the_owner_adds_to_the_folder_and_the_page_follows(
    visiting: Visiting, owner_url: str, owned: Path, files: Path
) -> None:
    visit = with_list(visiting(url=owner_url))
    page = visit.page
    add(visit, files / "برج الصقر.docx")
    row(visit, "برج الصقر.docx").wait_for()
    assert (owned / "برج الصقر.docx").read_bytes() == (files / "برج الصقر.docx").read_bytes()
    count_is(visit, "3 وثائق")
    page.wait_for_function("document.querySelectorAll('.is-coming li').length === 0")
    assert visit.ask(WHO).locator(".is-answer").first.inner_text() == "عدنان الشريف"
    assert is_offered(visit, "برج الصقر", "ميناء المرجان", "مكتبة النخيل")
    assert call(owner_url, "ask", WHO)[1][0]["answer"] == "عدنان الشريف"  # it is everybody's

    add(visit, files / "برج الصقر.docx")
    refused(visit, "برج الصقر.docx").locator(".is-offer", has_text="برج الصقر (2).docx").wait_for()
    page.get_by_label("اسأل هذه الوثيقة وحدها: برج الصقر").check()
    row(visit, "برج الصقر.docx").locator(".is-remove").click()
    page.locator(".is-removed a").wait_for()
    assert not (owned / "برج الصقر.docx").exists()
    page.wait_for_function("document.querySelector('.is-only').hidden")  # it is not asked for any more
    assert visit.ask(WHO).locator(".is-absent").count() == 1
    page.locator(".is-removed a").click()
    row(visit, "برج الصقر.docx").locator(".is-document").wait_for()
    assert (owned / "برج الصقر.docx").is_file()

    fill(owned, {"orchard.txt": ORCHARD})
    page.locator("a[href='#shelf-refresh']").click()
    row(visit, "The pear orchard").wait_for()
    count_is(visit, "4 وثائق")
