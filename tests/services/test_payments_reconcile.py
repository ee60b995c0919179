"""The provider's own book against ours, and what it took: rebuilt from its lists over real HTTP."""

import pytest
import typer
from sqlalchemy import update

from psa_app import db
from psa_app.cli.safety import verify
from psa_app.errors import Conflict, Forbidden
from psa_app.models import (
    Allocation,
    BalanceLine,
    Firm,
    Outbox,
    Payment,
    PaymentFact,
    Payout,
    ProviderFinding,
)
from psa_app.queries.invoices.provider import provider_book
from psa_app.rules.money import Money
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.ledger import read_ledger
from psa_app.services.payments.reconcile import reconcile, settle_finding
from psa_app.services.payments.refund import send_refund, start_refund
from tests.services.collecting import bill, facts, left
from tests.support.prepared import prepared
from tests.support.world import ask, do, make_world, row, rows

world = prepared(make_world, only_sqlite=True, invoice=bill)


@pytest.fixture
def paid(world, till, invoice, payment) -> int:
    till.press(payment, "pay")
    sync_payment(payment)
    return payment


def findings() -> list[tuple[str, bool]]:
    return [(one.kind, one.settled_at is not None) for one in rows(ProviderFinding)]


def execute(statement) -> None:
    with db.unit_of_work() as session:
        session.connection().execute(statement)


def test_books_that_agree_find_nothing_after_refunds_and_disputes_too(world, till, invoice, paid):
    refund = do(start_refund, world["Fred"], paid, amount=Money(4_400, "EUR"), reason="x")
    send_refund(refund.id)
    till.control("dispute", id=rows(PaymentFact, kind="charge")[0].ref)
    sync_payment(paid)
    assert reconcile().endswith("0 differ")
    assert findings() == []


def test_a_dispute_that_is_won_after_the_days_compared_is_no_difference(world, till, invoice, paid, clock):
    till.control("dispute", id=rows(PaymentFact, kind="charge")[0].ref)
    sync_payment(paid)
    clock.forward(days=9)
    till.control("win", id=rows(PaymentFact, kind="dispute")[0].ref)
    sync_payment(paid)
    assert ("dispute_won", 14_400) in facts()
    assert reconcile().endswith("0 differ")


def test_money_of_which_no_message_came_is_booked_by_the_comparison(world, till, invoice, payment):
    till.press(payment, "pay")
    assert facts() == []
    reconcile()
    assert (facts(), left(invoice), findings()) == ([("charge", 14_400)], 0, [])


def test_a_fact_that_the_provider_does_not_know_is_named_once_until_it_is_gone(world, till, invoice, paid):
    execute(
        update(PaymentFact.__table__).where(PaymentFact.__table__.c.kind == "charge").values(ref="ch_other")
    )
    reconcile()
    assert ("unknown", False) in findings()
    alerts = [one for one in rows(Outbox, kind="mail") if '"payment_alert"' in one.payload]
    assert alerts
    count = len(rows(ProviderFinding))
    reconcile()
    assert len(rows(ProviderFinding)) == count


def test_a_drift_is_named_on_the_page_and_by_the_command(world, till, invoice, paid, capsys):
    said = f"The charge {rows(PaymentFact)[0].ref} has another amount here."
    execute(update(PaymentFact.__table__).values(amount_minor=14_399))
    reconcile()
    assert said in [one.sentence for one in ask(provider_book, world["Fred"]).findings]
    with pytest.raises(typer.Exit):
        verify(None)
    assert said in capsys.readouterr().err


def test_an_amount_that_differs_and_a_settlement_beyond_it_are_named(world, till, invoice, paid):
    execute(update(PaymentFact.__table__).values(amount_minor=20_000))
    execute(update(Allocation.__table__).values(amount_minor=20_000))
    reconcile()
    assert sorted(findings()) == [("allocation", False), ("differs", False)]
    execute(update(PaymentFact.__table__).values(amount_minor=14_400))
    execute(update(Allocation.__table__).values(amount_minor=14_400))
    reconcile()
    assert sorted(findings()) == [("allocation", True), ("differs", True)]


def test_money_with_our_mark_that_no_payment_knows_is_put_up_for_a_person(world, till, invoice, paid):
    execute(update(Payment.__table__).values(intent_id="pi_other", session_id="cs_other"))
    reconcile()
    stray = next(one for one in rows(ProviderFinding) if one.kind == "stray")
    assert "144.00 EUR came with our mark" in stray.sentence
    with pytest.raises(Forbidden):
        do(settle_finding, world["Lea"], stray.id, note="x")
    do(settle_finding, world["Fred"], stray.id, note="Given back at Stripe")
    with pytest.raises(Conflict):
        do(settle_finding, world["Fred"], stray.id, note="again")
    reconcile()
    assert [one.kind for one in rows(ProviderFinding)].count("stray") == 1


def test_fees_and_payouts_are_kept_beside_the_money_of_clients(world, till, invoice, paid):
    read_ledger()
    line = next(one for one in rows(BalanceLine) if one.payment_id == paid)
    assert (line.amount_minor, line.fee_minor, line.net_minor) == (14_400, 241, 14_159)
    assert facts() == [("charge", 14_400)]
    till.control("pay_out")
    read_ledger()
    read_ledger()
    payout = next(one for one in rows(Payout) if one.ref == row(BalanceLine, line.id).payout_ref)
    assert payout.state == "paid"
    assert payout.amount_minor == sum(
        one.net_minor for one in rows(BalanceLine) if one.payout_ref == payout.ref
    )
    assert len({one.ref for one in rows(BalanceLine)}) == len(rows(BalanceLine))


def test_a_firm_that_is_paid_by_transfer_compares_nothing(world, invoice, till, clock):
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "manual"
    clock.forward(days=1)
    assert (reconcile(), read_ledger()) == ("nothing to compare", "no provider")
