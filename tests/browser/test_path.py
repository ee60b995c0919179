"""From a scope to its last payment, in the browser, each step by the person who does it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from psa_app import routes
from tests.browser import acts
from tests.browser.acts import TITLE, WEEK
from tests.browser.conftest import NewWindow
from tests.support.browser import Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CONTACT, MAIL = "Mia Brook", "mia.brook@northwind.example"
BILLING = "jonas.reuter@northwind.example"
REASON = "Please say which part of the map this was."


def test_a_scope_is_written_signed_staffed_worked_billed_and_paid(window: NewWindow, site_data: Path) -> None:
    outbox = site_data / "outbox"
    owner, lead, finance = window("owner"), window("lead"), window("finance")
    yuki, tomas = window("member"), window("tomas@harbour.example")

    acts.add_contact(owner, CONTACT, MAIL)
    scope = acts.write_and_send(owner)
    acts.accept_scope(window(), acts.mailed_link(outbox, MAIL, TITLE), CONTACT)

    project = acts.make_project(lead, scope)
    staff(lead)
    log(yuki, tomas)
    decide(lead, yuki)
    supplement(tomas, lead)
    accept_milestone(lead, window("client"), project)

    number = acts.draft_and_issue(finance)
    check_paper(finance)
    pay(owner, window(), acts.mailed_link(outbox, BILLING, number))
    finance.open(routes.invoice(number))
    expect(finance.page.locator("h1")).to_contain_text("Paid")


def staff(lead: Window) -> None:
    """Three people are booked; the one with too much to do is named."""
    for name, percent in (("Yuki Sato", 80), ("Tomas Brandt", 20), ("Lea Hofer", 10)):
        acts.book(lead, name, percent)
    lead.open(f"{routes.PLANNER}?weeks=8")
    for name in ("Yuki Sato", "Tomas Brandt", "Lea Hofer"):
        bars = lead.page.locator(f"section.plan-row[aria-label='{name}'] .plan-bar")
        expect(bars.filter(has_text=TITLE)).to_have_count(1)
    over = lead.page.locator("section.plan-row[aria-label='Yuki Sato'] .plan-load.t-bad")
    expect(over.first).to_be_visible()


def log(yuki: Window, tomas: Window) -> None:
    """Two members log their weeks; no week is handed in while its timer runs."""
    acts.log_week(yuki, ("6", "5:30", "7.5", "90m", "4"), "24:30")
    acts.stop_timer(yuki)
    acts.submit(yuki)
    acts.log_week(tomas, ("2", "2", "2", "2", "2"), "10:00")
    acts.run_timer(tomas)
    acts.submit(tomas)


def decide(lead: Window, yuki: Window) -> None:
    """One week is approved; of the other one line comes back, is corrected and approved."""
    acts.approve_sheet(lead, "Tomas Brandt")
    page, rows = lead.page, acts.waiting_sheet(lead, "Yuki Sato")
    expect(rows).to_have_count(5)
    rows.first.get_by_role("button", name="Approve").click()
    expect(rows).to_have_count(4)
    rows.first.get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Send back").click()
    page.get_by_label("What is to be corrected").fill(REASON)
    page.get_by_role("dialog").get_by_role("button", name="Send back").click()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Approve week").click()
    expect(rows).to_have_count(0)

    yuki.open(routes.week(WEEK))
    expect(yuki.page.locator("main")).to_contain_text(REASON)
    yuki.page.get_by_role("textbox", name=f"{TITLE} Drawing, Tuesday").focus()
    yuki.page.keyboard.type("5")
    yuki.page.keyboard.press("Tab")
    expect(yuki.page.locator("main")).to_contain_text("24:00 of")
    acts.submit(yuki)
    acts.approve_sheet(lead, "Yuki Sato")


def supplement(tomas: Window, lead: Window) -> None:
    """Time that comes after the week was approved is handed in as a supplement of its own."""
    tomas.open(routes.week(WEEK))
    tomas.page.get_by_role("textbox", name=f"{TITLE} Drawing, Saturday").focus()
    tomas.page.keyboard.type("1")
    tomas.page.keyboard.press("Tab")
    expect(tomas.page.locator("main")).to_contain_text("11:00 of")
    acts.submit(tomas)
    acts.waiting_sheet(lead, "Tomas Brandt")
    expect(lead.page.locator("main")).to_contain_text("supplement 1")
    acts.approve_sheet(lead, "Tomas Brandt")


def accept_milestone(lead: Window, client: Window, project: str) -> None:
    """The lead shows what is done; the client accepts it in the portal."""
    lead.open(f"{project}?tab=milestones")
    lead.page.get_by_role("button", name="More for Concept shown").click()
    lead.page.get_by_role("menuitem", name="Ready: ask the client").click()
    expect(lead.page.get_by_role("row").filter(has_text="Concept shown")).to_contain_text("Waits for")
    client.open(f"/portal{project}")
    client.page.get_by_role("button", name="Accept: Concept shown").click()
    client.page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(client.page.get_by_role("listitem").filter(has_text="Concept shown")).to_contain_text("Accepted")


def check_paper(finance: Window) -> None:
    """The invoice says order and period, and its PDF loads."""
    paper = finance.page.locator("article.paper")
    for words in ("PO 77-420", "24:00 h", "€3,168.00", "11:00 h", "€1,562.00", "Concept shown"):
        expect(paper).to_contain_text(words)
    pdf = finance.page.get_by_role("link", name="PDF").get_attribute("href")
    answer = finance.page.request.get(str(pdf))
    assert answer.body().startswith(b"%PDF")
    assert answer.headers["content-type"] == "application/pdf"


def pay(owner: Window, client: Window, link: str) -> None:
    """The client pays; the cash to come moves on the owner's page within two seconds, untouched."""
    owner.open(routes.HOME)
    cash = owner.page.locator(".card", has_text="Cash, next 13 weeks")
    before = cash.inner_text()
    owner.page.evaluate("window.untouched = true")
    acts.pay_by_link(client, link)
    expect(cash).not_to_have_text(before, timeout=2000, use_inner_text=True)
    assert owner.page.evaluate("window.untouched")


def test_an_invoice_is_paid_by_two_bank_transfers(window: NewWindow) -> None:
    one = window("finance")
    one.open(f"{routes.INVOICES}?view=open")
    one.page.get_by_role("table", name="Invoices").get_by_role("link", name=re.compile("INV-")).first.click()
    head = one.page.locator("h1")
    expect(head).to_contain_text("Issued")
    acts.record_payment(one, "1000")
    expect(head).to_contain_text("Partly paid")
    acts.record_payment(one)
    expect(head).to_contain_text("Paid")
    expect(one.page.get_by_role("table", name="Payments").get_by_role("row")).to_have_count(3)
