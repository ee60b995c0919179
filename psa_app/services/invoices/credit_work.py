"""What becomes of the work behind a line that is credited: open for billing again, or written off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import DepositUse, InvoiceLine
from psa_app.queries.expenses.tables import BILLED_EXPENSE
from psa_app.queries.invoices.tables import BILLED_TIME, ENTRY, TIES
from psa_app.rules.credits import Credited, Cut, Part, cut_time
from psa_app.rules.deposits import USED
from psa_app.services.invoices.entries import free_entries
from psa_app.services.invoices.expense_lines import expenses_on, free_expenses


def give_back(
    session: Session,
    actor: Actor,
    line: InvoiceLine,
    credit_line_id: int,
    now: Credited,
    release: bool,
    field: str,
    number: str,
) -> None:
    """Marks the work behind a line as credited; with `release` it can be billed again.

    What is billed as one thing (a milestone, a part of a fee) is released whole or not at all:
    raises `Invalid` for a part of it. What was taken off for a deposit is open on it again in any case.
    """
    if line.kind == USED:
        _open_deposit(session, line, -now.net)
        return
    if line.minutes is None:
        if release:
            _release_whole(session, actor, line, now, field, number)
        return
    rows = _live(session, line)
    at = clock.now() if release else None
    if now.is_rest:
        parts = [_part(row) for row in rows]
        cuts = [Cut(Part(part.id, 0, 0, 0), part) for part in parts]
    else:
        cuts = cut_time([_part(row) for row in rows], now.minutes or 0, now.net, field)
    _write(session, {row.id: row for row in rows}, cuts, credit_line_id, at)
    if release:
        gone = {cut.taken.id for cut in cuts if cut.taken.seconds}
        entry_ids = sorted({row.entry_id for row in rows if row.id in gone})
        free_entries(session, actor, entry_ids, number)


def _release_whole(
    session: Session, actor: Actor, line: InvoiceLine, now: Credited, field: str, number: str
) -> None:
    connection = session.connection()
    expense_ids = expenses_on(session, BILLED_EXPENSE.c.line_id == line.id)
    for table in TIES:
        mine = (table.c.line_id == line.id, table.c.released_at.is_(None))
        if connection.execute(select(table.c.id).where(*mine)).first() is None:
            continue
        if now.net != line.net_minor:
            raise Invalid(
                "This can be billed again only as a whole. Credit the whole line, or write the part off.",
                field,
            )
        connection.execute(update(table).where(*mine).values(released_at=clock.now()))
    free_expenses(session, actor, expense_ids, number)


def _open_deposit(session: Session, line: InvoiceLine, amount: int) -> None:
    """An invoice takes so much less off; a part that is given back is a row of its own."""
    live = select_models(DepositUse).where(
        DepositUse.line_id == line.id, col(DepositUse.released_at).is_(None)
    )
    row = session.exec(live.with_for_update()).one()
    if amount == row.amount_minor:
        row.released_at = clock.now()
    else:
        row.amount_minor -= amount
        same = {"deposit_line_id": row.deposit_line_id, "line_id": row.line_id}
        session.add(DepositUse(**same, amount_minor=amount, released_at=clock.now()))
    session.flush()


def _live(session: Session, line: InvoiceLine) -> Sequence[Any]:
    """The parts of entries on the line that no credit note has taken, in the order of work."""
    statement = (
        select(BILLED_TIME)
        .join(ENTRY, ENTRY.c.id == BILLED_TIME.c.entry_id)
        .where(
            BILLED_TIME.c.line_id == line.id,
            BILLED_TIME.c.released_at.is_(None),
            BILLED_TIME.c.credit_line_id.is_(None),
        )
        .order_by(ENTRY.c.work_date, BILLED_TIME.c.entry_id, BILLED_TIME.c.offset_seconds)
    )
    return session.connection().execute(statement).all()


def _part(row: Any) -> Part:
    return Part(row.id, row.seconds, row.minutes, row.amount_minor)


def _write(
    session: Session, rows: dict[int, Any], cuts: Sequence[Cut], credit_line_id: int, at: datetime | None
) -> None:
    """A part that is taken whole is marked; of one that is cut, the end is a row of its own."""
    credit = {"credit_line_id": credit_line_id, "released_at": at}
    changed, new = [], []
    for cut in cuts:
        row, stays = rows[cut.kept.id], cut.kept.seconds > 0
        part = cut.kept if stays else cut.taken
        marks = {"credit_line_id": None, "released_at": None} if stays else credit
        if not stays or part != _part(row):
            changed.append({"row": row.id, **_columns(part), **marks})
        if stays and cut.taken.seconds:
            whose = {"entry_id": row.entry_id, "line_id": row.line_id}
            offset = {"offset_seconds": row.offset_seconds + cut.kept.seconds}
            new.append({**whose, **offset, **_columns(cut.taken), **credit})
    connection = session.connection()
    if changed:
        names = ("seconds", "minutes", "amount_minor", "credit_line_id", "released_at")
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
        moved = [{"row": one["row"]} | {f"to_{name}": one[name] for name in names} for one in changed]
        connection.execute(
            update(BILLED_TIME).where(BILLED_TIME.c.id == bindparam("row")).values(values), moved
        )
    if new:
        connection.execute(insert(BILLED_TIME), new)


def _columns(part: Part) -> dict[str, int]:
    return {"seconds": part.seconds, "minutes": part.minutes, "amount_minor": part.amount}
