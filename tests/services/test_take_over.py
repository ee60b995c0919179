"""Moving in mid-year: open invoices keep their numbers, credit is used, the books open with both."""

from collections import Counter
from datetime import date

import pytest

from psa_app.access import system
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import Invoice, Outbox, Payment
from psa_app.queries.books.ledger import books
from psa_app.queries.invoices.credit import client_credit
from psa_app.queries.invoices.opening import opening_balances
from psa_app.queries.receivables.listing import receivables
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.take_over import take_over_credit, take_over_invoice
from psa_app.services.payments.record import record_payment, use_credit
from psa_app.services.payments.settle import open_amount
from tests.services.test_record_imports import bring, outcomes
from tests.support.books import check_books
from tests.support.world import MON, World, ask, do, row, rows

TODAY = date(2026, 11, 23)


def taken(world: World, **more) -> Invoice:
    values = {
        "account_id": world.clients["Northwind"],
        "number": "R-2026/117",
        "issued_on": date(2026, 9, 1),
        "due_on": date(2026, 9, 30),
        "amount": Money(50_000, "EUR"),
    } | more
    return do(take_over_invoice, world["Fred"], **values)


def test_an_open_invoice_keeps_its_number_and_is_owed_and_paid(world):
    old = taken(world)
    assert [one.number for one in ask(receivables, world["Fred"]).invoices] == ["R-2026/117"]
    assert not [one for one in rows(Outbox, kind="mail") if "invoice_issued" in one.payload]
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    assert do(issue_invoice, world["Fred"], draft.id).number == "INV-2026-0001"
    do(record_payment, world["Fred"], old.id, amount=Money(50_000, "EUR"), received_on=TODAY)
    assert ask(open_amount, row(Invoice, old.id)) == 0
    check_money_books(opening=-50_000)


def test_credit_on_account_pays_the_first_invoice(world):
    inputs = {"account_id": world.clients["Northwind"], "amount": Money(9_000, "EUR")}
    do(take_over_credit, world["Fred"], received_on=date(2026, 8, 1), reference="Old books", **inputs)
    assert ask(client_credit, system(), world.clients["Northwind"]) == (Money(9_000, "EUR"),)
    old = taken(world)
    do(use_credit, world["Fred"], old.id)
    assert ask(open_amount, row(Invoice, old.id)) == 41_000
    check_money_books(opening=-41_000)


def check_money_books(opening: int) -> None:
    check_books()
    found: Counter[str] = Counter()
    for one in ask(books, date(2026, 1, 1), TODAY).entries:
        assert one.balance == 0
        for part in one.postings:
            found[part.account] += part.amount
    assert found["opening"] == opening


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"issued_on": date(2027, 1, 1)}, "issued_on"),
        ({"due_on": date(2026, 8, 1)}, "due_on"),
        ({"amount": Money(0, "EUR")}, "amount"),
        ({"number": " "}, "number"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(world, wrong, field):
    with pytest.raises(Invalid) as caught:
        taken(world, **wrong)
    assert (caught.value.field, rows(Invoice)) == (field, [])


def test_the_same_number_never_comes_twice_and_a_file_brings_them_too(world):
    taken(world)
    with pytest.raises(Conflict, match="already"):
        taken(world)
    way = RESOURCES["invoices"].incoming
    values = {
        "account_id": world.clients["Kestrel"],
        "number": "R-2026/118",
        "issued_on": TODAY,
        "due_on": TODAY,
        "currency": "USD",
        "total_minor": 1_000,
    }
    made = do(way.write, world["Fred"], None, [values])
    assert (row(Invoice, made).number, row(Invoice, made).currency) == ("R-2026/118", "USD")


def test_credit_comes_in_from_a_file_and_the_same_file_again_changes_nothing(world):
    text = (
        "Reference,Client,Received,Currency,On account\n"
        "Old 1,Northwind,2026-08-01,EUR,90.00\n"
        "Old 2,Kestrel,2026-08-02,USD,12.50\n"
    )
    assert outcomes(bring(world["Fred"], "payments", text)) == ["new", "new"]
    assert ask(client_credit, system(), world.clients["Northwind"]) == (Money(9_000, "EUR"),)
    assert ask(client_credit, system(), world.clients["Kestrel"]) == (Money(1_250, "USD"),)
    assert set(outcomes(bring(world["Fred"], "payments", text))) == {"same"}
    assert len(rows(Payment)) == 2
    listed = ask(opening_balances, world["Fred"])
    assert [(one.client, one.number, one.amount) for one in listed.credits] == [
        ("Kestrel", "Old 2", 1_250),
        ("Northwind", "Old 1", 9_000),
    ]
    with pytest.raises(Forbidden):
        ask(opening_balances, world["Lea"])
    check_books()
