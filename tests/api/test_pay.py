"""Paying by address: one's own invoice only, and no words of a stranger on its page."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from psa_app import db, routes
from psa_app.api import pay
from psa_app.models import Payment, User
from psa_app.services.identity.cookies import cookie_name
from psa_app.services.identity.portal_links import make_portal_link, revoke_portal_links
from psa_app.services.identity.sealed import seal, unseal
from psa_app.services.identity.sessions import open_session
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.state.portal.portal_invoices import PortalInvoiceState
from tests.support.app_server import Tab, app_server, var  # noqa: F401
from tests.support.logins import cookie
from tests.support.prepared import prepared
from tests.support.servers import serve
from tests.support.world import MON, World, do, make_world, rows

TODAY = date(2026, 11, 23)
FALSE = "Our bank account has changed: please pay to GB33BUKB20201555555555"


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with serve(Starlette(routes=pay.routes)) as address:
        yield address


world = prepared(make_world, alone=True, only_sqlite=True)


@pytest.fixture
def invoice(world: World) -> int:
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    return int(do(issue_invoice, world["Fred"], draft.id).id)


def token(world: World, who: str) -> str:
    with db.unit_of_work() as session:
        return open_session(session, session.get_one(User, world[who].user_id), "192.0.2.1", "test")


def link(world: World, invoice_id: int, who: str = "Nina") -> str:
    contact_id = world[who].contact_id or 0
    return do(make_portal_link, contact_id=contact_id, document="invoice", document_id=invoice_id)


def post(app: str, invoice_id: int, session: str = "", **form: str) -> httpx.Response:
    cookies = {cookie_name(): session} if session else {}
    return httpx.post(app + routes.pay_invoice(invoice_id), data=form, cookies=cookies, trust_env=False)


def told(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query).get("told", [""])[0]


def test_another_clients_invoice_cannot_be_paid_and_is_not_confirmed_to_exist(app, world, invoice):
    karl = token(world, "Karl")
    there, nowhere = post(app, invoice, karl), post(app, 99_999, karl)
    assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text)
    assert there.status_code == 404
    assert rows(Payment) == []


def test_who_has_no_session_is_led_to_sign_in_and_back(app, world, invoice):
    answer = post(app, invoice)
    assert answer.headers["location"] == f"/sign-in?next=%2Fportal%2Finvoices%2F{invoice}"


def test_a_link_pays_its_own_invoice_only_and_not_once_it_is_withdrawn(app, world, invoice):
    world.worked("Ann", "Advise", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Kestrel"], until=TODAY)
    other = int(do(issue_invoice, world["Fred"], draft.id).id)
    mine = link(world, invoice)
    assert post(app, invoice, token=mine).headers["location"].startswith(f"/open/{mine}?")
    assert post(app, other, token=mine).status_code == 404
    for forged in ("x" * 43, "//evil.example", "../../portal", "\r\nSet-Cookie: a=b"):
        assert post(app, invoice, token=forged).status_code == 404
    do(revoke_portal_links, "invoice", invoice)
    assert post(app, invoice, token=mine).status_code == 404


def test_the_way_back_is_never_another_site(app, world, invoice):
    for form in ({"token": ""}, {"next": "//evil.example"}, {"back": "https://evil.example"}):
        location = post(app, invoice, token(world, "Nina"), **form).headers["location"]
        assert location.startswith(f"/portal/invoices/{invoice}?")


@pytest.mark.anyio
async def test_the_page_shows_why_it_did_not_work_and_nobody_elses_words(app, world, invoice, app_server):  # noqa: F811
    session = token(world, "Nina")
    sealed = told(post(app, invoice, session))
    why = unseal(sealed, routes.pay_invoice(invoice))
    assert why
    tab = await Tab(app_server).open(cookie(session))
    page = routes.portal_invoice(invoice)
    shown = await tab.send(PortalInvoiceState.load, page=routes.with_query(page, told=sealed))
    assert var(shown, "PortalInvoiceState", "told") == why
    for forged in (FALSE, sealed[:32] + FALSE, seal(FALSE, routes.pay_invoice(invoice + 1)), ""):
        shown = await tab.send(PortalInvoiceState.load, page=routes.with_query(page, told=forged))
        assert not var(shown, "PortalInvoiceState", "told")
        await tab.send(PortalInvoiceState.load, page=routes.with_query(page, told=sealed))
    await tab.close()


def test_only_what_was_sealed_for_a_page_is_shown_there():
    sealed = seal("It is paid.", "/pay/invoices/1")
    assert unseal(sealed, "/pay/invoices/1") == "It is paid."
    for other in (sealed[1:], sealed + ".", "0" * 32 + "It is paid.", "It is paid.", "", None, 7, "é" * 50):
        assert unseal(other, "/pay/invoices/1") == ""
    assert unseal(sealed, "/pay/invoices/2") == ""
    assert len(unseal(seal("x" * 500, "a"), "a")) == 200
