"""What stands under an answer, in a real Chromium: chains, dates, follow-ups, and why it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ui_corpus import AND_IN_2020, CLOSED, HEARING, INJURED, LEVEL, PRESS
from ui_visit import DESKTOP, PHONE, Visit, Visiting, is_inside, no_sideways_scrolling

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.browser


def test_a_link_of_the_chain_marks_who_said_it_in_the_source(desk: Visit) -> None:
    answer = desk.ask(PRESS)
    for name in ("وكالة الوادي", "المتحدث باسم المستشفى", "رامي الخطيب"):
        answer.locator(".is-link", has_text=name).click()
        chosen = desk.page.locator("#is-source mark.is-chosen", has_text=name)
        chosen.wait_for()
        assert chosen.inner_text() == name
        assert is_inside(chosen, desk.page.locator("#is-source .is-panel-body"))
        assert "الاثنين المقبل" in desk.page.locator("#is-source mark:not(.is-chosen)").all_inner_texts()
        assert answer.locator(".is-current").inner_text() == name


def test_a_title_and_a_name_run_in_the_direction_of_their_own_words(desk: Visit) -> None:
    for question, direction in ((HEARING, "ltr"), (PRESS, "rtl")):  # English and Arabic, in an Arabic page
        answer = desk.ask(question)
        title, name = (
            answer.locator(f".is-by-{role}").evaluate("element => element.getBoundingClientRect().x")
            for role in ("title", "speaker")
        )
        assert (title < name) == (direction == "ltr")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_sides_of_a_conflict_stand_side_by_side_or_on_a_phone_one_below_the_other(
    visiting: Visiting, size: dict[str, int]
) -> None:
    visit = visiting(size)
    answer = visit.ask(INJURED)
    first, second = (answer.locator(".is-card").nth(i).bounding_box() for i in (0, 1))
    assert first is not None
    assert second is not None
    if size is DESKTOP:
        assert first["y"] == second["y"]
        assert first["x"] >= second["x"] + second["width"]
    else:
        assert first["x"] == second["x"]
        assert first["y"] + first["height"] <= second["y"]
    assert no_sideways_scrolling(visit.page)


def test_a_completed_question_is_shown_above_the_answer_and_can_be_edited_and_asked(desk: Visit) -> None:
    desk.ask(LEVEL)
    answer = desk.ask(AND_IN_2020)
    line, given = (answer.locator(each).first.bounding_box() for each in (".is-completed", ".is-answer"))
    assert line is not None
    assert given is not None
    assert line["y"] + line["height"] <= given["y"]
    answer.locator(".is-completed a[href='#edit']").click()
    desk.page.wait_for_function(
        """text => {
          const box = document.querySelector("#is-question textarea:enabled");
          return box?.value === text && box === document.activeElement;
        }""",
        arg="وكم بلغ منسوب المياه عام 2020؟",
    )
    desk.page.wait_for_timeout(300)  # in which Gradio may empty the box once more
    assert desk.page.locator("#is-question textarea").input_value() == "وكم بلغ منسوب المياه عام 2020؟"
    desk.page.keyboard.press("ControlOrMeta+a")
    desk.page.keyboard.insert_text(LEVEL)
    desk.page.keyboard.press("Enter")
    desk.page.locator(".isnad").nth(2).wait_for()
    assert desk.page.locator(".isnad").nth(2).locator(".is-completed").count() == 0


def test_a_completed_question_can_be_asked_exactly_as_it_was_typed(desk: Visit) -> None:
    desk.ask(LEVEL)
    desk.ask(AND_IN_2020).locator("a[href='#typed']").click()
    answer = desk.page.locator(".isnad").nth(2)
    answer.locator(".is-absent").wait_for()
    assert answer.locator(".is-completed").count() == 0
    assert desk.page.locator(".message.user").all_inner_texts() == [LEVEL, AND_IN_2020, AND_IN_2020]


def test_a_reader_faster_than_the_keeping_of_an_answer_is_served_all_the_same(desk: Visit) -> None:
    desk.ask(LEVEL)
    desk.until_kept(1)
    held: list[Route] = []
    pattern = "**/component_server/"
    desk.page.route(pattern, lambda each: held.append(each) if _keeps(each) else each.continue_())
    desk.ask(AND_IN_2020).locator("a[href='#typed']").click()
    desk.page.wait_for_timeout(500)
    assert held
    for each in held:
        each.continue_()
    desk.page.unroute(pattern)
    desk.page.locator(".isnad").nth(2).locator(".is-absent").wait_for()


def _keeps(route: Route) -> bool:
    """Tell whether the page asks for what it keeps of an answer."""
    return '"receipts"' in (route.request.post_data or "")


def test_why_unfolds_with_the_scores_and_the_answer_without_the_first_source(desk: Visit) -> None:
    answer = desk.ask(CLOSED)
    why = answer.locator(".is-why")
    assert why.locator(".is-stage").count() == 0
    why.locator("summary").click()
    why.locator(".is-stage").nth(3).wait_for()
    assert "لولا «انهيار جسر الوادي» ونُسخه لكان الجواب «الساعة 5:40 صباحاً»" in why.inner_text()
    why.locator(".is-link").nth(1).click()
    desk.page.locator("mark.is-chosen", has_text="وأكد المستشفى").wait_for()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_question_comes_to_the_top_and_nothing_moves_when_the_answer_arrives(
    visiting: Visiting, size: dict[str, int]
) -> None:
    visit = visiting(size)
    page = visit.page
    for question in (CLOSED, INJURED, PRESS):
        page.evaluate(
            """() => { window.tops = [];
              const note = () => {
                const row = [...document.querySelectorAll("#is-messages .user-row")].pop();
                const top = row && Math.round(row.getBoundingClientRect().top);
                if (row) window.tops.push([row.textContent.trim(), top]);
                window.noting = requestAnimationFrame(note);
              };
              note(); }"""
        )
        visit.ask(question)
        page.wait_for_timeout(400)
        tops = page.evaluate("() => { cancelAnimationFrame(window.noting); return window.tops; }")
        places = [top for text, top in tops if text == question]
        assert max(places) - min(places) <= 1, question  # from the first frame with the question to the last
