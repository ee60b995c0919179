"""What an invoice does to the time entries behind it.

An entry is invoiced once all of its seconds stand on issued invoices. One that a cap has cut stays
approved, so that its rest can be billed when the cap is raised; its billed part keeps it from
being un-approved.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.db import among_ids, as_ids
from psa_app.models import Invoice
from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import BILLED_TIME, ENTRY, INVOICE, INVOICE_LINE, one_of
from psa_app.services import history
from psa_app.services.time.entries import KIND, move_entries


def mark_invoiced(session: Session, actor: Actor, invoice: Invoice) -> None:
    """Moves the entries that are now billed whole from approved to invoiced."""
    rows = _issued(session, billed_on(session, invoice))
    whole = [row.id for row in rows if row.status == "approved" and row.issued >= row.seconds]
    move_entries(session, whole, ["approved"], "invoiced", {})
    after = {"status": "invoiced", "invoice": invoice.number}
    lines = ((one, {"status": "approved"}, after) for one in whole)
    history.note_many(session, actor, KIND, "invoiced", lines)


def free_entries(session: Session, actor: Actor, entry_ids: Sequence[int], number: str) -> None:
    """Moves entries that are no longer billed whole from invoiced back to approved."""
    rows = _issued(session, entry_ids)
    cut = [row.id for row in rows if row.status == "invoiced" and row.issued < row.seconds]
    move_entries(session, cut, ["invoiced"], "approved", {})
    before = {"status": "invoiced", "invoice": number}
    lines = ((one, before, {"status": "approved"}) for one in cut)
    history.note_many(session, actor, KIND, "freed", lines)


def billed_on(session: Session, invoice: Invoice) -> list[int]:
    """The ids of the entries that an invoice bills, whole or in part, in their order."""
    return [row.entry_id for row in _BILLED.all(session, {"invoice_id": invoice.id})]


_BILLED = Prepared(
    select(BILLED_TIME.c.entry_id)
    .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_TIME.c.line_id)
    .where(INVOICE_LINE.c.invoice_id == bindparam("invoice_id"), BILLED_TIME.c.released_at.is_(None))
    .distinct()
    .order_by(BILLED_TIME.c.entry_id)
)


def _issued(session: Session, entry_ids: Sequence[int]) -> Sequence[Any]:
    """Entries with the seconds of theirs that stand on issued invoices."""
    session.flush()
    return _ISSUED.all(session, {"ids": as_ids(session, entry_ids)})


def _issued_seconds(sqlite: bool) -> Select[Any]:
    issued = (
        select(BILLED_TIME.c.entry_id, func.sum(BILLED_TIME.c.seconds).label("seconds"))
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_TIME.c.line_id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(
            among_ids(BILLED_TIME.c.entry_id, "ids", sqlite=sqlite),
            BILLED_TIME.c.released_at.is_(None),
            one_of(INVOICE.c.status, ("issued", "written_off")),
        )
        .group_by(BILLED_TIME.c.entry_id)
        .subquery()
    )
    return (
        select(
            ENTRY.c.id, ENTRY.c.status, ENTRY.c.seconds, func.coalesce(issued.c.seconds, 0).label("issued")
        )
        .outerjoin(issued, issued.c.entry_id == ENTRY.c.id)
        .where(among_ids(ENTRY.c.id, "ids", sqlite=sqlite))
        .order_by(ENTRY.c.id)
    )


_ISSUED = Prepared(_issued_seconds)
