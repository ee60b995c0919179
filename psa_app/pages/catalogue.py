"""The catalogue: what the firm sells again and again."""

import reflex as rx

from psa_app import routes
from psa_app.components.record_panel import record_panel
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.pages.sales_tabs import sales_tabs
from psa_app.state.catalogue import CatalogueRecords as State


@page(routes.CATALOGUE, title="Catalogue", right="catalogue.read", on_load=State.load, live=("service_item",))
def catalogue() -> rx.Component:
    """The list, with its form."""
    return staff(
        "Catalogue",
        sales_tabs("catalogue"),
        record_panel(State, "Services", "What you sell again and again: quotes are made from it.", "file"),
        area="sales",
        subtitle="Services that quotes are made from",
    )
