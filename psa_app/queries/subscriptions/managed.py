"""Subscriptions that the payment service manages: which lines they are, and from which day on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app.models import Invoice, ManagedSubscription
from psa_app.queries.invoices.tables import INVOICE_LINE

MANAGED: Any = ManagedSubscription.__table__  # type: ignore[attr-defined]
TAKEN = ("sending", "running", "ended")  # one that was refused leaves its line to the app


def managed_from(session: Session, line_ids: Sequence[int]) -> dict[int, date]:
    """By line the first day that the payment service bills; lines of the app alone are left out."""
    statement = select(MANAGED.c.sow_line_id, MANAGED.c.bills_from).where(
        MANAGED.c.sow_line_id.in_(line_ids), MANAGED.c.status.in_(TAKEN)
    )
    rows = session.connection().execute(statement).all()
    return {row.sow_line_id: row.bills_from for row in rows}


def managed_line(session: Session, line_id: int, *, lock: bool = False) -> ManagedSubscription | None:
    """What the payment service has of a line, also what it refused; None when it was never asked."""
    statement = select_models(ManagedSubscription).where(ManagedSubscription.sow_line_id == line_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def due_managed(session: Session, now: datetime, limit: int) -> list[int]:
    """The ids of those to be asked after, the longest waiting first."""
    statement = (
        select_models(ManagedSubscription.id)
        .where(
            col(ManagedSubscription.status).in_(("sending", "running")),
            col(ManagedSubscription.next_check_at) <= now,
        )
        .order_by(col(ManagedSubscription.next_check_at))
        .limit(limit)
    )
    return [int(one or 0) for one in session.exec(statement)]


def credited_copies(session: Session, row: ManagedSubscription) -> set[str]:
    """The provider's ids of the invoices on which a copied credit note stands."""
    note = aliased(Invoice)
    statement = (
        select_models(col(Invoice.managed_ref))
        .join(note, col(note.credits_id) == col(Invoice.id))
        .where(Invoice.account_id == row.account_id, Invoice.managed_ref != "", note.status == "issued")
    )
    return set(session.exec(statement))


def managed_of_copy(session: Session, invoice_id: int) -> int:
    """The subscription that a copied invoice is of, 0 for none."""
    of_line = select(INVOICE_LINE.c.sow_line_id).where(INVOICE_LINE.c.invoice_id == invoice_id)
    found = select(MANAGED.c.id).where(MANAGED.c.sow_line_id.in_(of_line))
    return int(session.connection().execute(found).scalar() or 0)
