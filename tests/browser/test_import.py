"""A real export of another tool, taken in, priced, approved and billed by hand."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from psa_app import routes
from tests.browser.acts import READ, pick
from tests.browser.conftest import NewWindow
from tests.support.browser import Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
FILE = Path(__file__).parents[1] / "data/time-exports/clockify_shared_report.csv"
WHO, CLIENT = "Paul Steiner", "Company"
TIME = "77:33 (279,183 s)"


def test_a_real_export_becomes_an_invoice_by_hand(window: NewWindow) -> None:
    finance, owner = window("finance"), window("owner")
    take_in(finance)
    set_rate(finance)
    look_at_rounding(finance)
    approve(owner)
    bill(finance)
    drop(finance)
    expect(finance.page.locator("main")).to_contain_text("All of this file is here already")
    expect(finance.page.get_by_role("button", name="Import", exact=True)).to_be_disabled()


QUICK = """() => addEventListener("focusin", function go({target}) {
    const street = target.closest("dialog")?.querySelector("[name=street]");
    if (!street) return;
    removeEventListener("focusin", go);
    setTimeout(() => street.focus());
})"""
LATER = "() => new Promise(done => setTimeout(done, 200))"  # ends after what the dialog put off by 100 ms


def drop(one: Window) -> None:
    """Drops the file and says whose time it is."""
    one.open(routes.TIME_IMPORT)
    one.page.locator("input[type=file]").set_input_files(FILE)
    one.page.get_by_label("Whose time it is").select_option(label=WHO)


def take_in(one: Window) -> None:
    """Finance sees columns and totals before anything is written, imports, and hands the weeks in."""
    drop(one)
    page, main = one.page, one.page.locator("main")
    expect(main).to_contain_text(TIME)
    expect(page.get_by_label("Column for Project")).to_have_value("Project")
    page.get_by_role("button", name="Import 99 entries").click()
    expect(main).to_contain_text("99 entries")
    expect(main).to_contain_text(TIME)
    page.get_by_role("button", name="Submit these weeks").click()
    expect(page.locator("body")).to_contain_text("Handed in: 77:33. Someone else approves it.")


def set_rate(one: Window) -> None:
    """Finance follows the link to a rate for this client; what it changes is shown before it counts."""
    one.page.get_by_role("link", name="Set a rate").click()
    dialog = one.page.get_by_role("dialog")
    expect(dialog.get_by_label("Counts from")).to_have_value("2024-01-03")
    expect(dialog.get_by_label("Client").locator("option:checked")).to_have_text(CLIENT)
    dialog.get_by_label("An hour").fill("120")
    dialog.get_by_role("button", name="Save rate").click()
    expect(dialog).to_contain_text("99 entries not approved yet change")
    one.page.wait_for_function(READ)
    dialog.get_by_role("button", name="Save rate").click()
    expect(dialog).to_be_hidden()
    row = one.page.get_by_role("table", name="Rates").get_by_role("row").filter(has_text=CLIENT)
    expect(row).to_contain_text("€120.00")


def look_at_rounding(one: Window) -> None:
    """The projects that the import made bill by the firm's rounding; each can have its own."""
    one.open(routes.PROJECTS)
    one.page.get_by_role("link", name="Project A").first.click()
    expect(one.page.locator("main")).to_contain_text("15 min up, each entry")
    one.page.get_by_role("button", name="More for this project").click()
    one.page.get_by_role("menuitem", name="Edit project").click()
    dialog = one.page.get_by_role("dialog")
    expect(dialog.get_by_label("Billed time is rounded to")).to_have_value("15")
    dialog.get_by_role("button", name="Cancel").click()


def approve(one: Window) -> None:
    """The owner approves the five weeks in one act."""
    one.open(routes.APPROVALS)
    weeks = one.page.get_by_role("table", name="Weeks that wait").get_by_role("row")
    rows = weeks.filter(has_text=WHO).filter(has_text="2024")
    expect(rows).to_have_count(5)
    for row in rows.all():
        row.get_by_role("checkbox").click()
        expect(row.get_by_role("checkbox")).to_be_checked()
    one.page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(rows).to_have_count(0)


def bill(one: Window) -> None:
    """Finance completes the client's address, and issues one invoice over all of it."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    one.open(f"{routes.INVOICES}?new=1")
    pick(dialog, "Client", CLIENT)
    dialog.get_by_label("Work up to").fill("2024-12-31")
    dialog.get_by_role("button", name="Show what would be billed").click()
    expect(dialog).to_contain_text("This would be billed: €10,800.00 net")
    expect(dialog).to_contain_text("90:00 h of time")
    page.wait_for_function(READ)
    dialog.get_by_role("button", name="Make the draft").click()
    expect(page.locator("article.paper")).to_contain_text("€10,800.00")
    draft = page.url
    page.get_by_role("link", name=f"Open {CLIENT}").click()
    page.evaluate(QUICK)
    page.get_by_role("button", name="Change what is known of the client").click()
    expect(dialog.get_by_label("Street")).to_be_visible()
    page.evaluate(LATER)
    expect(dialog.get_by_label("Street")).to_be_focused()  # who goes to a field at once is not called back
    for label, words in (("Street", "Market Square 1"), ("Postcode", "1010"), ("City", "Wien")):
        dialog.get_by_label(label).fill(words)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    one.open(draft)
    page.get_by_role("button", name="Issue", exact=True).click()
    dialog.get_by_role("button", name="Issue invoice").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("h1")).to_contain_text("Issued")
    expect(page.locator("article.paper")).to_contain_text("Market Square 1")
