"""“Save as template”, and “Billing rules” for a scope's draft."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.state.templates.template_billing import ApplyBilling
from psa_app.state.templates.template_save import SaveTemplate as State


def save_template() -> rx.Component:
    """The dialog that `SaveTemplate.ask` opens."""
    wrong = State.errors
    return dialog(
        form(
            rx.el.p(
                "Days count from the first one. The client’s name, people, numbers and dates are left out "
                "of the texts; prices and hours stay.",
                class_name="lead",
            ),
            fields.fields(
                rx.cond(
                    State.kinds.length() > 1,
                    fields.select(
                        "kind", "Save", State.kinds, State.kind, error=wrong["kind"], prefix="save-"
                    ),
                ),
                fields.text("name", "Name", State.name, required=True, error=wrong["name"], prefix="save-"),
                fields.textarea("description", "What it is for", error=wrong["description"], prefix="save-"),
            ),
            form_error(wrong["form"]),
            form_foot("Save as template", on_cancel=State.close),
            on_submit=State.save,
            key="save-" + State.form_key.to_string(),
            label="Template",
        ),
        open=State.is_open,
        on_close=State.close,
        title="Save as template",
    )


def apply_billing() -> rx.Component:
    """The dialog that `ApplyBilling.ask` opens."""
    wrong = ApplyBilling.errors
    return dialog(
        form(
            rx.el.p(
                "Rounding, grouping, days to pay and tax of the scope, rhythm and approval of its lines by "
                "time become those of the rules. What is typed and not saved is lost.",
                class_name="lead",
            ),
            fields.fields(
                fields.select(
                    "template",
                    "Billing rules",
                    ApplyBilling.options,
                    error=wrong["template"],
                    prefix="rules-",
                )
            ),
            form_error(wrong["form"]),
            form_foot("Use these rules", on_cancel=ApplyBilling.close),
            on_submit=ApplyBilling.apply,
            label="Billing rules",
            guard=False,
        ),
        open=ApplyBilling.is_open,
        on_close=ApplyBilling.close,
        title="Billing rules from a template",
    )
