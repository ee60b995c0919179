"""The figures at the head of a client's page, each within what the reader may see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import Activity, Firm, Invoice, User
from psa_app.queries.clients.one import project_count
from psa_app.queries.invoices.listing import owes, paid_on_invoice, signed
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.sales.rows import OPPORTUNITY, STAGE, chances
from psa_app.rules.pipeline import by_currency, weighted

select_columns: Any = sql_select  # its overloads know no tables of SQLModel
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Owed:
    """Open and overdue in a currency, and how much was billed net in the last 365 days (minor units)."""

    currency: str
    open: int
    overdue: int
    billed: int
    invoices: int  # issued in those days


@dataclass(frozen=True, slots=True)
class Figures:
    """`owed` by currency, None for who may not see invoices; `pipeline` are (currency, sum, weighted sum)."""

    owed: tuple[Owed, ...] | None
    chances: int
    pipeline: tuple[tuple[str, int, int], ...] | None
    projects: int
    last_at: datetime | None
    last_kind: str
    last_by: str


def client_figures(session: Session, actor: Actor, client_id: int, today: date) -> Figures:
    """The figures of a client that the caller has fetched in the actor's sight."""
    require(actor, "accounts.read")
    count, pipeline = _pipeline(session, actor, client_id)
    last = _last(session, actor, client_id)
    return Figures(
        _owed(session, actor, client_id, today) if may(actor, "invoices.read") else None,
        count,
        pipeline,
        project_count(session, actor, client_id),
        *last,
    )


def _owed(session: Session, actor: Actor, client_id: int, today: date) -> tuple[Owed, ...]:
    """Test money is never added to real money."""
    is_test = takes_test_money(session.exec(select(Firm)).one())
    rest = case((owes(), col(Invoice.total_minor) - paid_on_invoice()), else_=0)
    since = col(Invoice.issued_on) > today - YEAR
    statement = (
        select_columns(
            col(Invoice.currency),
            func.sum(rest),
            func.sum(case((col(Invoice.due_on) < today, rest), else_=0)),
            func.sum(case((since, signed(col(Invoice.net_minor))), else_=0)),
            func.sum(case((and_(since, owes()), 1), else_=0)),
        )
        .where(
            col(Invoice.account_id) == client_id,
            col(Invoice.status) == "issued",
            col(Invoice.is_sandbox).is_(is_test),
            visible(actor, Invoice),
        )
        .group_by(col(Invoice.currency))
        .order_by(col(Invoice.currency))
    )
    rows = session.execute(statement)
    return tuple(Owed(row[0], *(int(value or 0) for value in row[1:])) for row in rows)


def _pipeline(
    session: Session, actor: Actor, client_id: int
) -> tuple[int, tuple[tuple[str, int, int], ...] | None]:
    if not may(actor, "opportunities.read"):
        return 0, None
    found = chances(session, actor, OPPORTUNITY.c.account_id == client_id, STAGE.c.outcome == "open")
    full = by_currency((one.amount, one.currency) for one in found)
    likely = by_currency((weighted(one.amount, one.percent), one.currency) for one in found)
    return len(found), tuple((currency, amount, likely[currency]) for currency, amount in full.items())


def _last(session: Session, actor: Actor, client_id: int) -> tuple[datetime | None, str, str]:
    """The last call, meeting or mail, and who had it."""
    if not may(actor, "activities.read"):
        return None, "", ""
    statement = (
        select_columns(Activity.at, Activity.kind, User.name)
        .outerjoin(User, col(User.id) == func.coalesce(Activity.made_by, Activity.owner_id))
        .where(
            col(Activity.account_id) == client_id,
            col(Activity.kind).in_(("call", "meeting", "mail")),
            visible(actor, Activity),
        )
        .order_by(col(Activity.at).desc(), col(Activity.id).desc())
        .limit(1)
    )
    row = session.execute(statement).first()
    return (row[0], row[1], row[2] or "") if row else (None, "", "")
