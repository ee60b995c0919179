"""How far opportunities get, how long they stay, and what is expected when."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Opportunity, StageChange
from psa_app.queries.exchange import exchange
from psa_app.queries.sales.rows import OPPORTUNITY, STAGE_CHANGE, Chance, StageRow, chances, stages
from psa_app.queries.sales.worth import Worth, worth
from psa_app.rules.pipeline import (
    OPEN,
    Conversion,
    Step,
    Visit,
    age,
    conversion,
    limit_days,
    middle_days,
    visits,
)
from psa_app.rules.weeks import month_of

YEAR = timedelta(days=365)
MONTHS = 6
Stays = Mapping[int, Sequence[timedelta]]


@dataclass(frozen=True, slots=True)
class Ageing:
    """A stage: days that those who left had stayed (median), the limit, and how old those in it are."""

    stage: StageRow
    left: int
    middle: int | None
    limit: int
    here: int
    stale: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """A month (yyyymm; 0 = no day named, 1 = the day is over) with what its open opportunities are worth."""

    month: int
    worth: Worth


@dataclass(frozen=True, slots=True)
class Numbers:
    """The last year's conversion, today's ageing, the next months; amounts in `currency`."""

    conversion: tuple[tuple[StageRow, Conversion], ...]
    ageing: tuple[Ageing, ...]
    expected: tuple[Expected, ...]
    won: Worth
    lost: Worth
    currency: str
    missing_rates: tuple[str, ...]


def pipeline_numbers(session: Session, actor: Actor, today: date, now: datetime) -> Numbers:
    """Everything on the page of numbers: of what is open, and what was decided within a year."""
    listed, paths, rates = stages(session, actor), _paths(session, actor, now), exchange(session)
    rows = chances(session, actor, _within_a_year(now))
    steps = [Step(stage.id, stage.outcome) for stage in stages(session, actor, archived=True)]
    found = {one.stage_id: one for one in conversion(steps, ([s for s, _ in path] for path in paths))}
    stays, in_use = _stays(paths), [stage for stage in listed if stage.outcome == OPEN]
    by_outcome = {
        outcome: worth([row for row in rows if row.outcome == outcome], rates, today)
        for outcome in ("won", "lost")
    }
    return Numbers(
        tuple((stage, found[stage.id]) for stage in in_use),
        tuple(_ageing(stage, stays.get(stage.id, ()), rows, now) for stage in in_use),
        tuple(
            Expected(month, worth(group, rates, today))
            for month, group in sorted(_months([row for row in rows if row.outcome == OPEN], today).items())
        ),
        by_outcome["won"],
        by_outcome["lost"],
        rates.base,
        tuple(sorted(rates.missing)),
    )


def stays_by_stage(session: Session, actor: Actor, now: datetime) -> Stays:
    """How long opportunities stayed in each stage before they left it, over the last year."""
    return _stays(_paths(session, actor, now))


def _within_a_year(now: datetime) -> ColumnElement[bool]:
    return or_(OPPORTUNITY.c.closed_at.is_(None), OPPORTUNITY.c.closed_at >= now - YEAR)


def _paths(session: Session, actor: Actor, now: datetime) -> list[list[tuple[int, timedelta]]]:
    """The visits of each opportunity that is open or was decided within a year."""
    require(actor, "opportunities.read")
    statement = (
        select(STAGE_CHANGE.c.opportunity_id, STAGE_CHANGE.c.to_stage_id, STAGE_CHANGE.c.at)
        .join(OPPORTUNITY, OPPORTUNITY.c.id == STAGE_CHANGE.c.opportunity_id)
        .where(visible(actor, StageChange), visible(actor, Opportunity), _within_a_year(now))
        .order_by(STAGE_CHANGE.c.opportunity_id, STAGE_CHANGE.c.id)
    )
    changes: dict[int, list[Visit]] = defaultdict(list)
    for opportunity_id, stage_id, at in session.connection().execute(statement):
        changes[opportunity_id].append((stage_id, at))
    return [visits(one, now) for one in changes.values()]


def _stays(paths: Sequence[Sequence[tuple[int, timedelta]]]) -> Stays:
    found: dict[int, list[timedelta]] = defaultdict(list)
    for path in paths:
        for stage, stayed in path[:-1]:
            found[stage].append(stayed)
    return found


def _ageing(stage: StageRow, stays: Sequence[timedelta], rows: Sequence[Chance], now: datetime) -> Ageing:
    ages = [age(row.stage_since, now) for row in rows if row.stage_id == stage.id]
    limit = limit_days(stays)
    stale = sum(days > limit for days in ages)
    return Ageing(stage, len(stays), middle_days(stays), limit, len(ages), stale, max(ages, default=None))


def _months(rows: Sequence[Chance], today: date) -> dict[int, list[Chance]]:
    """Open opportunities by the month in which they are expected; the next months always stand there."""
    months: dict[int, list[Chance]] = {}
    first = today.replace(day=1)
    for _ in range(MONTHS):
        months[month_of(first)] = []
        first = (first + timedelta(days=32)).replace(day=1)
    for row in rows:
        day = row.expected_on
        key = 0 if day is None else 1 if month_of(day) < month_of(today) else month_of(day)
        months.setdefault(key, []).append(row)
    return months
