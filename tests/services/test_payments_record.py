"""Payments by hand: in parts, over, twice, taken back, and used later."""

import json
from datetime import date, timedelta

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Allocation, Invoice, Outbox, Payment, PaymentFact
from psa_app.queries.invoices.credit import client_credit
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment, reverse_payment, use_credit
from psa_app.services.payments.settle import open_amount
from tests.support.world import MON, TUE, World, ask, do, past, row, rows

TODAY = date(2026, 11, 23)


def issued(world: World, day: date = MON, client: str = "Northwind", task: str = "Build") -> Invoice:
    world.worked("Ann", task, day, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY)
    return do(issue_invoice, world["Fred"], draft.id)


def pay(world: World, invoice: Invoice, amount: int, currency: str = "EUR", **inputs) -> Payment:
    values = {"amount": Money(amount, currency), "received_on": TODAY} | inputs
    return do(record_payment, world["Fred"], invoice.id, **values)


def left(invoice: Invoice) -> int:
    return int(ask(open_amount, row(Invoice, invoice.id)))


def credit(world: World) -> tuple[Money, ...]:
    return ask(client_credit, world["Fred"], world.clients["Northwind"])


def test_partial_transfers_add_up_to_a_paid_invoice(world):
    invoice = issued(world)
    for part, rest in ((4_400, 10_000), (9_999, 1), (1, 0)):
        pay(world, invoice, part)
        assert left(invoice) == rest
    assert past("invoice", invoice.id) == ["drafted", "issued", "paid", "paid", "paid"]


def test_too_much_becomes_credit_on_account(world):
    invoice = issued(world)
    pay(world, invoice, 20_000)
    assert (left(invoice), credit(world)) == (0, (Money(5_600, "EUR"),))
    assert [one.amount_minor for one in rows(Allocation)] == [14_400]


def test_credit_pays_a_later_invoice_the_oldest_money_first(world):
    first = issued(world)
    pay(world, first, 15_000, reference="A")
    pay(world, first, 20_000, reference="B", even_if_known=True)
    second = issued(world, TUE)
    do(use_credit, world["Fred"], second.id)
    assert (left(second), credit(world)) == (0, (Money(6_200, "EUR"),))
    assert [one.amount_minor for one in rows(Allocation)] == [14_400, 600, 13_800]
    with pytest.raises(Conflict, match="Nothing is open"):
        do(use_credit, world["Fred"], second.id)


def test_without_credit_in_its_currency_an_invoice_stays_open(world):
    pay(world, issued(world), 20_000)
    dollars = issued(world, TUE, "Kestrel", "Advise")
    with pytest.raises(Conflict, match="no credit in USD"):
        do(use_credit, world["Fred"], dollars.id)


def test_the_same_transfer_is_asked_about_before_it_is_booked_again(world):
    invoice = issued(world)
    pay(world, invoice, 5_000, reference="INV-2026-0001")
    with pytest.raises(Conflict, match="was recorded on 2026-11-23") as caught:
        pay(world, invoice, 5_000, reference="INV-2026-0001")
    assert caught.value.field == "reference"
    pay(world, invoice, 5_000, reference="INV-2026-0001", even_if_known=True)
    pay(world, invoice, 4_400, reference="INV-2026-0001")
    assert left(invoice) == 0


def test_money_for_a_paid_invoice_is_asked_about_and_kept_as_credit(world):
    invoice = issued(world)
    pay(world, invoice, 14_400)
    with pytest.raises(Conflict, match="already paid"):
        pay(world, invoice, 100)
    pay(world, invoice, 100, even_if_known=True)
    assert (left(invoice), credit(world)) == (0, (Money(100, "EUR"),))


def test_a_payment_taken_back_opens_the_invoice_and_is_not_deleted(world):
    invoice = issued(world)
    payment = pay(world, invoice, 14_400)
    do(reverse_payment, world["Fred"], payment.id, reason="Bounced")
    assert left(invoice) == 14_400
    assert [(one.kind, one.amount_minor) for one in rows(PaymentFact)] == [
        ("transfer", 14_400),
        ("reversal", -14_400),
    ]
    assert past("payment", payment.id) == ["recorded", "reversed"]
    with pytest.raises(Conflict, match="already been taken back"):
        do(reverse_payment, world["Fred"], payment.id, reason="again")


def test_a_payment_that_paid_two_invoices_is_taken_back_from_both(world):
    first = issued(world)
    payment = pay(world, first, 20_000)
    second = issued(world, TUE)
    do(use_credit, world["Fred"], second.id)
    assert (left(first), left(second)) == (0, 8_800)
    do(reverse_payment, world["Fred"], payment.id, reason="Bounced")
    assert (left(first), left(second), credit(world)) == (14_400, 14_400, ())


def test_a_taken_back_transfer_may_be_booked_again(world):
    invoice = issued(world)
    payment = pay(world, invoice, 14_400, reference="R")
    do(reverse_payment, world["Fred"], payment.id, reason="Wrong client")
    pay(world, invoice, 14_400, reference="R")
    assert left(invoice) == 0


def test_a_payment_keeps_day_way_reference_and_note(world):
    payment = pay(
        world, issued(world), 100, received_on=MON, method="cheque", reference=" R 7 ", note="By post"
    )
    kept = row(Payment, payment.id)
    assert (kept.received_on, kept.method, kept.reference, kept.note) == (MON, "cheque", "R 7", "By post")
    assert (kept.provider, kept.status, kept.livemode) == ("manual", "succeeded", True)


def test_the_billing_contact_is_thanked_and_told_what_is_left(world):
    invoice = issued(world)
    pay(world, invoice, 4_400)
    mails = [json.loads(one.payload) for one in rows(Outbox, kind="mail")]
    (mail,) = [one for one in mails if one["template"] == "payment_received"]
    assert (mail["to"], mail["values"]["amount"]) == (["nina@northwind.example"], "€44.00")
    assert mail["values"]["still_open"] == "€100.00"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Money(0, "EUR")}, "amount"),
        ({"amount": Money(-1, "EUR")}, "amount"),
        ({"amount": Money(10**15 + 1, "EUR")}, "amount"),
        ({"amount": Money(100, "KWD")}, "amount"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"received_on": date(9999, 12, 31)}, "received_on"),
        ({"received_on": date(1, 1, 1)}, "received_on"),
        ({"reference": "x" * 141}, "reference"),
        ({"note": "x" * 401}, "note"),
    ],
)
def test_a_wrong_payment_is_refused_at_its_field(world, values, field):
    invoice = issued(world)
    inputs = {"amount": Money(100, "EUR"), "received_on": TODAY} | values
    with pytest.raises(Invalid) as caught:
        do(record_payment, world["Fred"], invoice.id, **inputs)
    assert caught.value.field == field
    assert rows(Payment) == []


def test_only_an_issued_invoice_is_paid(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    with pytest.raises(Conflict, match="Only an issued invoice"):
        pay(world, draft, 100)


def test_money_from_the_provider_is_not_reversed_by_hand(world):
    payment = pay(world, issued(world), 100)
    with db.unit_of_work() as session:
        session.get_one(Payment, payment.id).provider = "stripe"
    with pytest.raises(Conflict, match="Refund it there"):
        do(reverse_payment, world["Fred"], payment.id, reason="x")


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_record(world, who):
    invoice = issued(world)
    with pytest.raises(Forbidden):
        do(record_payment, world[who], invoice.id, amount=Money(1, "EUR"), received_on=TODAY)
    with pytest.raises(NotFound):
        pay(world, Invoice(id=99_999), 1)
