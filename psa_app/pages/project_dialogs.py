"""The dialogs over a project's page."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.state.project import ProjectState as State
from psa_app.state.project_forms import ProjectForm, TaskForm, TeamForm
from psa_app.state.project_milestones import MilestoneForm


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
                    "lead", "Lead", ProjectForm.people, ProjectForm.lead, empty="Nobody", error=wrong["lead"],
                    help="Approves the time on this project.", **common,
                ),
                fields.hours("budget", "Budget", ProjectForm.budget, error=wrong["budget"], **common),
                fields.date("starts_on", "From", ProjectForm.starts_on, error=wrong["starts_on"], **common),
                fields.date("ends_on", "To", ProjectForm.ends_on, error=wrong["ends_on"], **common),
                two=True,
            ),
            form_foot("Save", on_cancel=ProjectForm.close),
            on_submit=State.save,
            key="project-" + ProjectForm.form_key.to_string(),
            label="Project",
        ),
        open=ProjectForm.is_open,
        on_close=ProjectForm.close,
        title="Edit project",
        size="wide",
    )  # fmt: skip


def _task() -> rx.Component:
    wrong, common = TaskForm.errors, {"prefix": "task-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                fields.text("name", "Name", TaskForm.name, required=True, error=wrong["name"], **common),
                fields.select(
                    "line", "Bills to", TaskForm.lines, TaskForm.line, empty="No line of the scope",
                    error=wrong["line"], help="Decides what unapproved time on it is worth.", **common,
                ),
                fields.hours("budget", "Budget", TaskForm.budget, error=wrong["budget"], **common),
                fields.checkbox("billable", "Billable", TaskForm.billable, **common),
            ),
            form_foot("Save", on_cancel=TaskForm.close),
            on_submit=State.save_task,
            key="task-" + TaskForm.form_key.to_string(),
            label="Task",
        ),
        open=TaskForm.is_open,
        on_close=TaskForm.close,
        title=TaskForm.title,
    )  # fmt: skip


def _person() -> rx.Component:
    wrong, common = TeamForm.errors, {"prefix": "team-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                rx.cond(
                    TeamForm.is_new,
                    fields.select(
                        "person", "Person", TeamForm.people, TeamForm.person, empty="Choose",
                        required=True, error=wrong["person"], **common,
                    ),
                ),
                fields.select(
                    "role", "Role here", TeamForm.roles, TeamForm.role, empty="Their own role",
                    error=wrong["role"], help="The role prices their time on this project.", **common,
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
    )  # fmt: skip


def _acceptance() -> rx.Component:
    wrong, common = MilestoneForm.errors, {"prefix": "accept-"}
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                fields.text(
                    "name", "Accepted by", required=True, error=wrong["name"],
                    help="The person at the client.", **common,
                ),
                fields.text(
                    "how", "How", required=True, error=wrong["how"],
                    help="Where it can be found: mail of 12 November, minutes of a meeting.", **common,
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
    )  # fmt: skip
