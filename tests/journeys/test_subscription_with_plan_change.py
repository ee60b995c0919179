"""A subscription from its trial to its end: a greater plan, a pause, more seats, cancelled with a credit."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Conflict, Invalid
from psa_app.models import BilledPeriod, Invoice, InvoiceLine
from psa_app.queries.subscriptions.one import recurring, subscription_page
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.subscriptions.change import (
    cancel_subscription,
    change_plan,
    pause_subscription,
    resume_subscription,
)
from tests.support.books import check_books
from tests.support.world import World, ask, do, past, rows, sign

pytestmark = pytest.mark.journey
DECEMBER = date(2026, 12, 1)
HOSTING = LineInput("Hosting", "subscription", value=Money(31_000, "EUR"), trial_days=31)
LINES = list[tuple[str, int]]


def test_a_subscription_from_its_trial_to_its_end(world: World, clock: Any) -> None:
    at(clock, DECEMBER)
    with db.unit_of_work() as session:
        sign(session, world, "Northwind", "Nina", Head("Hosting", DECEMBER), (HOSTING,))
    line_id = world.lines["Hosting"]
    assert (state(world, line_id), mrr(world, DECEMBER)) == ("trial", 0)
    with pytest.raises(Conflict, match="Nothing is open"):
        bill(world, date(2026, 12, 31))
    at(clock, date(2027, 1, 1))
    assert bill(world, date(2027, 1, 1)) == [("1–31 Jan 2027", 31_000)]
    a_greater_plan(world, clock, line_id)
    a_pause(world, clock, line_id)
    the_end(world, clock, line_id)


def a_greater_plan(world: World, clock: Any, line_id: int) -> None:
    """Two at 620.00 from the 11th: 21 of 31 days of what is more."""
    at(clock, date(2027, 1, 11))
    greater = {"price": Money(62_000, "EUR"), "quantity": 2}
    do(change_plan, world["Fred"], line_id, **greater, reason="Second shop")
    assert mrr(world, date(2027, 1, 11)) == 124_000
    at(clock, date(2027, 2, 1))
    assert bill(world, date(2027, 2, 1)) == [
        ("Change of plan, 11 Jan 2027", 63_000),
        ("1–28 Feb 2027", 124_000),
    ]
    check_books()


def a_pause(world: World, clock: Any, line_id: int) -> None:
    """Half of February is given back at once by a credit note on its invoice; March begins with a part."""
    at(clock, date(2027, 2, 15))
    do(pause_subscription, world["Fred"], line_id, reason="The shop is rebuilt")
    (note,) = rows(Invoice, kind="credit_note")
    assert (note.net_minor, note.credit_reason) == (62_000, "The shop is rebuilt")
    assert (state(world, line_id), mrr(world, date(2027, 2, 15))) == ("paused", 0)
    at(clock, date(2027, 3, 21))
    with pytest.raises(Conflict, match="Nothing is open"):
        bill(world, date(2027, 3, 21))
    with pytest.raises(Invalid, match="is paused"):
        do(change_plan, world["Fred"], line_id, price=Money(1, "EUR"))
    do(resume_subscription, world["Fred"], line_id)
    assert bill(world, date(2027, 3, 21)) == [("Goes on, 21 Mar 2027", 44_000)]
    check_books()


def the_end(world: World, clock: Any, line_id: int) -> None:
    """Cancelled while April is on a draft: first it is issued; then the rest of April is given back."""
    at(clock, date(2027, 4, 1))
    made = draft(world, date(2027, 4, 1))
    at(clock, date(2027, 4, 16))
    with pytest.raises(Conflict, match=f"on draft {made.id}"):
        do(cancel_subscription, world["Fred"], line_id, at_once=True)
    do(discard_draft, world["Fred"], made.id)
    assert bill(world, date(2027, 4, 16)) == [("1–30 Apr 2027", 124_000)]
    paid = rows(Invoice)[-1]
    amount = Money(paid.total_minor, "EUR")
    do(record_payment, world["Fred"], paid.id, amount=amount, received_on=date(2027, 4, 16))
    do(cancel_subscription, world["Fred"], line_id, at_once=True, reason="Moves house")
    assert [one.net_minor for one in rows(Invoice, kind="credit_note")] == [62_000, 62_000]
    assert state(world, line_id) == "cancelled"
    with pytest.raises(Conflict, match="Nothing is open"):
        bill(world, date(2027, 12, 31))
    with pytest.raises(Invalid, match="has been cancelled"):
        do(resume_subscription, world["Fred"], line_id)
    assert past("sow_line", line_id) == ["plan changed", "paused", "resumed", "cancelled"]
    assert sum(one.amount_minor for one in rows(BilledPeriod)) == 31_000 + 63_000 + 62_000 + 44_000 + 62_000
    check_books()


def at(clock: Any, day: date) -> None:
    clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def draft(world: World, until: date) -> Any:
    return do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)


def bill(world: World, until: date) -> LINES:
    """What stands on the invoice of all that is open up to a day."""
    made = draft(world, until)
    do(issue_invoice, world["Fred"], made.id)
    found = sorted(rows(InvoiceLine, invoice_id=made.id), key=lambda line: line.position)
    return [(line.detail, line.net_minor) for line in found]


def state(world: World, line_id: int) -> str:
    page = ask(subscription_page, world["Olga"], line_id)
    return page.of.state(page.today)  # type: ignore[no-any-return]


def mrr(world: World, day: date) -> int:
    return sum(one.amount for one in ask(recurring, world["Fred"], day))
