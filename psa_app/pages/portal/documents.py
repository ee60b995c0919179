"""A scope, a quote and a change order in the portal: read it like paper, accept or decline it, ask."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import link_button
from psa_app.components.change_answer import change_for_client
from psa_app.components.missing import found
from psa_app.components.quote_answer import quote_for_client
from psa_app.components.scope_answer import scope_for_client
from psa_app.components.shell import crumbs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal_documents import PortalChangeState, PortalQuoteState, PortalSowState


@page(
    routes.PORTAL_SOW,
    title="Statement of work",
    right="portal.read",
    on_load=PortalSowState.load,
    live=("sow", "milestone"),
)
def sow() -> rx.Component:
    """The sheet and the box to agree in."""
    return _document(PortalSowState, scope_for_client(PortalSowState))


@page(
    routes.PORTAL_QUOTE,
    title="Quote",
    right="portal.read",
    on_load=PortalQuoteState.load,
    live=("quote",),
)
def quote() -> rx.Component:
    """The sheet, the choices and the box to accept in."""
    return _document(PortalQuoteState, quote_for_client(PortalQuoteState))


@page(
    routes.PORTAL_CHANGE,
    title="Change order",
    right="portal.read",
    on_load=PortalChangeState.load,
    live=("change_order",),
)
def change_order() -> rx.Component:
    """The effect, the sheet and the box to sign in."""
    return _document(PortalChangeState, change_for_client(PortalChangeState))


def _document(state: Any, body: rx.Component) -> rx.Component:
    return portal(
        state.title,
        found(state.is_ready, state.is_missing, body, back=routes.PORTAL, label="Overview"),
        area="overview",
        subtitle=state.number,
        badge=tag(state.word, state.tone),
        way=crumbs([Crumb("Overview", routes.PORTAL)]),
        actions=[
            rx.cond(state.is_ready, link_button("PDF", href=state.pdf, native=True, icon_name="download"))
        ],
    )
