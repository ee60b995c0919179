"""The dialogs over the board and over an opportunity's page."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import dialog
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.state.sales.opportunity_form import OpportunityForm as Form


def opportunity_dialog(on_submit: Any) -> rx.Component:
    """The form of an opportunity, new or changed."""
    return dialog(
        form(
            described_fields(Form.specs, Form.errors, prefix="opportunity-"),
            form_error(Form.errors["form"]),
            form_foot("Save", on_cancel=Form.close),
            on_submit=on_submit,
            key="opportunity-" + Form.form_key.to_string(),
            label="Opportunity",
        ),
        open=Form.is_open,
        on_close=Form.close,
        title=Form.title,
        size="wide",
    )


def lost_dialog(state: Any) -> rx.Component:
    """Asks why an opportunity was lost; `state` has losing, losing_title, errors, form_key, lose, keep."""
    return dialog(
        form(
            fields.textarea(
                "loss_reason",
                "Why was it lost?",
                required=True,
                error=state.errors["loss_reason"],
                help="Price, timing, another firm: what they said, in a few words.",
            ),
            form_error(state.errors["form"]),
            form_foot("Mark as lost", on_cancel=state.keep),
            on_submit=state.lose,
            key="lost-" + state.form_key.to_string(),
            label="Lost",
            guard=False,
        ),
        open=state.losing,
        on_close=state.keep,
        title=state.losing_title,
        size="narrow",
    )
