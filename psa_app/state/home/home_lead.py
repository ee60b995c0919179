"""Home of a project lead."""

import reflex as rx

from psa_app import routes
from psa_app.display.figures import Kpi, Step, Waiting
from psa_app.display.plan import PlanColumn, PlanRow
from psa_app.display.tables import Row
from psa_app.formats import words
from psa_app.queries.home.lead import LeadHome, lead_home
from psa_app.state.base import read
from psa_app.state.home.home_lists import project_rows, waiting_items
from psa_app.state.planning.planner_words import columns_of, plan_rows, week_day


class LeadHomeState(rx.State):
    """Own projects at standard cost, what waits, the team's load."""

    kpis: list[Kpi] = []
    projects: list[Row] = []
    waits: list[Waiting] = []
    columns: list[PlanColumn] = []
    team: list[PlanRow] = []

    async def _load(self) -> None:
        found = await read(lead_home)
        self.projects = project_rows(found.projects, found.facts.locale)
        self.waits = waiting_items(found.waits, found.facts)
        self.columns = columns_of(found.plan, found.facts)
        self.team = plan_rows(found.plan, found.facts, with_tentative=False)
        self.kpis = [_look(found), _waits(found), _over(found), _open(found)]


def _look(found: LeadHome) -> Kpi:
    pressing = [one for one in found.projects if one.needs_a_look]
    return Kpi(
        "Need a look",
        str(len(pressing)),
        hint=f"of {len(found.projects)} running projects",
        how=[Step(one.name, one.why, href=routes.project(one.project_id)) for one in pressing],
        how_text="Your running projects that are not on track: by hours, time, cap, prices or margin.",
    )


def _waits(found: LeadHome) -> Kpi:
    sheets = [one for one in found.waits if one.kind == "time"]
    return Kpi(
        "Weeks to approve",
        str(len(sheets)),
        hint="handed in on your projects" if sheets else "Nothing waits",
        href=routes.APPROVALS if sheets else "",
    )


def _over(found: LeadHome) -> Kpi:
    conflicts = found.plan.conflicts()
    people = {row.name for row, _ in conflicts}
    steps = [
        Step(row.name, f"{week_day(load.week, found.facts)}: {words.percent(load.share() or 0)}")
        for row, load in conflicts
    ]
    return Kpi(
        "Over-booked weeks",
        str(len(conflicts)),
        hint=", ".join(sorted(people)) if people else "Nobody in the next six weeks",
        how=steps,
        how_text="Weeks of your team in which confirmed bookings are more than net capacity.",
    )


def _open(found: LeadHome) -> Kpi:
    rows = [row for row in found.plan.rows if row.person_id is None]
    minutes = sum(load.confirmed + load.tentative for row in rows for load in row.loads)
    return Kpi(
        "Open roles",
        words.hours(minutes),
        hint=", ".join(row.name for row in rows) if rows else "everyone on your projects is named",
        href=routes.PLANNER,
        how_text="Hours booked for roles that nobody fills yet, in the next six weeks.",
    )
