"""A retainer in the portal."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import link_button
from psa_app.components.cards import stack
from psa_app.components.definition import facts_card
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.display.frame import Crumb
from psa_app.pages.contracts.retainer import statement_tables
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal_retainer import PortalRetainerState as State


@page(
    routes.PORTAL_RETAINER,
    title="Retainer",
    right="portal.read",
    on_load=State.load,
    live=("sow", "sow_line", "time_entry"),
)
def retainer() -> rx.Component:
    """The periods, the newest first, and the work of one."""
    return portal(
        State.line_title,
        found(
            State.is_ready,
            State.is_missing,
            stack(facts_card("Agreed", State.facts), *statement_tables(State)),
            back=routes.PORTAL,
            label="Overview",
        ),
        area="overview",
        subtitle=State.subtitle,
        way=crumbs([Crumb("Overview", routes.PORTAL)]),
        actions=[
            rx.cond(
                State.is_ready & ~State.is_missing,
                link_button("PDF", href=State.pdf, native=True, icon_name="download"),
            )
        ],
    )
