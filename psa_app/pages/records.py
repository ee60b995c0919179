"""The list of any kind of record, drawn from its declaration."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import notice
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.missing import found
from psa_app.components.record_form import finder, record_form
from psa_app.components.shell import crumbs
from psa_app.components.table import (
    Sorting,
    Tools,
    chips,
    column_chooser,
    export_menu,
    table_card,
)
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.lowcode.filters import FilterState as Filters
from psa_app.state.lowcode.kinds import STAFF
from psa_app.state.lowcode.records import RecordsState as State


@page(routes.RECORD_LIST, title="Records", right=STAFF, on_load=State.load, live=("*",))
def records() -> rx.Component:
    """Saved views as tabs, search and filters, the table."""
    return staff(
        State.many,
        found(State.is_ready, State.is_missing, _content(), back=routes.RECORDS, label="All tables"),
        record_form(State),
        _filter_form(),
        area=State.area,
        way=crumbs(State.way),
        actions=[
            rx.cond(
                State.import_href != "", link_button("Import", href=State.import_href, icon_name="upload")
            ),
            rx.cond(
                State.may_create,
                button("New " + State.one, look="primary", on_click=State.add, data_new=""),
            ),
        ],
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.cond(State.tabs.length() > 1, tabs(State.tabs, State.view, "Saved views")),
        rx.cond(State.error != "", notice(State.error, tone="bad")),
        table_card(
            State.columns,
            State.rows,
            label=State.many,
            above=Tools(
                State.q,
                State.search,
                "Search",
                filters=[button("Filter", small=True, icon_name="filter", on_click=Filters.open_form)],
                chips=chips(State.chips, State.unchip, State.clear),
                right=[column_chooser(State.all_columns, State.toggle_column), export_menu(State.files)],
            ),
            sorting=Sorting(State.sort, State.descending, State.on_sort),
            totals=State.totals,
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty(State.empty_title, "They stand here as soon as there are some."),
        ),
    )


def _filter_form() -> rx.Component:
    return dialog(
        form(
            described_fields(Filters.specs, Filters.errors, finder=finder(Filters), prefix="filter-"),
            form_error(Filters.errors["form"]),
            form_foot("Show", on_cancel=Filters.close),
            on_submit=Filters.apply,
            key="filter-" + Filters.form_key.to_string(),
            label="Filter",
            guard=False,
        ),
        open=Filters.is_open,
        on_close=Filters.close,
        title="Filter",
        size="wide",
    )
