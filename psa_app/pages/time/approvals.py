"""Approvals: one queue, the unusual first, the rest in one act; or one week of it."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import line, notice
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.components.menu import dots_menu, item
from psa_app.components.shell import crumbs
from psa_app.components.table import Choosing, table_card
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.expenses.approvals import expense_decisions, expenses_to_decide
from psa_app.pages.frame import staff
from psa_app.pages.rates.why import why_dialog
from psa_app.pages.registry import page
from psa_app.state.expenses.approvals import ExpenseApprovals as Expenses
from psa_app.state.rates.why import WhyState
from psa_app.state.time.approvals import ApprovalsState as State
from psa_app.state.time.with_client import WithClientState as Clients

WEEKS = [
    Column("person", "Person"),
    Column("week", "Week"),
    Column("entries", "Entries", align="right", phone="hide"),
    Column("billable", "Billable", align="right"),
    Column("time", "Time", align="right", phone="side"),
    Column("look", "To look at", align="right"),
]
LINES = [
    Column("day", "Day", width="88px"),
    Column("date", "Date", width="88px"),
    Column("task", "Project and task"),
    Column("note", "Note"),
    Column("why", "To look at", phone="line"),
    Column("time", "Time", align="right", width="72px", phone="side"),
    Column("value", "Value", align="right", width="112px"),
]
WITH_CLIENTS = [
    Column("client", "Client"),
    Column("project", "Project"),
    Column("since", "Work since"),
    Column("asked", "State"),
    Column("time", "Time", align="right", phone="side"),
    Column("value", "Value", align="right"),
]
FIRST = [Column("person", "Person"), *LINES[1:]]


@page(
    routes.APPROVALS,
    title="Approvals",
    right="time.approve",
    on_load=[State.load, Clients.load, Expenses.load],
    live=("timesheet", "time_entry", "leave", "time_request", "expense"),
)
def approvals() -> rx.Component:
    """The queue, or one week of it."""
    return staff(
        rx.cond(State.is_sheet, State.sheet_title, "Approvals"),
        rx.cond(State.is_sheet, _sheet(), _queue()),
        _one_line(),
        _reject(),
        _excuse(),
        why_dialog(),
        rx.cond(State.is_sheet, rx.fragment(), expense_decisions()),
        area="approvals",
        subtitle=rx.cond(State.is_sheet, State.sheet_sub, State.subtitle),
        way=rx.cond(
            State.is_sheet, crumbs([Crumb("Approvals", routes.APPROVALS)], State.sheet_title), rx.fragment()
        ),
        actions=[_primary()],
    )


def _primary() -> rx.Component:
    return rx.cond(
        State.is_sheet,
        rx.cond(
            State.lines.length() > 0,
            rx.fragment(
                button("Send back", on_click=State.ask_reject_week(State.sheet)),
                button("Approve week", look="primary", on_click=State.approve_week(State.sheet)),
            ),
        ),
        rx.cond(State.rest > 0, button(State.rest_words, look="primary", on_click=State.approve_rest)),
    )


def _queue() -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.leave != "",
            notice(State.leave, " for a decision. ", text_link("Open leave", href=routes.LEAVE)),
        ),
        rx.cond(
            State.first.length() > 0,
            table_card(
                FIRST, State.first, label="Look at these first", title="Look at these first", acts=_decide
            ),
        ),
        rx.cond(State.more != "", rx.el.p(State.more, class_name="muted")),
        table_card(
            WEEKS,
            State.weeks,
            label="Weeks that wait",
            title="Weeks",
            choosing=_choosing(),
            bulk=_bulk(),
            acts=_week_acts,
            loading=~State.is_ready,
            empty=empty(
                "No weeks wait for you",
                "Weeks that people hand in stand here, the unusual first.",
                icon_name="approvals",
            ),
        ),
        expenses_to_decide(),
        rx.cond(
            Clients.rows.length() > 0,
            table_card(
                WITH_CLIENTS,
                Clients.rows,
                label="Approved, and with the client",
                title="Approved, and with the client",
                acts=_ask_client,
            ),
        ),
    )


def _ask_client(row: rx.Var[Row]) -> rx.Component:
    ask = button("Ask now", small=True, on_click=Clients.ask(row.id), aria_label="Ask " + row.name + " now")
    return rx.cond(Clients.askable.contains(row.id), ask)


def _sheet() -> rx.Component:
    return rx.fragment(
        table_card(
            LINES,
            State.lines,
            label="Entries of this week",
            choosing=_choosing(),
            bulk=_bulk(),
            acts=_decide,
            loading=~State.is_ready,
            empty=empty(
                "All decided",
                "Nothing of this week waits for you any more.",
                text_link("Back to the queue", href=routes.APPROVALS),
                icon_name="approvals",
            ),
        )
    )


def _choosing() -> Choosing:
    return Choosing(State.chosen, State.choose, State.choose_all, State.all_chosen)


def _bulk() -> list[rx.Component]:
    return [
        button("Approve", small=True, on_click=State.approve_chosen),
        button("Send back", small=True, on_click=State.ask_reject_chosen),
    ]


def _one_line() -> rx.Component:
    return dialog(
        facts(State.line_facts, quiet=True, plain=True),
        rx.el.div(
            button("Why this rate", look="quiet", on_click=WhyState.show(State.line_id)),
            rx.el.span(class_name="push"),
            button("Send back", on_click=State.ask_reject(State.line_id)),
            button("Approve", look="primary", on_click=[State.approve(State.line_id), State.leave_line]),
            class_name="form-foot",
        ),
        open=(State.line_id > 0) & ~State.rejecting,
        on_close=State.leave_line,
        title=State.line_title,
    )


def _decide(row: rx.Var[Row]) -> rx.Component:
    entry_id = row.id.to(int)
    return line(
        button("Approve", small=True, on_click=State.approve(entry_id), aria_label="Approve " + row.name),
        dots_menu(
            item("Send back", icon_name="undo", on_click=State.ask_reject(entry_id)),
            item("Why this rate", icon_name="info", on_click=WhyState.show(entry_id)),
            item("Set to not billable", icon_name="x", on_click=State.ask_excuse(entry_id)),
            label="More for " + row.name,
        ),
        wrap=False,
    )


def _week_acts(row: rx.Var[Row]) -> rx.Component:
    return line(
        button("Approve", small=True, on_click=State.approve_week(row.id), aria_label="Approve " + row.name),
        button(
            "Send back",
            look="quiet",
            small=True,
            on_click=State.ask_reject_week(row.id),
            aria_label="Send back " + row.name,
        ),
        wrap=False,
    )


def _reject() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.textarea(
                "reason",
                "What is to be corrected",
                error=State.errors["reason"],
                required=True,
                help="The person gets it by mail and sees it in their week.",
            ),
            form_foot("Send back", on_cancel=State.close),
            on_submit=State.reject,
            key="reject-" + State.form_key.to_string(),
            label="Send back",
        ),
        open=State.rejecting,
        on_close=State.close,
        title=State.reject_words,
    )


def _excuse() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.text(
                "reason",
                "Why it is not billed",
                error=State.errors["reason"],
                required=True,
                help="It stays with the entry. Cost and hours count as before.",
            ),
            form_foot("Set to not billable", on_cancel=State.close),
            on_submit=State.excuse,
            key="excuse-" + State.form_key.to_string(),
            label="Set to not billable",
        ),
        open=State.excusing > 0,
        on_close=State.close,
        title="Set to not billable",
    )
