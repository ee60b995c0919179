"""A quote in the browser: the client chooses, sees the total move, asks and accepts; the firm writes one."""

import re

import pytest
from playwright.sync_api import expect

from psa_app import routes
from tests.browser.conftest import NewWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TITLE = "Loyalty programme"


def test_a_client_chooses_options_and_accepts_for_the_total_that_is_shown(window: NewWindow) -> None:
    client = window("client")
    page = client.page
    client.open(routes.PORTAL)
    page.get_by_role("link", name=f"Review: Answer the quote: {TITLE}").click()
    expect(page.get_by_role("button", name="Accept for €36,120.00")).to_be_visible()
    page.get_by_label("Loyalty card in the phone’s wallet").click()
    expect(page.get_by_role("button", name="Accept for €37,620.00")).to_be_visible()
    page.get_by_label("Support after launch").click()
    expect(page.get_by_role("button", name="Accept for €30,420.00")).to_be_visible()
    page.get_by_role("button", name="Accept for").click()
    expect(page.get_by_text("Tick the box to say that you accept it.")).to_be_visible()
    page.get_by_label("I have read this quote").check()
    page.get_by_role("button", name="Accept for").click()
    expect(page.locator("main")).to_contain_text("SHA-256 of the text with the choices")
    expect(page.locator("main")).to_contain_text("Support after launch (optional: not chosen)")
    expect(page.get_by_role("button", name="Accept for")).to_have_count(0)
    client.open(routes.PORTAL)
    expect(page.get_by_role("link", name=f"Review: Answer the quote: {TITLE}")).to_have_count(0)
    owner = window("owner")
    owner.open(f"{routes.QUOTES}?state=accepted")
    owner.page.get_by_role("link", name=TITLE).click()
    expect(owner.page.locator("main")).to_contain_text("€30,420.00")
    owner.page.get_by_role("link", name=re.compile("Open SOW-")).click()
    owner.page.wait_for_url(re.compile(r"/sows/\d+"))


def test_a_dialog_that_was_left_open_is_closed_on_the_way_back(window: NewWindow) -> None:
    owner = window("owner")
    page, dialogs = owner.page, owner.page.locator("dialog[open]")
    owner.open(f"{routes.QUOTES}?state=draft")
    page.get_by_role("link", name="New intranet").click()
    page.get_by_role("button", name="More for this quote").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(dialogs).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("table", name="Quotes")).to_be_visible()
    expect(dialogs).to_have_count(0)
    page.go_forward()
    expect(page.locator("#scope-discount")).to_be_visible()
    page.get_by_role("button", name="More for this quote").click()
    expect(page.get_by_role("menuitem", name="Delete")).to_be_visible()
    expect(dialogs).to_have_count(0)


def test_the_editor_adds_up_while_one_types_and_tells_what_is_wrong_beside_the_field(
    window: NewWindow,
) -> None:
    owner = window("owner")
    page = owner.page
    owner.open(f"{routes.QUOTES}?state=draft")
    page.get_by_role("link", name="New intranet").click()
    beside = page.locator(".quote-beside")
    expect(beside).to_contain_text("€10,416.00")
    page.locator("#lines-1-optional").check()
    page.locator("#lines-1-chosen").uncheck()
    expect(beside).to_contain_text("€7,056.00")
    page.locator("#scope-discount").fill("10")
    expect(beside).to_contain_text("€6,350.40")
    page.locator("#lines-0-title").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#lines-1-title")).to_have_value("Moving the contents")
    expect(page.locator("#lines-1-title")).to_be_focused()
    page.locator("#lines-1-minutes").fill("")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#lines-1-minutes-error")).to_have_text("Give the hours that are offered.")
    page.locator("#lines-1-minutes").fill("50")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("status").filter(has_text="The quote is saved.").first).to_be_visible()
