"""Leave: ask, decide, see who is away."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, line
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.month import month, month_keys
from psa_app.components.skeleton import until
from psa_app.components.table import table_card
from psa_app.display.forms import Option
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.people.leave import KINDS, Request
from psa_app.state.people.leave import LeaveState as State
from psa_app.state.people.leave_month import LeaveMonthState as Month
from psa_app.state.time.deputies import DeputyState as Deputies

COLUMNS = [
    Column("person", "Person"),
    Column("days", "Days"),
    Column("kind", "Kind"),
    Column("length", "Time", phone="hide"),
    Column("state", "State", phone="side"),
]
DEPUTIES = [Column("deputy", "Decides"), Column("who", "In place of"), Column("days", "Days")]


@page(
    routes.LEAVE,
    title="Leave",
    right="leave.request",
    on_load=[State.load, Month.load, Deputies.load],
    live=("leave", "deputy"),
)
def leave() -> rx.Component:
    """What waits for a decision, who is away this month, then everything from two months ago on."""
    return staff(
        "Leave",
        rx.cond(
            State.waiting.length() > 0,
            card(
                rx.el.ul(rx.foreach(State.waiting, _request), class_name="waiting parts"),
                title="Waits for you",
                body=False,
            ),
        ),
        _month(),
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
        rx.cond(Deputies.may_name, _deputies()),
        _form(),
        _reason(),
        _deputy_form(),
        area="people",
        subtitle="Approved leave lowers capacity, so utilization stays true.",
        actions=[button("Ask for leave", look="primary", on_click=State.ask, data_new="")],
    )


def _month() -> rx.Component:
    turns = line(
        link_button("Before", href=Month.before, small=True, icon_name="chevron-left"),
        link_button("After", href=Month.after, small=True, icon_name="chevron-right"),
        wrap=False,
    )
    return card(
        until(Month.is_ready, rx.fragment(month(Month.days, Month.rows, Month.title), month_keys())),
        title=Month.title,
        aside=turns,
    )


def _deputies() -> rx.Component:
    return table_card(
        DEPUTIES,
        Deputies.rows,
        label="Deputies",
        title="Deputies",
        aside=button("Name a deputy", small=True, icon_name="plus", on_click=Deputies.ask),
        acts=lambda row: rx.cond(
            Deputies.own.contains(row.id),
            dots_menu(
                item("End", icon_name="x", on_click=Deputies.end(row.id.to(int))),
                label="More for " + row.name,
            ),
        ),
        loading=~Deputies.is_ready,
        empty=empty(
            "No deputies", "Name who approves time in your place while you are away.", icon_name="user"
        ),
    )


def _deputy_form() -> rx.Component:
    errors = Deputies.errors
    return dialog(
        form(
            fields.fields(
                fields.select(
                    "deputy_id",
                    "Who decides in your place",
                    Deputies.choices,
                    empty="Choose",
                    error=errors["deputy_id"],
                    required=True,
                    wide=True,
                    prefix="deputy-",
                ),
                fields.date("starts_on", "From", required=True, error=errors["starts_on"], prefix="deputy-"),
                fields.date("ends_on", "To", required=True, error=errors["ends_on"], prefix="deputy-"),
                two=True,
            ),
            form_error(errors["form"]),
            form_foot("Name the deputy", on_cancel=Deputies.close),
            on_submit=Deputies.save,
            key="deputy-" + Deputies.form_key.to_string(),
            label="Deputy",
        ),
        open=Deputies.form_open,
        on_close=Deputies.close,
        title="Name a deputy",
    )


def _request(one: rx.Var[Request]) -> rx.Component:
    words = rx.el.div(
        rx.el.div(one.person, class_name="strong"), rx.el.div(one.sub, class_name="sub"), class_name="text"
    )
    return rx.el.li(
        words,
        button(
            "Reject",
            look="quiet",
            small=True,
            on_click=State.ask_reject(one.id.to(int)),
            aria_label="Reject the leave of " + one.person,
        ),
        button(
            "Approve",
            small=True,
            on_click=State.approve(one.id.to(int)),
            aria_label="Approve the leave of " + one.person,
        ),
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
                rx.cond(
                    State.people.length() > 0,
                    fields.select(
                        "person_id",
                        "For",
                        State.people,
                        error=State.errors["person_id"],
                        wide=True,
                        help="Leave of someone else counts at once.",
                    ),
                ),
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
