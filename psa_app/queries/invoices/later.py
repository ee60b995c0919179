"""Work that was moved to a later invoice, which nothing bills before its day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import bindparam, select
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.models import BillLater, Firm
from psa_app.prepared import Prepared
from psa_app.queries.expenses.open import OpenExpense
from psa_app.queries.invoices.open_parts import OpenMilestone

PutOff = dict[tuple[str, int, int], date]
_TABLE = BillLater.__table__  # type: ignore[attr-defined]


_ALL = select(_TABLE.c.kind, _TABLE.c.record_id, _TABLE.c.number, _TABLE.c.not_before)
_OF_ALL = Prepared(_ALL)
_OF_CLIENT = Prepared(_ALL.where(_TABLE.c.account_id == bindparam("account_id")))


def put_off(session: Session, account_id: int | None) -> PutOff:
    """Until when things of a client (None: of all) wait, by kind, record and period; only days to come."""
    asked = _OF_ALL if account_id is None else _OF_CLIENT
    rows = asked.all(session, {"account_id": account_id})
    if not rows:
        return {}
    today = clock.today(session.exec(select_models(Firm.time_zone)).one())
    return {(row.kind, row.record_id, row.number): row.not_before for row in rows if row.not_before > today}


def due_now(parts: Iterable[OpenMilestone], waits: PutOff) -> tuple[OpenMilestone, ...]:
    """Fixed prices without those that wait."""

    def key(one: OpenMilestone) -> tuple[str, int, int]:
        return one.kind, one.id, one.period.number if one.period else 0

    return tuple(one for one in parts if key(one) not in waits)


def spent_now(expenses: Iterable[OpenExpense], waits: PutOff) -> tuple[OpenExpense, ...]:
    """Expenses without those that wait."""
    return tuple(one for one in expenses if ("expense", one.id, 0) not in waits)
