"""Money in another currency than its invoice: both amounts are kept, the books say what was gained."""

from collections import defaultdict
from datetime import date

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Invalid
from psa_app.models import Allocation, ExchangeRate, Invoice, InvoiceLine, Payment
from psa_app.queries.books.ledger import books
from psa_app.queries.invoices.credit import client_credit
from psa_app.queries.invoices.paying import pay_offer
from psa_app.rules.money import Money, divide
from psa_app.services.bank.decide import PartIn, book_line
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment, reverse_payment
from psa_app.services.payments.refund import start_refund
from tests.queries.test_bank_recorded import line as bank_line
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import MON, ask, do, make_world, row, rows

world = prepared(make_world, only_sqlite=True)
TODAY = date(2026, 11, 23)
USD = 920_000_000  # euro for a dollar on the day of the money


@pytest.fixture
def invoice(world) -> Invoice:
    """An hour of Ben's for Kestrel, in dollars; a dollar is 0.92 euro today."""
    world.worked("Ben", "Advise", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Kestrel"], until=TODAY)
    made = do(issue_invoice, world["Fred"], draft.id)
    with db.unit_of_work() as session:
        of_today = select(ExchangeRate).where(ExchangeRate.currency == "USD", ExchangeRate.day == TODAY)
        rate = session.exec(of_today).first() or ExchangeRate(currency="USD", day=TODAY, rate_nano=USD)
        rate.rate_nano = USD
        session.add(rate)
    return made


def pay(world, invoice: Invoice, cents: int, settles: int | None = None, currency: str = "EUR") -> Payment:
    more = {"settles": Money(settles, "USD")} if settles is not None else {}
    money = Money(cents, currency)
    return do(record_payment, world["Fred"], invoice.id, amount=money, received_on=TODAY, **more)


def ties() -> list[tuple[int, int | None]]:
    return [(one.amount_minor, one.paid_minor) for one in rows(Allocation)]


def left(world, invoice: Invoice) -> int:
    return ask(pay_offer, world["Fred"], invoice.id).open


def on_account(world) -> dict[str, int]:
    found = ask(client_credit, world["Fred"], world.clients["Kestrel"])
    return {one.currency: one.amount for one in found}


def balances() -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for entry in ask(books, MON, TODAY).entries:
        assert entry.balance == 0
        for part in entry.postings:
            found[part.account] += part.amount
    return {name: amount for name, amount in found.items() if amount}


def test_the_form_says_what_is_open_in_the_money_of_the_day(world, invoice):
    offer = ask(pay_offer, world["Fred"], invoice.id)
    assert offer.worth["EUR"] == divide(invoice.total_minor * 92, 100)


def test_a_part_counts_at_the_rate_of_its_day_and_both_amounts_are_kept(world, invoice):
    pay(world, invoice, 9_200)
    assert ties() == [(10_000, 9_200)]
    assert left(world, invoice) == invoice.total_minor - 10_000
    check_books()


def test_what_is_more_than_open_stays_on_account_in_its_own_currency(world, invoice):
    whole = ask(pay_offer, world["Fred"], invoice.id).worth["EUR"]
    pay(world, invoice, whole + 4_600)
    assert left(world, invoice) == 0
    assert on_account(world) == {"EUR": 4_600}
    check_books()


def test_all_of_it_settles_what_a_person_says_and_the_gain_is_in_the_books(world, invoice):
    total = invoice.total_minor
    came = divide(total * 95, 100)
    pay(world, invoice, came, settles=total)
    assert ties() == [(total, came)]
    found = balances()
    gained = came - divide(total * invoice.base_rate_nano, 10**9)
    assert gained != 0
    assert found["fx"] == -gained
    assert found["bank"] == came
    assert {"receivable", "unapplied"}.isdisjoint(found)


def test_what_was_given_back_opens_its_share_again(world, invoice):
    total = invoice.total_minor
    paid = pay(world, invoice, 10_000, settles=total)
    do(start_refund, world["Fred"], paid.id, amount=Money(2_500, "EUR"), reason="Late", by="bank")
    assert left(world, invoice) == divide(total, 4)
    check_books()
    do(reverse_payment, world["Fred"], paid.id, reason="Wrong client")
    assert left(world, invoice) == total
    assert on_account(world) == {}
    check_books()


def test_a_credit_note_frees_the_moneys_own_currency(world, invoice):
    pay(world, invoice, 10_000, settles=invoice.total_minor)
    (line,) = [one.id for one in rows(InvoiceLine, invoice_id=invoice.id)]
    half = (CreditLine(line, minutes=30),)
    do(credit_invoice, world["Fred"], invoice.id, lines=half, reason="Agreed")
    assert on_account(world) == {"EUR": 5_000}
    check_books()


def test_a_line_of_the_bank_pays_one_invoice_of_another_currency(world, invoice):
    came = bank_line(9_000, "fx")
    part = [PartIn(invoice.id, Money(invoice.total_minor, "USD"))]
    do(book_line, world["Fred"], came, parts=part)
    assert ties() == [(invoice.total_minor, 9_000)]
    assert row(Payment, rows(Payment)[0].id).currency == "EUR"
    check_books()


@pytest.mark.parametrize(
    ("cents", "settles", "currency", "field"),
    [
        (9_200, 10**9, "EUR", "settles"),
        (9_200, 0, "EUR", "settles"),
        (9_200, 100, "USD", "settles"),
        (9_200, None, "KWD", "amount"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(world, invoice, cents, settles, currency, field):
    with pytest.raises(Invalid) as raised:
        pay(world, invoice, cents, settles, currency)
    assert raised.value.field == field
    assert rows(Payment) == []
