"""All of a project's page in one go, as far as the reader may see."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from psa_app.access import Actor, may, require
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.projects.detail import (
    MemberRow,
    MilestoneRow,
    ProjectHead,
    ProjectInvoice,
    RecentTime,
    TaskRow,
    WeekBurn,
    burn,
    head,
    invoices,
    milestones,
    recent_time,
    tasks,
    team,
)
from psa_app.queries.projects.earned import Earned
from psa_app.queries.projects.health import Health
from psa_app.queries.projects.planned import Planned, planned_from
from psa_app.queries.projects.standing import project_figures
from psa_app.queries.projects.tables import BOOKING
from psa_app.rules import weeks

TIMES = 60


@dataclass(frozen=True, slots=True)
class Overview:
    """`figures` and `health` are None for who may not see them; `planned` minutes to come by person."""

    facts: FirmFacts
    head: ProjectHead
    tasks: tuple[TaskRow, ...]
    team: tuple[MemberRow, ...]
    milestones: tuple[MilestoneRow, ...]
    invoices: tuple[ProjectInvoice, ...]
    times: tuple[RecentTime, ...]
    burn: tuple[WeekBurn, ...]
    planned: Mapping[int, int]
    open_planned: int  # minutes to come of roles that nobody fills yet
    figures: Earned | None
    health: Health | None
    sees_cost: bool

    @property
    def minutes(self) -> int:
        """Worked minutes that the reader may see."""
        return sum(one.seconds for one in self.tasks) // 60

    @property
    def to_come(self) -> int:
        """Confirmed minutes still booked."""
        return sum(self.planned.values()) + self.open_planned


def overview(session: Session, actor: Actor, project_id: int) -> Overview:
    """The page of a project. `NotFound` outside the actor's scope."""
    require(actor, "tasks.read")
    facts, top = firm_facts(session), head(session, actor, project_id)
    plan = planned_from(session, actor, facts.today, BOOKING.c.project_id == top.id)
    shown = [top.id] if top.account_id is not None and top.sees_all else []
    figures, standing = project_figures(session, actor, shown)
    return Overview(
        facts,
        top,
        tuple(tasks(session, actor, top.id)),
        tuple(team(session, actor, top.id)),
        tuple(milestones(session, actor, top.id)),
        tuple(invoices(session, actor, top.id)),
        tuple(recent_time(session, actor, top.id, TIMES)),
        tuple(burn(session, actor, top.id, _by_week(plan))),
        _by_person(plan),
        sum(sum(one.minutes.values()) for one in plan if _is_open(one)),
        figures.get(top.id),
        standing.get(top.id),
        may(actor, "cost.read"),
    )


def _is_open(one: Planned) -> bool:
    return one.row.person_id is None and not one.row.is_tentative


def _by_person(plan: list[Planned]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for one in plan:
        if one.row.person_id is not None and not one.row.is_tentative:
            found[one.row.person_id] += sum(one.minutes.values())
    return found


def _by_week(plan: list[Planned]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for one in plan:
        if not one.row.is_tentative:
            for day, minutes in one.minutes.items():
                found[weeks.week_of(day)] += minutes
    return found
