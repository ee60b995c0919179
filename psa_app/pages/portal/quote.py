"""A quote in the portal: read it like paper, choose, accept or decline it, ask."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import link_button
from psa_app.components.missing import found
from psa_app.components.quote_answer import quote_for_client
from psa_app.components.shell import crumbs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal_quote import PortalQuoteState as State


@page(routes.PORTAL_QUOTE, title="Quote", right="portal.read", on_load=State.load, live=("quote",))
def quote() -> rx.Component:
    """The sheet, the choices and the box to accept in."""
    return portal(
        State.quote_title,
        found(
            State.is_ready,
            State.is_missing,
            quote_for_client(State),
            back=routes.PORTAL,
            label="Overview",
        ),
        area="overview",
        subtitle=State.number,
        badge=tag(State.word, State.tone),
        way=crumbs([Crumb("Overview", routes.PORTAL)]),
        actions=[
            rx.cond(State.is_ready, link_button("PDF", href=State.pdf, native=True, icon_name="download"))
        ],
    )
