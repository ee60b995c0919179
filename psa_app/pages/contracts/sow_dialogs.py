"""The questions that a scope's page asks."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import confirm, dialog
from psa_app.components.document_dialogs import send_dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.state.contracts.sow import SowState
from psa_app.state.contracts.sow_acts import SowActs as State
from psa_app.state.contracts.sow_threshold import SowThreshold as Threshold


def dialogs() -> list[rx.Component]:
    """All of them; one is open at a time."""
    return [_send(), _take_back(), _delete(), _project(), _accept()]


def _send() -> rx.Component:
    signer = fields.fields(
        fields.text(
            "name",
            "Signed for us by",
            State.signer,
            required=True,
            error=State.errors["name"],
            prefix="send-",
        ),
        fields.text("title", "Position", error=State.errors["title"], prefix="send-"),
        two=True,
    )
    return send_dialog(
        State,
        "Send " + SowState.number,
        "Each gets a mail with a link of their own, reads the scope as it is now, and can accept it. You "
        "sign for the firm by sending it: name, time, address and the text’s SHA-256 are kept.",
        signer,
        nobody="Nobody there may sign yet.",
        press="Sign and send",
        warning=SowState.agreement,
    )


def _take_back() -> rx.Component:
    return confirm(
        open=State.dialog == "take_back",
        on_close=State.close,
        on_confirm=State.take_back,
        title="Take " + SowState.number + " back?",
        act="Take it back",
        text="It becomes a draft again and can be changed. The links in the mails no longer open it.",
        danger=False,
    )


def _delete() -> rx.Component:
    return confirm(
        open=State.dialog == "delete",
        on_close=State.close,
        on_confirm=State.delete,
        title="Delete " + SowState.number + "?",
        act="Delete draft",
        text="The draft with all its lines is gone; its number is not given again.",
    )


def _project() -> rx.Component:
    return dialog(
        form(
            rx.el.p(
                "It gets a task for each line, the scope’s dates, and its estimate as budget.",
                class_name="lead",
            ),
            fields.fields(
                fields.text(
                    "name",
                    "Name",
                    State.project_name,
                    required=True,
                    error=State.errors["name"],
                    prefix="make-",
                ),
                fields.select(
                    "lead_id",
                    "Who leads it",
                    State.leads,
                    State.lead,
                    error=State.errors["lead_id"],
                    prefix="make-",
                    help="Approves its time and says when a milestone is ready.",
                ),
            ),
            form_error(State.errors["form"]),
            form_foot("Make the project", on_cancel=State.close),
            on_submit=State.make_project,
            label="Project",
        ),
        open=State.dialog == "project",
        on_close=State.close,
        title="Make the project of " + SowState.number,
    )


def _accept() -> rx.Component:
    return dialog(
        form(
            rx.el.p(
                "For an acceptance that was given outside the portal. It makes the milestone billable and is "
                "kept with your name.",
                class_name="lead",
            ),
            fields.fields(
                fields.text(
                    "name", "Who accepted it", required=True, error=State.errors["name"], prefix="accept-"
                ),
                fields.text(
                    "how",
                    "How",
                    required=True,
                    error=State.errors["how"],
                    prefix="accept-",
                    placeholder="Mail of 20 November",
                ),
            ),
            form_error(State.errors["form"]),
            form_foot("Record it", on_cancel=State.close),
            on_submit=State.accept,
            label="Acceptance",
        ),
        open=State.dialog == "accept",
        on_close=State.close,
        title="Accepted elsewhere: " + State.milestone,
    )


def threshold_dialog() -> rx.Component:
    """When work is billed before its period ends."""
    errors = Threshold.errors
    return dialog(
        form(
            rx.el.p(
                "A draft is made once so much approved work waits, where the firm lets drafts be made by "
                "themselves. Leave both empty for what the client’s record says.",
                class_name="lead",
            ),
            fields.fields(
                fields.hours("minutes", "At hours", Threshold.minutes, error=errors["bill_at_minutes"]),
                fields.money(
                    "value",
                    "or at a value",
                    Threshold.value,
                    currency=Threshold.currency,
                    error=errors["bill_at"],
                ),
                two=True,
            ),
            form_error(errors["form"]),
            form_foot("Save", on_cancel=Threshold.close),
            on_submit=Threshold.save,
            key="threshold-" + Threshold.form_key.to_string(),
            label="Billing early",
        ),
        open=Threshold.open,
        on_close=Threshold.close,
        title="Bill early",
        size="narrow",
    )
