"""A month of the demo firm's billing: invoices on the second working day, payments as clients pay."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo import world
from psa_app.errors import Conflict
from psa_app.models import Account, Allocation, BilledTime, Invoice, InvoiceLine
from psa_app.queries.invoices.deposits import due_deposits
from psa_app.rules.money import Money
from psa_app.services.invoices.amounts import write_line
from psa_app.services.invoices.deposits import ask_deposit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.later import bill_later
from psa_app.services.invoices.write_off import write_off_invoice
from psa_app.services.payments.record import record_payment

FROM_ABROAD, FEE = "Meridian Health", 3_500
IN_WORK = "Bergbahn Zell"  # whose invoice of this month is being written
WRITTEN_DOWN = {  # by client and month, in each year of the story
    ("Kestrel Foods", 3): "Two of us worked the same evening on it.",
    ("Kestrel Foods", 10): "The first pipeline had to be built twice.",
    ("Meridian Health", 6): "Goodwill: the research began a week late.",
}


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
        if why := WRITTEN_DOWN.get((account.name, until.month)):
            _write_largest_down(session, finance, invoice, why)
        made.append(_issue(session, finance, account, invoice))
    return made


def _write_largest_down(session: Session, finance: Actor, draft: Invoice, why: str) -> None:
    largest = select(InvoiceLine).where(InvoiceLine.invoice_id == draft.id, InvoiceLine.kind == "time")
    line = session.exec(largest.order_by(col(InvoiceLine.net_minor).desc(), col(InvoiceLine.id))).first()
    if line is not None:
        _write_down(session, finance, draft, line, why)


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


def take_payments(
    session: Session, finance: Actor, today: date, *, but: Callable[[str, date], bool], kept_since: date
) -> None:
    """Books the transfers of this day: each client pays as long after the due day as is its habit.

    `but` says whose invoice of a due day is paid in another way. Since the day `kept_since` the banks on
    the way from abroad keep a fee, which is written off.
    """
    habits = {client.name: client.pays_after for client in world.CLIENTS}
    paid = select(Allocation.invoice_id)
    rows = session.exec(
        select(Invoice, Account)
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(Invoice.status == "issued", col(Invoice.id).not_in(paid))
    ).all()
    for invoice, account in rows:
        due, wait = invoice.due_on, timedelta(days=habits[account.name])
        if due is None or due + wait > today or but(account.name, due):
            continue
        short = FEE if account.name == FROM_ABROAD and today >= kept_since else 0
        amount, number = Money(invoice.total_minor - short, invoice.currency), int(invoice.id or 0)
        record_payment(session, finance, number, amount=amount, received_on=today, reference=invoice.number)
        if short:
            write_off_invoice(session, finance, number, reason="The banks on the way kept this as a fee.")


def leave_a_draft(
    session: Session, finance: Actor, clients: dict[str, tuple[Account, Actor]], today: date
) -> None:
    """A draft that someone has begun to look through: a line written down, two entries moved to later."""
    try:
        draft = draft_invoice(
            session,
            finance,
            account_id=int(clients[IN_WORK][0].id or 0),
            until=today - timedelta(days=today.weekday() + 8),
            grouping="person",
        )
    except Conflict:
        return  # nothing of this month is approved yet
    smallest = select(InvoiceLine.id).where(InvoiceLine.invoice_id == draft.id, InvoiceLine.kind == "time")
    line_id = session.exec(smallest.order_by(col(InvoiceLine.net_minor), col(InvoiceLine.id))).first()
    held = select(BilledTime.entry_id).where(BilledTime.line_id == line_id)
    entries = session.exec(held.order_by(col(BilledTime.entry_id).desc())).all()
    if line_id is not None and len(entries) > 2:
        bill_later(
            session,
            finance,
            int(draft.id or 0),
            line_id=line_id,
            not_before=today + timedelta(days=14),
            entry_ids=tuple(entries[:2]),
        )
    _write_largest_down(session, finance, draft, "The set-up took us longer than it should.")


def _write_down(session: Session, finance: Actor, draft: Invoice, line: InvoiceLine, why: str) -> None:
    """About an eighth off, to whole units of a hundred."""
    less = line.net_minor * 7 // 8 // 10_000 * 10_000
    if 0 < less < line.net_minor:
        amount = Money(less, draft.currency)
        write_line(session, finance, int(draft.id or 0), line_id=int(line.id or 0), amount=amount, reason=why)
