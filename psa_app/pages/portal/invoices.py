"""The client's invoices."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import link_button
from psa_app.components.cards import card
from psa_app.components.definition import facts
from psa_app.components.empty import empty
from psa_app.components.table import table_card
from psa_app.display.tables import Column
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal_invoices import PortalInvoicesState as State

COLUMNS = [
    Column("number", "Number"),
    Column("issued", "Issued"),
    Column("due", "Due"),
    Column("total", "Total", align="right"),
    Column("open", "Open", align="right"),
    Column("state", "State", phone="side"),
]


@page(
    routes.PORTAL_INVOICES,
    title="Invoices",
    right="portal.read",
    on_load=State.load,
    live=("invoice", "payment"),
)
def invoices() -> rx.Component:
    """All of them, the latest first."""
    return portal(
        "Invoices",
        rx.cond(
            State.deposits.length() > 0,
            card(
                facts(State.deposits),
                title="Paid in advance",
                aside="Net; taken off later invoices",
                body=False,
            ),
        ),
        table_card(
            COLUMNS,
            State.rows,
            label="Invoices",
            loading=~State.is_ready,
            empty=empty("No invoices yet", "They appear here when they are issued.", icon_name="invoices"),
        ),
        area="invoices",
        actions=[link_button("Statement of account", href=routes.PORTAL_STATEMENT)],
    )
