"""Every page opens for those who use it, without an error, and axe finds nothing to mend."""

from importlib.resources import files
from typing import Any

import pytest

from psa_app import routes
from psa_app.demo.sign_ins import PASSWORD
from tests.browser.conftest import NewWindow
from tests.support.browser import EMAILS, PHONE, WIDE, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = {
    "owner": (routes.HOME, routes.SOWS, routes.SETTINGS, routes.USERS, routes.PEOPLE, routes.PROFILE),
    "finance": (
        *(routes.HOME, routes.CLIENTS, routes.INVOICES, routes.PAYMENTS, routes.RATES, routes.REPORTS),
        routes.TIME_IMPORT,
    ),
    "lead": (routes.HOME, routes.PROJECTS, routes.PLANNER, routes.APPROVALS),
    "member": (routes.HOME, routes.TIME, routes.TIME_ENTRIES, routes.LEAVE),
    "client": (routes.PORTAL, routes.PORTAL_INVOICES, routes.PROFILE),
}
RECORDS = {  # role: the list, and what its links look like
    "owner": ((routes.SOWS, r"/sows/\d+"), (routes.PEOPLE, r"/people/\d+")),
    "finance": ((routes.CLIENTS, r"/clients/\d+"), (routes.INVOICES, r"/invoices/[\w-]+")),
    "lead": ((routes.PROJECTS, r"/projects/\d+"),),
    "client": (
        (routes.PORTAL_INVOICES, r"/portal/invoices/\d+"),
        (routes.PORTAL, r"/portal/projects/\d+"),
    ),
}
LOOKS = (
    ("owner", routes.HOME, WIDE, "light"),
    ("owner", routes.HOME, PHONE, "dark"),
    ("owner", routes.SETTINGS, WIDE, "dark"),
    ("finance", routes.INVOICES, WIDE, "light"),
    ("finance", routes.INVOICES, PHONE, "dark"),
    ("finance", routes.CLIENTS, PHONE, "light"),
    ("lead", routes.PLANNER, WIDE, "dark"),
    ("lead", routes.APPROVALS, PHONE, "light"),
    ("member", routes.TIME, WIDE, "dark"),
    ("member", routes.TIME, PHONE, "light"),
    ("client", routes.PORTAL, WIDE, "light"),
    ("client", routes.PORTAL_INVOICES, PHONE, "dark"),
)
CHECK = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    (one) => `${one.id}: ${one.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`)"""


def opens(one: Window, path: str) -> None:
    """Opens a page as the person who is signed in; they must not be led elsewhere."""
    one.open(path)
    assert one.page.evaluate("location.pathname").rstrip("/") == path.rstrip("/")
    assert not one.page.locator("text=does not exist").count()


@pytest.mark.parametrize("role", PAGES)
def test_every_page_of_a_role_opens_without_an_error(window: NewWindow, role: str) -> None:
    one = window(role)
    for path in PAGES[role]:
        opens(one, path)
    for path, pattern in RECORDS.get(role, ()):
        opens(one, path)
        opens(one, one.link_to(pattern))


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


@pytest.mark.parametrize(
    ("role", "path", "size", "scheme"), LOOKS, ids=[f"{r}-{p}-{s[0]}-{c}" for r, p, s, c in LOOKS]
)
def test_axe_finds_nothing(
    window: NewWindow, axe: str, role: str, path: str, size: tuple[int, int], scheme: str
) -> None:
    one = window(role, size, scheme)
    opens(one, path)
    one.page.evaluate(axe)
    found: Any = one.page.evaluate(CHECK)
    assert found == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def axe() -> str:
    """The text of axe-core."""
    return (files("axe_core_python") / "axe.min.js").read_text()
