"""A field that a firm adds is in its list, form, filter, views, bulk acts and files at once."""

import pytest
from playwright.sync_api import Locator, expect

from psa_app import routes
from tests.browser.conftest import NewWindow
from tests.support.browser import Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LIST, CLIENT = routes.records("accounts"), "Field & Sons"


def test_own_field_end_to_end(window: NewWindow) -> None:
    one = window("owner")
    add_field(one)
    add_client(one)
    narrow(one)
    save_view(one)
    change_all(one)


def add_field(one: Window) -> None:
    """The owner adds a choice to clients in Settings; the list has its column."""
    one.open(f"{routes.SETTINGS}?tab=fields")
    one.page.get_by_role("button", name="Add a field to Clients").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Region")
    dialog.locator("[name=type]").select_option("choice")
    dialog.get_by_label("Choices").fill("North\nSouth")
    dialog.get_by_role("button", name="Save field").click()
    expect(one.page.locator("main")).to_contain_text("Region")
    one.open(LIST)
    expect(head(one, "Region")).to_be_visible()


def add_client(one: Window) -> None:
    """The form asks for it, and it is saved."""
    one.page.get_by_role("button", name="New client").click()
    dialog = one.page.get_by_role("dialog")
    dialog.locator("[name=name]").fill(CLIENT)
    dialog.locator("[name=own_region]").select_option("North")
    dialog.get_by_role("button", name="Add client").click()
    expect(row(one)).to_contain_text("North")


def narrow(one: Window) -> None:
    """The list is filtered by it, the address says so, and the file holds what the list shows."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    page.get_by_role("button", name="Filter", exact=True).click()
    dialog.locator("[name=own_region]").select_option("North")
    dialog.get_by_role("button", name="Show").click()
    page.wait_for_url("**own_region=North*")
    expect(page.locator("tbody tr")).to_have_count(1)
    href = page.locator('a[href*="accounts.csv"]').get_attribute("href")
    lines = page.request.get(str(href)).text().splitlines()
    assert "Region" in lines[0]
    assert [CLIENT in line and "North" in line for line in lines[1:]] == [True]


def save_view(one: Window) -> None:
    """It is kept as a view, which opens again from its tab."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    page.get_by_role("button", name="Save as view").click()
    dialog.locator("[name=name]").fill("In the north")
    dialog.get_by_role("button", name="Save view").click()
    tab = page.get_by_role("link", name="In the north")
    expect(tab).to_have_attribute("aria-current", "page")
    one.open(LIST)
    expect(tab).not_to_have_attribute("aria-current", "page")
    tab.click()
    expect(page.locator("tbody tr")).to_have_count(1)


def change_all(one: Window) -> None:
    """All rows that are chosen get another value; the view holds none of them then."""
    page, dialog = one.page, one.page.get_by_role("dialog")
    page.get_by_role("checkbox", name="Select all rows on this page").click()
    page.get_by_role("button", name="Change a field").click()
    dialog.locator("[name=field]").select_option(label="Region")
    dialog.locator("[name=own_region]").select_option("South")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("body")).to_contain_text("1 changed")
    expect(page.locator("main")).to_contain_text("No clients fit")
    one.open(LIST)
    expect(row(one)).to_contain_text("South")


def head(one: Window, words: str) -> Locator:
    return one.page.get_by_role("columnheader", name=words)


def row(one: Window) -> Locator:
    return one.page.get_by_role("row").filter(has_text=CLIENT)
