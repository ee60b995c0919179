"""The dialogs over a project's page."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
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


def _project() -> rx.Component:
    wrong, common = ProjectForm.errors, {"prefix": "project-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                fields.text(
                    "name", "Name", ProjectForm.name, required=True, wide=True, error=wrong["name"], **common
                ),
                fields.select(
                    "lead",
                    "Lead",
                    ProjectForm.people,
                    ProjectForm.lead,
                    empty="Nobody",
                    error=wrong["lead"],
                    help="Approves the time on this project.",
                    **common,
                ),
                fields.hours("budget", "Budget", ProjectForm.budget, error=wrong["budget"], **common),
                fields.date("starts_on", "From", ProjectForm.starts_on, error=wrong["starts_on"], **common),
                fields.date("ends_on", "To", ProjectForm.ends_on, error=wrong["ends_on"], **common),
                two=True,
            ),
            rx.cond(ProjectForm.has_rounding, _rounding()),
            form_foot("Save", on_cancel=ProjectForm.close),
            on_submit=State.save,
            key="project-" + ProjectForm.form_key.to_string(),
            label="Project",
        ),
        open=ProjectForm.is_open,
        on_close=ProjectForm.close,
        title="Edit project",
        size="wide",
    )


def _rounding() -> rx.Component:
    """How billed time is rounded; a scope says it for its own project."""
    wrong, common = ProjectForm.errors, {"prefix": "project-"}
    return fields.fields(
        fields.select(
            "round_increment",
            "Billed time is rounded to",
            STEPS,
            ProjectForm.round_increment,
            error=wrong["round_increment"],
            **common,
        ),
        fields.select(
            "round_mode",
            "Rounded",
            [Option(*one) for one in MODES],
            ProjectForm.round_mode,
            error=wrong["round_mode"],
            **common,
        ),
        fields.select(
            "round_per",
            "Rounded for",
            [Option(*one) for one in PERS],
            ProjectForm.round_per,
            error=wrong["round_per"],
            **common,
        ),
        fields.hours(
            "round_minimum", "At least", ProjectForm.round_minimum, error=wrong["round_minimum"], **common
        ),
        two=True,
    )


def _task() -> rx.Component:
    wrong, common = TaskForm.errors, {"prefix": "task-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                fields.text("name", "Name", TaskForm.name, required=True, error=wrong["name"], **common),
                fields.select(
                    "line",
                    "Bills to",
                    TaskForm.lines,
                    TaskForm.line,
                    empty="No line of the scope",
                    error=wrong["line"],
                    help="Decides what unapproved time on it is worth.",
                    **common,
                ),
                fields.hours("budget", "Budget", TaskForm.budget, error=wrong["budget"], **common),
                rx.cond(
                    TaskForm.phases.length() > 0,
                    fields.select(
                        "phase",
                        "Phase",
                        TaskForm.phases,
                        TaskForm.phase,
                        empty="No phase",
                        error=wrong["phase"],
                        **common,
                    ),
                ),
                fields.select(
                    "role",
                    "For",
                    TaskForm.roles,
                    TaskForm.role,
                    empty="Any role",
                    error=wrong["role"],
                    **common,
                ),
                fields.date("starts_on", "From", TaskForm.starts_on, error=wrong["starts_on"], **common),
                fields.date("due_on", "Due", TaskForm.due_on, error=wrong["due_on"], **common),
                fields.checkbox("billable", "Billable", TaskForm.billable, wide=True, **common),
                two=True,
            ),
            form_foot("Save", on_cancel=TaskForm.close),
            on_submit=State.save_task,
            key="task-" + TaskForm.form_key.to_string(),
            label="Task",
        ),
        open=TaskForm.is_open,
        on_close=TaskForm.close,
        title=TaskForm.title,
    )


def _person() -> rx.Component:
    wrong, common = TeamForm.errors, {"prefix": "team-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                rx.cond(
                    TeamForm.is_new,
                    fields.select(
                        "person",
                        "Person",
                        TeamForm.people,
                        TeamForm.person,
                        empty="Choose",
                        required=True,
                        error=wrong["person"],
                        **common,
                    ),
                ),
                fields.select(
                    "role",
                    "Role here",
                    TeamForm.roles,
                    TeamForm.role,
                    empty="Their own role",
                    error=wrong["role"],
                    help="The role prices their time on this project.",
                    **common,
                ),
            ),
            form_foot("Save", on_cancel=TeamForm.close),
            on_submit=State.save_person,
            key="team-" + TeamForm.form_key.to_string(),
            label="Team",
        ),
        open=TeamForm.is_open,
        on_close=TeamForm.close,
        title=TeamForm.title,
    )


def _acceptance() -> rx.Component:
    wrong, common = MilestoneForm.errors, {"prefix": "accept-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                fields.text(
                    "name",
                    "Accepted by",
                    required=True,
                    error=wrong["name"],
                    help="The person at the client.",
                    **common,
                ),
                fields.text(
                    "how",
                    "How",
                    required=True,
                    error=wrong["how"],
                    help="Where it can be found: mail of 12 November, minutes of a meeting.",
                    **common,
                ),
            ),
            form_foot("Record acceptance", on_cancel=MilestoneForm.close),
            on_submit=MilestoneForm.accept,
            key="accept-" + MilestoneForm.form_key.to_string(),
            label="Acceptance",
        ),
        open=MilestoneForm.is_open,
        on_close=MilestoneForm.close,
        title=MilestoneForm.title,
    )
