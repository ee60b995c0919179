"""The planner in the browser: by drag, by keys, by form; what is refused snaps back."""

import re

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import NewWindow
from tests.support.browser import PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

IDLE = "Felix Wolff"  # nobody books him in the demo


def row(one: Window, name: str) -> Locator:
    return one.page.locator(f"section.plan-row[aria-label='{name}']")


def bars(one: Window, name: str) -> Locator:
    return row(one, name).locator(".plan-bar")


def label_of(bar: Locator) -> str:
    return str(bar.get_attribute("aria-label"))


def loads(one: Window, name: str) -> list[str]:
    return row(one, name).locator(".plan-load").all_inner_texts()


def open_planner(window: NewWindow) -> Window:
    one = window("lead")
    one.open("/planner?weeks=8")
    row(one, IDLE).locator(".plan-load").first.wait_for()
    return one


def book(one: Window, first: int, last: int, percent: str = "50") -> None:
    """Draws from the middle of one column to the middle of another, and fills in the form."""
    box = row(one, IDLE).locator(".plan-track").bounding_box()
    assert box is not None
    width, y = box["width"] / 8, box["y"] + box["height"] - 8
    one.page.mouse.move(box["x"] + (first + 0.5) * width, y)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + (last + 0.5) * width, y, steps=4)
    one.page.mouse.up()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Project").select_option(index=1)
    dialog.get_by_label("How much").fill(percent)
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="hidden")


def wait_for_label(one: Window, bar: Locator, pattern: str) -> None:
    one.page.wait_for_function(
        "([bar, words]) => new RegExp(words).test(document.querySelector(bar)?.ariaLabel ?? '')",
        arg=[f".plan-bar[data-id='{bar.get_attribute('data-id')}']", pattern],
    )


def weeks_of(one: Window) -> list[str]:
    return one.page.locator(".plan-head > span:not(.plan-corner)").all_inner_texts()


def clear(one: Window) -> None:
    """Takes away whatever the test booked."""
    while bars(one, IDLE).count():
        count = bars(one, IDLE).count()
        bars(one, IDLE).first.focus()
        one.page.keyboard.press("Delete")
        one.page.wait_for_function(
            "([bars, count]) => document.querySelectorAll(bars).length < count",
            arg=[f"section.plan-row[aria-label='{IDLE}'] .plan-bar", count],
        )


def test_a_drawn_place_becomes_a_booking_and_counts_as_load(window: NewWindow) -> None:
    one = open_planner(window)
    book(one, 1, 2)
    bar = bars(one, IDLE).first
    bar.wait_for()
    weeks = weeks_of(one)
    assert re.search(rf"50\s%, {weeks[1]} to {weeks[2]}$", label_of(bar))
    assert loads(one, IDLE)[1].startswith("50")
    clear(one)


def test_a_bar_is_dragged_to_other_weeks_and_put_back_by_undo(window: NewWindow) -> None:
    one = open_planner(window)
    book(one, 1, 1)
    bar, weeks = bars(one, IDLE).first, weeks_of(one)
    box = bar.bounding_box()
    assert box is not None
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + box["width"] * 2.5, box["y"] + 10, steps=6)
    one.page.mouse.up()
    wait_for_label(one, bar, f"{weeks[3]} to {weeks[3]}")
    one.page.get_by_role("button", name="Undo").last.click()
    wait_for_label(one, bar, f"{weeks[1]} to {weeks[1]}")
    clear(one)


def test_the_keyboard_moves_stretches_and_removes(window: NewWindow) -> None:
    one = open_planner(window)
    book(one, 1, 1)
    bar, weeks = bars(one, IDLE).first, weeks_of(one)
    bar.focus()
    one.page.keyboard.press("ArrowRight")
    wait_for_label(one, bar, f"{weeks[2]} to {weeks[2]}")
    bar.focus()
    one.page.keyboard.press("Shift+ArrowRight")
    wait_for_label(one, bar, f"{weeks[2]} to {weeks[3]}")
    bar.focus()
    one.page.keyboard.press("Delete")
    one.page.get_by_text("booking removed").first.wait_for()
    assert bars(one, IDLE).count() == 0
    one.page.get_by_role("button", name="Undo").last.click()
    bars(one, IDLE).first.wait_for()
    assert f"{weeks[2]} to {weeks[3]}" in label_of(bars(one, IDLE).first)
    clear(one)


def test_a_bar_goes_to_the_next_person_by_keyboard(window: NewWindow) -> None:
    one = open_planner(window)
    book(one, 4, 4)
    names = one.page.locator("section.plan-row").evaluate_all("all => all.map(r => r.ariaLabel)")
    below = names[names.index(IDLE) + 1]
    bar = bars(one, IDLE).first
    number = bar.get_attribute("data-id")
    bar.focus()
    one.page.keyboard.press("Alt+ArrowDown")
    row(one, below).locator(f"[data-id='{number}']").wait_for()
    one.page.get_by_role("button", name="Undo").last.click()
    row(one, IDLE).locator(f"[data-id='{number}']").wait_for()
    clear(one)


def test_too_much_is_shown_in_red_and_in_words_and_is_allowed(window: NewWindow) -> None:
    one = open_planner(window)
    book(one, 2, 2, "100")
    book(one, 2, 2, "25")
    one.page.get_by_text(re.compile(f"{IDLE} is over-booked in the week of")).wait_for()
    load = row(one, IDLE).locator(".plan-load").nth(2)
    assert load.inner_text().startswith("125")
    assert "t-bad" in str(load.get_attribute("class"))
    clear(one)


def test_a_form_without_a_project_is_refused_beside_the_field(window: NewWindow) -> None:
    one = open_planner(window)
    one.page.get_by_role("button", name="Book someone").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Who").select_option(label=f"{IDLE} · Operations")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_text("Choose a project.").wait_for()
    assert dialog.get_by_label("Project").get_attribute("aria-invalid") == "true"
    assert dialog.get_by_label("Who").input_value() != ""


def test_a_form_without_a_person_says_whom_it_wants(window: NewWindow) -> None:
    one = open_planner(window)
    one.page.get_by_role("button", name="Book someone").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_text("Choose a person, or a role that is still open.").wait_for()


def test_a_member_sees_the_own_row_and_can_change_nothing(window: NewWindow) -> None:
    one = window("member")
    one.open("/planner")
    one.page.locator("section.plan-row").first.wait_for()
    assert one.page.locator("section.plan-row").count() == 1
    assert one.page.get_by_role("button", name="Book someone").count() == 0
    assert one.page.locator(".plan-bar:not(.locked)").count() == 0


def test_on_a_phone_the_plan_is_a_list_that_fits(window: NewWindow) -> None:
    one = window("lead", PHONE)
    one.open("/planner")
    one.page.get_by_role("heading", name=IDLE).wait_for()
    assert not one.page.locator(".plan").is_visible()
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
