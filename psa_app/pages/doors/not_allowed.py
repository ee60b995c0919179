"""Where someone lands whose role may not open a page."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import link_button
from psa_app.pages.frame import bare
from psa_app.pages.registry import EVERYONE, page
from psa_app.state.doors.auth import DoorState


@page(routes.NOT_ALLOWED, title="Not for your role", right=EVERYONE, on_load=DoorState.load)
def not_allowed() -> rx.Component:
    """Says so, and shows the way back."""
    return bare(
        "This is not for your role",
        rx.el.div(
            link_button("Go to the start page", href=routes.HOME, look="primary"), class_name="form-foot"
        ),
        subtitle="If you need it for your work, ask an owner of the firm to change your role.",
        firm=DoorState.firm,
        mark=DoorState.mark,
    )
