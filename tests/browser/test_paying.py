"""Paying in the browser: declined, confirmed, given back in part, and by a debit that settles later."""

import re

import pytest
from playwright.sync_api import expect

from psa_app import routes
from tests.browser import acts
from tests.browser.conftest import NewWindow
from tests.support.browser import Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_an_invoice_is_declined_confirmed_given_back_in_part_and_debited(window: NewWindow) -> None:
    client, finance = window("client"), window("finance")
    address = unpaid(client)
    declined_then_confirmed(client)
    finance.open(address.removeprefix("/portal"))
    expect(finance.page.locator("h1")).to_contain_text("Paid")
    acts.give_back(finance, "100")
    expect(finance.page.locator("h1")).to_contain_text("Partly paid")
    debited(client, finance, address)
    finance.open(address.removeprefix("/portal"))
    expect(finance.page.locator("h1")).to_contain_text("Paid")


def unpaid(client: Window) -> str:
    """The client opens an invoice that is still to be paid; gives its address."""
    client.open(routes.PORTAL_INVOICES)
    rows = client.page.locator("tbody").get_by_role("row")
    rows.filter(has_text=re.compile("Issued|Overdue")).get_by_role("link").first.click()
    client.page.wait_for_url(re.compile(r"/portal/invoices/\d+"))
    client.settle()
    found = re.search(r"/portal/invoices/\d+", client.page.url)
    assert found
    return found[0]


def declined_then_confirmed(client: Window) -> None:
    """The bank declines, then asks who pays, and takes it."""
    page = client.page
    page.get_by_role("button", name="Pay ").click()
    page.get_by_role("button", name="Decline: insufficient funds").click()
    expect(page.get_by_role("alert")).to_contain_text("insufficient funds")
    page.get_by_role("button", name="Needs 3-D Secure").click()
    page.get_by_role("button", name="Authorise").click()
    expect(page.locator("main")).to_contain_text("This invoice is paid")


def debited(client: Window, finance: Window, address: str) -> None:
    """The client orders a debit; days later the bank settles it, and the open page shows so by itself."""
    client.open(address)
    client.page.get_by_role("button", name="Pay €100.00").click()
    client.page.get_by_role("button", name="Bank debit: settles later").click()
    expect(client.page.locator("main")).to_contain_text("Your payment is on its way")
    finance.page.goto(routes.SANDBOX + "/")
    finance.page.get_by_role("button", name=re.compile("^Settle")).first.click()
    expect(client.page.locator("main")).to_contain_text("This invoice is paid")


def test_a_client_saves_a_card_and_has_invoices_collected(window: NewWindow) -> None:
    client = window("client")
    page = client.page
    client.open(routes.PORTAL_PAYMENT)
    page.get_by_role("checkbox", name=re.compile("^I allow")).check()
    page.get_by_role("button", name="Save a card or account").click()
    page.get_by_role("button", name="Save a card").click()
    table = page.get_by_role("table", name="Saved cards and accounts")
    expect(table).to_contain_text("Visa ••4242")
    page.get_by_role("radio", name="Collect each invoice on the day it is due").click()
    expect(page.locator(".toasts")).to_contain_text("Saved")
    page.get_by_role("button", name=re.compile("^More for Visa")).click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("Nothing is saved")
