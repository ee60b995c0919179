"""Templates: what the firm begins from."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.table import table_card
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.pages.sales.sales_tabs import sales_tabs
from psa_app.state.templates.templates import COLUMNS
from psa_app.state.templates.templates import TemplatesState as State


@page(routes.TEMPLATES, title="Templates", right="templates.read", on_load=State.load, live=("template",))
def templates() -> rx.Component:
    """Tabs by kind, the table."""
    return staff(
        "Templates",
        sales_tabs("templates"),
        tabs(State.tabs, State.tab, "Kinds of templates"),
        table_card(
            COLUMNS,
            State.rows,
            label="Templates",
            loading=~State.is_ready,
            empty=empty(
                "No templates here",
                "A template is made from what went well: open a signed scope, a project or a client’s "
                "checklist and choose “Save as template”.",
                icon_name="file",
            ),
        ),
        _form(),
        area="sales",
        subtitle="What new scopes, projects and clients begin from",
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
