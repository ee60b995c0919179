"""What is still to come: deposits and fees of periods, in the forecast of cash and the client’s words."""

from datetime import date
from typing import Any

import pytest

from psa_app import db
from psa_app.models import Account, Invoice, InvoiceLine, Sow
from psa_app.queries.home.firm import firm_home
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import FeePartInput, Head, LineInput
from psa_app.services.invoices.deposits import ask_deposit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from tests.services.managed_world import hand_over, hosting
from tests.support.prepared import prepared
from tests.support.world import World, ask, do, make_world, row, rows, sign

TODAY = date(2026, 11, 23)
IN_TIME = date(2026, 12, 23)  # thirty days later
world = prepared(make_world, only_sqlite=True)


def items(world: World) -> list[tuple[str, date, int]]:
    found = ask(firm_home, world["Olga"]).cash.items
    return [(one.kind, one.day, one.amount) for one in found]


@pytest.fixture
def launch(world: World) -> int:
    """A fee of 5,000.00 on 1 December, of which 2,000.00 are asked at signature; the scope's id."""
    part = FeePartInput(date(2026, 12, 1), "Launch", Money(500_000, "EUR"))
    line = LineInput("Launch", "fixed", value=Money(500_000, "EUR"), fee_parts=(part,))
    head = Head("Launch", date(2026, 11, 1), deposit=Money(200_000, "EUR"))
    with db.unit_of_work() as session:
        return sign(session, world, "Northwind", "Nina", head, (line,))


def test_a_deposit_is_expected_once_and_comes_off_the_work_it_is_for(world: World, launch: int) -> None:
    fee = ("milestone", date(2026, 12, 31), 360_000)
    assert items(world) == [("deposit", IN_TIME, 240_000), fee]
    asked = do(ask_deposit, world["Fred"], account_id=world.clients["Northwind"], sow_id=launch)
    assert items(world) == [("draft", IN_TIME, 240_000), fee]
    do(issue_invoice, world["Fred"], asked.id)
    assert items(world) == [("invoice", IN_TIME, 240_000), fee]
    money = Money(240_000, "EUR")
    do(record_payment, world["Fred"], asked.id, amount=money, received_on=TODAY)
    assert [(kind, amount) for kind, _, amount in items(world)] == [("milestone", 360_000)]


def test_the_fees_of_periods_are_expected_when_they_are_paid(world: World, till: Any) -> None:
    line = hosting(world, till)
    known = [one for one in items(world) if one[0] == "period"]
    assert known == [("period", date(2026, 12, 31), 36_000), ("period", date(2027, 1, 31), 36_000)]
    hand_over(world, line)  # the payment service collects from December on, on the day itself
    days = [day for kind, day, amount in items(world) if (kind, amount) == ("period", 36_000)]
    assert days == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]


def test_a_deposit_is_asked_and_taken_off_in_the_clients_language(world: World, launch: int) -> None:
    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).locale = "de-AT"
    of = {"account_id": world.clients["Northwind"]}
    asked = do(ask_deposit, world["Fred"], sow_id=launch, **of)
    (line,) = rows(InvoiceLine, invoice_id=asked.id)
    assert line.description == f"Anzahlung für {row(Sow, launch).number} Launch"
    assert line.detail == "fällig bei Unterschrift"
    do(issue_invoice, world["Fred"], asked.id)
    do(record_payment, world["Fred"], asked.id, amount=Money(240_000, "EUR"), received_on=TODAY)
    draft = do(draft_invoice, world["Fred"], until=date(2026, 12, 1), **of)
    (used,) = rows(InvoiceLine, invoice_id=draft.id, kind="deposit_used")
    assert used.description == f"Abzüglich Anzahlung {row(Invoice, asked.id).number}"
