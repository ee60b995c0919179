"""What people do on the way from a scope to its payment, each on the pages of their own role."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, expect

from psa_app import routes
from psa_app.gateways.mail import read_outbox
from psa_app.rules import weeks
from tests.support.browser import Window

CLIENT, TITLE = "Northwind", "Map of the harbour"
WEEK = weeks.next_week(weeks.week_of(datetime.now(ZoneInfo("Europe/Vienna")).date()))  # still empty
READ = "() => Date.now() - document.querySelector('dialog form').dataset.at > 1000"  # not a double press
MONDAY, SUNDAY = weeks.days(WEEK)[0], weeks.days(WEEK)[6]


def add_contact(one: Window, name: str, email: str) -> None:
    """The owner adds a contact who may accept scopes, on the client's page."""
    one.open(routes.CLIENTS)
    one.page.get_by_role("link", name=CLIENT).first.click()
    one.page.get_by_role("link", name="Contacts").click()
    one.page.get_by_role("button", name="Add a contact").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_label("May accept scopes and milestones").check()
    dialog.get_by_role("button", name="Add contact").click()
    expect(one.page.locator("main")).to_contain_text(name)


def write_and_send(one: Window) -> str:
    """The owner writes a line by time with a cap, a fixed one with two milestones; gives the address."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    one.open(f"{routes.SOWS}?new=1")
    pick(dialog, "Client", CLIENT)
    dialog.get_by_label("Title").fill(TITLE)
    dialog.get_by_role("button", name="Write it").click()
    page.wait_for_url(re.compile(r"/sows/\d+"))
    page.get_by_role("button", name="By time").click()
    page.locator("#lines-0-title").fill("Drawing")
    page.locator("#lines-0-cap").fill("20000")
    page.get_by_label("What an hour costs: Senior designer").fill("132")
    page.get_by_role("button", name="Milestones").click()
    page.locator("#lines-1-title").fill("Fixed parts")
    page.locator("#lines-1-milestones-0").fill("Concept shown")
    page.locator("#lines-1-milestones-0-value").fill("2500")
    page.get_by_role("button", name="Milestone", exact=True).click()
    page.locator("#lines-1-milestones-1").fill("Map handed over")
    page.locator("#lines-1-milestones-1-value").fill("1500")
    page.get_by_role("button", name="Save and send").click()
    dialog.get_by_role("button", name="Sign and send").click()
    expect(page.locator("h1")).to_contain_text("Sent")
    return urlsplit(page.url).path


def mailed_link(outbox: Path, to: str, about: str) -> str:
    """The path of the link in the mail to someone about something; waits until it is sent."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for mail in read_outbox(outbox):
            if to in mail.to and about in mail.subject + mail.text:
                return next(urlsplit(link).path for link in mail.links if "/open/" in link)
        time.sleep(0.1)
    raise AssertionError(f"No mail to {to} about {about}")


def accept_scope(one: Window, link: str, name: str) -> None:
    """The client's contact reads the scope behind the mail's link, and signs it."""
    one.open(link)
    expect(one.page.locator("main")).to_contain_text("Map handed over")
    one.page.get_by_label("Your name").fill(name)
    one.page.get_by_label("I have read this statement of work").check()
    one.page.get_by_role("button", name="Accept and sign").click()
    expect(one.page.locator("main")).to_contain_text("Accepted")


def make_project(one: Window, scope: str) -> str:
    """The lead makes the project of the signed scope, and leads it; gives its address."""
    one.open(scope)
    one.page.get_by_role("button", name="Make the project").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Who leads it").select_option(label="Ines Kofler")
    dialog.get_by_role("button", name="Make the project").click()
    one.page.wait_for_url(re.compile("/projects/"))
    return urlsplit(one.page.url).path


def book(one: Window, name: str, percent: int) -> None:
    """The lead books someone for two weeks."""
    one.open(f"{routes.PLANNER}?new=1")
    dialog = one.page.get_by_role("dialog")
    choose(dialog.get_by_label("Who"), name)
    choose(dialog.get_by_label("Project"), TITLE)
    dialog.locator("[name=starts_on]").fill(MONDAY.isoformat())
    dialog.locator("[name=ends_on]").fill((MONDAY + timedelta(days=11)).isoformat())
    dialog.get_by_label("How much").fill(str(percent))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()


def log_week(one: Window, hours: tuple[str, ...], total: str) -> None:
    """A member logs a week with nothing but the keyboard."""
    one.open(routes.week(WEEK))
    keys = one.page.keyboard
    one.page.locator("#week-add").focus()
    keys.type(TITLE)
    one.page.get_by_role("option").filter(has_text="Drawing").first.wait_for()
    keys.press("Enter")
    one.page.get_by_role("textbox", name=f"{TITLE} Drawing, Monday").focus()
    for text in hours:
        keys.type(text)
        keys.press("Tab")
    expect(one.page.locator("main")).to_contain_text(f"{total} of")


