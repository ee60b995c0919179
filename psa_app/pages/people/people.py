"""The people of the firm."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.table import Tools, export_menu, table_card
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.people.people import PeopleState as State


@page(
    routes.PEOPLE,
    title="People",
    right="people.read",
    on_load=State.load,
    live=("person", "work_pattern", "leave", "cost_rate"),
)
def people() -> rx.Component:
    """Who is here, who left, and the form for someone new."""
    return staff(
        "People",
        tabs(State.tabs, State.tab, "Who"),
        table_card(
            State.columns,
            State.rows,
            label="People",
            above=Tools(
                State.q,
                State.search,
                "Search people",
                right=[export_menu(State.files)],
            ),
            loading=~State.is_ready,
            empty=empty(
                "Nobody here",
                "Take on the first colleague: utilization, cost and the planner stand on their hours.",
                icon_name="people",
            ),
        ),
        _form(),
        area="people",
        subtitle=State.count,
        actions=[
            link_button("Leave", href=routes.LEAVE, icon_name="calendar"),
            rx.cond(
                State.may_create,
                link_button("Import", href=routes.record_import("people"), icon_name="upload"),
            ),
            rx.cond(
                State.may_create, button("New colleague", look="primary", on_click=State.add, data_new="")
            ),
        ],
    )


def _form() -> rx.Component:
    return dialog(
        form(
            described_fields(State.specs, State.errors, prefix="new-"),
            rx.el.fieldset(
                rx.el.legend("Hours by weekday"),
                rx.el.div(
                    described_fields(State.more, State.errors, prefix="new-"), class_name="week-fields"
                ),
            ),
            form_error(State.errors["form"]),
            form_foot("Take on", on_cancel=State.close),
            on_submit=State.save,
            key="person-" + State.form_key.to_string(),
            label="New colleague",
        ),
        open=State.form_open,
        on_close=State.close,
        title="New colleague",
        size="wide",
    )
