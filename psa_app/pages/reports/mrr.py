"""Recurring revenue by month, and what moved it."""

import reflex as rx

from psa_app import routes
from psa_app.components.behind import rows_behind
from psa_app.components.cards import card
from psa_app.components.empty import empty
from psa_app.components.figures import stack_bars
from psa_app.components.shell import crumbs
from psa_app.components.spark import keys
from psa_app.components.table import export_menu, table_card
from psa_app.components.tabs import segmented, tabs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.queries.subscriptions.months import RIGHT
from psa_app.state.reports.mrr import COLUMNS, LINES
from psa_app.state.reports.mrr import MrrState as State


@page(
    routes.MRR,
    title="Recurring revenue",
    right=RIGHT,
    on_load=State.load,
    live=("sow", "sow_line", "subscription_change"),
)
def recurring() -> rx.Component:
    """Retainers and subscriptions a month: new, expansion, contraction, churn; each opens its lines."""
    return staff(
        "Recurring revenue",
        rx.el.div(
            tabs(State.tabs, State.months, "How far back"),
            segmented(State.currencies, State.currency, "Currency"),
            class_name="spread",
        ),
        rx.cond(State.rows.length() > 0, _chart()),
        table_card(
            COLUMNS,
            State.rows,
            label="Recurring revenue by month",
            title="What moved it",
            aside=export_menu(State.files),
            loading=~State.is_ready,
            empty=empty(
                "Nothing recurs yet",
                "Retainers and subscriptions of signed scopes appear here with what they come to a month.",
                icon_name="reports",
            ),
        ),
        rows_behind(State, LINES, "Lines behind the figure"),
        area="reports",
        subtitle=State.now_words,
        way=crumbs([Crumb("Reports", routes.REPORTS)]),
    )


def _chart() -> rx.Component:
    return card(
        stack_bars(State.bars, State.bars_label, height=180, named=True),
        keys(("at the end of the month", "var(--chart-1)"), ("of it new or grown", "var(--chart-2)")),
        title="At the end of each month",
    )
