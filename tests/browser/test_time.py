"""Time in the browser: a week by keyboard, the timer, handing in, approving, sending back, importing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from psa_app import routes
from tests.browser.conftest import NewWindow
from tests.support.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REAL_EXPORT = Path("tests/data/time-exports/clockify_shared_report.csv").resolve()
OWN_EXPORT = """Date,Client,Project,Task,Notes,Hours,First Name,Last Name
2026-11-02,Bergbahn Zell,Ticket kiosk,Kiosk,First,1.5,Clara,Moser
2026-11-03,Somebody new,Fresh start,,Second,0.25,Clara,Moser
"""


def grid(page: Page) -> None:
    page.locator('input[data-cell="0,0"]').wait_for()


def type_into(page: Page, row: int, day: int, text: str) -> None:
    page.locator(f'input[data-cell="{row},{day}"]').focus()
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def cell(page: Page, row: int, day: int) -> str:
    return page.locator(f'input[data-cell="{row},{day}"]').input_value()


def saved(page: Page) -> None:
    expect(page.locator(".week [role=status]")).to_have_text("Saved")


def toast(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def test_a_week_is_typed_by_keyboard_and_stays(window: NewWindow) -> None:
    page = (one := window("member")).page
    one.open(routes.TIME)
    grid(page)
    for day, text in enumerate(("3:30", "4", "90m", "2.5", "45m")):
        type_into(page, 2, day, text)
    saved(page)
    one.open(routes.TIME)
    grid(page)
    assert [cell(page, 2, day) for day in range(5)] == ["3:30", "4:00", "1:30", "2:30", "0:45"]
    total = page.locator(".week-table tbody tr").nth(2).locator("td.sum")
    expect(total).to_have_text("12:15")


def test_a_refused_cell_keeps_what_was_typed_and_says_why(window: NewWindow) -> None:
    page = (one := window("member")).page
    one.open(routes.TIME)
    grid(page)
    type_into(page, 0, 4, "20")
    saved(page)
    type_into(page, 1, 4, "5")
    expect(page.get_by_text("A day has 24:00 at most")).to_be_visible()
    wrong = page.locator('input[data-cell="1,4"]')
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_value("5:00")
    type_into(page, 1, 4, "3")
    type_into(page, 0, 4, "0")
    saved(page)
    type_into(page, 1, 4, "0")
    saved(page)


def test_an_added_row_takes_the_focus_and_the_hours(window: NewWindow) -> None:
    page = (one := window("member")).page
    one.open(routes.week(202650))
    page.locator(".week-table").wait_for()
    before = page.locator(".week-table tbody tr").count()
    picker = page.locator("#week-add")
    picker.fill("learning")
    page.get_by_role("option", name="Learning").first.click()
    expect(page.locator(".week-table tbody tr")).to_have_count(before + 1)
    expect(page.locator("input[data-cell]:focus")).to_have_count(1)
    page.keyboard.type("1:15")
    page.keyboard.press("Tab")
    saved(page)
    row = page.locator(".week-table tbody tr").filter(has_text="Learning")
    expect(row.locator("td.sum")).to_have_text("1:15")


def test_the_timer_is_put_right_before_the_week_is_handed_in_and_recalled(window: NewWindow) -> None:
    page = (one := window("member")).page
    one.open(routes.TIME)
    grid(page)
    type_into(page, 0, 0, "2:00")
    saved(page)
    if page.get_by_role("button", name="Timer", exact=True).count():
        page.get_by_role("button", name="Submit week").first.click()
        expect(page.get_by_role("alert")).to_contain_text("The timer is running")
        page.get_by_role("button", name="Timer", exact=True).first.click()
        page.get_by_role("button", name="Discard", exact=True).click()
        page.get_by_role("button", name="Discard timer").click()
        toast(page, "Timer discarded")
    page.get_by_role("button", name="Submit week").first.click()
    toast(page, "Week 48 handed in")
    expect(page.locator("main .badge", has_text="Submitted").first).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    toast(page, "can be changed again")


def test_the_rest_is_approved_in_one_act_and_taken_back(window: NewWindow) -> None:
    page = (one := window("lead")).page
    one.open(routes.APPROVALS)
    page.get_by_role("button", name=re.compile(r"^Approve (all \d|the rest)")).click()
    toast(page, "approved,")
    page.get_by_role("button", name="Undo").first.click()
    toast(page, "again.")
    expect(page.get_by_role("table", name="Weeks that wait").locator("tbody tr").first).to_be_visible()


def test_a_rate_is_explained_where_the_time_is_approved(window: NewWindow) -> None:
    page = (one := window("lead")).page
    one.open(routes.APPROVALS)
    page.get_by_role("table", name="Weeks that wait").locator("tbody tr a").first.click()
    page.get_by_role("table", name="Entries of this week").locator("tbody tr a").first.click()
    page.get_by_role("button", name="Why this rate").click()
    expect(page.get_by_text("It follows the rates until the time is approved.")).to_be_visible()


def send_back(page: Page) -> Locator:
    """Opens the question for the reason, for Yuki's week."""
    weeks = page.get_by_role("table", name="Weeks that wait").locator("tbody tr")
    weeks.filter(has_text="Yuki Sato").get_by_role("button", name="Send back").click()
    return page.get_by_role("dialog")


