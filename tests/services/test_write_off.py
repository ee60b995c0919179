"""Writing off what an invoice still owes, opening it again, and the statement of account that tells of it."""

from datetime import date
from io import BytesIO

import pytest

from psa_app import db
from psa_app.errors import Conflict, Invalid, NotFound, Problems
from psa_app.models import Account, Invoice, InvoiceLine, PaymentFact, WriteOff
from psa_app.queries.books.statement import client_statement
from psa_app.rules.money import Money
from psa_app.services.bank.decide import PartIn, book_line
from psa_app.services.books.lock import close_books, open_books_again
from psa_app.services.books.statements import read_statement_pdf
from psa_app.services.invoices.credit import CreditLine, credit_invoice, preview_credit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.losses import written_off
from psa_app.services.invoices.papers import read_invoice_pdf, read_pro_forma
from psa_app.services.invoices.write_off import reopen_invoice, write_off_invoice
from psa_app.services.payments.record import record_payment, reverse_payment
from psa_app.services.payments.refund import start_refund
from psa_app.services.payments.settle import open_amount
from tests.queries.test_bank_recorded import line
from tests.support.books import check_books
from tests.support.world import MON, World, ask, do, past, row, rows

TODAY = date(2026, 11, 23)


def drafted(world: World, minutes: int = 60) -> Invoice:
    world.worked("Ann", "Build", MON, minutes)
    return do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)


def issued(world: World, minutes: int = 60) -> Invoice:
    return do(issue_invoice, world["Fred"], drafted(world, minutes).id)


def pay(world: World, invoice: Invoice, amount: int):
    return do(record_payment, world["Fred"], invoice.id, amount=Money(amount, "EUR"), received_on=TODAY)


def test_the_rest_is_written_off_and_the_invoice_can_be_opened_again(world):
    invoice = issued(world)
    pay(world, invoice, 4_400)
    do(write_off_invoice, world["Fred"], invoice.id, reason="Insolvent")
    assert (row(Invoice, invoice.id).status, ask(written_off, invoice.id)) == ("written_off", 10_000)
    with pytest.raises(Conflict):
        pay(world, invoice, 10_000)
    check_books()
    do(reopen_invoice, world["Fred"], invoice.id, reason="They pay after all")
    assert ask(open_amount, row(Invoice, invoice.id)) == 10_000
    assert [one.amount_minor for one in rows(WriteOff)] == [10_000, -10_000]
    pay(world, invoice, 10_000)
    with pytest.raises(Conflict, match="Nothing is open"):
        do(write_off_invoice, world["Fred"], invoice.id, reason="Again")
    assert {"written off", "reopened"} <= set(past("invoice", invoice.id))
    check_books()


def test_the_statement_tells_each_move_and_ends_with_what_is_owed(world):
    invoice = issued(world)
    pay(world, invoice, 4_400)
    do(write_off_invoice, world["Fred"], invoice.id, reason="Insolvent")
    found = ask(client_statement, world["Nina"], world.clients["Northwind"])
    (only,) = found.accounts
    assert [(one.what, one.amount, one.balance) for one in only.rows] == [
        ("invoice", 14_400, 14_400),
        ("payment", -4_400, 10_000),
        ("written_off", -10_000, 0),
    ]
    assert (only.opening, only.closing) == (0, 0)
    with pytest.raises(NotFound):
        ask(client_statement, world["Karl"], world.clients["Northwind"])
    with pytest.raises(Invalid):
        ask(client_statement, world["Nina"], world.clients["Northwind"], TODAY, MON)


