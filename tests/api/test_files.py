"""PDFs by address: for a session, for the holder of a mail's link, and for nobody else."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from psa_app import db, routes
from psa_app.api import files
from psa_app.models import Invoice, User
from psa_app.services.identity.cookies import cookie_name
from psa_app.services.identity.portal_links import make_portal_link, revoke_portal_links
from psa_app.services.identity.sessions import open_session
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from tests.support.prepared import prepared
from tests.support.servers import serve
from tests.support.world import MON, TUE, World, do, make_world

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with serve(Starlette(routes=files.routes)) as address:
        yield address


world = prepared(make_world, only_sqlite=True)


@pytest.fixture
def invoice(world: World) -> Invoice:
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    return do(issue_invoice, world["Fred"], draft.id)


def get(app: str, invoice_id: int, who: str = "", world: World | None = None, **query: str) -> httpx.Response:
    cookies = {cookie_name(): token(world, who)} if world else {}
    return httpx.get(app + routes.invoice_pdf(invoice_id), params=query, cookies=cookies, trust_env=False)


def token(world: World, who: str) -> str:
    with db.unit_of_work() as session:
        return open_session(session, session.get_one(User, world[who].user_id), "192.0.2.1", "test")


def link(world: World, invoice: Invoice, who: str) -> str:
    with db.unit_of_work() as session:
        contact_id = world[who].contact_id or 0
        return make_portal_link(
            session, contact_id=contact_id, document="invoice", document_id=int(invoice.id or 0)
        )


def test_finance_and_the_client_open_it_in_the_browser(app, world, invoice):
    for who in ("Fred", "Nina"):
        answer = get(app, invoice.id, who, world)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-disposition"] == 'inline; filename="INV-2026-0001.pdf"'


def test_it_can_be_saved(app, world, invoice):
    answer = get(app, invoice.id, "Fred", world, download="1")
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_a_mails_link_opens_its_own_invoice_only(app, world, invoice):
    world.worked("Ann", "Build", TUE, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    other = do(issue_invoice, world["Fred"], draft.id)
    mine = link(world, invoice, "Nina")
    assert get(app, invoice.id, token=mine).status_code == 200
    assert get(app, other.id, token=mine).status_code == 404
    with db.unit_of_work() as session:
        revoke_portal_links(session, "invoice", int(invoice.id or 0))
    gone = get(app, invoice.id, token=mine)
    assert gone.status_code == 404
    assert "expired or was withdrawn" in gone.text


def test_a_made_up_link_opens_nothing(app, world, invoice):
    for made_up in ("x", "a" * 43, "../../etc/passwd", "%00"):
        assert get(app, invoice.id, token=made_up).status_code == 404


def test_others_find_nothing(app, world, invoice):
    assert get(app, invoice.id, "Karl", world).status_code == 404
    assert get(app, 99_999, "Fred", world).status_code == 404
    assert get(app, 10**14, "Fred", world).status_code == 404
    assert get(app, invoice.id, "Ann", world).status_code == 403


def test_without_a_session_one_is_led_to_sign_in_and_back(app, world, invoice):
    answer = get(app, invoice.id)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next=%2Ffiles%2Finvoices%2F{invoice.id}.pdf"
