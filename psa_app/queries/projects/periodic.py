"""What retainers and subscriptions have earned of their fees.

Subscriptions, and retainers whose unused time is lost, by the days that are over; other retainers by use,
the rest as it expires.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlmodel import Session, col, select

from psa_app.models import Sow, SowLine
from psa_app.queries.invoices.open_parts import running_or_ended
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.revenue import paid_lots
from psa_app.queries.subscriptions.changes import changes_of
from psa_app.rules.retainer_revenue import by_days, earned_by_use
from psa_app.rules.scopes import PERIODIC, RETAINER
from psa_app.rules.subscriptions import earned_upto


def earned_fees(session: Session, days: Sequence[date]) -> Iterator[tuple[int, str, list[int]]]:
    """Of each periodic line of a signed scope: the scope's id, its currency, and what is earned up to each
    of the days, minor units. A closed scope without a last day has earned nothing that is known."""
    rows = session.exec(
        select(SowLine, Sow)
        .join(Sow)
        .where(col(SowLine.model).in_(PERIODIC), running_or_ended())
        .order_by(col(SowLine.id))
    ).all()
    changes = changes_of(session, [int(line.id or 0) for line, _ in rows])
    for line, sow in rows:
        of = Agreed(line, sow)
        sow_id = int(sow.id or 0)
        fees_by_use = line.model == RETAINER and not by_days(line.rollover, line.deficit)
        lots = paid_lots(session, of, max(days), fees=fees_by_use) if line.model == RETAINER else []
        made = changes[of.id]
        by_day = [0 if fees_by_use else earned_upto(of.schedule, line.value_minor, made, day) for day in days]
        yield (
            sow_id,
            sow.currency,
            [straight + earned_by_use(lots, day) for straight, day in zip(by_day, days, strict=True)],
        )
