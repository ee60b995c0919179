"""An address that leads nowhere."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import link_button
from psa_app.pages.frame import bare
from psa_app.pages.registry import EVERYONE, page
from psa_app.state.doors.auth import DoorState


@page("404", title="Not found", right=EVERYONE, on_load=DoorState.load)
def not_found() -> rx.Component:
    """The same words for what never was and for what is not yours to see."""
    return bare(
        "There is nothing here",
        rx.el.div(
            link_button("Go to the start page", href=routes.HOME, look="primary"), class_name="form-foot"
        ),
        subtitle="The address may be mistyped, or what it led to is not yours to see.",
        firm=DoorState.firm,
        mark=DoorState.mark,
    )
