"""A subscription for several: the price is for one, and what is billed, printed and signed is for all."""

from dataclasses import replace
from datetime import date

import pytest

from psa_app import db
from psa_app.errors import Invalid
from psa_app.models import InvoiceLine, Sow, SowLine
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import sow_text
from psa_app.queries.subscriptions.one import recurring, subscribed
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.contracts.write import create_sow
from psa_app.services.invoices.draft import draft_invoice
from tests.support.prepared import prepared
from tests.support.world import World, ask, do, make_world, rows, sign

OCT, TODAY = date(2026, 10, 1), date(2026, 11, 23)
SEATS = LineInput("Seats", "subscription", value=Money(2_000, "EUR"), quantity=12)
HEAD = Head("Seats", OCT, currency="EUR")
world = prepared(make_world, only_sqlite=True)


def test_what_is_billed_and_recurs_is_for_all_of_them(world: World) -> None:
    with db.unit_of_work() as session:
        sow_id = sign(session, world, "Northwind", "Nina", HEAD, (SEATS,))
    (line,) = rows(SowLine, sow_id=sow_id)
    assert (line.value_minor, line.quantity) == (24_000, 12)
    client = world.clients["Northwind"]
    made = do(draft_invoice, world["Fred"], account_id=client, until=TODAY)
    printed = [
        (one.description, one.net_minor) for one in rows(InvoiceLine, invoice_id=made.id, kind="subscription")
    ]
    assert printed == [("Seats × 12", 24_000), ("Seats × 12", 24_000)]
    with db.reading() as session:
        assert subscribed(session, int(line.id)).plan(TODAY) == (2_000, 12)
        term = read_text(sow_text(session, session.get_one(Sow, sow_id))).lines[0]
    assert (term.quantity, term.value) == (12, 24_000)
    assert [one.amount for one in ask(recurring, world["Fred"], TODAY)] == [24_000]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (replace(SEATS, quantity=0), "Give how many"),
        (replace(SEATS, quantity=100_001), "Give how many"),
        (replace(SEATS, value=Money(10**14, "EUR"), quantity=100), "more than a line can hold"),
        (replace(SEATS, model="retainer", period_minutes=60, quantity=2), "belongs to a subscription"),
    ],
)
def test_a_quantity_that_cannot_be_is_refused_beside_its_field(
    world: World, line: LineInput, told: str
) -> None:
    client = world.clients["Northwind"]
    with pytest.raises(Invalid, match=told) as refused:
        do(create_sow, world["Olga"], account_id=client, head=HEAD, lines=(line,))
    assert refused.value.field == "lines.0.quantity"
