"""The form of a booking, over the planner and a project's page."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.planning.board import BoardBar
from psa_app.queries.planning.choices import bookable_projects, open_tasks
from psa_app.queries.projects.choices import people, roles
from psa_app.rules import fields, hours
from psa_app.services.planning.book import change_booking, create_booking
from psa_app.state.base import allow, field_errors, form_values, read, write

NAMES = (
    "who",
    "project",
    "task",
    "starts_on",
    "ends_on",
    "mode",
    "amount",
    "tentative",
    "billable",
    "note",
)
MODES = (
    Option("percent", "% of their time"),
    Option("hours_per_day", "Hours a day"),
    Option("total", "Hours in all"),
)


class BookingForm(rx.State):
    """One booking that is made or changed. `booking` is 0 for a new one."""

    is_open: bool = False
    title: str = ""
    booking: int = 0
    who: str = ""
    project: str = ""
    task: str = ""
    starts_on: str = ""
    ends_on: str = ""
    mode: str = "percent"
    amount: str = "100"
    tentative: bool = False
    billable: bool = True
    note: str = ""
    people: list[Option] = []
    projects: list[Option] = []
    tasks: list[Option] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _version: int = 0

    async def _new(self, row: str, starts_on: date, ends_on: date, project: str) -> None:
        self.booking, self._version, self.title = 0, 0, "New booking"
        self.who, self.project, self.task = row, project, ""
        self.starts_on, self.ends_on = starts_on.isoformat(), ends_on.isoformat()
        self.mode, self.amount, self.tentative, self.billable, self.note = "percent", "100", False, True, ""
        await self._show()

    async def _edit(self, bar: BoardBar) -> None:
        self.booking, self._version, self.title = bar.id, bar.version, bar.project
        self.who, self.project, self.task = bar.row, str(bar.project_id), str(bar.task_id or "")
        self.starts_on, self.ends_on = bar.starts_on.isoformat(), bar.ends_on.isoformat()
        self.mode, self.tentative, self.billable = bar.mode, bar.is_tentative, bar.is_billable
        minutes = bar.minutes_per_day if bar.mode == "hours_per_day" else bar.total_minutes
        self.amount = str(bar.percent) if bar.mode == "percent" else words.hours(minutes)
        self.note = bar.note
        await self._show()
        if bar.task_id is not None and self.task not in {one.value for one in self.tasks}:
            self.tasks = [*self.tasks, Option(self.task, f"{bar.task} (done)")]

    async def _show(self) -> None:
        chosen = int(self.project) if self.project.isdecimal() else 0
        self.people, self.projects, self.tasks = await read(lambda s, who: _options(s, who, chosen))
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow("bookings.change")
    async def pick_project(self, project: str) -> None:
        """Another project has other tasks."""
        chosen = int(project) if project.isdecimal() and len(project) < 16 else 0
        self.tasks = await read(lambda s, who: _tasks(s, who, chosen))

    @rx.event
    @allow("bookings.change")
    def close(self) -> None:
        """Closes the form."""
        self._shut()

    def _shut(self) -> None:
        self.is_open = False

    async def _save(self, data: dict[str, Any]) -> bool:
        """Writes the booking; False when something is wrong, said beside the fields."""
        try:
            values = parsed(form_values(data, NAMES))
            await write(lambda s, who: _write(s, who, self.booking, self._version, values))
        except PsaError as error:
            self.errors = _by_field(field_errors(error))
            return False
        self._shut()
        return True


def parsed(typed: dict[str, str]) -> dict[str, Any]:
    """The values that a booking is made of, out of what was typed. Raises `Invalid` with the field."""
    who, mode = typed["who"], typed["mode"]
    if who[:1] not in ("p", "r") or not who[1:].isdecimal():
        raise Invalid("Choose a person, or a role that is still open.", "who")
    if not typed["project"].isdecimal():
        raise Invalid("Choose a project.", "project")
    percent, minutes = 100, 0
    if mode == "percent":
        percent = fields.whole(typed["amount"].removesuffix("%").strip(), "amount", low=1, high=100)
    else:
        minutes = hours.parse_duration(typed["amount"], "amount")
    return {
        "person_id": int(who[1:]) if who[0] == "p" else None,
        "role_id": int(who[1:]) if who[0] == "r" else None,
        "project_id": int(typed["project"]),
        "task_id": int(typed["task"]) if typed["task"].isdecimal() else None,
        "starts_on": fields.iso_date(typed["starts_on"], "starts_on"),
        "ends_on": fields.iso_date(typed["ends_on"], "ends_on"),
        "mode": mode,
        "percent": percent,
        "minutes_per_day": minutes if mode == "hours_per_day" else 0,
        "total_minutes": minutes if mode == "total" else 0,
        "is_tentative": typed["tentative"] == "on",
        "is_billable": typed["billable"] == "on",
        "note": typed["note"],
    }


def _write(session: Session, who: Actor, booking: int, version: int, values: dict[str, Any]) -> None:
    if not booking:
        create_booking(session, who, **values)
        return
    kept = {name: value for name, value in values.items() if name != "project_id"}
    change_booking(session, who, booking, version=version, **(kept | {"task_id": kept["task_id"] or 0}))


def _by_field(errors: dict[str, str]) -> dict[str, str]:
    """The services' names of fields as the form has them."""
    names = {
        "person_id": "who",
        "role_id": "who",
        "project_id": "project",
        "task_id": "task",
        "percent": "amount",
        "minutes_per_day": "amount",
        "total_minutes": "amount",
    }
    return {names.get(name, name): sentence for name, sentence in errors.items()}


def _options(session: Session, who: Actor, project: int) -> tuple[list[Option], list[Option], list[Option]]:
    persons = [Option(f"p{key}", f"{name} · {role}") for key, name, role in people(session, who)]
    vacant = [Option(f"r{key}", f"Open role: {name}") for key, name in roles(session, who)]
    projects = [
        Option(str(key), f"{name} · {client}" if client else name)
        for key, name, client in bookable_projects(session, who)
    ]
    return [*persons, *vacant], projects, _tasks(session, who, project)


def _tasks(session: Session, who: Actor, project: int) -> list[Option]:
    return [Option(str(key), name) for key, name in open_tasks(session, who, project)] if project else []
