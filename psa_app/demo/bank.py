"""Yesterday's statement of the demo firm: some lines name what they pay, others wait for a look."""

import csv
import io
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.models import Account, Allocation, BankAccount, Invoice
from psa_app.rules import money
from psa_app.services.bank.take import Asked, take_statements

HEAD = ("Booking date", "Amount (EUR)", "Payer", "Account of who paid", "Text", "Balance")
OPENING = 8_412_077
_ANN = "DE02120300000000202051"


def take_a_statement(session: Session, finance: Actor, today: date) -> None:
    """Takes in a CSV file with up to five lines about open invoices in euro."""
    account = session.exec(
        select(BankAccount).where(BankAccount.currency == "EUR").order_by(col(BankAccount.id))
    ).first()
    if account is None:
        return
    data = _file(_lines(_open_invoices(session)), today - timedelta(days=1))
    asked = Asked(bank_account_id=account.id)
    take_statements(session, finance, data, "Main account, yesterday.csv", asked)


def _open_invoices(session: Session) -> list[tuple[Invoice, str]]:
    paid = select(Allocation.invoice_id)
    statement = (
        select(Invoice, Account.name)
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(
            Invoice.status == "issued",
            Invoice.currency == "EUR",
            col(Invoice.id).not_in(paid),
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


def _file(lines: list[tuple[int, str, str, str]], day: date) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEAD)
    balance = OPENING
    for cents, payer, account, text in lines:
        balance += cents
        rows.writerow((day, money.plain(cents, "EUR"), payer, account, text, money.plain(balance, "EUR")))
    return out.getvalue().encode()
