"""Tentative demand: the hours by role and week that open opportunities would need."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app.access import Actor, may, visible
from psa_app.models import Opportunity, OpportunityRole
from psa_app.queries.projects.tables import ROLE
from psa_app.queries.sales.rows import OPPORTUNITY, STAGE
from psa_app.rules import money, weeks
from psa_app.rules.pipeline import OPEN, by_week, demand_days

NEED = OpportunityRole.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Demand:
    """A role's minutes in each of the weeks asked for, in full and weighted by probability.

    `titles` names by week the opportunities behind it.
    """

    role_id: int
    role: str
    full: tuple[int, ...]
    weighted: tuple[int, ...]
    titles: tuple[tuple[str, ...], ...]


def demand(session: Session, actor: Actor, shown: Sequence[int]) -> list[Demand]:
    """What open opportunities would need in the weeks `shown` (yyyyww, in order), by role's name.

    The weighted minutes of a line are minutes × percent, half up, spread as the full ones are. Empty for
    who may not see the pipeline.
    """
    if not may(actor, "opportunities.read") or not shown:
        return []
    first, last = weeks.monday(shown[0]), weeks.days(shown[-1])[6]
    full: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    likely: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    titles: dict[tuple[int, int], list[str]] = defaultdict(list)
    names: dict[int, str] = {}
    for row in session.connection().execute(_statement(actor)):
        days = demand_days(row.starts_on, row.ends_on, row.expected_on)
        if not days or days[-1] < first or days[0] > last:
            continue
        names[row.role_id] = row.role
        _add(full[row.role_id], row.minutes, days)
        _add(likely[row.role_id], money.divide(row.minutes * row.percent, 100), days)
        for week in {weeks.week_of(day) for day in days}:
            titles[row.role_id, week].append(row.title)
    return [
        Demand(
            role_id,
            name,
            tuple(full[role_id][week] for week in shown),
            tuple(likely[role_id][week] for week in shown),
            tuple(tuple(dict.fromkeys(titles[role_id, week])) for week in shown),
        )
        for role_id, name in sorted(names.items(), key=lambda pair: pair[1].lower())
    ]


def _statement(actor: Actor) -> Any:
    return (
        select(
            NEED.c.role_id,
            ROLE.c.name.label("role"),
            NEED.c.minutes,
            NEED.c.starts_on,
            NEED.c.ends_on,
            OPPORTUNITY.c.expected_on,
            OPPORTUNITY.c.percent,
            OPPORTUNITY.c.title,
        )
        .join(OPPORTUNITY, OPPORTUNITY.c.id == NEED.c.opportunity_id)
        .join(STAGE, STAGE.c.id == OPPORTUNITY.c.stage_id)
        .join(ROLE, ROLE.c.id == NEED.c.role_id)
        .where(STAGE.c.outcome == OPEN, visible(actor, Opportunity), visible(actor, OpportunityRole))
        .order_by(OPPORTUNITY.c.id, NEED.c.id)
    )


def _add(found: dict[int, int], minutes: int, days: Sequence[date]) -> None:
    for week, part in by_week(minutes, days).items():
        found[week] += part
