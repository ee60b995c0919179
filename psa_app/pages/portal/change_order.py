"""A change order in the portal: read what changes and what it means, sign or decline it, ask."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import link_button
from psa_app.components.change_answer import change_for_client
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal_change import PortalChangeState as State


@page(
    routes.PORTAL_CHANGE,
    title="Change order",
    right="portal.read",
    on_load=State.load,
    live=("change_order",),
)
def change_order() -> rx.Component:
    """The effect, the sheet and the box to sign in."""
    return portal(
        State.change_title,
        found(
            State.is_ready,
            State.is_missing,
            change_for_client(State),
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
