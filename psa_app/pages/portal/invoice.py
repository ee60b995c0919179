"""One invoice in the client's portal."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import state_badge
from psa_app.components.buttons import link_button, xml_button
from psa_app.components.client_invoice import client_invoice
from psa_app.components.missing import found
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal_invoices import PortalInvoiceState as State


@page(
    routes.PORTAL_INVOICE,
    title="Invoice",
    right="portal.read",
    on_load=State.load,
    live=("invoice", "payment"),
)
def invoice() -> rx.Component:
    """The sheet, the hours, and paying."""
    return portal(
        State.number,
        found(
            State.is_ready,
            State.is_missing,
            client_invoice(State),
            back=routes.PORTAL_INVOICES,
            label="Invoices",
        ),
        area="invoices",
        subtitle=State.subtitle,
        badge=state_badge(State.badge),
        actions=[
            rx.cond(State.is_ready, link_button("PDF", href=State.pdf, native=True, icon_name="download")),
            xml_button(State.xml),
        ],
    )
