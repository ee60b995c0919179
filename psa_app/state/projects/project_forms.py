"""The forms of a project's page: the project itself, a task, someone on the team."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.projects.choices import lines_of_project, people, roles
from psa_app.queries.projects.overview import Overview
from psa_app.queries.projects.plan import phases_of, planned_task
from psa_app.rules import fields, hours
from psa_app.services.projects.make import change_project
from psa_app.services.projects.plan import plan_task
from psa_app.services.projects.tasks import change_task, create_task
from psa_app.services.projects.team import add_member
from psa_app.state.base import allow, field_errors, form_values, read, write

_ROUNDING = ("round_increment", "round_mode", "round_per", "round_minimum")
_ROUNDED = {
    "increment": "round_increment",
    "mode": "round_mode",
    "per": "round_per",
    "minimum": "round_minimum",
}


class ProjectForm(rx.State):
    """Name, lead, dates, budget, and how time is rounded where no scope says it."""

    is_open: bool = False
    name: str = ""
    lead: str = ""
    starts_on: str = ""
    ends_on: str = ""
    budget: str = ""
    has_rounding: bool = False
    round_increment: str = ""
    round_mode: str = ""
    round_per: str = ""
    round_minimum: str = ""
    people: list[Option] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _project: int = 0
    _version: int = 0

    async def _open(self, found: Overview) -> None:
        head = found.head
        self._project, self._version = head.id, head.version
        self.name, self.lead = head.name, str(head.lead_id or "")
        self.starts_on = head.starts_on.isoformat() if head.starts_on else ""
        self.ends_on = head.ends_on.isoformat() if head.ends_on else ""
        self.budget = words.hours(head.budget_minutes) if head.budget_minutes else ""
        self._show_rounding(head.rounding)
        named = await read(people)
        self.people = [Option(str(key), f"{name} · {role}") for key, name, role in named]
        if self.lead and self.lead not in {one.value for one in self.people}:
            self.people = [*self.people, Option(self.lead, head.lead)]
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    def _show_rounding(self, rounding: hours.Rounding | None) -> None:
        self.has_rounding = rounding is not None
        if rounding is not None:
            self.round_increment, self.round_mode = str(rounding.increment), rounding.mode
            self.round_per, self.round_minimum = rounding.per, words.hours(rounding.minimum)

    @rx.event
    @allow("projects.change")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False

    async def _save(self, data: dict[str, Any]) -> bool:
        project_id, version = self._project, self._version
        try:
            typed = form_values(data, ("name", "lead", "starts_on", "ends_on", "budget", *_ROUNDING))
            values: dict[str, Any] = {
                "name": typed["name"],
                "lead_id": int(typed["lead"]) if typed["lead"].isdecimal() else None,
                "starts_on": fields.iso_date(typed["starts_on"], "starts_on") if typed["starts_on"] else None,
                "ends_on": fields.iso_date(typed["ends_on"], "ends_on") if typed["ends_on"] else None,
                "budget_minutes": hours.parse_duration(typed["budget"], "budget") if typed["budget"] else 0,
            }
            if self.has_rounding:
                values["rounding"] = _rounding(typed)
            await write(lambda s, who: change_project(s, who, project_id, version=version, **values))
        except PsaError as error:
            self.errors = _named(
                field_errors(error), {"lead_id": "lead", "budget_minutes": "budget"} | _ROUNDED
            )
            return False
        self.is_open = False
        return True


_PLANNED = ("phase", "role", "starts_on", "due_on")
_TASK_NAMES = {"sow_line_id": "line", "budget_minutes": "budget", "phase_id": "phase", "role_id": "role"}


class TaskForm(rx.State):
    """A task: name, what it bills to, budget; its phase, role and days."""

    is_open: bool = False
    title: str = ""
    name: str = ""
    line: str = ""
    billable: bool = True
    budget: str = ""
    lines: list[Option] = []
    phase: str = ""
    phases: list[Option] = []
    role: str = ""
    roles: list[Option] = []
    starts_on: str = ""
    due_on: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _project: int = 0
    _task: int = 0
    _version: int = 0

    async def _open(self, found: Overview, task_id: int) -> None:
        task = next((one for one in found.tasks if one.id == task_id), None)
        self._project = project_id = found.head.id
        self._task, self._version = (task.id, task.version) if task else (0, 0)
        self.title, self.name = (task.name, task.name) if task else ("New task", "")
        self.line = str(task.sow_line_id or "") if task else ""
        self.billable = task.is_billable if task else found.head.account_id is not None
        self.budget = words.hours(task.budget_minutes) if task and task.budget_minutes else ""
        named = await read(lambda s, who: lines_of_project(s, who, project_id))
        self.lines = [Option(str(key), title) for key, title in named]
        await self._show_plan(project_id, task_id)
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    async def _show_plan(self, project_id: int, task_id: int) -> None:
        self.phases = [
            Option(str(key), name) for key, name in await read(lambda s, who: phases_of(s, who, project_id))
        ]
        self.roles = [Option(str(key), name) for key, name in await read(roles)]
        task = await read(lambda s, who: planned_task(s, who, task_id)) if task_id else None
        self.phase = str(task.phase_id or "") if task else ""
        self.role = str(task.role_id or "") if task else ""
        self.starts_on = task.starts_on.isoformat() if task and task.starts_on else ""
        self.due_on = task.due_on.isoformat() if task and task.due_on else ""

    @rx.event
    @allow("projects.change")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False

    async def _save(self, data: dict[str, Any]) -> bool:
        task_id, version, project_id = self._task, self._version, self._project
        try:
            typed = form_values(data, ("name", "line", "billable", "budget", *_PLANNED))
            plan = _plan_of(typed)
            values: dict[str, Any] = {
                "name": typed["name"],
                "sow_line_id": int(typed["line"]) if typed["line"].isdecimal() else None,
                "is_billable": typed["billable"] == "on",
                "budget_minutes": hours.parse_duration(typed["budget"], "budget") if typed["budget"] else 0,
            }

            def save(session: Session, who: Actor) -> None:
                if task_id:
                    change_task(session, who, task_id, version=version, **values)
                    plan_task(session, who, task_id, **plan)
                else:
                    made = create_task(session, who, project_id=project_id, **values)
                    plan_task(session, who, int(made.id or 0), **plan)

            await write(save)
        except PsaError as error:
            self.errors = _named(field_errors(error), _TASK_NAMES)
            return False
        self.is_open = False
        return True


class TeamForm(rx.State):
    """Someone on the team, and the role that prices their time here."""

    is_open: bool = False
    title: str = ""
    person: str = ""
    role: str = ""
    is_new: bool = True
    people: list[Option] = []
    roles: list[Option] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _project: int = 0

    async def _open(self, found: Overview, person_id: int) -> None:
        member = next((one for one in found.team if one.person_id == person_id), None)
        self._project = found.head.id
        self.is_new, self.title = member is None, member.name if member else "Add someone"
        self.person = str(member.person_id) if member else ""
        self.role = str(member.role_id or "") if member else ""
        there = {one.person_id for one in found.team} if member is None else set()
        self.people = [
            Option(str(key), f"{name} · {role}") for key, name, role in await read(people) if key not in there
        ]
        self.roles = [Option(str(key), name) for key, name in await read(roles)]
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow("projects.change")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False

    async def _save(self, data: dict[str, Any]) -> bool:
        project_id = self._project
        try:
            typed = form_values(data, ("person", "role"))
            chosen = typed["person"] or self.person
            if not chosen.isdecimal():
                raise Invalid("Choose a person.", "person")
            role = int(typed["role"]) if typed["role"].isdecimal() else None
            await write(lambda s, who: add_member(s, who, project_id, person_id=int(chosen), role_id=role))
        except PsaError as error:
            self.errors = _named(field_errors(error), {"person_id": "person", "role_id": "role"})
            return False
        self.is_open = False
        return True


def _plan_of(typed: dict[str, str]) -> dict[str, Any]:
    """Phase, role and days of a task as the form says."""
    return {
        "phase_id": fields.optional_whole(typed["phase"], "phase"),
        "role_id": fields.optional_whole(typed["role"], "role"),
        "starts_on": fields.optional_date(typed["starts_on"], "starts_on"),
        "due_on": fields.optional_date(typed["due_on"], "due_on"),
    }


def _rounding(typed: dict[str, str]) -> hours.Rounding:
    """The policy that the form says. Raises `Invalid`."""
    step, least = typed["round_increment"], typed["round_minimum"]
    return hours.Rounding(
        int(step) if step.isdecimal() and len(step) < 4 else 0,
        typed["round_mode"],  # type: ignore[arg-type]
        hours.parse_duration(least, "round_minimum") if least else 0,
        typed["round_per"],  # type: ignore[arg-type]
    )


def _named(errors: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    """The services' names of fields as the form has them."""
    return {names.get(name, name): sentence for name, sentence in errors.items()}
