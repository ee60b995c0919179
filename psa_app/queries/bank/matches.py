"""What lines of bank statements may pay, held against all invoices and clients at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app.models import Account, BankLine, Payout
from psa_app.queries.invoices.tables import ALLOCATION, INVOICE
from psa_app.rules.matching import Line, Match, OpenInvoice, Payer, match

EARLY, LATE = timedelta(days=3), timedelta(days=14)  # a payout may come before or after its day
REMEMBERED = timedelta(days=400)  # so long a paid invoice tells of money that came twice

_ACCOUNT: Any = Account.__table__  # type: ignore[attr-defined]
_LINE: Any = BankLine.__table__  # type: ignore[attr-defined]
_PAID = (
    select(ALLOCATION.c.invoice_id, func.sum(ALLOCATION.c.amount_minor).label("paid"))
    .group_by(ALLOCATION.c.invoice_id)
    .subquery()
)
_LEFT = (INVOICE.c.total_minor - func.coalesce(_PAID.c.paid, 0)).label("left")


@dataclass(frozen=True, slots=True)
class OpenPayout:
    """A payout of the payment service that no line of a statement is yet."""

    id: int
    ref: str
    amount: int
    currency: str
    arrives_on: date

    def fits(self, line: BankLine) -> bool:
        """The same amount, on about the day that it was to come."""
        same = (line.amount_minor, line.currency) == (self.amount, self.currency)
        return same and self.arrives_on - EARLY <= line.booked_on <= self.arrives_on + LATE


@dataclass(frozen=True, slots=True)
class Books:
    """What lines are held against."""

    invoices: tuple[OpenInvoice, ...]
    payers: tuple[Payer, ...]
    payouts: tuple[OpenPayout, ...] = ()

    def payout(self, line: BankLine) -> "OpenPayout | None":
        """The one payout of the payment service that a line can be; None for none, or several."""
        found = [one for one in self.payouts if one.fits(line)]
        return found[0] if len(found) == 1 else None

    def without(self, payout_id: int) -> "Books":
        """The same when a payout has found its line."""
        return replace(self, payouts=tuple(one for one in self.payouts if one.id != payout_id))

    def after(self, parts: Iterable[tuple[int, int]]) -> "Books":
        """The same when these parts (invoice id, amount) have been paid."""
        paid = dict(parts)
        invoices = tuple(
            replace(one, left=one.left - paid[one.id]) if one.id in paid else one for one in self.invoices
        )
        return replace(self, invoices=invoices)

    def match(self, line: BankLine) -> Match:
        """What an open line may pay: nothing for money out, and never certain if it may be known already."""
        if line.amount_minor <= 0:
            return Match("none")
        given = Line(
            amount=line.amount_minor,
            currency=line.currency,
            booked_on=line.booked_on,
            text=line.text,
            reference=line.reference,
            payer=line.payer,
            iban=line.payer_iban,
            charges=line.charges_minor,
        )
        found = match(given, self.invoices, self.payers)
        return replace(found, grade="doubtful") if line.is_twin and found.candidates else found


def open_books(session: Session, today: date) -> Books:
    """Every issued invoice that owes something or was issued lately, and every client as banks know it."""
    invoices = (
        select(
            INVOICE.c.id,
            INVOICE.c.number,
            INVOICE.c.account_id,
            INVOICE.c.currency,
            _LEFT,
            INVOICE.c.issued_on,
            INVOICE.c.due_on,
        )
        .outerjoin(_PAID, _PAID.c.invoice_id == INVOICE.c.id)
        .where(
            INVOICE.c.status == "issued",
            INVOICE.c.kind == "invoice",
            or_(_LEFT > 0, INVOICE.c.issued_on >= today - REMEMBERED),
        )
        .order_by(INVOICE.c.due_on, INVOICE.c.id)
    )
    found = tuple(OpenInvoice(**row._mapping) for row in session.connection().execute(invoices))
    return Books(found, _payers(session, {one.account_id for one in found}), _payouts(session))


def _payouts(session: Session) -> tuple[OpenPayout, ...]:
    taken = select(_LINE.c.payout_id).where(_LINE.c.payout_id.is_not(None))
    table: Any = Payout.__table__  # type: ignore[attr-defined]
    statement = (
        select(table.c.id, table.c.ref, table.c.amount_minor, table.c.currency, table.c.arrives_on)
        .where(table.c.state.not_in(("failed", "canceled")), table.c.id.not_in(taken))
        .order_by(table.c.id)
    )
    return tuple(OpenPayout(*row) for row in session.connection().execute(statement))


def _payers(session: Session, wanted: set[int]) -> tuple[Payer, ...]:
    paid_from = select(_LINE.c.account_id, _LINE.c.payer_iban).where(
        _LINE.c.status == "booked", _LINE.c.amount_minor > 0, _LINE.c.payer_iban != ""
    )
    ibans: dict[int, set[str]] = defaultdict(set)
    for account_id, iban in session.connection().execute(paid_from.distinct()):
        ibans[account_id].add(iban)
    names = select(_ACCOUNT.c.id, _ACCOUNT.c.name, _ACCOUNT.c.legal_name).where(~_ACCOUNT.c.is_archived)
    return tuple(
        Payer(key, tuple(filter(None, (name, legal))), frozenset(ibans[key]))
        for key, name, legal in session.connection().execute(names)
        if key in wanted or ibans[key]
    )
