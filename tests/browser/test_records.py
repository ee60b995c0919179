"""Lists drawn from declarations: an act on many rows that asks for something, and a file that comes in."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from psa_app import routes
from tests.browser.acts import pick
from tests.browser.conftest import NewWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WHO = "Felix"
RATES = "Currency,Day,Worth in the firm's currency\nSEK,2020-01-02,0.0951\nSEK,2020-01-03,-1\n"


def test_many_rows_take_one_answer_and_a_file_comes_in_without_its_wrong_row(window: NewWindow) -> None:
    owner = window("owner")
    owner.open(routes.records("opportunities"))
    give_away(owner.page)
    owner.open(routes.record_import("exchange_rates"))
    bring_in(owner.page)


def give_away(page: Page) -> None:
    """Two opportunities are given to someone, who is asked for in a question that counts them."""
    boxes = page.get_by_role("row").get_by_role("checkbox")
    for place in (1, 2):
        boxes.nth(place).click()
        expect(boxes.nth(place)).to_be_checked()
    page.get_by_role("button", name="Give to someone").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Who looks after 2 opportunities?")
    pick(dialog, "Owner", WHO)
    dialog.get_by_role("button", name="Give to someone").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("body")).to_contain_text("2 done.")


def bring_in(page: Page) -> None:
    """What would become of each row is told before one is written; the wrong one is left out and kept."""
    main = page.locator("main")
    file = FilePayload(name="rates.csv", mimeType="text/csv", buffer=RATES.encode())
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("Field for the column Day")).to_have_value("day")
    page.get_by_role("button", name="Check all rows").click()
    expect(main).to_contain_text("1 row is refused.")
    expect(main).to_contain_text("Type a number such as 0.921")
    page.get_by_role("button", name="Import 1 exchange rate").click()
    expect(main).to_contain_text("The rows that were left out are in a file")
    page.get_by_role("link", name="Open the list").click()
    expect(page.get_by_role("table")).to_contain_text("SEK")
