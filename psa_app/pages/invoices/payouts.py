"""Payouts of the payment service, and what one holds."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import link_button
from psa_app.components.cards import columns, span, with_side
from psa_app.components.definition import facts_card
from psa_app.components.empty import empty
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.invoices.payouts import COLUMNS, HELD, PayoutsState, PayoutState


@page(
    routes.PAYOUTS,
    title="Payouts",
    right="provider.read",
    on_load=PayoutsState.load,
    live=("payment", "bank_line"),
)
def payouts() -> rx.Component:
    """Each with its parts, and whether a line of a bank statement is it."""
    return staff(
        "Payouts",
        table_card(
            COLUMNS,
            PayoutsState.rows,
            label="Payouts",
            pages=PayoutsState.pager,
            on_page=PayoutsState.go,
            loading=~PayoutsState.is_ready,
            empty=empty("No payout yet", "What the payment service pays out appears here.", icon_name="bank"),
        ),
        rx.cond(
            PayoutsState.waiting.length() > 0,
            columns(span(5, facts_card("Not paid out yet", PayoutsState.waiting))),
        ),
        area="invoices",
        actions=[
            link_button("Payment service", href=routes.PROVIDER),
            link_button("Bank", href=routes.BANK, icon_name="bank"),
        ],
        way=crumbs([Crumb("Invoices", routes.INVOICES), Crumb("Payments", routes.PAYMENTS)]),
    )


@page(routes.PAYOUT, title="Payout", right="provider.read", on_load=PayoutState.load, live=("bank_line",))
def payout() -> rx.Component:
    """Its payments, refunds and disputes, each with what was taken off."""
    return staff(
        PayoutState.name,
        found(
            PayoutState.is_ready,
            PayoutState.is_missing,
            with_side(
                table_card(
                    HELD,
                    PayoutState.rows,
                    label="What it holds",
                    title="What it holds",
                    empty=empty(
                        "Not told yet",
                        "The payment service says later what this payout holds.",
                        icon_name="bank",
                    ),
                ),
                facts_card("How it adds up", PayoutState.facts),
            ),
            back=routes.PAYOUTS,
            label="All payouts",
        ),
        area="invoices",
        badge=tag(PayoutState.word, PayoutState.tone),
        way=crumbs([Crumb("Payments", routes.PAYMENTS), Crumb("Payouts", routes.PAYOUTS)]),
    )
