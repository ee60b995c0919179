"""Moving an opportunity over the board: every move is kept, for conversion and ageing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.models import Account, Opportunity, Stage, StageChange, touch
from psa_app.rules import fields
from psa_app.rules.pipeline import LOST, OPEN, SLIP, WON, check_move, percent_in, placed
from psa_app.services import history

NAMES = ("stage_id", "percent", "percent_is_own", "loss_reason", "closed_at")


@act("opportunities", "move", right="opportunities.change")
def move_opportunity(
    session: Session,
    actor: Actor,
    opportunity_id: int,
    *,
    stage_id: int,
    position: int | None = None,
    loss_reason: str = "",
    from_stage_id: int | None = None,
) -> Opportunity:
    """Puts an opportunity into a stage, at a place from the top (0); without one at the end.

    `from_stage_id` is where the person saw it: `Conflict` if somebody has moved it away since. Raises
    `Invalid` when it lacks what the stage asks for: an amount to be won, a reason to be lost.
    """
    stages = _all_stages(session)
    opportunity = fetch(session, actor, Opportunity, opportunity_id, lock=True)
    old = stages[opportunity.stage_id]
    new = stages.get(fetch(session, actor, Stage, stage_id).id or 0, old)
    if from_stage_id is not None and from_stage_id != old.id:
        raise Conflict(f"Somebody has moved this to {old.name} in the meantime. Look again.", "stage_id")
    reason = fields.text(loss_reason, "loss_reason", max=400, required=False)
    if new.id != old.id:
        _change_stage(session, actor, opportunity, old, new, reason)
    if new.outcome == OPEN:
        _place(session, opportunity, position)
    session.flush()
    return opportunity


def win_by_quote(session: Session, actor: Actor, opportunity_id: int | None, number: str) -> None:
    """An open opportunity is won by the quote that its client accepts, in the caller's transaction.

    One without an amount, or in a firm without a stage for what is won, stays where it is.
    """
    if opportunity_id is None:
        return
    stages = _all_stages(session)
    opportunity = session.exec(
        select(Opportunity).where(Opportunity.id == opportunity_id).with_for_update()
    ).one()
    old = stages[opportunity.stage_id]
    won = next((one for one in stages.values() if one.outcome == WON and not one.is_archived), None)
    account = session.get_one(Account, opportunity.account_id)
    if old.outcome != OPEN or won is None or not opportunity.amount_minor or account.is_archived:
        return
    _change_stage(session, actor, opportunity, old, won, "", f"{number} was accepted")
    session.flush()


def _all_stages(session: Session) -> dict[int, Stage]:
    """Every stage, locked in one order: moves come one after the other, so that places stay whole."""
    statement = select(Stage).order_by(col(Stage.id)).with_for_update()
    rows = session.exec(statement.execution_options(populate_existing=True)).all()
    return {int(row.id or 0): row for row in rows}


def _change_stage(
    session: Session,
    actor: Actor,
    opportunity: Opportunity,
    old: Stage,
    new: Stage,
    reason: str,
    because: str = "",
) -> None:
    account = session.get_one(Account, opportunity.account_id)
    check_move(
        new.outcome,
        amount=opportunity.amount_minor,
        account=account.name,
        account_is_archived=account.is_archived,
        is_archived=new.is_archived,
        reason=reason,
    )
    before, now = history.values_of(opportunity, NAMES), clock.now()
    own = opportunity.percent if opportunity.percent_is_own and old.outcome == OPEN else None
    opportunity.stage_since = _since(session, opportunity, new, now)
    opportunity.stage_id = int(new.id or 0)
    opportunity.percent = percent_in(new.percent, new.outcome, own)
    opportunity.percent_is_own = own is not None and new.outcome == OPEN
    opportunity.loss_reason = reason if new.outcome == LOST else ""
    opportunity.closed_at = None if new.outcome == OPEN else now
    opportunity.position = 0
    touch(opportunity)
    session.add(
        StageChange(
            opportunity_id=int(opportunity.id or 0),
            from_stage_id=old.id,
            to_stage_id=opportunity.stage_id,
            at=now,
            user_id=actor.user_id,
            amount_minor=opportunity.amount_minor,
        )
    )
    before, after = history.changed(before, history.values_of(opportunity, NAMES))
    named = ({"stage": old.name} | before, {"stage": new.name} | after)
    history.note(session, actor, "opportunity", int(opportunity.id or 0), "moved", *named, reason or because)


def _since(session: Session, opportunity: Opportunity, new: Stage, now: datetime) -> datetime:
    """Now; but whoever takes a slip back finds the card as old as it was."""
    changes = _changes(session, int(opportunity.id or 0))
    if len(changes) < 2 or now - changes[-1].at >= SLIP or changes[-1].from_stage_id != new.id:
        return now
    return changes[-2].at


def _changes(session: Session, opportunity_id: int) -> Sequence[StageChange]:
    """The last two changes of stage, the older one first."""
    statement = select(StageChange).where(StageChange.opportunity_id == opportunity_id)
    return session.exec(statement.order_by(col(StageChange.id).desc()).limit(2)).all()[::-1]


def _place(session: Session, opportunity: Opportunity, position: int | None) -> None:
    """Counts a stage's cards through from the top; only those whose place is another are written."""
    session.flush()
    rows = session.exec(
        select(col(Opportunity.id), col(Opportunity.position))
        .where(Opportunity.stage_id == opportunity.stage_id)
        .order_by(col(Opportunity.position), col(Opportunity.id))
    ).all()
    old = {int(row_id or 0): place for row_id, place in rows}
    for place, row_id in enumerate(placed(list(old), int(opportunity.id or 0), position)):
        if row_id == opportunity.id:
            opportunity.position = place
        elif old[row_id] != place:
            session.connection().execute(
                update(Opportunity).where(col(Opportunity.id) == row_id).values(position=place)
            )
