"""The catalogue: what the firm sells again and again."""

import reflex as rx

from psa_app import routes
from psa_app.pages.frame import staff
from psa_app.pages.lowcode.records import record_actions, record_dialogs, record_list
from psa_app.pages.registry import page
from psa_app.pages.sales.sales_tabs import sales_tabs
from psa_app.state.lowcode.job import JobState as Jobs
from psa_app.state.lowcode.records import RecordsState as State


@page(
    routes.CATALOGUE,
    title="Catalogue",
    right="catalogue.read",
    on_load=[State.load, Jobs.look],
    live=("service_item",),
)
def catalogue() -> rx.Component:
    """The list of services."""
    return staff(
        "Catalogue",
        sales_tabs("catalogue"),
        record_list(),
        record_dialogs(),
        area="sales",
        subtitle="Services that quotes are made from",
        actions=record_actions(),
    )
