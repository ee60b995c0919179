"""Templates: what the firm begins from."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.pages.frame import staff
from psa_app.pages.lowcode.records import record_dialogs, record_list
from psa_app.pages.registry import page
from psa_app.pages.sales.sales_tabs import sales_tabs
from psa_app.state.lowcode.job import JobState as Jobs
from psa_app.state.lowcode.records import RecordsState as Records
from psa_app.state.templates.templates import TemplatesState as State


@page(
    routes.TEMPLATES,
    title="Templates",
    right="templates.read",
    on_load=[Records.load, State.load, Jobs.look],
    live=("template",),
)
def templates() -> rx.Component:
    """The list with a tab for each kind, and the form of a new one."""
    return staff(
        "Templates",
        sales_tabs("templates"),
        record_list(),
        record_dialogs(),
        _form(),
        area="sales",
        subtitle="What new scopes, projects and clients begin from. Made from what went well: open a "
        "signed scope, a project or a client’s checklist and choose “Save as template”.",
        actions=[
            rx.cond(State.may_create, button("New template", look="primary", on_click=State.add, data_new=""))
        ],
    )


def _form() -> rx.Component:
    wrong = State.errors
    return dialog(
        form(
            form_error(wrong["form"]),
            fields.fields(
                fields.select(
                    "kind", "For", State.kinds, State.kind, error=wrong["kind"], prefix="template-"
                ),
                fields.text("name", "Name", required=True, error=wrong["name"], prefix="template-"),
                fields.textarea(
                    "description", "What it is for", error=wrong["description"], prefix="template-"
                ),
            ),
            form_foot("Begin it", on_cancel=State.close),
            on_submit=State.create,
            key="template-" + State.form_key.to_string(),
            label="New template",
        ),
        open=State.form_open,
        on_close=State.close,
        title="New template",
    )
