"""The statement of a retainer: what each period had, and the work that used it."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import notice, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.dialog import confirm, dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.table import export_menu, table_card
from psa_app.display.frame import Crumb
from psa_app.display.retainer import PERIODS, WORK
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.contracts.retainer import RetainerState as State


@page(
    routes.RETAINER,
    title="Retainer",
    right="sows.read",
    on_load=State.load,
    live=("sow", "sow_line", "time_entry", "invoice"),
)
def retainer() -> rx.Component:
    """The periods, the newest first, and the work of one."""
    return staff(
        State.line_title,
        found(
            State.is_ready,
            State.is_missing,
            with_side(stack(_to_close(), *statement_tables(State)), facts_card("Agreed", State.facts)),
            back=routes.SOWS,
            label="All scopes",
        ),
        _top_up(),
        _adjust(),
        _close(),
        area="clients",
        subtitle=State.subtitle,
        way=crumbs([Crumb("Scopes of work", routes.SOWS)], State.sow),
        actions=[
            rx.cond(
                State.is_ready & ~State.is_missing,
                link_button("PDF", href=State.pdf, native=True, icon_name="download"),
            ),
            rx.cond(
                State.may_act,
                rx.fragment(
                    button("Adjust", on_click=State.ask("adjust")),
                    button("Top up", look="primary", on_click=State.ask("top_up")),
                ),
            ),
        ],
    )


def statement_tables(state: type[rx.State]) -> list[rx.Component]:
    """The two tables of a statement, for staff and clients."""
    return [
        table_card(
            PERIODS,
            state.periods,
            label="Periods",
            title="Periods",
            aside=export_menu(state.files, "periods-export"),
            empty=empty("No period yet", "The first begins with the scope.", icon_name="calendar"),
        ),
        table_card(
            WORK,
            state.work,
            label="Work of the period",
            title="Work, " + state.work_of,
            aside=export_menu(state.work_files, "work-export"),
            empty=empty(
                "No work in this period", "Approved time appears here by its day.", icon_name="clock"
            ),
        ),
    ]


def _to_close() -> rx.Component:
    return rx.cond(
        State.may_act & (State.to_close != ""),
        notice(
            State.to_close,
            " is over. It closes by itself once no time of it waits, at the latest five days after.",
            actions=button("Close it now", small=True, on_click=State.ask("close")),
        ),
    )


def _units(label: str, help_text: str) -> rx.Component:
    error = State.errors["units"]
    return rx.cond(
        State.of_money,
        fields.money("units", label, currency=State.currency, required=True, error=error, help=help_text),
        fields.hours("units", label, required=True, error=error, help=help_text),
    )


def _periods() -> rx.Component:
    return fields.number(
        "periods", "For how many periods", error=State.errors["periods"], help="Empty: until it is used."
    )


def _top_up() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                _units("What is added", ""),
                fields.money(
                    "price",
                    "Price",
                    currency=State.currency,
                    error=State.errors["price"],
                    help="Net. It comes on the next draft.",
                ),
                _periods(),
                fields.text("note", "Note", error=State.errors["note"]),
                two=True,
            ),
            form_foot("Top up", on_cancel=State.close),
            on_submit=State.top_up,
            label="this top-up",
        ),
        open=State.dialog == "top_up",
        on_close=State.close,
        title="Top up " + State.line_title,
    )


def _adjust() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                _units("What is added, or taken back", "With a minus it takes back what is unused."),
                _periods(),
                two=True,
            ),
            fields.text("reason", "Why", required=True, error=State.errors["reason"]),
            form_foot("Adjust", on_cancel=State.close),
            on_submit=State.adjust,
            label="this adjustment",
        ),
        open=State.dialog == "adjust",
        on_close=State.close,
        title="Adjust " + State.line_title,
    )


def _close() -> rx.Component:
    return confirm(
        open=State.dialog == "close",
        on_close=State.close,
        on_confirm=State.close_period,
        title="Close " + State.to_close + "?",
        act="Close the period",
        text="What goes over is fixed, and what lies beyond can be billed. Time that is approved later "
        "draws from the next period.",
        content=form_error(State.errors["form"]),
        danger=False,
    )
