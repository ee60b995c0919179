"""Approvers name someone who decides in their place while they are away."""

from datetime import date

from sqlmodel import Session

from psa_app.access import STAFF, Actor, act, fetch
from psa_app.errors import Forbidden, Invalid
from psa_app.models import Deputy, User
from psa_app.services import history


@act("deputies", "create", right="deputies.change")
def name_deputy(session: Session, actor: Actor, *, deputy_id: int, starts_on: date, ends_on: date) -> Deputy:
    """Names a deputy for oneself between two days. Raises `Invalid` for oneself or a client."""
    if actor.user_id is None:
        raise Forbidden("Only a person can name a deputy.")
    deputy = session.get(User, deputy_id)
    if deputy is None or not deputy.is_active or deputy.role not in STAFF or deputy_id == actor.user_id:
        raise Invalid("Choose a colleague who can sign in.", "deputy_id")
    if ends_on < starts_on:
        raise Invalid("The last day lies before the first.", "ends_on")
    row = Deputy(user_id=actor.user_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on)
    session.add(row)
    session.flush()
    history.note(session, actor, "deputy", int(row.id or 0), "named", {}, history.values_of(row))
    return row


@act("deputies", "end", right="deputies.change")
def end_deputy(session: Session, actor: Actor, row_id: int) -> None:
    """Takes a deputy's power away at once."""
    row = fetch(session, actor, Deputy, row_id, lock=True)
    if row.user_id != actor.user_id and actor.role != "owner":
        raise Forbidden("Only who named a deputy can end it.")
    history.note(session, actor, "deputy", row_id, "ended", history.values_of(row), {})
    session.delete(row)
