"""A client's statement of account: for the firm, and in the portal."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import link_button
from psa_app.components.cards import card
from psa_app.components.definition import facts
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.shell import crumbs
from psa_app.components.statement import statement_tables
from psa_app.display.frame import Crumb
from psa_app.pages.frame import portal, staff
from psa_app.pages.registry import page
from psa_app.state.invoices.statement import PortalStatementState, StatementState


@page(routes.STATEMENT, title="Statement of account", right="payments.record", on_load=StatementState.load)
def statement() -> rx.Component:
    """The period, and a table for each currency."""
    return staff(
        StatementState.title,
        _period(StatementState),
        _deposits(StatementState),
        statement_tables(StatementState.tables),
        area="invoices",
        actions=[
            link_button("Client", href=StatementState.client_href),
            link_button("PDF", href=StatementState.pdf, native=True, icon_name="download"),
        ],
        way=crumbs([Crumb("Invoices", routes.INVOICES), Crumb("Who owes what", routes.RECEIVABLES)]),
    )


@page(
    routes.PORTAL_STATEMENT,
    title="Statement of account",
    right="portal.read",
    on_load=PortalStatementState.load,
)
def portal_statement() -> rx.Component:
    """The client's own."""
    return portal(
        "Statement of account",
        _period(PortalStatementState),
        _deposits(PortalStatementState),
        statement_tables(PortalStatementState.tables),
        area="invoices",
        actions=[
            link_button("PDF", href=PortalStatementState.pdf, native=True, icon_name="download"),
        ],
    )


def _deposits(state: Any) -> rx.Component:
    """What is paid in advance and no invoice has taken off yet."""
    return rx.cond(
        state.deposits.length() > 0,
        card(facts(state.deposits), title="Deposits not taken off yet", aside="Net, as of today", body=False),
    )


def _period(state: Any) -> rx.Component:
    return card(
        form(
            fields.fields(
                fields.date("from", "From", state.first, error=state.errors["from"]),
                fields.date("to", "To", state.last, error=state.errors["to"]),
                two=True,
            ),
            form_error(state.errors["form"]),
            form_foot("Show"),
            on_submit=state.choose,
            key="statement-" + state.form_key.to_string(),
            label="Period",
            guard=False,
        )
    )
