"""A scope whose last day moves: what the payment service collects for it ends on that day too."""

import json
import secrets
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import ManagedSubscription, Sow, SowLine, touch
from psa_app.services import history
from psa_app.services.subscriptions.managed import CHECK_AFTER, promise_order


def follow_agreed_end(session: Session, actor: Actor, sow: Sow, before: date | None) -> None:
    """Orders another end for the subscriptions of a scope whose last day was `before` (None: it had none).

    One that was to end earlier than the scope stays as it is, also when the scope goes on longer. Joins
    what is on its way there.
    """
    if sow.ends_on == before:
        return
    lines = select(SowLine.id).where(SowLine.sow_id == sow.id)
    mine = select(ManagedSubscription).where(
        col(ManagedSubscription.sow_line_id).in_(lines),
        col(ManagedSubscription.status).in_(("sending", "running")),
    )
    for row in session.exec(mine.with_for_update().execution_options(populate_existing=True)).all():
        ends = _order(row, sow.ends_on, before)
        if ends:
            _wish(session, actor, row, ends, sow.ends_on)


def _order(row: ManagedSubscription, last: date | None, before: date | None) -> str:
    """sooner | later, "" when it ends before that anyway."""
    if last is not None and (before is None or last < before):
        is_over = row.ends_on is not None and row.ends_on <= last
        return "" if is_over else "sooner"
    was_agreed = row.ends_on is None or (before is not None and row.ends_on == before + timedelta(days=1))
    cancels = (json.loads(row.wish) if row.wish else {}).get("what", "").startswith("cancel")
    return "later" if was_agreed and not cancels else ""


def _wish(session: Session, actor: Actor, row: ManagedSubscription, ends: str, last: date | None) -> None:
    wish = {**(json.loads(row.wish) if row.wish else {}), "ends": ends}
    row.wish, row.wish_key = json.dumps(wish), secrets.token_urlsafe(24)
    row.failure, row.next_check_at = "", clock.now() + CHECK_AFTER
    if not row.ref:
        row.idempotency_key = secrets.token_urlsafe(24)  # another end makes it another order
    touch(row)
    session.flush()
    promise_order(session, row, row.wish_key)
    told = {"ends_on": last}
    history.note(session, actor, "sow_line", row.sow_line_id, "end ordered at the payment service", {}, told)
