"""Asking for a new password."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import submit
from psa_app.components.form import form, form_error
from psa_app.components.link import text_link
from psa_app.pages.frame import bare
from psa_app.pages.registry import EVERYONE, page
from psa_app.state.doors.auth import DoorState, ResetState


@page(routes.RESET, title="New password", right=EVERYONE, on_load=[DoorState.load, ResetState.load])
def reset() -> rx.Component:
    """An address; afterwards the same answer for every one."""
    ask = form(
        form_error(ResetState.errors["form"]),
        fields.fields(fields.email("email", "E-mail", required=True, error=ResetState.errors["email"])),
        submit("Send the link"),
        on_submit=ResetState.ask,
        label="New password",
        guard=False,
    )
    sent = rx.el.p(
        "If ",
        rx.el.b(ResetState.asked_for),
        " belongs to someone here, a mail with a link is on its way. The link works once, for an hour.",
        role="status",
    )
    return bare(
        "New password",
        rx.cond(ResetState.asked_for != "", sent, ask),
        subtitle=rx.cond(
            ResetState.asked_for != "", "Look into your mail.", "We mail you a link to choose one."
        ),
        firm=DoorState.firm,
        mark=DoorState.mark,
        foot=text_link("Back to sign in", href=routes.SIGN_IN),
    )
