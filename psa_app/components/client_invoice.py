"""An invoice as its client sees it: the sheet, the hours behind it, and how to pay."""

from typing import Any

import reflex as rx

from psa_app.components.buttons import submit
from psa_app.components.cards import card, columns, notice, span, stack
from psa_app.components.definition import facts_card
from psa_app.components.native_form import hidden, native_form
from psa_app.components.paper import paper
from psa_app.components.table import table
from psa_app.display.tables import Column

HOURS = [
    Column("day", "Day"),
    Column("person", "Who"),
    Column("note", "What"),
    Column("minutes", "Hours", align="right", phone="side"),
]
EXPENSES = [
    Column("day", "Day"),
    Column("what", "What for"),
    Column("project", "Project"),
    Column("receipt", "Receipt", phone="hide"),
    Column("amount", "Amount", align="right", phone="side"),
]


def client_invoice(state: Any) -> rx.Component:
    """Draws a state that mixes in `InvoiceForClient`."""
    return stack(
        rx.cond(state.told != "", notice(state.told, tone="warn")),
        rx.cond(state.is_paid, notice("This invoice is paid. Thank you.", tone="ok")),
        rx.cond(
            state.just_paid & ~state.on_its_way,
            notice("Thank you. We are waiting for the payment service’s word; this page shows it by itself."),
        ),
        rx.cond(
            state.on_its_way,
            notice("Your payment is on its way. This can take a few days; nothing to do here."),
        ),
        columns(
            span(8, paper(state.paper)),
            span(
                4,
                rx.cond(
                    state.can_pay,
                    card(
                        rx.el.p("Pay by card or bank debit on a secure page."),
                        native_form(
                            hidden("token", state.token),
                            submit("Pay " + state.open_text),
                            action=state.pay_address,
                        ),
                        title="Pay now",
                    ),
                ),
                rx.cond(state.how_to_pay.length() > 0, facts_card("By bank transfer", state.how_to_pay)),
                rx.cond(state.qr != "", _code(state)),
            ),
        ),
        rx.cond(
            state.hours.length() > 0,
            card(
                table(HOURS, state.hours, label="Hours behind this invoice"),
                title="Hours behind this invoice",
                aside=state.hours_sum,
                body=False,
            ),
        ),
        rx.cond(
            state.expenses.length() > 0,
            card(
                table(EXPENSES, state.expenses, label="Expenses behind this invoice"),
                title="Expenses behind this invoice",
                aside=state.expenses_sum,
                body=False,
            ),
        ),
    )


def _code(state: Any) -> rx.Component:
    """The code that a bank's app reads to fill in the transfer."""
    about = "Code for your bank’s app: a transfer of " + state.open_text + " for " + state.number
    return card(
        rx.el.img(src=state.qr, alt=about, width="160", height="160", class_name="pay-code"),
        title="Scan with your bank’s app",
    )
