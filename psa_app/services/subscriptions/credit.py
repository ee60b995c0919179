"""What a change gives back of a period that is billed already: a credit note on its invoice, at once."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.db import insert_row
from psa_app.errors import Conflict
from psa_app.models import BilledPeriod
from psa_app.queries.invoices.tables import BILLED_PERIOD, INVOICE, INVOICE_LINE
from psa_app.queries.subscriptions.one import Subscribed
from psa_app.rules.money import Money
from psa_app.rules.periods import Period
from psa_app.rules.subscriptions import Piece, pieces
from psa_app.services.invoices.credit import CreditLine, credit_invoice


def give_back_rest(session: Session, actor: Actor, of: Subscribed, change_id: int, reason: str) -> None:
    """Credits what a change gives back of its period, as far as that is on issued invoices.

    Of a period that is not billed yet it comes on the draft beside the fee. Raises `Conflict` while the
    fee is on a draft.
    """
    change = next(one for one in of.changes if one.id == change_id)
    period = of.period(change.day)
    found = pieces(of.line.value_minor, of.changes, period) if period else []
    piece = next((one for one in found if one.change == change), None)
    if period is None or piece is None or piece.amount >= 0:
        return
    billed = _billed(session, int(of.line.id or 0), period)
    drafts = [row.invoice_id for row in billed if row.status == "draft"]
    if drafts:
        raise Conflict(
            f"The fee of this period is on draft {drafts[0]}. Issue the draft, or discard it, first."
        )
    if billed:
        _credit(session, actor, of, period, piece, billed, reason)


def _credit(
    session: Session,
    actor: Actor,
    of: Subscribed,
    period: Period,
    piece: Piece,
    billed: list[Any],
    reason: str,
) -> None:
    left, line_id = -piece.amount, 0
    why = reason or f"{of.line.title} changed"
    for row in billed:
        amount = min(left, row.net_minor - int(row.credited or 0))
        if amount > 0:
            line = CreditLine(row.line_id, amount=Money(amount, of.sow.currency))
            note = credit_invoice(session, actor, row.invoice_id, lines=(line,), reason=why)
            written = select(INVOICE_LINE.c.id).where(INVOICE_LINE.c.invoice_id == note.id)
            line_id = session.connection().execute(written).scalars().one()
            left -= amount
    if left:
        raise Conflict("More would be given back than is billed. Choose a later day.", "effective_on")
    insert_row(
        session,
        BilledPeriod,
        sow_line_id=int(of.line.id or 0),
        number=period.number,
        kind=piece.key,
        starts_on=piece.starts_on,
        ends_on=piece.ends_on,
        line_id=line_id,
        amount_minor=piece.amount,
        released_at=None,
    )


def _billed(session: Session, line_id: int, period: Period) -> list[Any]:
    """The lines that bill a period, the newest first, with what is credited of each."""
    note = INVOICE_LINE.alias("note")
    credited = (
        select(func.sum(note.c.net_minor))
        .where(note.c.credits_line_id == INVOICE_LINE.c.id)
        .scalar_subquery()
        .label("credited")
    )
    statement = (
        select(
            INVOICE_LINE.c.id.label("line_id"),
            INVOICE_LINE.c.net_minor,
            INVOICE_LINE.c.invoice_id,
            INVOICE.c.status,
            credited,
        )
        .join(BILLED_PERIOD, BILLED_PERIOD.c.line_id == INVOICE_LINE.c.id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(
            BILLED_PERIOD.c.sow_line_id == line_id,
            BILLED_PERIOD.c.number == period.number,
            BILLED_PERIOD.c.released_at.is_(None),
            BILLED_PERIOD.c.amount_minor > 0,
            INVOICE.c.kind == "invoice",
        )
        .order_by(INVOICE_LINE.c.id.desc())
    )
    return list(session.connection().execute(statement).all())