def run_timer(one: Window) -> None:
    """A member starts the timer in the row by T, finds the week shut to it, and stops it by T again."""
    one.page.get_by_role("textbox", name=f"{TITLE} Drawing, Monday").focus()
    one.page.keyboard.press("t")
    expect(one.page.get_by_role("timer")).to_contain_text(TITLE)
    one.page.get_by_role("button", name="Submit week").click()
    expect(one.page.locator("body")).to_contain_text("Stop or discard it")
    stop_timer(one)


def stop_timer(one: Window) -> None:
    """Stops the timer in the top bar, if one runs."""
    stop = one.page.get_by_role("button", name="Stop the timer,").first
    if stop.is_visible():
        stop.click()
        expect(one.page.get_by_role("timer")).to_be_hidden()


def submit(one: Window) -> None:
    """A member hands the week in."""
    one.page.get_by_role("button", name="Submit").click()
    expect(one.page.get_by_role("button", name="Submit")).to_be_hidden()


def waiting_sheet(one: Window, name: str) -> Locator:
    """Opens a member's week that waits for the lead; gives its rows of the project."""
    one.open(routes.APPROVALS)
    row = one.page.get_by_role("row").filter(has_text=name).filter(has_text=f"Week {WEEK % 100}")
    row.get_by_role("link").first.click()
    expect(one.page.get_by_role("button", name="Approve week")).to_be_visible()
    return one.page.get_by_role("row").filter(has_text=TITLE)


def approve_sheet(one: Window, name: str) -> None:
    """The lead approves all that waits of a member's week."""
    rows = waiting_sheet(one, name)
    one.page.get_by_role("button", name="Approve week").click()
    expect(rows).to_have_count(0)


def draft_and_issue(one: Window) -> str:
    """Finance drafts up to the week's end, looks behind a line, completes and issues it; the number."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    one.open(f"{routes.INVOICES}?new=1")
    pick(dialog, "Client", CLIENT)
    dialog.get_by_label("Work up to").fill(SUNDAY.isoformat())
    dialog.get_by_role("button", name="Show what would be billed").click()
    expect(dialog).to_contain_text("Concept shown")
    page.wait_for_function(READ)
    dialog.get_by_role("button", name="Make the draft").click()
    page.get_by_role("link", name="What stands behind").filter(has_text="entr").last.click()
    expect(dialog.get_by_role("table", name="Time behind the line")).to_contain_text("Drawing")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Edit", exact=True).click()
    dialog.get_by_label("Purchase order").fill("PO 77-420")
    dialog.get_by_label("Service from").fill(MONDAY.replace(day=1).isoformat())
    dialog.get_by_label("Service to").fill(SUNDAY.isoformat())
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Issue", exact=True).click()
    dialog.get_by_role("button", name="Issue invoice").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("h1")).to_contain_text("INV-")
    return str(page.locator("h1").inner_text().split()[0])


def pay_by_link(one: Window, link: str) -> None:
    """The client opens the mail's link and pays on the sandbox's page."""
    one.open(link)
    expect(one.page.locator("main")).to_contain_text("Hours behind this invoice")
    one.page.get_by_role("button", name="Pay ").click()
    one.page.get_by_role("button", name="Pay", exact=True).click()
    expect(one.page.locator("main")).to_contain_text("This invoice is paid")


def record_payment(one: Window, amount: str = "") -> None:
    """Finance books a bank transfer on the open invoice: an amount, or all that is left."""
    one.page.get_by_role("button", name="Record payment").click()
    dialog = one.page.get_by_role("dialog")
    if amount:
        dialog.get_by_label("Amount").fill(amount)
    dialog.get_by_role("button", name="Record payment").click()
    expect(dialog).to_be_hidden()


def give_back(finance: Window, amount: str) -> None:
    """Finance gives part of the payment back; more than came is refused beside the field."""
    page, dialog = finance.page, finance.page.get_by_role("dialog")
    page.get_by_role("button", name=re.compile("^More for payment")).first.click()
    page.get_by_role("menuitem", name="Refund").click()
    dialog.get_by_label("Why").fill("Two hours too many")
    dialog.get_by_label("Amount").fill("9999999")
    dialog.get_by_role("button", name="Give back").click()
    expect(dialog).to_contain_text("at most")
    dialog.get_by_label("Amount").fill(amount)
    dialog.get_by_role("button", name="Give back").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("table", name="Payments")).to_contain_text("Given back")


def pick(where: Locator, label: str, words: str) -> None:
    """Types into a picker and takes the first that fits."""
    where.get_by_label(label).fill(words)
    where.get_by_role("option").filter(has_text=words).first.click()


def choose(select: Locator, words: str) -> None:
    """Takes the first option of a select that holds the words."""
    select.select_option(value=select.locator("option").filter(has_text=words).first.get_attribute("value"))
