"""Approvers name someone who decides in their place while they are away."""

from datetime import date, timedelta

from sqlmodel import Session, select

from psa_app.access import Actor, act, fetch
from psa_app.access.permissions import RIGHTS
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import Deputy, User
from psa_app.services import history

LONGEST = timedelta(days=366)


@act("deputies", "create", right="deputies.change")
def name_deputy(session: Session, actor: Actor, *, deputy_id: int, starts_on: date, ends_on: date) -> Deputy:
    """Names who decides for oneself between two days: `deputy_id` is the user's.

    Raises `Invalid` for oneself, a user who may not approve time, or days in the wrong order,
    `Conflict` where the same deputy is named for some of the days already.
    """
    if actor.user_id is None:
        raise Forbidden("Only a person can name a deputy.")
    session.get(User, actor.user_id, with_for_update=True)
    deputy = session.get(User, deputy_id)
    if deputy is None or not deputy.is_active or deputy_id == actor.user_id:
        raise Invalid("Choose a colleague who can sign in.", "deputy_id")
    if "time.approve" not in RIGHTS.get(deputy.role, ()):
        raise Invalid(
            f"{deputy.name} may not approve time. Choose a lead, finance or the owner.", "deputy_id"
        )
    if ends_on < starts_on:
        raise Invalid("The last day lies before the first.", "ends_on")
    if ends_on - starts_on > LONGEST:
        raise Invalid("Name a deputy for a year at most.", "ends_on")
    overlapping = select(Deputy).where(
        Deputy.user_id == actor.user_id,
        Deputy.deputy_id == deputy_id,
        Deputy.starts_on <= ends_on,
        Deputy.ends_on >= starts_on,
    )
    if session.exec(overlapping).first() is not None:
        raise Conflict(f"{deputy.name} decides for you on some of these days already.", "starts_on")
    row = Deputy(user_id=actor.user_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on)
    session.add(row)
    session.flush()
    history.note(session, actor, "deputy", int(row.id or 0), "named", {}, history.values_of(row))
    return row


@act("deputies", "end", right="deputies.change")
def end_deputy(session: Session, actor: Actor, row_id: int) -> None:
    """Takes a deputy's power away at once; the owner may do so for others."""
    row = fetch(session, actor, Deputy, row_id, lock=True)
    if row.user_id != actor.user_id and actor.role != "owner":
        raise Forbidden("Only who named a deputy can end it.")
    history.note(session, actor, "deputy", row_id, "ended", history.values_of(row), {})
    session.delete(row)
