"""Fees and payouts in the books: what is paid out has left the balance, and the bank's line has it."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import BalanceLine, BankLine, ExchangeRate, Firm, Payment, PaymentFact, Payout
from psa_app.queries.bank.lines import bank_page, line_to_decide
from psa_app.queries.books.ledger import books
from psa_app.queries.invoices.payouts import payout_one, payouts_page
from psa_app.rules.money import Money
from psa_app.services.bank.decide import book_certain, take_payout, undo_line
from psa_app.services.books.export import export_ledger, read_export
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.ledger import read_ledger
from psa_app.services.payments.refund import send_refund, start_refund
from tests.queries.test_bank_recorded import line as bank_line
from tests.services.collecting import bill
from tests.support.prepared import prepared
from tests.support.world import ask, do, make_world, row, rows

world = prepared(make_world, only_sqlite=True, invoice=bill)
FIRST, LAST = date(2026, 11, 1), date(2027, 1, 31)


@pytest.fixture
def payout(world, till, payment) -> Payout:
    """144.00 paid by card, 20.00 of it given back, the rest paid out."""
    till.press(payment, "pay")
    sync_payment(payment)
    back = do(start_refund, world["Fred"], payment, amount=Money(2_000, "EUR"), reason="Late")
    send_refund(back.id)
    read_ledger()
    till.control("pay_out")
    read_ledger()
    mine = next(one for one in rows(Payout) if one.ref == of(payment).payout_ref)
    forget_others(mine)
    return mine


def forget_others(mine: Payout) -> None:
    """What the other tests at this sandbox were paid is none of this firm's."""
    with db.unit_of_work() as session:
        for line in session.exec(select(BalanceLine)).all():
            if mine.ref not in (line.payout_ref, line.source_ref):
                session.delete(line)
        for other in session.exec(select(Payout).where(Payout.id != mine.id)).all():
            session.delete(other)


def of(payment: int) -> BalanceLine:
    return next(one for one in rows(BalanceLine) if one.payment_id == payment and one.kind == "charge")


def balances() -> dict[str, int]:
    """The accounts' balances; each entry sums to zero."""
    found: dict[str, int] = defaultdict(int)
    for entry in ask(books, FIRST, LAST).entries:
        assert entry.balance == 0
        for part in entry.postings:
            found[part.account] += part.amount
    return dict(found)


def test_a_payment_less_its_fee_leaves_for_the_bank_and_nothing_stays_behind(world, till, payment, payout):
    found = balances()
    assert found["provider"] == 0
    assert found["transit"] == payout.amount_minor
    assert found["charges"] == 241
    assert "suspense" not in found
    (of_payment,) = [
        entry
        for entry in ask(books, FIRST, LAST).entries
        if entry.text == "Payment fee" and entry.party == "Northwind"
    ]
    assert [(part.account, part.amount) for part in of_payment.postings] == [
        ("charges", 241),
        ("provider", -241),
    ]


def test_a_payout_tells_what_it_holds_and_adds_up(world, payment, payout):
    found, held = ask(payout_one, world["Fred"], payout.id)
    assert (found.gap, found.in_bank) == (0, None)
    mine = {one.kind: (one.amount, one.fee, one.client) for one in held if one.client}
    assert mine == {"charge": (14_400, 241, "Northwind"), "refund": (-2_000, 0, "Northwind")}
    listed = ask(payouts_page, world["Olga"])
    assert payout.id in [one.id for one in listed.rows]
    assert dict(listed.waiting).get("EUR", 0) == 0
    with pytest.raises(Forbidden):
        ask(payouts_page, world["Lea"])


