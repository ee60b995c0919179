"""Rate cards in the browser: typed into a cell, seen through, saved, and its past read."""

import pytest
from playwright.sync_api import expect

from psa_app import routes
from tests.browser.conftest import NewWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CELL = "Engineer, Firm card"


def test_a_rate_is_typed_seen_through_saved_and_stands_in_its_cells_past(window: NewWindow) -> None:
    page = (one := window("finance")).page
    one.open(routes.with_query(routes.RATES, currency="CHF"))
    cell = page.get_by_label(CELL, exact=True)
    cell.click()
    page.keyboard.type("12x")
    page.keyboard.press("Enter")
    expect(page.locator(".rate-matrix .why")).to_be_visible()
    expect(page.get_by_role("button", name="Save rate")).to_be_disabled()
    cell.fill("131.50")
    cell.press("Enter")
    expect(page.locator(".rate-bar [role=status]")).to_contain_text("not approved")
    page.get_by_role("button", name="Save rate").click()
    expect(page.get_by_text("Rate saved.").first).to_be_visible()
    expect(cell).to_have_value("131.50")
    cell.press("Shift+Enter")
    past = page.get_by_role("dialog")
    expect(past.locator(".ladder .r-won")).to_contain_text("131.50")
    expect(past.get_by_role("row").nth(1)).to_contain_text("Felix Wolff")
    past.get_by_role("button", name="Close").click()
    cell.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Operations, Firm card", exact=True)).to_be_focused()
