"""Leave: ask, decide, see who is away."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import line
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import table_card
from psa_app.display.forms import Option
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.leave import KINDS
from psa_app.state.leave import LeaveState as State

COLUMNS = [
    Column("person", "Person"),
    Column("days", "Days"),
    Column("kind", "Kind"),
    Column("length", "Time", phone="hide"),
    Column("state", "State", phone="side"),
]


@page(routes.LEAVE, title="Leave", right="leave.request", on_load=State.load, live=("leave",))
def leave() -> rx.Component:
    """What waits for a decision, then everything from two months ago on."""
    return staff(
        "Leave",
        rx.cond(
            State.waiting.length() > 0,
            table_card(
                COLUMNS, State.waiting, label="Waits for a decision", title="Waits for you", acts=_decide
            ),
        ),
        table_card(
            COLUMNS,
            State.rows,
            label="Leave",
            title="Since two months ago",
            acts=_own,
            loading=~State.is_ready,
            empty=empty(
                "No leave", "Vacation, sick days and other absence stand here.", icon_name="calendar"
            ),
        ),
        _form(),
        _reason(),
        area="people",
        subtitle="Approved leave lowers capacity, so utilization stays true.",
        actions=[button("Ask for leave", look="primary", on_click=State.ask, data_new="")],
    )


def _decide(row: rx.Var[Row]) -> rx.Component:
    return line(
        button("Approve", small=True, on_click=State.approve(row.id.to(int))),
        button("Reject", look="quiet", small=True, on_click=State.ask_reject(row.id.to(int))),
        wrap=False,
    )


def _own(row: rx.Var[Row]) -> rx.Component:
    return rx.cond(
        State.own_open.contains(row.id.to(int)),
        dots_menu(
            item("Withdraw", icon_name="x", on_click=State.withdraw(row.id.to(int))),
            label="More for " + row.name,
        ),
    )


def _form() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                fields.date("starts_on", "From", required=True, error=State.errors["starts_on"]),
                fields.date("ends_on", "To", error=State.errors["ends_on"], help="Empty: one day."),
                fields.select("kind", "Kind", [Option(*one) for one in KINDS.items()], "vacation"),
                fields.hours(
                    "minutes_per_day",
                    "Time a day",
                    error=State.errors["minutes_per_day"],
                    help="Empty: whole days.",
                ),
                fields.text("note", "Note", error=State.errors["note"], wide=True),
                two=True,
            ),
            form_foot("Ask for leave", on_cancel=State.close),
            on_submit=State.request,
            key="leave-" + State.form_key.to_string(),
            label="Leave",
        ),
        open=State.asking,
        on_close=State.close,
        title="Ask for leave",
    )


def _reason() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(fields.textarea("reason", "Why not", required=True, error=State.errors["reason"])),
            form_foot("Reject", on_cancel=State.close),
            on_submit=State.reject,
            key="reject-" + State.form_key.to_string(),
            label="Reason",
        ),
        open=State.rejecting > 0,
        on_close=State.close,
        title="Reject this leave?",
        size="narrow",
    )
