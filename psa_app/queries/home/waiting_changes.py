"""Change orders that wait: to be sent, to be signed, to be answered, to be looked at once answered."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, visible
from psa_app.models import ChangeOrder, ChangeQuestion
from psa_app.queries.projects.tables import ACCOUNT, PROJECT, SOW
from psa_app.rules.proposals import OUT_OF_SCOPE, OVER_CAP

ORDER: Any = ChangeOrder.__table__  # type: ignore[attr-defined]
QUESTION: Any = ChangeQuestion.__table__  # type: ignore[attr-defined]
NEWS = timedelta(days=3)  # how long a signature is told


def changes_waiting(
    session: Session, actor: Actor, zone: ZoneInfo, limit: int
) -> Iterable[tuple[str, int, str, str, date | None, str]]:
    """Kind, id, title, client, since and address of each; a lead's are those of own projects.

    Kind: change_draft (drafted by the app), change_sent, change_question, change_declined, change_signed.
    """
    asked = (
        select(func.min(QUESTION.c.asked_at))
        .where(QUESTION.c.change_order_id == ORDER.c.id, QUESTION.c.answered_at.is_(None))
        .scalar_subquery()
    )
    by_itself = and_(ORDER.c.status == "draft", ORDER.c.source.in_((OVER_CAP, OUT_OF_SCOPE)))
    told = and_(ORDER.c.status == "signed", ORDER.c.signed_at >= clock.now() - NEWS)
    statement = (
        select(ORDER, SOW.c.number.label("scope"), ACCOUNT.c.name.label("client"), asked.label("asked"))
        .join(SOW, SOW.c.id == ORDER.c.sow_id)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(or_(ORDER.c.status.in_(("sent", "declined")), by_itself, told), visible(actor, ChangeOrder))
        .order_by(ORDER.c.updated_at, ORDER.c.id)
        .limit(limit)
    )
    if actor.role == "lead":
        led = select(PROJECT.c.sow_id).where(PROJECT.c.lead_id == actor.person_id)
        statement = statement.where(ORDER.c.sow_id.in_(led))
    for row in session.connection().execute(statement):
        kind = "question" if row.status == "sent" and row.asked else row.status
        since = row.asked if kind == "question" else row.updated_at
        title = f"{row.number or row.scope} {row.title}"
        day = since.astimezone(zone).date() if since else None
        yield f"change_{kind}", row.id, title, row.client, day, routes.change_order(row.id)
