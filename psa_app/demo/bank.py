"""Bank statements of the demo firm: payouts that are booked, and yesterday's lines that wait for a look."""

import csv
import io
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.models import Account, Allocation, BankAccount, BankLine, Invoice, Payment, Payout
from psa_app.rules import money
from psa_app.services.bank.decide import take_payout
from psa_app.services.bank.take import Asked, take_statements

HEAD = ("Booking date", "Amount (EUR)", "Payer", "Account of who paid", "Text", "Balance")
OPENING = 8_412_077
_ANN = "DE02120300000000202051"


def take_statements_of_the_demo(session: Session, finance: Actor, today: date) -> None:
    """The payouts of the weeks before, each said to be one; then yesterday's file, to be looked through."""
    account = session.exec(
        select(BankAccount).where(BankAccount.currency == "EUR").order_by(col(BankAccount.id))
    ).first()
    if account is None:
        return
    yesterday, asked = today - timedelta(days=1), Asked(bank_account_id=account.id)
    payouts = session.exec(select(Payout).where(Payout.arrives_on < yesterday).order_by(col(Payout.at))).all()
    if payouts:
        _take_payouts(session, finance, list(payouts), asked)
    lines = [(yesterday, *line) for line in _lines(_open_invoices(session))]
    take_statements(session, finance, _file(lines, OPENING), "Main account, yesterday.csv", asked)


def _take_payouts(session: Session, finance: Actor, payouts: list[Payout], asked: Asked) -> None:
    lines = [(one.arrives_on, one.amount_minor, "Payment service", "", "STRIPE PAYOUT") for one in payouts]
    data = _file(lines, OPENING - sum(one.amount_minor for one in payouts))
    taken = take_statements(session, finance, data, "Main account, payouts.csv", asked)
    found = select(BankLine).where(col(BankLine.statement_id).in_(taken.statement_ids))
    for line, payout in zip(session.exec(found.order_by(col(BankLine.id))).all(), payouts, strict=True):
        take_payout(session, finance, int(line.id or 0), payout_id=int(payout.id or 0))


def _open_invoices(session: Session) -> list[tuple[Invoice, str]]:
    paid = select(Allocation.invoice_id)
    by_card = select(Payment.account_id).where(Payment.provider != "manual")
    statement = (
        select(Invoice, Account.name)
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(
            Invoice.status == "issued",
            Invoice.kind == "invoice",
            Invoice.currency == "EUR",
            col(Invoice.id).not_in(paid),
            col(Invoice.account_id).not_in(by_card),
        )
        .order_by(col(Invoice.due_on), col(Invoice.id))
    )
    return [(invoice, name) for invoice, name in session.exec(statement)][:4]


def _lines(invoices: list[tuple[Invoice, str]]) -> list[tuple[int, str, str, str]]:
    """(cents, payer, account, text): the first named to the cent, one short, one without its number."""
    lines = [(-189_000, "Riverside Estates", "", "Office rent"), (4_900, "L. Brandt", "", "Thank you!")]
    for place, (invoice, name) in enumerate(invoices):
        charge, text = (0, f"Invoice {invoice.number}")
        if place == 1:
            charge = 1_250
        if place == 2:
            text = "Our order, November"
        lines.append((invoice.total_minor - charge, name, _ANN if place == 0 else "", text))
    return lines


def _file(lines: list[tuple[date, int, str, str, str]], opening: int) -> bytes:
    """A CSV file of (day, cents, payer, account, text), with the balance after each line."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEAD)
    balance = opening
    for day, cents, payer, account, text in lines:
        balance += cents
        rows.writerow((day, money.plain(cents, "EUR"), payer, account, text, money.plain(balance, "EUR")))
    return out.getvalue().encode()
