"""Finance bills a month in the browser: run, drafts, the issue of several, and a refund afterwards."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from psa_app import routes
from psa_app.rules import weeks
from tests.browser import acts
from tests.browser.conftest import NewWindow
from tests.support.browser import Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TODAY = datetime.now(ZoneInfo("Europe/Vienna")).date()
LAST_SUNDAY = weeks.days(weeks.week_of(TODAY))[0] - timedelta(days=1)
EDITED, OTHER = "Kestrel Foods", "Lumen Verlag"


def test_finance_bills_a_month_and_gives_some_of_it_back(window: NewWindow) -> None:
    one = window("finance")
    look_and_run(one)
    edit_draft(one)
    issue_both(one)
    refund(one)


def look_and_run(one: Window) -> None:
    """What would be drafted is shown with what stays away and why; then it is drafted."""
    page = one.page
    one.open(routes.BILLING_RUN)
    page.get_by_label("Work up to").fill(LAST_SUNDAY.isoformat())
    page.get_by_role("button", name="Show what would be drafted").click()
    would = page.get_by_role("table", name=re.compile("^What would be drafted"))
    for name in (EDITED, OTHER):
        expect(would.get_by_role("row").filter(has_text=name)).to_contain_text("Would be drafted")
    expect(would).to_contain_text("not approved yet")
    page.get_by_role("button", name=re.compile(r"^Make \d+ drafts$")).click()
    drafts = page.get_by_role("table", name=re.compile("^Drafts up to"))
    expect(drafts.get_by_role("row").filter(has_text=EDITED)).to_contain_text("Drafted")
    drafts.get_by_role("row").filter(has_text=EDITED).get_by_role("link").first.click()
    expect(page.locator("article.paper")).to_contain_text(EDITED)


def edit_draft(one: Window) -> None:
    """A line moves to a later invoice, another is written down with its reason."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    lines = page.locator("ul.plain-list").get_by_role("button", name=re.compile("^More for "))
    lines.last.click()
    page.get_by_role("menuitem", name="Bill later").click()
    dialog.get_by_role("button", name="Move to later").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_contain_text("Moved to later")
    lines.first.click()
    page.get_by_role("menuitem", name="Write down or up").click()
    dialog.get_by_label("Amount").fill("100")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Fill this in")
    dialog.get_by_label("Why").fill("Half of it was our own doubt")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_contain_text("Half of it was our own doubt")
    expect(page.locator("article.paper")).to_contain_text("CHF 100.00")


def issue_both(one: Window) -> None:
    """Two drafts are issued in one go, and both are seen issued."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    one.open(f"{routes.BILLING_RUN}?tab=issue")
    rows = page.get_by_role("table", name="Drafts").get_by_role("row")
    for name in (EDITED, OTHER):
        box = rows.filter(has_text=name).get_by_role("checkbox").first
        box.click()
        expect(box).to_be_checked()
    page.get_by_role("button", name="Issue", exact=True).click()
    dialog.get_by_role("button", name="Issue", exact=True).click()
    issued = page.get_by_role("table", name=re.compile("^Issue of 2 drafts"))
    for name in (EDITED, OTHER):
        expect(issued.get_by_role("row").filter(has_text=name)).to_contain_text("Issued")
    expect(page.locator("main")).to_contain_text("2 invoices")


def refund(one: Window) -> None:
    """Some of a card payment goes back; the invoice shows it."""
    one.open(routes.PAYMENTS)
    rows = one.page.get_by_role("row").filter(has_text=OTHER).filter(has_text="Card")
    rows.first.get_by_role("link").first.click()
    expect(one.page.locator("h1")).to_contain_text("Paid")
    acts.give_back(one, "50")
