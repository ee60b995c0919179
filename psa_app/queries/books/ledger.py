"""The entries of the general ledger, from invoices, credit notes, payments, losses and expenses."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app.models import (
    Account,
    Allocation,
    Expense,
    Firm,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    LedgerAccount,
    Payment,
    PaymentFact,
    Project,
    WriteOff,
)
from psa_app.queries.books.provider import Posted, provider_entries
from psa_app.queries.exchange import Exchange, exchange
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.rules import ledger, money
from psa_app.rules.ledger import ACCOUNTS, Entry, Paper, Running, converter


@dataclass(frozen=True, slots=True)
class Books:
    """The entries of a period, the firm's currency, its accounts, and whether the money is for tests."""

    entries: tuple[Entry, ...]
    base: str
    accounts: dict[str, ledger.Account]
    is_test: bool


class _Sources:
    """Everything that entries are made from, read once; the caller has checked who asks."""

    def __init__(self, session: Session, firm: Firm) -> None:
        self.firm, self.base = firm, firm.base_currency
        self.zone, self.fx = ZoneInfo(firm.time_zone), exchange(session)
        self.is_test = takes_test_money(firm)
        of_kind = (col(Invoice.is_sandbox).is_(self.is_test), Invoice.status != "draft")
        self.invoices = session.exec(select(Invoice).where(*of_kind).order_by(col(Invoice.id))).all()
        self.by_id = {int(one.id or 0): one for one in self.invoices}
        self.names = dict(session.exec(select(col(Account.id), col(Account.name))).all())
        self.lines: dict[int, list[tuple[str, int]]] = defaultdict(list)
        kept = select(InvoiceLine).order_by(col(InvoiceLine.position))
        for line in session.exec(kept):
            self.lines[line.invoice_id].append((line.kind, line.net_minor))
        self.taxes: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for tax in session.exec(select(InvoiceTax).order_by(col(InvoiceTax.id))):
            self.taxes[tax.invoice_id].append((tax.name, tax.tax_minor))
        real = col(Payment.livemode).is_(not self.is_test)
        self.payments = {int(one.id or 0): one for one in session.exec(select(Payment).where(real))}
        self.facts = session.exec(select(PaymentFact).order_by(col(PaymentFact.id))).all()
        self.allocations = session.exec(select(Allocation).order_by(col(Allocation.id))).all()
        self.posted: dict[tuple[str, str], int] = {}  # what facts brought, by kind and reference
        self.losses = session.exec(select(WriteOff).order_by(col(WriteOff.id))).all()
        approved = col(Expense.status).in_(("approved", "invoiced"))
        self.expenses = session.exec(
            select(Expense, col(Project.account_id), col(Project.name))
            .join(Project, col(Project.id) == col(Expense.project_id))
            .where(approved, col(Expense.cost_minor).is_not(None))
            .order_by(col(Expense.id))
        ).all()

    def day(self, at: datetime) -> date:
        """The day of an instant in the firm's zone."""
        return at.astimezone(self.zone).date()

    def client(self, account_id: int | None) -> str:
        """The client's name."""
        return self.names.get(account_id, "") if account_id else ""

    def of_invoice(self, invoice: Invoice) -> Callable[[int], int]:
        """Turns amounts of an invoice into the firm's currency at the rate it froze."""
        return converter(invoice.base_rate_nano, invoice.currency, self.base)

    def of_payment(self, payment: Payment, day: date) -> Callable[[int], int]:
        """The same of a payment: at the rate of the day that its money came."""
        rate = payment.base_rate_nano or _rate(self.fx, payment.currency, day)
        return converter(rate, payment.currency, self.base)


def books(session: Session, first: date, last: date) -> Books:
    """The ledger of a period: entries by day, of a day in the order of their kinds. Each sums to zero."""
    firm = session.exec(select(Firm)).one()
    found = _Sources(session, firm)
    entries = [*_papers_and_money(found), *_provider(session, found), *_expenses(found)]
    kept = ledger.within(entries, first, last)
    return Books(tuple(kept), firm.base_currency, chart(session), found.is_test)


def chart(session: Session) -> dict[str, ledger.Account]:
    """The accounts as the firm's books know them."""
    own = {one.key: one for one in session.exec(select(LedgerAccount))}
    return {
        key: ledger.Account(usual.kind, own[key].code, own[key].name) if key in own else usual
        for key, usual in ACCOUNTS.items()
    }


