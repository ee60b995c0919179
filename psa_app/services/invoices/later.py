"""Moving work from a draft to a later invoice: it is open again, and nothing bills it before a day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid, NotFound
from psa_app.models import BilledPeriod, BillLater, Firm, Invoice, InvoiceLine
from psa_app.queries.expenses.tables import BILLED_EXPENSE
from psa_app.queries.invoices.tables import BILLED_FEE, BILLED_MILESTONE, BILLED_TIME
from psa_app.services.invoices.draft import LAST_YEAR, locked_draft
from psa_app.services.invoices.edit import changed_draft, draw_time, line_of
from psa_app.services.invoices.entries import billed_on
from psa_app.services.invoices.lines import period_of, remove_lines, renumber

_COLUMNS = {
    "time": BILLED_TIME.c.entry_id,
    "milestone": BILLED_MILESTONE.c.milestone_id,
    "fee": BILLED_FEE.c.fee_part_id,
    "expense": BILLED_EXPENSE.c.expense_id,
}
Key = tuple[int, int]  # the record, and the number of a period


@act("invoices", "bill_later", right="invoices.draft")
def bill_later(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    line_id: int,
    not_before: date,
    entry_ids: tuple[int, ...] = (),
) -> Invoice:
    """Moves a line, or only these entries on it, to a later invoice that is drafted from a day on.

    Raises `Invalid` for a day that has come already, `Conflict` for a line without work of its own.
    """
    invoice = locked_draft(session, actor, invoice_id)
    line = line_of(session, invoice_id, line_id)
    zone = session.exec(select(Firm.time_zone)).one()
    if not clock.today(zone) < not_before < date(LAST_YEAR, 1, 1):
        raise Invalid("Choose a day that is still to come.", "not_before")
    followed = period_of(session, invoice, zone) == (invoice.service_from, invoice.service_to)
    moved = _moved(session, line, entry_ids)
    _put_off(session, invoice.account_id, line.kind, moved, not_before)
    gone = {"line": line_id, "description": line.description, "net_minor": line.net_minor}
    if line.kind == "time" and entry_ids:
        draw_time(session, invoice, set(billed_on(session, invoice)) - set(entry_ids))
    else:
        session.expunge(line)
        remove_lines(session, [line_id])
        renumber(session, invoice)
    left = period_of(session, invoice, zone)
    if followed and left:
        invoice.service_from, invoice.service_to = left
    changed_draft(session, actor, invoice, "moved to later", gone, {"not_before": not_before})
    return invoice


def _moved(session: Session, line: InvoiceLine, entry_ids: Iterable[int]) -> list[Key]:
    if line.kind in ("retainer", "subscription"):
        of_line = select(BilledPeriod.sow_line_id, BilledPeriod.number).where(BilledPeriod.line_id == line.id)
        return [(int(record), int(number)) for record, number in session.exec(of_line)]
    column: Any = _COLUMNS.get(line.kind)
    if column is None:
        raise Conflict("This line has no work behind it. Take it off instead.")
    statement = select(column).where(column.table.c.line_id == line.id).distinct()
    found = {int(one) for one in session.connection().execute(statement).scalars()}
    chosen = set(entry_ids)
    if not chosen <= found or (chosen and line.kind != "time"):
        raise NotFound("An entry is not on this line any more.")
    return [(record, 0) for record in sorted(chosen or found)]


def _put_off(session: Session, account_id: int, kind: str, moved: Iterable[Key], not_before: date) -> None:
    for record_id, number in moved:
        known = session.exec(
            select(BillLater).where(
                BillLater.kind == kind, BillLater.record_id == record_id, BillLater.number == number
            )
        ).first()
        row = known or BillLater(
            account_id=account_id, kind=kind, record_id=record_id, number=number, not_before=not_before
        )
        row.not_before = not_before
        session.add(row)
    session.flush()