def test_nothing_is_sent_back_without_a_reason(window: NewWindow) -> None:
    page = (one := window("lead")).page
    one.open(routes.APPROVALS)
    dialog = send_back(page)
    dialog.get_by_role("button", name="Send back").click()
    expect(dialog.get_by_text("Fill this in.")).to_be_visible()


def test_time_sent_back_reaches_the_person_with_its_reason(window: NewWindow) -> None:
    lead = window("lead")
    lead.open(routes.APPROVALS)
    dialog = send_back(lead.page)
    dialog.get_by_label("What is to be corrected").fill("Monday was a holiday")
    dialog.get_by_role("button", name="Send back").click()
    toast(lead.page, "sent back with your reason")
    member = window("member")
    member.open(routes.week(202647))
    expect(member.page.get_by_text("Monday was a holiday").first).to_be_visible()


def test_an_import_says_what_stands_in_the_way_and_writes_nothing(window: NewWindow) -> None:
    page = (one := window("finance")).page
    one.open(routes.TIME_IMPORT)
    page.locator("input[type=file]").set_input_files(REAL_EXPORT)
    page.get_by_label("Whose time it is").select_option(label="Clara Moser")
    expect(page.get_by_text("279,183 s")).to_be_visible()
    expect(page.get_by_text("99 rows stand in the way")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()


def test_a_file_is_imported_once(window: NewWindow, tmp_path: Path) -> None:
    file = tmp_path / "harvest.csv"
    file.write_text(OWN_EXPORT)
    page = (one := window("finance")).page
    one.open(routes.TIME_IMPORT)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import 2 entries").click()
    toast(page, "2 entries imported")
    page.get_by_role("button", name="Submit these weeks").click()
    toast(page, "Handed in: 1:45")
    page.get_by_role("button", name="Import another file").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("All of this file is here already")).to_be_visible()


def test_on_a_phone_a_day_is_filled_by_touch(window: NewWindow) -> None:
    page = (one := window("member", PHONE)).page
    one.open(routes.TIME)
    page.get_by_role("tablist", name="Days").get_by_role("tab").nth(5).click()
    page.locator(".day-open").first.click()
    page.get_by_label("Hours", exact=True).fill("1:45")
    page.get_by_label("Note").fill("On the train")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("On the train")).to_be_visible()
    saved(page)
    one.open(routes.with_query(routes.TIME_ENTRIES, status="draft"))
    page.get_by_role("button", name="More for").first.click()
    expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()


def test_entries_are_filtered_by_the_address_and_changed_in_a_dialog(window: NewWindow) -> None:
    page = (one := window("member")).page
    one.open(routes.TIME_ENTRIES)
    page.get_by_label("State", exact=True).select_option("invoiced")
    page.wait_for_url("**status=invoiced*")
    expect(page.get_by_role("table", name="Time entries").locator("tbody tr").first).to_contain_text(
        "Invoiced"
    )
    page.get_by_role("button", name="Log time").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose a task.").first).to_be_visible()
