"""Where each hour stands: the report of conservation."""

import reflex as rx

from psa_app import routes
from psa_app.components.behind import rows_behind
from psa_app.components.cards import notice
from psa_app.components.empty import empty
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.components.tabs import tabs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.reports.conservation import COLUMNS, ROWS
from psa_app.state.reports.conservation import ConservationState as State


@page(
    routes.CONSERVATION,
    title="Where each hour stands",
    right="reports.firm",
    on_load=State.load,
    live=("time_entry", "invoice"),
)
def hours() -> rx.Component:
    """By client and month: logged is the sum of the buckets, each opening its entries."""
    return staff(
        "Where each hour stands",
        tabs(State.tabs, State.months, "How far back"),
        rx.cond(State.is_ready & ~State.is_sound, notice(State.verdict, tone="bad")),
        table_card(
            COLUMNS,
            State.rows,
            label="Hours by client and month",
            title="Logged hours, and where they are",
            totals=State.totals,
            loading=~State.is_ready,
            empty=empty("No time yet", "Hours appear here as soon as they are logged.", icon_name="reports"),
        ),
        rows_behind(State, ROWS, "Entries behind the figure"),
        area="reports",
        subtitle=rx.cond(State.is_sound, State.verdict, ""),
        way=crumbs([Crumb("Reports", routes.REPORTS)]),
    )
