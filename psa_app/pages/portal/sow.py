"""A scope in the portal: read it like paper, accept or decline it."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import link_button
from psa_app.components.missing import found
from psa_app.components.scope_answer import scope_for_client
from psa_app.components.shell import crumbs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal_sow import PortalSowState as State


@page(
    routes.PORTAL_SOW,
    title="Statement of work",
    right="portal.read",
    on_load=State.load,
    live=("sow", "milestone"),
)
def sow() -> rx.Component:
    """The sheet and the box to agree in."""
    return portal(
        State.scope_title,
        found(
            State.is_ready,
            State.is_missing,
            scope_for_client(State),
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
