"""Marking time that is not in the contract: it is billed only when a change order with it is signed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, may
from psa_app.db import among
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import ChangeOrder
from psa_app.queries.approvers import approver
from psa_app.queries.projects.tables import LINE, PROJECT, TASK
from psa_app.queries.time.tables import BILLED, ENTRY
from psa_app.services import history
from psa_app.services.contracts.propose_later import propose_later
from psa_app.services.retainers.write import check_open, redraw_tasks
from psa_app.services.time import deciding
from psa_app.services.time.entries import KIND

ORDER: Any = ChangeOrder.__table__  # type: ignore[attr-defined]


@act("entries", "mark_out_of_scope", right="time.log")
def mark_out_of_scope(
    session: Session, actor: Actor, *, entry_ids: tuple[int, ...], is_out: bool = True
) -> int:
    """Says that time is not in the contract, or that it is after all; returns how many changed.

    One's own while it is a draft, any other for who may decide on it. Once approved, a change order is
    drafted with it. Raises `Invalid` for time that nobody pays for anyway, `Conflict` for what is on an
    invoice, or on a change order that lies before the client.
    """
    rows = deciding.lines_of(session, actor, entry_ids)
    _check_whose(session, actor, rows)
    deciding.check_days(session, actor, rows, "")
    check_open(session, rows)
    ids = [row.id for row in rows]
    scopes = _scopes(session, ids)
    if is_out:
        _check_markable(session, rows, scopes)
    else:
        _check_not_sent(session, ids)
    changing = (among(session, ENTRY.c.id, ids), ENTRY.c.out_of_scope != is_out)
    found = session.connection().execute(select(ENTRY.c.id).where(*changing)).scalars().all()
    if not found:
        return 0
    session.connection().execute(
        update(ENTRY)
        .where(among(session, ENTRY.c.id, found))
        .values(
            out_of_scope=is_out, change_order_id=None, version=ENTRY.c.version + 1, updated_at=clock.now()
        )
    )
    verb = "marked out of scope" if is_out else "taken back into scope"
    lines = ((one, {"out_of_scope": not is_out}, {"out_of_scope": is_out}) for one in found)
    history.note_many(session, actor, KIND, verb, lines)
    redraw_tasks(session, {row.task_id for row in rows})
    due = [sow_id for sow_id in scopes.values() if sow_id is not None]
    propose_later(session, due)
    return len(found)


def _check_whose(session: Session, actor: Actor, rows: Sequence[Any]) -> None:
    others = [row for row in rows if row.person_id != actor.person_id or row.status != "draft"]
    if not others:
        return
    if not may(actor, "time.approve"):
        raise Forbidden("This time is handed in. Ask the project's lead to mark it.")
    deciding.check_decisions(list(deciding.decisions(approver(session, actor), others)))


def _check_markable(session: Session, rows: Sequence[Any], scopes: dict[int, int | None]) -> None:
    if any(scopes[row.id] is None for row in rows):
        raise Invalid(
            "This work has no scope that it could be out of. Mark time of a signed scope.", "entry_ids"
        )
    if any(not row.task_is_billable or row.no_charge_reason for row in rows):
        raise Invalid("This time is not billed anyway. Make it billable first.", "entry_ids")
    billed = sum(row.status == "invoiced" for row in rows)
    on_drafts = select(BILLED.c.entry_id).where(
        among(session, BILLED.c.entry_id, [row.id for row in rows]), BILLED.c.released_at.is_(None)
    )
    billed = billed or len(session.connection().execute(on_drafts.distinct()).all())
    if billed:
        raise Conflict(
            f"{deciding.are(billed)} on an invoice. Take the time off the draft, or void the invoice, first.",
            "entry_ids",
        )


def _check_not_sent(session: Session, entry_ids: Sequence[int]) -> None:
    order = (
        session.connection()
        .execute(
            select(ORDER.c.number, ORDER.c.status)
            .join(ENTRY, ENTRY.c.change_order_id == ORDER.c.id)
            .where(among(session, ENTRY.c.id, entry_ids), ORDER.c.status.in_(("sent", "signed")))
        )
        .first()
    )
    if order is not None:
        how = "signed" if order.status == "signed" else "before the client; take it back first"
        raise Conflict(f"This time stands on {order.number}, which is {how}.", "entry_ids")


def _scopes(session: Session, entry_ids: Sequence[int]) -> dict[int, int | None]:
    """The scope of each entry: of the line that its task bills to, else of its project."""
    rows = session.connection().execute(
        select(ENTRY.c.id, LINE.c.sow_id.label("of_line"), PROJECT.c.sow_id.label("of_project"))
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .where(among(session, ENTRY.c.id, entry_ids))
    )
    return {row.id: row.of_line or row.of_project for row in rows}
