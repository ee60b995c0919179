"""The tabs “Plan” and “RAID” of a project."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card, stack, with_side
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.record_panel import record_panel
from psa_app.components.template_parts import outline
from psa_app.state.projects.project_plan import ProjectPhases, ProjectPoints, ProjectRaid
from psa_app.state.projects.project_plan import ProjectPlanState as State


def plan_tab() -> rx.Component:
    """Phases with their tasks and milestones; their lists to change, and the reports beside."""
    nothing = empty(
        "No plan yet",
        "Add phases, and put the tasks into them; or begin projects from a template.",
        icon_name="projects",
    )
    shown = rx.cond(State.pieces.length() > 0, outline(State.pieces), nothing)
    change = rx.cond(State.may_change, button("Change", small=True, on_click=State.edit_reports))
    return rx.fragment(
        with_side(
            stack(
                card(shown, title="Plan", body=False),
                record_panel(
                    ProjectPoints, "Milestones", "Points that the project is to reach.", key="point"
                ),
                record_panel(ProjectPhases, "Phases", "Phases group the tasks of a project.", key="phase"),
            ),
            card(facts(State.reports), title="Status reports", aside=change, body=False),
        ),
        _reports(),
    )


def raid_tab() -> rx.Component:
    """Risks, assumptions, issues and decisions."""
    words = "Risks, assumptions, issues and decisions that the project has to live with."
    return record_panel(ProjectRaid, "RAID", words, "warning", key="raid", nothing="entries")


def _reports() -> rx.Component:
    wrong, common = State.errors, {"prefix": "report-"}
    return dialog(
        form(
            fields.fields(
                fields.select(
                    "every", "How often", State.choices, State.every, error=wrong["every"], **common
                ),
                fields.date(
                    "report_on",
                    "First one due",
                    State.first,
                    error=wrong["report_on"],
                    help="The others count from it.",
                    **common,
                ),
            ),
            form_error(wrong["form"]),
            form_foot("Save", on_cancel=State.close),
            on_submit=State.save_reports,
            key="report-" + State.form_key.to_string(),
            label="Status reports",
        ),
        open=State.form_open,
        on_close=State.close,
        title="Status reports",
    )
