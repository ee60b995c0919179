"""What was worked and is not paid for."""

import reflex as rx

from psa_app import routes
from psa_app.components.behind import rows_behind
from psa_app.components.empty import empty
from psa_app.components.shell import crumbs
from psa_app.components.table import export_menu, table_card
from psa_app.components.tabs import segmented, tabs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.queries.leakage import RIGHT
from psa_app.state.reports.leakage import ROWS
from psa_app.state.reports.leakage import LeakageState as State


@page(
    routes.LEAKAGE,
    title="What is not paid for",
    right=RIGHT,
    on_load=State.load,
    live=("time_entry", "invoice"),
)
def leakage() -> rx.Component:
    """Written down, discounted, credited, over caps, not billable: each figure opens its rows."""
    return staff(
        "What is not paid for",
        tabs(State.groups, State.by, "Summed by"),
        table_card(
            State.columns,
            State.rows,
            label="Work that is not paid for",
            title="By cause, at each hour’s own rate",
            aside=export_menu(State.files),
            totals=State.totals,
            loading=~State.is_ready,
            empty=empty(
                "Nothing is lost here",
                "What is written down, discounted or credited, and hours that nobody is billed, appear here.",
                icon_name="reports",
            ),
        ),
        rows_behind(State, ROWS, "Rows behind the figure"),
        area="reports",
        actions=[segmented(State.tabs, State.months, "How far back")],
        subtitle="Time counts by its day, a discount by that of its invoice; drafts do not count yet.",
        way=crumbs([Crumb("Reports", routes.REPORTS)]),
    )
