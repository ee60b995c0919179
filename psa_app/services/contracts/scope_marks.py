"""Time that is not in the contract, and how a signed change order takes it in."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import ChangeOrder
from psa_app.queries.time.tables import ENTRY
from psa_app.services import history


def take_in(session: Session, actor: Actor, order: ChangeOrder) -> Sequence[int]:
    """What a signed order was drafted for is in scope from now on, and can be billed; the entries' ids."""
    held = select(ENTRY.c.id).where(ENTRY.c.change_order_id == order.id, ENTRY.c.out_of_scope)
    ids = session.connection().execute(held.order_by(ENTRY.c.id).with_for_update()).scalars().all()
    if ids:
        session.connection().execute(
            update(ENTRY)
            .where(ENTRY.c.change_order_id == order.id)
            .values(out_of_scope=False, version=ENTRY.c.version + 1, updated_at=clock.now())
        )
        was, now = {"out_of_scope": True}, {"out_of_scope": False}
        lines = ((one, was, now) for one in ids)
        history.note_many(session, actor, "time_entry", "taken into the contract", lines, order.number)
    return ids


def give_back(session: Session, order: ChangeOrder) -> None:
    """What an order was drafted for belongs to no order any more."""
    session.connection().execute(
        update(ENTRY).where(ENTRY.c.change_order_id == order.id).values(change_order_id=None)
    )