def _papers_and_money(found: _Sources) -> Iterator[Entry]:
    settled = {key: Running(found.of_invoice(one)) for key, one in found.by_id.items()}
    # What a credit note takes off its invoice, in the firm's currency; then what its void puts back.
    credited: dict[int, list[int]] = defaultdict(list)
    first_days = _first_days(found)
    on_account = {
        key: Running(found.of_payment(one, first_days.get(key, found.day(one.created_at))))
        for key, one in found.payments.items()
    }
    moves = []
    for fact in found.facts:
        if fact.payment_id in found.payments:
            entry = _fact(found, fact, on_account[fact.payment_id])
            found.posted[fact.kind, fact.ref] = entry.postings[0].amount
            moves.append(entry)
    used = {key: Running(running.to_base) for key, running in on_account.items()}
    rows: list[Allocation | WriteOff] = [*found.allocations, *found.losses]
    for row in sorted(rows, key=lambda one: (one.at, one.id or 0)):
        invoice = found.by_id.get(row.invoice_id)
        if invoice is None:
            continue
        base = settled[row.invoice_id].take(row.amount_minor)
        client = found.client(invoice.account_id)
        if isinstance(row, WriteOff):
            moves.append(
                ledger.lost(row.made_on, row.amount_minor, base, row.currency, client, invoice.number)
            )
        elif row.credit_id is not None:
            credited[row.credit_id].append(base)
        elif row.payment_id in found.payments:
            spent = row.amount_minor if row.paid_minor is None else row.paid_minor
            taken = used[row.payment_id].take(spent)
            paid = (spent, found.payments[row.payment_id].currency)
            day = max(found.day(row.at), invoice.issued_on or found.day(row.at))
            told = (invoice.currency, client, invoice.number)
            moves.append(ledger.applied(day, row.amount_minor, taken, base, *told, paid=paid))
    for invoice in found.invoices:
        yield from _paper(found, invoice, credited)
    yield from moves


def _paper(found: _Sources, invoice: Invoice, credited: dict[int, list[int]]) -> Iterator[Entry]:
    key, to_base = int(invoice.id or 0), found.of_invoice(invoice)
    own = invoice.issued_on or invoice.cutoff
    paper = Paper(
        invoice.ledger_on or own,
        invoice.number,
        found.client(invoice.account_id),
        invoice.currency,
        found.lines[key],
        found.taxes[key],
        invoice.total_minor,
    )
    if invoice.kind == "credit_note":
        owed, *again = credited.get(key) or [to_base(invoice.total_minor)]
        yield ledger.billed(paper, owed, to_base, back=True, text=_text("Credit note", own, paper.on))
        back = -again[0] if again else owed
    else:
        owed = back = to_base(invoice.total_minor)
        yield ledger.billed(paper, owed, to_base, back=False, text=_text("Invoice", own, paper.on))
    if invoice.voided_at is not None:
        made = ledger.billed(paper, back, to_base, back=invoice.kind == "invoice", text="Void")
        day = max(found.day(invoice.voided_at), paper.on)
        yield Entry(day, made.number, made.party, made.text, made.postings)


def _text(word: str, own: date, on: date) -> str:
    """What was booked after its own day was closed says of which day it is."""
    return word if on == own else f"{word} of {own.isoformat()}"


def _fact(found: _Sources, fact: PaymentFact, running: Running) -> Entry:
    payment = found.payments[fact.payment_id]
    number = found.by_id[payment.invoice_id].number if payment.invoice_id in found.by_id else ""
    base = running.take(fact.amount_minor)
    kind = fact.kind
    client = found.client(payment.account_id)
    own = found.day(fact.at)
    on = fact.ledger_on or own
    came = ledger.came(on, kind, fact.amount_minor, base, fact.currency, client, number or payment.reference)
    return Entry(on, came.number, came.party, _text(came.text, own, on), came.postings)


def _first_days(found: _Sources) -> dict[int, date]:
    """The day on which the first money of a payment came."""
    days: dict[int, date] = {}
    for fact in found.facts:
        days.setdefault(fact.payment_id, found.day(fact.at))
    return days


def _provider(session: Session, found: _Sources) -> Iterator[Entry]:
    def named(payment_id: int) -> tuple[str, str]:
        payment = found.payments[payment_id]
        invoice = found.by_id.get(payment.invoice_id or 0)
        return found.client(payment.account_id), invoice.number if invoice else payment.reference

    posted = Posted(found.posted, found.payments, named, found.day)
    return provider_entries(session, posted, found.fx, found.base, is_test=found.is_test)


def _expenses(found: _Sources) -> Iterator[Entry]:
    """Expenses on the day of their approval: one that comes late touches no closed period."""
    for expense, account_id, project in found.expenses:
        cost, net = expense.cost_minor or 0, expense.amount_minor - expense.tax_minor
        tax = money.divide(expense.tax_minor * cost, net) if net else 0
        day = found.day(expense.decided_at) if expense.decided_at else expense.spent_on
        party = found.client(account_id) or project
        yield ledger.spent(day, cost, tax, expense.amount_minor, expense.currency, party, f"E-{expense.id}")


def _rate(fx: Exchange, currency: str, day: date) -> int:
    return fx.rate(currency, day) or money.NANO
