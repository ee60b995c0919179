"""One project: what the address names, by tabs. What may be changed is in `project_forms.py`."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.charts import StackBar
from psa_app.display.figures import Fact, Kpi
from psa_app.display.frame import Crumb, Tab
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.queries.projects.overview import Overview, overview
from psa_app.services.projects.make import set_project_status
from psa_app.services.projects.tasks import delete_task, set_task_status
from psa_app.services.projects.team import remove_member
from psa_app.state.base import actor, allow, read, say, write
from psa_app.state.expenses.of_project import ProjectExpenses
from psa_app.state.projects.project_forms import ProjectForm, TaskForm, TeamForm
from psa_app.state.projects.project_plan import ProjectPlanState
from psa_app.state.projects.project_words import (
    TASK_COLUMNS,
    TEAM_COLUMNS,
    TIME_COLUMNS,
    burn_bars,
    facts_of,
    figures_of,
    invoice_row,
    milestone_row,
    subtitle_of,
    task_row,
    task_totals,
    team_row,
    time_row,
)
from psa_app.state.time.with_client import with_client_facts

TABS = ("overview", "tasks", "plan", "raid", "team", "milestones", "time", "expenses")
LABELS = {"raid": "RAID"}


class ProjectState(rx.State):
    """What the page shows of the project that the address names."""

    name: str = ""
    state: str = ""
    subtitle: str = ""
    way: list[Crumb] = []
    tab: str = "overview"
    tabs: list[Tab] = []
    kpis: list[Kpi] = []
    look: str = ""  # why it needs a look
    bars: list[StackBar] = []
    bars_words: str = ""
    bars_first: str = ""
    bars_last: str = ""
    facts: list[Fact] = []
    tasks: list[Row] = []
    task_columns: list[Column] = []
    task_totals: list[Cell] = []
    done_tasks: list[str] = []
    team: list[Row] = []
    team_columns: list[Column] = []
    why: str = ""  # explains a rate here, to which a person is added
    rates: str = ""  # the client's rate cards
    milestones: list[Row] = []
    planned_parts: list[str] = []
    ready_parts: list[str] = []
    invoices: list[Row] = []
    times: list[Row] = []
    time_columns: list[Column] = []
    plan_href: str = ""
    may_change: bool = False
    may_accept: bool = False
    may_ready: bool = False
    sees_scope: bool = False
    sees_invoices: bool = False
    is_closed: bool = False
    is_ready: bool = False
    project_id: int = 0
    may_template: bool = False
    _raid: int = 0
    _expenses: int = 0
    _project: int = 0
    _found: Overview | None = None

    @rx.event
    @allow("tasks.read")
    async def load(self) -> None:
        """Loads the project and the tab that the address names."""
        text = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        if not text.isdecimal() or len(text) > 15:
            raise NotFound()
        self._project = int(text)
        wanted = str(self.router.url.query_parameters.get("tab", ""))
        self.tab = wanted if wanted in TABS else "overview"
        await self._load()

    async def _load(self) -> None:
        who, project_id = actor(), self._project
        found = await read(lambda session, actor: _read(session, actor, project_id))
        self._found = found
        self._rights(who, found)
        self._head(found)
        self.kpis, self.look = figures_of(found), found.health.why if found.health else ""
        self.bars, self.bars_words, self.bars_first, self.bars_last = burn_bars(found)
        plan = await self.get_state(ProjectPlanState)
        planned = await plan._load(project_id)
        self._raid = planned.raid
        spent = await self.get_state(ProjectExpenses)
        self._expenses = await spent._load(project_id)
        self.facts = facts_of(found)
        if may(actor(), "time.approve"):
            self.facts += await read(lambda session, who: with_client_facts(session, who, project_id))
        if planned.report_next is not None:
            self.facts.append(Fact("Next status report", words.day(planned.report_next)))
        self.tabs = self._tabs(found)
        self.tasks = [task_row(one, found) for one in found.tasks]
        self.task_columns, self.task_totals = list(TASK_COLUMNS), task_totals(found)
        self.done_tasks = [str(one.id) for one in found.tasks if one.status == "done"]
        self.team = [team_row(one, found) for one in found.team]
        self.team_columns = list(TEAM_COLUMNS)
        sees = may(actor(), "rates.read") and found.head.account_id is not None
        self.why = routes.why(project=self._project) if sees else ""
        self.rates = routes.with_query(routes.RATES, client=found.head.account_id) if sees else ""
        self.milestones = [milestone_row(one, found) for one in found.milestones]
        self.planned_parts = [str(one.id) for one in found.milestones if one.status == "planned"]
        self.ready_parts = [str(one.id) for one in found.milestones if one.status == "ready"]
        self.invoices = [invoice_row(one, found) for one in found.invoices]
        self.times, self.time_columns = [time_row(one, found) for one in found.times], list(TIME_COLUMNS)
        self.is_ready = True

    def _rights(self, who: Actor, found: Overview) -> None:
        self.may_change = may(who, "projects.change")
        self.may_accept = may(who, "milestones.accept_for_client")
        self.may_ready = may(who, "milestones.ready") and found.head.sees_all
        self.may_template, self.project_id = may(who, "templates.change"), found.head.id
        self.sees_scope, self.sees_invoices = may(who, "sows.read"), may(who, "invoices.read")

    def _head(self, found: Overview) -> None:
        head = found.head
        self.name, self.is_closed = head.name, head.status == "closed"
        self.state = found.health.state if found.health and head.status == "active" else head.status
        self.subtitle = subtitle_of(found)
        self.way = [Crumb("Projects", routes.PROJECTS)]
        if head.account_id is not None:
            href = routes.client(head.account_id) if self.sees_scope else ""
            self.way = [*self.way, Crumb(head.account, href)]
        self.plan_href = routes.with_query(routes.PLANNER, project=head.id)

    def _tabs(self, found: Overview) -> list[Tab]:
        counts = {
            "tasks": len(found.tasks),
            "raid": self._raid,
            "team": len(found.team),
            "milestones": len(found.milestones),
            "expenses": self._expenses,
        }
        here = routes.project(found.head.id)
        return [
            Tab(
                key,
                LABELS.get(key, key.capitalize()),
                here if key == "overview" else f"{here}?tab={key}",
                _text(counts.get(key)),
            )
            for key in TABS
            if key != "milestones" or found.milestones
        ]

    @rx.event
    @allow("projects.change")
    async def edit(self) -> None:
        """Opens the project's own form."""
        form = await self.get_state(ProjectForm)
        await form._open(self._overview())

    @rx.event
    @allow("projects.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Writes the project's own form."""
        form = await self.get_state(ProjectForm)
        if await form._save(data):
            await self._load()

    @rx.event
    @allow("projects.change")
    async def set_status(self, status: str) -> None:
        """Starts, closes or opens the project again."""
        project_id = self._project
        if status in ("active", "closed"):
            await write(lambda s, who: set_project_status(s, who, project_id, status=status))  # type: ignore[arg-type]
            old = "active" if status == "closed" else ""
            undo = ProjectState.set_status(old) if old else None
            await say(self, f"{self.name} is {'closed' if old else 'running'}.", undo=undo)
        await self._load()

    @rx.event
    @allow("projects.change")
    async def add_task(self) -> None:
        """Opens the form for a new task."""
        form = await self.get_state(TaskForm)
        await form._open(self._overview(), 0)

    @rx.event
    @allow("projects.change")
    async def edit_task(self, task_id: int) -> None:
        """Opens the form of a task."""
        form = await self.get_state(TaskForm)
        await form._open(self._overview(), task_id)

    @rx.event
    @allow("projects.change")
    async def save_task(self, data: dict[str, Any]) -> None:
        """Writes the form of a task."""
        form = await self.get_state(TaskForm)
        if await form._save(data):
            await self._load()

    @rx.event
    @allow("projects.change")
    async def finish_task(self, task_id: int, done: bool) -> None:
        """Marks a task as done, or opens it again."""
        status = "done" if done else "open"
        await write(lambda s, who: set_task_status(s, who, task_id, status=status))  # type: ignore[arg-type]
        await say(
            self,
            "Task done." if done else "Task open again.",
            undo=ProjectState.finish_task(task_id, not done),
        )
        await self._load()

    @rx.event
    @allow("projects.change")
    async def remove_task(self, task_id: int) -> None:
        """Deletes a task that holds nothing."""
        await write(lambda s, who: delete_task(s, who, task_id))
        await say(self, "Task deleted.")
        await self._load()

    @rx.event
    @allow("projects.change")
    async def add_person(self) -> None:
        """Opens the form for someone new on the team."""
        form = await self.get_state(TeamForm)
        await form._open(self._overview(), 0)

    @rx.event
    @allow("projects.change")
    async def edit_person(self, person_id: int) -> None:
        """Opens the form for the role of someone on the team."""
        form = await self.get_state(TeamForm)
        await form._open(self._overview(), person_id)

    @rx.event
    @allow("projects.change")
    async def save_person(self, data: dict[str, Any]) -> None:
        """Writes the form of the team."""
        form = await self.get_state(TeamForm)
        if await form._save(data):
            await self._load()

    @rx.event
    @allow("projects.change")
    async def remove_person(self, person_id: int) -> None:
        """Takes someone off the team."""
        project_id = self._project
        await write(lambda s, who: remove_member(s, who, project_id, person_id=person_id))
        await say(self, "Taken off the project. Their time stays.")
        await self._load()

    def _overview(self) -> Overview:
        if self._found is None:
            raise NotFound()
        return self._found


def _read(session: Session, who: Actor, project_id: int) -> Overview:
    return overview(session, who, project_id)


def _text(count: int | None) -> str:
    return str(count) if count else ""
