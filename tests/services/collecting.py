"""What the tests of collecting share: the till, an issued invoice and its open payment page."""

from collections.abc import Iterator
from datetime import date

import pytest

from psa_app import clock as app_clock
from psa_app.config import settings
from psa_app.gateways.payments import sandbox_webhook_secret
from psa_app.gateways.sandbox.courier import signature
from psa_app.models import Firm, Invoice, Outbox, Payment, PaymentFact
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.settle import open_amount
from tests.support.till import Till, open_till, own_instance
from tests.support.world import MON, World, ask, do, row, rows

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    with open_till(tmp_path_factory.mktemp("till")) as till:
        yield till


@pytest.fixture
def till(shop: Till, world: World) -> Iterator[Till]:
    """The till for the world of this test; afterwards Stripe would have refused nothing."""
    own_instance()
    yield shop
    complaints = shop.complaints()
    shop.forget()
    assert complaints == [], [(one.get("path"), one.get("shape"), one.get("error")) for one in complaints]


def bill(world: World) -> None:
    """For worlds that are prepared with an `invoice`."""
    own_instance()
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    do(issue_invoice, world["Fred"], draft.id)


@pytest.fixture
def invoice(till: Till, world: World) -> Invoice:
    """144.00 for an hour of Ann's."""
    return rows(Invoice)[0]


@pytest.fixture
def payment(world: World, invoice: Invoice) -> int:
    """The payment whose page is open."""
    start_checkout(world["Nina"], invoice.id)
    return int(rows(Payment)[-1].id)


def left(invoice: Invoice) -> int:
    return int(ask(open_amount, row(Invoice, invoice.id)))


def facts() -> list[tuple[str, int]]:
    return [(fact.kind, fact.amount_minor) for fact in rows(PaymentFact)]


def status(payment: int) -> str:
    return str(row(Payment, payment).status)


def thanks() -> int:
    return sum("payment_received" in one.payload for one in rows(Outbox, kind="mail"))


def pages(till: Till) -> list[dict]:
    """The pages that were opened for this test's firm."""
    instance = row(Firm, 1).instance
    found = till.objects("checkout/sessions", limit="100")
    return [page for page in found if page["metadata"].get("instance") == instance]


def signed(raw: bytes) -> str:
    """The mark of a message that the sandbox would have signed now."""
    return signature(raw.decode(), sandbox_webhook_secret(settings()), int(app_clock.now().timestamp()))
