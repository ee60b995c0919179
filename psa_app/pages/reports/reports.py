"""Reports."""

import reflex as rx

from psa_app import routes
from psa_app.components.empty import empty
from psa_app.components.link import text_link
from psa_app.components.table import table_card
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.reports.reports import ReportsState as State


@page(routes.REPORTS, title="Reports", right="reports.firm", on_load=State.load, live=("time_entry",))
def reports() -> rx.Component:
    """Hours and value, person by month."""
    return staff(
        "Reports",
        table_card(
            State.columns,
            State.hours,
            label="Hours by person and month",
            title="Hours, and how many per cent of them billable",
            totals=State.hours_totals,
            loading=~State.is_ready,
            empty=empty("No time yet", "Hours appear here as soon as they are logged.", icon_name="reports"),
        ),
        table_card(
            State.columns,
            State.values,
            label="Value by person and month",
            title="Value of billable hours, at each hour’s own rate",
            loading=~State.is_ready,
            empty=empty("No priced time yet", "Value appears once billable hours have rates."),
        ),
        area="reports",
        subtitle=rx.fragment(
            "The last six months. Also: ",
            text_link("where each hour stands", href=routes.CONSERVATION),
            ", ",
            text_link("what is not paid for", href=routes.LEAKAGE),
            ", ",
            text_link("recurring revenue", href=routes.MRR),
        ),
    )
