"""The lines of what a client is asked to approve: answered, or taken back with the approval they rest on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.db import among
from psa_app.models import TimeRequest, TimeRequestLine, move
from psa_app.queries.time.tables import ASKED
from psa_app.rules.client_time import outcome

UNDECIDED: Mapping[str, Any] = {"client_approved_at": None, "self_approved": False}  # of an entry


def settle_lines(
    session: Session, entry_ids: Sequence[int], status: str, *, by: str = "", reason: str = ""
) -> None:
    """Writes the answer to the open lines of these entries."""
    session.connection().execute(
        update(ASKED)
        .where(among(session, ASKED.c.entry_id, entry_ids), ASKED.c.status == "open")
        .values(status=status, decided_at=clock.now(), decided_by=by, reason=reason)
    )


def close_if_done(session: Session, request: TimeRequest) -> None:
    """Moves a request to what its lines have come to, once none is open."""
    lines = select(TimeRequestLine.status).where(TimeRequestLine.request_id == request.id)
    state = outcome(session.exec(lines).all())
    if state != "open":
        move(request, "time_request", state)
        request.decided_at = clock.now()


def withdraw_lines(session: Session, entry_ids: Sequence[int]) -> None:
    """Takes back what the client is asked about entries that are no longer approved."""
    asked = select(TimeRequestLine.request_id).where(
        among(session, ASKED.c.entry_id, entry_ids), TimeRequestLine.status == "open"
    )
    ids = sorted(set(session.exec(asked).all()))
    if not ids:
        return
    settle_lines(session, entry_ids, "withdrawn")
    requests = select(TimeRequest).where(col(TimeRequest.id).in_(ids)).order_by(col(TimeRequest.id))
    fresh = requests.with_for_update().execution_options(populate_existing=True)
    for request in session.exec(fresh).all():
        close_if_done(session, request)
