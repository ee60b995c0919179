"""The form of an expense: what was paid, for which project, with its receipt."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import notice
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.icons import icon
from psa_app.components.upload import drop_zone
from psa_app.pages.expenses.parts import receipts
from psa_app.services.contracts.files import LARGEST
from psa_app.state.expenses.form import HELP
from psa_app.state.expenses.form import ExpenseForm as Form

ZONE = "receipt"
ACCEPT = {"application/pdf": [".pdf"], "image/png": [".png"], "image/jpeg": [".jpg", ".jpeg"]}


def expense_form(on_submit: Any, on_close: Any) -> rx.Component:
    """The dialog; saving is the page's."""
    return dialog(
        form(
            form_error(Form.errors["form"]),
            rx.cond(Form.reason != "", notice(rx.el.b("Sent back: "), Form.reason, tone="warn")),
            fields.fields(_what(), _amount(), _where(), _flags(), _receipt()),
            form_foot("Save", on_cancel=on_close),
            on_submit=on_submit,
            key="expense-" + Form.form_key.to_string(),
            label="Expense",
        ),
        open=Form.is_open,
        on_close=on_close,
        title=Form.title,
    )


def _policy(name: str) -> rx.Component:
    """A sentence of the policy under a field: a warning, no error."""
    text = Form.hints[name]
    return rx.cond(text, rx.el.p(icon("warning"), rx.el.span(text), class_name="policy wide", role="status"))


def _what() -> rx.Component:
    typed, errors = Form.typed, Form.errors
    return fields.fields(
        fields.text(
            "description",
            "What for",
            typed["description"],
            error=errors["description"],
            required=True,
            wide=True,
            placeholder="Train to the workshop",
        ),
        fields.select(
            "category",
            "Category",
            Form.categories,
            typed["category"],
            error=errors["category"],
            required=True,
            on_change=lambda value: Form.look("category", value),
        ),
        fields.date(
            "spent_on",
            "Day",
            typed["spent_on"],
            error=errors["spent_on"],
            required=True,
            on_change=lambda value: Form.look("spent_on", value),
        ),
        _policy("spent_on"),
        two=True,
    )


def _amount() -> rx.Component:
    typed, errors = Form.typed, Form.errors
    counted = fields.fields(
        fields.number(
            "quantity",
            "How many",
            typed["quantity"],
            unit=Form.unit,
            error=errors["quantity"],
            help=rx.cond(Form.sum != "", Form.rate + ": " + Form.sum, Form.rate),
            required=True,
            wide=True,
            on_change=lambda value: Form.look("quantity", value).debounce(300),
        ),
        _policy("quantity"),
        two=True,
    )
    plain = rx.el.div(
        fields.number(
            "amount",
            "Amount",
            typed["amount"],
            error=errors["amount"],
            required=True,
            on_change=lambda value: Form.look("amount", value).debounce(300),
        ),
        fields.text(
            "currency",
            "Currency",
            typed["currency"],
            error=errors["currency"],
            required=True,
            max_length=3,
            auto_complete="off",
            on_change=lambda value: Form.look("currency", value).debounce(300),
        ),
        fields.number("tax", "Tax in it", typed["tax"], error=errors["tax"], placeholder="None", wide=True),
        _policy("amount"),
        class_name="fields sum",
    )
    return rx.cond(Form.unit != "", counted, plain)


def _where() -> rx.Component:
    typed, errors = Form.typed, Form.errors
    return fields.fields(
        fields.select(
            "project",
            "Project",
            Form.projects,
            typed["project"],
            empty="Choose",
            error=errors["project"],
            required=True,
            on_change=Form.pick_project,
        ),
        rx.el.div(
            fields.select("task", "Task", Form.tasks, typed["task"], empty="No task", error=errors["task"]),
            key="task-" + Form.tasks_key.to_string(),
        ),
        two=True,
    )


def _flags() -> rx.Component:
    typed, errors = Form.typed, Form.errors
    return fields.fields(
        fields.checkbox(
            "billable", "The client pays it", typed["billable"] == "on", error=errors["billable"]
        ),
        fields.checkbox("reimbursable", "I paid it: pay me back", typed["reimbursable"] == "on"),
        two=True,
    )


def _receipt() -> rx.Component:
    error = Form.errors["receipt"]
    return rx.el.div(
        rx.el.div("Receipt", class_name="label"),
        receipts(Form.receipts, _drop),
        drop_zone(
            ZONE,
            on_drop=Form.take(rx.upload_files(upload_id=ZONE)),
            on_reject=Form.refuse,
            label="Take a photo or choose a file",
            help_text=HELP,
            accept=ACCEPT,
            most_bytes=LARGEST,
        ),
        _policy("receipt"),
        form_error(error),
        fields.checkbox("and_submit", "Hand it in for approval now", False),
        class_name="stack tight",
    )


def _drop(line: Any) -> rx.Component:
    return button(
        "Remove",
        look="quiet",
        small=True,
        type="button",
        on_click=Form.drop(line.id),
        aria_label="Remove " + line.name,
    )
