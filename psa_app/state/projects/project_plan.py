"""The plan of the project that is open: phases, milestones, RAID and the rhythm of its reports."""

from datetime import date
from typing import Any

import reflex as rx

from psa_app.access import may
from psa_app.display.figures import Fact
from psa_app.display.forms import FieldSpec, Option
from psa_app.display.templates import Piece
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.projects.plan import Group, PlannedTask, Point, ProjectPlan, phases_of, project_plan
from psa_app.rules import fields
from psa_app.rules.templates.bodies import EVERY
from psa_app.services.projects.plan import set_reports
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.lowcode.record_panel import RecordPanel

OUTSIDE = "Outside phases"


class ProjectPhases(RecordPanel, rx.State):
    """The project's phases, with the form for one."""


class ProjectRaid(RecordPanel, rx.State):
    """Its risks, assumptions, issues and decisions."""


class ProjectPoints(RecordPanel, rx.State):
    """Its milestones; a phase is chosen from its own."""

    async def _open(self, row_id: int) -> None:
        await RecordPanel._open(self, row_id)
        project_id = int(self._fixed["project_id"])
        phases = await read(lambda s, who: phases_of(s, who, project_id))
        options = [Option("", words.MISSING), *(Option(str(key), name) for key, name in phases)]
        self.specs = [_narrowed(spec, options) for spec in self.specs]


def _narrowed(spec: FieldSpec, options: list[Option]) -> FieldSpec:
    if spec.name != "phase_id":
        return spec
    return FieldSpec(spec.name, spec.label, "choice", spec.value, help=spec.help, options=options)


class ProjectPlanState(rx.State):
    """What the tabs “Plan” and “RAID” show, and the dialog for the reports."""

    pieces: list[Piece] = []
    reports: list[Fact] = []
    may_change: bool = False
    form_open: bool = False
    form_key: int = 0
    every: str = "none"
    first: str = ""
    choices: list[Option] = [Option(key, label) for key, label in EVERY]
    errors: dict[str, str] = {}
    _project: int = 0

    async def _load(self, project_id: int) -> ProjectPlan:
        self._project = project_id
        found = await read(lambda s, who: project_plan(s, who, project_id))
        self.may_change = may(actor(), "projects.change")
        self.pieces = [piece for group in found.groups for piece in _pieces(group, found.today)]
        self.reports = [Fact("How often", dict(EVERY)[found.report_every])]
        if found.report_next is not None:
            self.reports.append(Fact("Next one due", words.day(found.report_next), tone="strong"))
        self.every = found.report_every
        self.first = found.report_first.isoformat() if found.report_first else ""
        shared = {"project_id": project_id}
        for panel, kind in (
            (ProjectPhases, "phases"),
            (ProjectPoints, "project_milestones"),
            (ProjectRaid, "raid_items"),
        ):
            state: Any = await self.get_state(panel)
            await state._show(kind, shared)
        return found

    @rx.event
    @allow("projects.change")
    def edit_reports(self) -> None:
        """Opens the form."""
        self.errors, self.form_open = {}, True
        self.form_key += 1

    @rx.event
    @allow("projects.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False

    @rx.event
    @allow("projects.change")
    async def save_reports(self, data: dict[str, Any]) -> None:
        """Writes how often a report is due."""
        typed, project_id = form_values(data, ("every", "report_on")), self._project
        every: Any = typed["every"] if typed["every"] in dict(EVERY) else "none"
        try:
            first = fields.optional_date(typed["report_on"], "report_on")
            await write(lambda s, who: set_reports(s, who, project_id, every=every, first=first))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.form_open = False
        await self._load(project_id)
        await say(self, "Saved.")


def _pieces(group: Group, today: date) -> list[Piece]:
    """A phase and what belongs to it; the rest stands under a heading of its own."""
    parts = [_point(one, today) for one in group.points] + [_task(one, today) for one in group.tasks]
    if not group.id and not parts:
        return []
    done = sum(one.is_done for one in group.tasks)
    many = len(group.tasks)
    tasks = "1 task" if many == 1 else f"{many} tasks"
    count = f"{done} of {tasks} done" if many else "No tasks"
    span = ""
    if group.starts_on and group.ends_on:
        span = words.day_range(group.starts_on, group.ends_on)
    elif group.ends_on:
        span = f"until {words.day(group.ends_on)}"
    return [Piece(f"phase-{group.id}", group.name or OUTSIDE, count, span), *parts]


def _task(one: PlannedTask, today: date) -> Piece:
    state = "Done" if one.is_done else _late(one.due_on, today)
    sub = " · ".join(part for part in (one.role, state) if part)
    return Piece(f"task-{one.id}", one.name, sub, words.day(one.due_on) if one.due_on else "", inner=True)


def _point(one: Point, today: date) -> Piece:
    state = f"Reached {words.day(one.reached_on)}" if one.reached_on else _late(one.due_on, today)
    sub = " · ".join(part for part in ("Milestone", state) if part)
    return Piece(f"point-{one.id}", one.name, sub, words.day(one.due_on) if one.due_on else "", inner=True)


def _late(due: date | None, today: date) -> str:
    days = (today - due).days if due else 0
    return "" if days <= 0 else "1 day late" if days == 1 else f"{days} days late"
