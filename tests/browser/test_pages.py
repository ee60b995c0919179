"""Every page opens for those who use it, without an error, and axe finds nothing to mend."""

import re
from importlib.resources import files
from typing import Any

import pytest

from psa_app import routes
from psa_app.demo.sign_ins import PASSWORD
from tests.browser.conftest import NewWindow
from tests.support.browser import EMAILS, PHONE, WIDE, Window

# Half of all browser time: on a worker of its own, with a program of its own, so that nobody waits for it.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

PAGES = {
    "owner": (
        *(routes.HOME, routes.SOWS, routes.SETTINGS, routes.SET_UP, routes.OUTBOX, routes.USERS),
        *(routes.PEOPLE, routes.PROFILE, routes.CLIENT_TWINS, routes.CATALOGUE, routes.RECORDS),
        *(routes.TEMPLATES, routes.new_change_order(1)),
    ),
    "finance": (
        *(routes.HOME, routes.CLIENTS, routes.INVOICES, routes.PAYMENTS, routes.RATES, routes.REPORTS),
        *(routes.CONSERVATION, routes.TIME_IMPORT, routes.record_import("accounts")),
        *(routes.RATE_LIST, routes.RATE_MODIFIERS, routes.RATE_IMPORT),
    ),
    "lead": (
        routes.HOME,
        routes.records("contacts", sort="-name"),
        routes.PROJECTS,
        *(routes.PLANNER, routes.APPROVALS, routes.PIPELINE, routes.QUOTES, routes.WHY),
    ),
    "member": (routes.HOME, routes.TIME, routes.TIME_ENTRIES, routes.LEAVE, routes.EXPENSES),
    "client": (
        *(routes.PORTAL, routes.PORTAL_INVOICES, routes.PORTAL_TIME, routes.PORTAL_PAYMENT),
        routes.PROFILE,
    ),
}
TURNS = {  # built of the same parts: one on the wide screen, the next on the phone
    "finance": (
        *(routes.PAYOUTS, routes.payout(1), routes.LEAKAGE, routes.MRR, routes.BILLING_RUN, routes.OPENING),
        *(routes.RECEIVABLES, routes.PROVIDER),
    ),
}
RECORDS = {  # role: the list, and what its links look like
    "owner": (
        (routes.SOWS, r"/sows/\d+"),
        (routes.PEOPLE, r"/people/\d+"),
        (routes.records("opportunities"), r"/records/opportunities/\d+|/pipeline/\d+"),
        (routes.records("contacts"), r"/records/contacts/\d+"),
        (routes.records("agreements"), r"/records/agreements/\d+"),
        (routes.TEMPLATES, r"/templates/\d+"),
        (routes.HOME, r"/change-orders/\d+"),
    ),
    "finance": ((routes.CLIENTS, r"/clients/\d+"), (routes.INVOICES, r"/invoices/\d+")),
    "lead": (
        (routes.PROJECTS, r"/projects/\d+"),
        (routes.PIPELINE, r"/pipeline/\d+"),
        (routes.QUOTES, r"/quotes/\d+"),
    ),
    "client": (
        (routes.PORTAL_INVOICES, r"/portal/invoices/\d+"),
        (routes.PORTAL, r"/portal/projects/\d+"),
        (routes.PORTAL, r"/portal/change-orders/\d+"),
        (routes.PORTAL_TIME, r"/portal/time/\d+"),
    ),
}
LINKED = (
    r"/settings\?tab=.*|/(projects|clients)/\d+\?tab=\w+|/approvals\?sheet=\d+"
    r"|/clients/duplicates\?tab=\w+|/pipeline\?tab=\w+"
)
CHECK = """async () => {
    const wide = document.documentElement.scrollWidth > innerWidth ? ["wider than the screen"] : [];
    await Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)));
    const {violations} = await axe.run(document, {resultTypes: ["violations"], preload: false});
    return wide.concat(violations.map(
        (one) => `${one.id}: ${one.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`));
}"""


def opens(one: Window, path: str, *, by_link: bool) -> None:
    """Opens a page as the person who is signed in; they must not be led elsewhere."""
    if by_link:
        one.follow(path)
    else:
        one.open(path)
    assert one.page.evaluate("location.pathname").rstrip("/") == path.split("?", maxsplit=1)[0].rstrip("/")
    assert not one.page.locator("text=does not exist").count()


def test_a_stranger_is_led_to_sign_in_from_every_page(window: NewWindow) -> None:
    one = window()
    for path in (routes.HOME, routes.INVOICES, "/clients/1", routes.PORTAL, "/portal/invoices/1"):
        one.page.goto(path)
        one.page.wait_for_url("**/sign-in*")
        one.page.get_by_label("Password").wait_for()


def test_a_client_who_opens_a_page_of_the_firm_is_led_away(window: NewWindow) -> None:
    one = window("client")
    for path in (routes.HOME, routes.INVOICES, routes.PEOPLE, "/projects/1"):
        one.page.goto(path)
        one.page.wait_for_url(lambda url: "/portal" in url or "/not-allowed" in url)


def test_signing_in_and_out_by_the_page_itself(window: NewWindow) -> None:
    page = window().page
    page.goto(routes.SIGN_IN)
    page.get_by_label("E-mail").fill(EMAILS["finance"])
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**problem=wrong*")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["wide", "phone"])
@pytest.mark.parametrize("role", PAGES)
def test_every_page_of_a_role_opens_and_axe_finds_nothing(
    window: NewWindow, axe: str, role: str, size: tuple[int, int], scheme: str
) -> None:
    one = window(role, size, scheme)
    todo, found = list(PAGES[role]), dict[str, Any]()
    todo += TURNS.get(role, ())[size == PHONE :: 2]
    for path, pattern in RECORDS.get(role, ()):
        one.open(path)
        todo.append(one.link_to(pattern))
    # On the wide screen each page comes by its address, and it grows by the tabs of the pages that it names.
    for path in todo:
        opens(one, path, by_link=size == PHONE and path != todo[0])
        found[path] = looked_over(one, axe)
        if size == WIDE:
            todo += linked(one, {kind_of(other) for other in todo})
    assert not any(found.values()), {path: told for path, told in found.items() if told}


def test_axe_finds_nothing_before_signing_in(window: NewWindow, axe: str) -> None:
    one = window("", PHONE, "dark")
    for path in (routes.SIGN_IN, routes.RESET):
        one.open(path)
        assert looked_over(one, axe) == []


def linked(one: Window, known: set[str]) -> list[str]:
    """The addresses of the page's own tabs, one of each kind that is not known."""
    hrefs = one.page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    kinds = {kind_of(href): href for href in reversed(hrefs) if re.fullmatch(LINKED, href)}
    return [href for kind, href in kinds.items() if kind not in known]


def kind_of(href: str) -> str:
    """The address without the number of its record."""
    return re.sub(r"\d+", "0", href)


def looked_over(one: Window, axe: str) -> list[str]:
    """What axe finds on the page, and whether it is wider than the screen."""
    if not one.page.evaluate("'axe' in window"):
        one.page.evaluate(axe)
    told: list[str] = one.page.evaluate(CHECK)
    return told


@pytest.fixture(scope="module")
def axe() -> str:
    """The text of axe-core."""
    return (files("axe_playwright_python") / "axe.min.js").read_text()
