"""The changes of subscriptions, as their rule takes them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from psa_app.queries.retainers.tables import CHANGE
from psa_app.rules.subscriptions import Change


def changes_of(session: Session, line_ids: Sequence[int]) -> dict[int, list[Change]]:
    """By line its changes, in their order; [] for one without."""
    found: dict[int, list[Change]] = defaultdict(list)
    if not line_ids:
        return found
    statement = (
        select(CHANGE).where(CHANGE.c.sow_line_id.in_(line_ids)).order_by(CHANGE.c.effective_on, CHANGE.c.id)
    )
    for row in session.connection().execute(statement):
        change = Change(row.id, row.kind, row.effective_on, row.price_minor, row.quantity)
        found[row.sow_line_id].append(change)
    return found
