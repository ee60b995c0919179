"""The dialogs over a project's page."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import Text
from psa_app.display.forms import Option
from psa_app.rules.hours import INCREMENTS
from psa_app.state.contracts.scope_form import MODES, PERS
from psa_app.state.projects.project import ProjectState as State
from psa_app.state.projects.project_forms import ProjectForm, TaskForm, TeamForm
from psa_app.state.projects.project_milestones import MilestoneForm

STEPS = [Option(str(step), f"{step} min") for step in INCREMENTS]


def project_dialogs() -> rx.Component:
    """The project itself, a task, someone on the team, a milestone's acceptance."""
    return rx.fragment(_project(), _task(), _person(), _acceptance())


class _Inputs:
    """The inputs of one form: each has its value and its error under its own name."""

    def __init__(self, state: Any, prefix: str) -> None:
        self.state, self.prefix = state, prefix

    def __call__(self, control: Any, name: str, label: str, *given: Any, **options: Any) -> rx.Component:
        """One input; `given` are the choices of a select."""
        more = {"error": self.state.errors[name], "prefix": f"{self.prefix}-"} | options
        made: rx.Component = control(name, label, *given, getattr(self.state, name, ""), **more)
        return made

    def dialog(
        self, *content: Any, label: str, on_submit: Any, title: Text, act: str = "Save", size: str = ""
    ) -> rx.Component:
        """The dialog around them."""
        return dialog(
            form(
                form_error(self.state.errors["form"]),
                *content,
                form_foot(act, on_cancel=self.state.close),
                on_submit=on_submit,
                key=f"{self.prefix}-" + self.state.form_key.to_string(),
                label=label,
            ),
            open=self.state.is_open,
            on_close=self.state.close,
            title=title,
            size=size,
        )


def _project() -> rx.Component:
    one = _Inputs(ProjectForm, "project")
    return one.dialog(
        fields.fields(
            one(fields.text, "name", "Name", required=True, wide=True),
            one(
                fields.select,
                "lead",
                "Lead",
                ProjectForm.people,
                empty="Nobody",
                help="Approves the time on this project.",
            ),
            one(fields.hours, "budget", "Budget"),
            one(fields.date, "starts_on", "From"),
            one(fields.date, "ends_on", "To"),
            two=True,
        ),
        rx.cond(ProjectForm.has_rounding, _rounding(one)),
        label="Project",
        on_submit=State.save,
        title="Edit project",
        size="wide",
    )


def _rounding(one: _Inputs) -> rx.Component:
    """How billed time is rounded; a scope says it for its own project."""
    return fields.fields(
        one(fields.select, "round_increment", "Billed time is rounded to", STEPS),
        one(fields.select, "round_mode", "Rounded", [Option(*mode) for mode in MODES]),
        one(fields.select, "round_per", "Rounded for", [Option(*per) for per in PERS]),
        one(fields.hours, "round_minimum", "At least"),
        two=True,
    )


def _task() -> rx.Component:
    one = _Inputs(TaskForm, "task")
    return one.dialog(
        fields.fields(
            one(fields.text, "name", "Name", required=True),
            one(
                fields.select,
                "line",
                "Bills to",
                TaskForm.lines,
                empty="No line of the scope",
                help="Decides what unapproved time on it is worth.",
            ),
            one(fields.hours, "budget", "Budget"),
            rx.cond(
                TaskForm.phases.length() > 0,
                one(fields.select, "phase", "Phase", TaskForm.phases, empty="No phase"),
            ),
            one(fields.select, "role", "For", TaskForm.roles, empty="Any role"),
            one(fields.date, "starts_on", "From"),
            one(fields.date, "due_on", "Due"),
            fields.checkbox("billable", "Billable", TaskForm.billable, wide=True, prefix="task-"),
            two=True,
        ),
        label="Task",
        on_submit=State.save_task,
        title=TaskForm.title,
    )


def _person() -> rx.Component:
    one = _Inputs(TeamForm, "team")
    return one.dialog(
        fields.fields(
            rx.cond(
                TeamForm.is_new,
                one(fields.select, "person", "Person", TeamForm.people, empty="Choose", required=True),
            ),
            one(
                fields.select,
                "role",
                "Role here",
                TeamForm.roles,
                empty="Their own role",
                help="The role prices their time on this project.",
            ),
        ),
        label="Team",
        on_submit=State.save_person,
        title=TeamForm.title,
    )


def _acceptance() -> rx.Component:
    one = _Inputs(MilestoneForm, "accept")
    return one.dialog(
        fields.fields(
            one(fields.text, "name", "Accepted by", required=True, help="The person at the client."),
            one(
                fields.text,
                "how",
                "How",
                required=True,
                help="Where it can be found: mail of 12 November, minutes of a meeting.",
            ),
        ),
        label="Acceptance",
        on_submit=MilestoneForm.accept,
        title=MilestoneForm.title,
        act="Record acceptance",
    )
