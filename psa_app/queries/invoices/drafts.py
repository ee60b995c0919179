"""Drafts that can be issued together, each with what it still lacks."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Invoice
from psa_app.queries.invoices.ready import Lack, lacks

MOST = 200


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft with what stops its issue and what is only worth a look."""

    id: int
    client: str
    service_from: date | None
    service_to: date | None
    currency: str
    total: int
    lacks: tuple[Lack, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing stops its issue."""
        return all(lack.is_warning for lack in self.lacks)


def drafts_to_issue(session: Session, actor: Actor, day: date | None = None) -> tuple[list[DraftRow], int]:
    """The oldest 200 drafts, and how many there are in all."""
    require(actor, "invoices.issue")
    where = (visible(actor, Invoice), Invoice.status == "draft")
    rows = session.exec(
        select(Invoice, Account.name)
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(*where)
        .order_by(col(Invoice.id))
        .limit(MOST)
    ).all()
    total = session.exec(select(func.count(col(Invoice.id))).where(*where)).one()
    return [_row(session, invoice, client, day) for invoice, client in rows], int(total)


def _row(session: Session, invoice: Invoice, client: str, day: date | None) -> DraftRow:
    return DraftRow(
        int(invoice.id or 0),
        client,
        invoice.service_from,
        invoice.service_to,
        invoice.currency,
        invoice.total_minor,
        tuple(lacks(session, invoice, day)),
    )
