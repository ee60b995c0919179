"""The dialog of one booking, for the pages that plan."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.state.planning.booking_form import MODES
from psa_app.state.planning.booking_form import BookingForm as Form

PREFIX = "booking-"


def _asked() -> list[rx.Component]:
    common = {"prefix": PREFIX}
    return [
        fields.select(
            "who",
            "Who",
            Form.people,
            Form.who,
            empty="Choose",
            error=Form.errors["who"],
            required=True,
            **common,
        ),
        fields.select(
            "project",
            "Project",
            Form.projects,
            Form.project,
            empty="Choose",
            error=Form.errors["project"],
            required=True,
            on_change=Form.pick_project,
            **common,
        ),
        fields.date(
            "starts_on",
            "From",
            Form.starts_on,
            error=Form.errors["starts_on"],
            required=True,
            **common,
        ),
        fields.date("ends_on", "To", Form.ends_on, error=Form.errors["ends_on"], required=True, **common),
        fields.select("mode", "Counted as", MODES, Form.mode, error=Form.errors["mode"], **common),
        fields.text(
            "amount",
            "How much",
            Form.amount,
            error=Form.errors["amount"],
            required=True,
            help="60 for percent, 4:00 for hours",
            auto_complete="off",
            **common,
        ),
        fields.select(
            "task",
            "Task",
            Form.tasks,
            Form.task,
            empty="Any task",
            error=Form.errors["task"],
            **common,
        ),
        fields.text("note", "Note", Form.note, error=Form.errors["note"], **common),
        fields.checkbox("tentative", "Tentative", Form.tentative, **common),
        fields.checkbox("billable", "Billable", Form.billable, **common),
    ]


def booking_dialog(*, on_submit: Any, on_remove: Any) -> rx.Component:
    """Who, on what, when, how much."""
    remove = rx.cond(Form.booking > 0, button("Remove", look="danger", on_click=on_remove))
    return dialog(
        form(
            form_error(Form.errors["form"]),
            fields.fields(*_asked(), two=True),
            form_foot("Save", on_cancel=Form.close, extra=remove),
            on_submit=on_submit,
            key="booking-" + Form.form_key.to_string(),
            label="Booking",
        ),
        open=Form.is_open,
        on_close=Form.close,
        title=Form.title,
        size="wide",
    )
