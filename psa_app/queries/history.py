"""What happened to some records, as far as the reader may know."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import History

MOST = 50
# History of these kinds asks for a further right; everything else needs "history.read" alone.
RIGHTS: Mapping[str, str] = {
    "bank_account": "firm.read",
    "cost_rate": "cost.read",
    "exchange_rate": "firm.read",
    "firm": "firm.read",
    "invoice": "invoices.read",
    "number_series": "firm.read",
    "payment": "payments.read",
    "saved_view": "views.all",
    "tax_number": "firm.read",
    "tax_rate": "firm.read",
    "user": "users.read",
}


@dataclass(frozen=True, slots=True)
class Past:
    """One line: who did what to which record, with the fields that changed."""

    at: datetime
    actor: str
    via: str
    kind: str
    record_id: int
    verb: str
    reason: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def happened(
    session: Session, actor: Actor, records: Mapping[str, Iterable[int]], limit: int = MOST
) -> list[Past]:
    """The newest first. `records` are ids by kind (table name); what the reader may not know is left out.

    The caller has fetched the records within the reader's scope.
    """
    require(actor, "history.read")
    about = [
        and_(col(History.kind) == kind, col(History.record_id).in_(list(ids)))
        for kind, ids in records.items()
        if kind not in RIGHTS or may(actor, RIGHTS[kind])
    ]
    if not about:
        return []
    statement = (
        select(History)
        .where(or_(*about), visible(actor, History))
        .order_by(col(History.id).desc())
        .limit(max(1, min(limit, 500)))
    )
    return [
        Past(
            row.at,
            row.actor,
            row.via,
            row.kind,
            row.record_id,
            row.verb,
            row.reason,
            json.loads(row.before),
            json.loads(row.after),
        )
        for row in session.exec(statement)
    ]