def test_the_line_of_the_bank_is_found_booked_and_undone(world, payout):
    came = bank_line(payout.amount_minor, "p1")
    page = ask(bank_page, world["Fred"])
    assert (page.certain, page.rows[0].payout) == ((came,), payout.ref)
    assert [one.id for one in ask(line_to_decide, world["Fred"], came).payouts] == [payout.id]
    assert do(book_certain, world["Fred"], line_ids=[came]).booked == 1
    found = balances()
    assert (found["transit"], found["bank"]) == (0, payout.amount_minor)
    assert len(rows(Payment)) == 1
    again = bank_line(payout.amount_minor, "p2")
    assert ask(bank_page, world["Fred"]).certain == ()
    with pytest.raises(Conflict, match="Another line"):
        do(take_payout, world["Fred"], again, payout_id=payout.id)
    do(undo_line, world["Fred"], came)
    assert balances()["transit"] == payout.amount_minor
    do(take_payout, world["Fred"], again, payout_id=payout.id)
    assert row(BankLine, again).payout_id == payout.id


def test_a_line_that_is_not_the_payout_is_refused(world, payout):
    other = bank_line(payout.amount_minor + 1, "p1")
    with pytest.raises(Invalid, match="another amount"):
        do(take_payout, world["Fred"], other, payout_id=payout.id)
    with pytest.raises(Forbidden):
        do(take_payout, world["Lea"], other, payout_id=payout.id)
    same = bank_line(payout.amount_minor, "p2")
    with db.unit_of_work() as session:
        session.get_one(BankLine, same).booked_on = payout.arrives_on + timedelta(days=30)
    assert ask(bank_page, world["Fred"]).certain == ()


def test_a_period_with_fees_and_a_payout_gives_the_same_file_twice(world, payout, clock):
    clock.forward(days=3)
    asked = {"first_on": FIRST, "last_on": date(2026, 11, 25), "format": "beancount"}
    made = do(export_ledger, world["Fred"], **asked)
    do(book_certain, world["Fred"], line_ids=[late(payout)])
    again = do(export_ledger, world["Fred"], **asked)
    assert made.id == again.id
    text = read_export(world["Fred"], made.id)[1].decode()
    assert "Assets:1020-Payouts-on-their-way" in text
    assert "Expenses:6100-Bank-and-payment-charges" in text


def late(payout: Payout) -> int:
    """The payout's line of a statement, after the period."""
    came = bank_line(payout.amount_minor, "late")
    with db.unit_of_work() as session:
        session.get_one(BankLine, came).booked_on = date(2026, 11, 26)
    return came


def test_what_the_payment_service_exchanged_is_a_gain_or_a_loss(world):
    """100.00 USD stand at 90.00 and reach the balance as 88.00, less a fee of 3.00."""
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "sandbox"
        session.add(ExchangeRate(currency="USD", day=date(2026, 11, 20), rate_nano=900_000_000))
        paid = Payment(
            account_id=world.clients["Kestrel"],
            provider="stripe",
            status="succeeded",
            amount_minor=10_000,
            currency="USD",
            idempotency_key="k",
        )
        session.add(paid)
        session.flush()
        fact = {"payment_id": paid.id, "provider": "stripe", "currency": "USD", "at": at}
        session.add(PaymentFact(kind="charge", ref="ch_1", amount_minor=10_000, **fact))
        balance = {"provider": "stripe", "currency": "EUR", "at": at, "available_on": LAST}
        charge = {"payment_id": paid.id, "amount_minor": 8_800, "fee_minor": 300, "net_minor": 8_500}
        session.add(BalanceLine(ref="t1", kind="charge", source_ref="ch_1", **charge, **balance))
        fee = {"amount_minor": -200, "fee_minor": 0, "net_minor": -200}
        session.add(BalanceLine(ref="t2", kind="stripe_fee", **fee, **balance))
        out = {"amount_minor": -8_300, "fee_minor": 0, "net_minor": -8_300, "source_ref": "po_1"}
        session.add(BalanceLine(ref="t3", kind="payout", **out, **balance))
    found = balances()
    expected = {"provider": 0, "transit": 8_300, "charges": 500, "fx": 200, "unapplied": -9_000}
    assert {name: found[name] for name in expected} == expected
