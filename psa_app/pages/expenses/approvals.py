"""Expenses on the page of approvals, and on a project's."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import line
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import Choosing, table_card
from psa_app.display.tables import Row
from psa_app.pages.expenses.parts import OF_PROJECT, QUEUE, expense_dialog
from psa_app.state.expenses.approvals import ExpenseApprovals as State
from psa_app.state.expenses.of_project import ProjectExpenses as Project


def expenses_to_decide() -> rx.Component:
    """The queue of expenses, nothing while none waits."""
    return rx.cond(
        State.rows.length() > 0,
        table_card(
            QUEUE,
            State.rows,
            label="Expenses that wait",
            title="Expenses",
            aside=line(
                rx.el.span(State.subtitle, class_name="muted"),
                rx.cond(State.usual > 0, button(State.usual_words, small=True, on_click=State.approve_usual)),
            ),
            choosing=Choosing(State.chosen, State.choose, State.choose_all, State.all_chosen),
            bulk=[
                button("Approve", small=True, on_click=State.approve_chosen),
                button("Send back", small=True, on_click=State.ask_reject_chosen),
            ],
            acts=_acts,
        ),
    )


def expense_decisions() -> rx.Component:
    """The dialogs: one expense with its receipts, and the reason of a no."""
    one = State.shown.id
    return rx.fragment(
        expense_dialog(
            State.shown,
            State.close,
            button("Send back", on_click=State.ask_reject(one)),
            button("Approve", look="primary", on_click=State.approve(one)),
            besides=~State.rejecting,
        ),
        dialog(
            form(
                form_error(State.errors["form"]),
                fields.textarea(
                    "reason",
                    "What is to be corrected",
                    error=State.errors["reason"],
                    required=True,
                    help="The person gets it by mail and sees it beside the expense.",
                    prefix="expense-",
                ),
                form_foot("Send back", on_cancel=State.close),
                on_submit=State.reject,
                key="expense-reject-" + State.form_key.to_string(),
                label="Send back",
            ),
            open=State.rejecting,
            on_close=State.close,
            title=State.reject_words,
        ),
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    expense = row.id.to(int)
    return line(
        button("Approve", small=True, on_click=State.approve(expense), aria_label="Approve " + row.name),
        button(
            "Send back",
            look="quiet",
            small=True,
            on_click=State.ask_reject(expense),
            aria_label="Send back " + row.name,
        ),
        wrap=False,
    )


def project_expenses() -> rx.Component:
    """The tab of a project."""

    def acts(row: rx.Var[Row]) -> rx.Component:
        back = item("Take approval back", icon_name="undo", on_click=Project.take_back(row.id.to(int)))
        return rx.cond(Project.approved.contains(row.id), dots_menu(back, label="More for " + row.name))

    return rx.fragment(
        table_card(
            OF_PROJECT,
            Project.rows,
            label="Expenses",
            title="Expenses",
            aside=rx.el.span(Project.told, class_name="muted"),
            acts=acts,
            empty=empty(
                "No expenses yet",
                "What the team pays for this project stands here, billed and unbilled.",
                icon_name="expenses",
            ),
        ),
        expense_dialog(Project.shown, Project.close, button("Close", on_click=Project.close)),
    )
