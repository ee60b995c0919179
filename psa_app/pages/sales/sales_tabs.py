"""The tabs of Sales: pipeline, quotes, catalogue, templates."""

import reflex as rx

from psa_app import routes
from psa_app.components.tabs import tabs
from psa_app.display.frame import Tab

QUOTES: str = getattr(routes, "QUOTES", "")
TABS = [
    Tab("pipeline", "Pipeline", routes.PIPELINE),
    *([Tab("quotes", "Quotes", QUOTES)] if QUOTES else []),
    Tab("catalogue", "Catalogue", routes.CATALOGUE),
    Tab("templates", "Templates", routes.TEMPLATES),
]


def sales_tabs(active: str) -> rx.Component:
    """Which part of Sales is open."""
    return tabs(TABS, active, "Sales")
