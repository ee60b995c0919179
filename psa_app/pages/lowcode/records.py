"""The list of any kind of record, drawn from its declaration."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import notice
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.missing import found
from psa_app.components.record_bulk import bulk_buttons, bulk_dialogs, bulk_progress, choosing
from psa_app.components.record_form import finder, record_form
from psa_app.components.record_views import save_view, view_dialogs, view_tabs
from psa_app.components.shell import crumbs
from psa_app.components.table import (
    Sorting,
    Tools,
    chips,
    column_chooser,
    export_menu,
    narrow,
    table_card,
)
from psa_app.display.tables import ARCHIVED_CHOICES
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.lowcode.bulk import BulkState as Bulk
from psa_app.state.lowcode.filters import FilterState as Filters
from psa_app.state.lowcode.job import JobState as Jobs
from psa_app.state.lowcode.kinds import STAFF
from psa_app.state.lowcode.records import RecordsState as State
from psa_app.state.lowcode.views import ViewState as Views


@page(routes.RECORD_LIST, title="Records", right=STAFF, on_load=[State.load, Jobs.look], live=("*",))
def records() -> rx.Component:
    """Saved views as tabs, search and filters, the table."""
    return staff(
        State.many,
        found(State.is_ready, State.is_missing, record_list(), back=routes.RECORDS, label="All tables"),
        record_dialogs(),
        area=State.area,
        way=crumbs(State.way),
        actions=record_actions(),
    )


def record_dialogs() -> rx.Component:
    """The dialogs of the list."""
    return rx.fragment(
        record_form(State), _filter_form(), view_dialogs(State, Views), bulk_dialogs(Bulk, Jobs)
    )


def record_actions() -> list[rx.Component]:
    """What stands at the right of the title."""
    return [
        rx.cond(State.import_href != "", link_button("Import", href=State.import_href, icon_name="upload")),
        rx.cond(
            State.may_create, button("New " + State.one, look="primary", on_click=State.add, data_new="")
        ),
    ]


def record_list() -> rx.Component:
    """Saved views, tools and the table: also inside a page that holds the list of one kind."""
    return rx.fragment(
        view_tabs(State, Views),
        rx.cond(State.error != "", notice(State.error, tone="bad")),
        bulk_progress(Jobs),
        rx.el.div(
            table_card(
                State.columns,
                State.rows,
                label=State.many,
                above=_tools(),
                sorting=Sorting(State.sort, State.descending, State.on_sort),
                choosing=choosing(State),
                bulk=bulk_buttons(State, Bulk),
                totals=State.totals,
                pages=State.pager,
                on_page=State.go,
                loading=~State.is_ready,
                empty=empty(State.empty_title, State.empty_words),
                one_line=True,
            ),
            class_name=rx.cond(State.may_bulk, "", "no-picks"),
        ),
    )


def _tools() -> Tools:
    return Tools(
        State.q,
        State.search,
        "Search",
        filters=[
            button("Filter", small=True, icon_name="filter", on_click=Filters.open_form),
            rx.cond(
                State.archived != "",
                narrow("Archived", ARCHIVED_CHOICES, State.archived, State.show_archived),
            ),
        ],
        chips=chips(State.chips, State.unchip, State.clear),
        right=[
            save_view(State, Views),
            column_chooser(
                State.all_columns,
                State.toggle_column,
                on_reset=State.usual_columns,
                on_move=State.move_column,
            ),
            export_menu(State.files),
        ],
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