@pytest.mark.parametrize(
    ("locale", "statement", "pro_forma", "net"),
    [
        ("en", "Statement of account", "This is no invoice", "Net"),
        ("de", "Kontoauszug", "Dies ist keine Rechnung", "Netto"),
        ("fr", "Relevé de compte", "Ceci n’est pas une facture", "Total HT"),
        ("es", "Extracto de cuenta", "Esto no es una factura", "Base"),
        ("pt", "Extrato de conta", "Isto não é uma fatura", "Líquido"),
    ],
)
def test_papers_speak_the_clients_language(world, locale, statement, pro_forma, net):
    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).locale = locale
    draft = drafted(world)
    assert pro_forma in text_of(read_pro_forma(world["Fred"], draft.id))
    do(issue_invoice, world["Fred"], draft.id)
    assert net in text_of(read_invoice_pdf(world["Fred"], draft.id))
    assert statement in text_of(read_statement_pdf(world["Nina"], world.clients["Northwind"]))
    with pytest.raises(Conflict):
        read_pro_forma(world["Fred"], draft.id)


def text_of(file: tuple[str, bytes]) -> str:
    from pypdf import PdfReader

    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(file[1])).pages)
    return " ".join(text.split())


def test_a_credit_is_seen_before_it_is_written(world):
    invoice = issued(world)
    pay(world, invoice, 10_000)
    lines = (CreditLine(rows(InvoiceLine, invoice_id=invoice.id)[0].id),)
    seen = ask(preview_credit, world["Fred"], invoice.id, lines=lines)
    assert (seen.net, seen.tax, seen.total, seen.open, seen.on_account) == (12_000, 2_400, 14_400, 0, 10_000)
    assert rows(Invoice, kind="credit_note") == []
    note = do(credit_invoice, world["Fred"], invoice.id, lines=lines, reason="Agreed")
    assert (note.net_minor, note.tax_minor) == (seen.net, seen.tax)


def test_what_never_came_is_no_cash_also_when_it_is_taken_back(world):
    invoice = issued(world)
    booked = do(
        book_line,
        world["Fred"],
        line(14_150, "a"),
        parts=[PartIn(invoice.id, Money(14_150, "EUR"))],
        short_kind="bank_charge",
    )
    assert ask(open_amount, row(Invoice, invoice.id)) == 0
    do(reverse_payment, world["Fred"], booked.payment_id, reason="Wrong")
    sums = {}
    for fact in rows(PaymentFact):
        kind = "cash" if fact.kind in ("transfer", "reversal") else fact.kind
        sums[kind] = sums.get(kind, 0) + fact.amount_minor
    assert sums == {"cash": 0, "bank_charge": 0}
    assert ask(open_amount, row(Invoice, invoice.id)) == 14_400


def test_closed_books_refuse_what_is_dated_in_them_until_they_are_opened_again(world):
    first = issued(world)
    day = date(2026, 11, 22)
    do(close_books, world["Fred"], through=day)
    with pytest.raises(Invalid, match="books are closed"):
        do(record_payment, world["Fred"], first.id, amount=Money(100, "EUR"), received_on=day)
    second = drafted(world, 30)
    with pytest.raises((Invalid, Problems), match="books are closed"):
        do(issue_invoice, world["Fred"], second.id, issued_on=day)
    with pytest.raises(Conflict, match="closed up to"):
        do(close_books, world["Fred"], through=date(2026, 11, 1))
    do(open_books_again, world["Olga"], reason="The bank was late", through=date(2026, 10, 31))
    paid = do(record_payment, world["Fred"], first.id, amount=Money(100, "EUR"), received_on=day)
    assert paid.received_on == day
    assert past("firm", 1)[-2:] == ["books closed", "books opened"]


@pytest.mark.parametrize("way", ["refund", "reversal"])
def test_money_that_goes_back_opens_what_was_written_off(world, way):
    invoice = issued(world)
    payment = pay(world, invoice, 4_400)
    do(write_off_invoice, world["Fred"], invoice.id, reason="Insolvent")
    if way == "refund":
        part = Money(400, "EUR")
        do(start_refund, world["Fred"], payment.id, amount=part, reason="Agreed", by="bank")
    else:
        do(reverse_payment, world["Fred"], payment.id, reason="It bounced")
    left = row(Invoice, invoice.id)
    assert (left.status, ask(written_off, invoice.id)) == ("issued", 0)
    assert ask(open_amount, left) == (10_400 if way == "refund" else 14_400)
    assert past("invoice", invoice.id).count("reopened") == 1
    check_books()
