"""The list of projects."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.table import Sorting, Tools, export_menu, table_card
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.projects.projects import ProjectsState as State

PREFIX = "project-"
LIVE = ("project", "task", "time_entry", "invoice", "booking")


@page(routes.PROJECTS, title="Projects", right="tasks.read", on_load=State.load, live=LIVE)
def projects() -> rx.Component:
    """Tabs by state, search, the table."""
    return staff(
        "Projects",
        tabs(State.tabs, State.tab, "States of projects"),
        table_card(
            State.columns,
            State.rows,
            label="Projects",
            above=Tools(
                State.q,
                State.search,
                "Search projects and clients",
                right=[rx.cond(State.sees_figures, export_menu(State.files))],
            ),
            sorting=Sorting(State.sort, State.descending, State.on_sort),
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty(
                "No projects here",
                "A project is made from a signed scope: its lines become tasks, its hours the budget.",
                icon_name="projects",
            ),
        ),
        _form(),
        area="projects",
        actions=[
            rx.cond(
                State.may_import,
                link_button("Import", href=routes.record_import("projects"), icon_name="upload"),
            ),
            rx.cond(State.may_create, button("New project", look="primary", on_click=State.add, data_new="")),
        ],
    )


def _template() -> rx.Component:
    return fields.select(
        "template",
        "From a template",
        State.templates,
        State.template,
        wide=True,
        empty="None: begin empty",
        error=State.errors["template"],
        help="Its phases, tasks, milestones and risks; its days count from the start.",
        prefix=PREFIX,
    )


def _form() -> rx.Component:
    common = {"prefix": PREFIX}
    bare = rx.fragment(
        fields.select(
            "client", "Client", State.clients, empty="The firm itself", error=State.errors["client"], **common
        ),
        fields.hours("budget", "Budget", error=State.errors["budget"], **common),
        fields.date("starts_on", "From", error=State.errors["starts_on"], **common),
        fields.date("ends_on", "To", error=State.errors["ends_on"], **common),
    )
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                fields.select(
                    "scope",
                    "Made from",
                    State.scopes,
                    State.scope,
                    empty="No scope",
                    wide=True,
                    on_change=State.pick_scope,
                    error=State.errors["scope"],
                    help="Its lines become tasks; client, dates, hours and prices come from it.",
                    **common,
                ),
                rx.cond(State.templates.length() > 0, _template()),
                fields.text(
                    "name",
                    "Name",
                    State.name,
                    required=True,
                    error=State.errors["name"],
                    key=State.name_key.to_string(),
                    **common,
                ),
                fields.select(
                    "lead",
                    "Lead",
                    State.people,
                    State.lead,
                    empty="Nobody yet",
                    error=State.errors["lead"],
                    **common,
                ),
                rx.cond(State.scope == "", bare),
                two=True,
            ),
            form_foot("Make project", on_cancel=State.close),
            on_submit=State.save,
            key=PREFIX + State.form_key.to_string(),
            label="New project",
        ),
        open=State.form_open,
        on_close=State.close,
        title="New project",
        size="wide",
    )
