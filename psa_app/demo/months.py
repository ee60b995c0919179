"""A month of the demo firm's billing: invoices on the second working day, payments as clients pay."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo import world
from psa_app.errors import Conflict
from psa_app.models import Account, Allocation, Invoice
from psa_app.queries.invoices.deposits import due_deposits
from psa_app.rules.money import Money
from psa_app.services.invoices.deposits import ask_deposit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment


def bill_month(
    session: Session, finance: Actor, clients: dict[str, tuple[Account, Actor]], until: date
) -> list[int]:
    """Drafts and issues what is open for each client up to a month's end; returns the invoices' ids."""
    made = []
    for account, _ in clients.values():
        try:
            invoice = draft_invoice(session, finance, account_id=int(account.id or 0), until=until)
        except Conflict:
            continue  # nothing open for this client in this month
        made.append(_issue(session, finance, account, invoice))
    return made


def _issue(session: Session, finance: Actor, account: Account, invoice: Invoice) -> int:
    if account.purchase_order_needed:
        invoice.purchase_order = invoice.purchase_order or "PO 88-310"
    issue_invoice(session, finance, int(invoice.id or 0))
    return int(invoice.id or 0)


def ask_deposits(session: Session, finance: Actor) -> None:
    """Asks for the deposits of scopes that were signed since the last time."""
    for one in due_deposits(session):
        invoice = ask_deposit(session, finance, account_id=one.account_id, sow_id=one.sow_id)
        _issue(session, finance, session.get_one(Account, one.account_id), invoice)


def take_payments(session: Session, finance: Actor, today: date) -> None:
    """Books what clients pay on this day: each as long after the due day as is its habit."""
    habits = {client.name: client.pays_after for client in world.CLIENTS}
    paid = select(Allocation.invoice_id)
    rows = session.exec(
        select(Invoice, Account)
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(Invoice.status == "issued", col(Invoice.id).not_in(paid))
    ).all()
    for invoice, account in rows:
        if invoice.due_on is None or invoice.due_on + timedelta(days=habits[account.name]) > today:
            continue
        record_payment(
            session,
            finance,
            int(invoice.id or 0),
            amount=Money(invoice.total_minor, invoice.currency),
            received_on=today,
            reference=invoice.number,
        )
