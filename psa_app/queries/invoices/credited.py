"""What credit notes have taken of an invoice, and what of each line is left to credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app.access import Actor, fetch, require
from psa_app.models import Invoice, InvoiceLine
from psa_app.queries.invoices.deposits import taken_off
from psa_app.queries.invoices.tables import BILLED_TIME, INVOICE_LINE, TIES
from psa_app.rules import money
from psa_app.rules.credits import Left
from psa_app.rules.deposits import ASKED


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """A line with what is left of it; `can_release` when its work could be billed again."""

    id: int
    kind: str
    description: str
    detail: str
    left: Left
    can_release: bool
    only_whole: bool  # it can be released whole only


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A credit note on an invoice; `total` is what it gives back, in minor units."""

    id: int
    number: str
    issued_on: date | None
    total: int
    reason: str


def work_on(invoice: Invoice) -> Any:
    """The column that ties time to the lines of an invoice, or of a credit note."""
    return work_of(invoice.kind)


def work_of(kind: str) -> Any:
    """The same, by the kind of paper."""
    return BILLED_TIME.c.credit_line_id if kind == "credit_note" else BILLED_TIME.c.line_id


def lines_left(session: Session, lines: Sequence[InvoiceLine]) -> dict[int, Left]:
    """What of each line no credit note has taken yet, by line id."""
    statement = (
        select(
            INVOICE_LINE.c.credits_line_id,
            func.sum(INVOICE_LINE.c.net_minor),
            func.coalesce(func.sum(INVOICE_LINE.c.minutes), 0),
        )
        .where(INVOICE_LINE.c.credits_line_id.in_([line.id for line in lines]))
        .group_by(INVOICE_LINE.c.credits_line_id)
    )
    taken = {
        line_id: (int(net), int(minutes)) for line_id, net, minutes in session.connection().execute(statement)
    }
    held = taken_off(session, [int(line.id or 0) for line in lines if line.kind == ASKED])
    found: dict[int, Left] = {}
    for line in lines:
        key = int(line.id or 0)
        net, minutes = taken.get(key, (0, 0))
        left = None if line.minutes is None else line.minutes - minutes
        found[key] = Left(line.net_minor - net, left, _rate(line), held.get(key, 0))
    return found


def _rate(line: InvoiceLine) -> int:
    """What an hour of the line came to, where it was written down or up."""
    if line.list_minor is None or not line.minutes:
        return line.rate_minor
    return money.divide(line.net_minor * 60, line.minutes)


def creditable(session: Session, actor: Actor, invoice_id: int) -> tuple[CreditableLine, ...]:
    """The lines of an invoice of which something is left to credit, in their order."""
    require(actor, "invoices.credit")
    fetch(session, actor, Invoice, invoice_id)
    of_invoice = select_models(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    lines = session.exec(of_invoice.order_by(col(InvoiceLine.position))).all()
    left, tied = lines_left(session, lines), tied_lines(session, invoice_id)
    return tuple(
        CreditableLine(
            int(line.id or 0),
            line.kind,
            line.description,
            line.detail,
            left[int(line.id or 0)],
            line.minutes is not None or is_whole(line, left[int(line.id or 0)], tied),
            line.minutes is None,
        )
        for line in lines
        if left[int(line.id or 0)].most or left[int(line.id or 0)].minutes
    )


def tied_lines(session: Session, invoice_id: int) -> set[int]:
    """The lines that bill one thing whole, such as a milestone, which is not released yet."""
    found: set[int] = set()
    for table in TIES:
        rows = session.connection().execute(
            select(table.c.line_id)
            .join(INVOICE_LINE, INVOICE_LINE.c.id == table.c.line_id)
            .where(INVOICE_LINE.c.invoice_id == invoice_id, table.c.released_at.is_(None))
        )
        found.update(rows.scalars())
    return found


def is_whole(line: InvoiceLine, left: Left, tied: set[int]) -> bool:
    """Whether a line bills one thing and nothing of it is credited yet, so that it can be released."""
    return line.id in tied and left.net == line.net_minor and not left.held


def notes_on(session: Session, actor: Actor, invoice_id: int) -> tuple[NoteRow, ...]:
    """The credit notes on an invoice, the first first."""
    fetch(session, actor, Invoice, invoice_id)
    rows = session.exec(
        select_models(Invoice).where(Invoice.credits_id == invoice_id).order_by(col(Invoice.id))
    ).all()
    return tuple(NoteRow(int(n.id or 0), n.number, n.issued_on, n.total_minor, n.credit_reason) for n in rows)
