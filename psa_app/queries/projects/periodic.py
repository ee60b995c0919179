"""What retainers and subscriptions have earned: their fees, ratably by the days that are over."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from psa_app.queries.invoices.open_parts import running_or_ended, schedule_of
from psa_app.queries.invoices.tables import SOW, SOW_LINE
from psa_app.rules.periods import earned_upto
from psa_app.rules.scopes import PERIODIC


def earned_fees(session: Session, days: Sequence[date]) -> Iterator[tuple[int, str, list[int]]]:
    """Of each periodic line of a signed scope: the scope's id, its currency, and what is earned up to each
    of the days, minor units. A closed scope without a last day has earned nothing that is known."""
    statement = (
        select(SOW_LINE, SOW.c.currency, SOW.c.starts_on, SOW.c.ends_on)
        .join(SOW, SOW.c.id == SOW_LINE.c.sow_id)
        .where(SOW_LINE.c.model.in_(PERIODIC), running_or_ended())
        .order_by(SOW_LINE.c.id)
    )
    for row in session.connection().execute(statement):
        of = schedule_of(row)
        yield row.sow_id, row.currency, [earned_upto(of, row.value_minor, day) for day in days]
