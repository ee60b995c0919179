"""Choosing a password by a mailed link: an invitation or a reset."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import submit
from psa_app.components.form import form, form_error
from psa_app.components.link import text_link
from psa_app.components.skeleton import bone
from psa_app.pages.frame import bare
from psa_app.pages.registry import EVERYONE, page
from psa_app.state.doors.auth import DoorState, WelcomeState


@page(routes.WELCOME, title="Choose a password", right=EVERYONE, on_load=[DoorState.load, WelcomeState.load])
def welcome() -> rx.Component:
    """One password field, for the address that the link belongs to."""
    choose = form(
        form_error(WelcomeState.errors["form"]),
        rx.el.input(
            type="email",
            name="email",
            value=WelcomeState.email,
            auto_complete="username",
            read_only=True,
            class_name="sr",
            tab_index=-1,
            aria_hidden="true",
        ),
        fields.fields(
            fields.password(
                "password",
                "Password",
                new=True,
                required=True,
                error=WelcomeState.errors["password"],
                help="At least ten characters; a few unusual words do well.",
            )
        ),
        submit("Set the password"),
        on_submit=WelcomeState.choose,
        label="Password",
        guard=False,
    )
    gone = rx.el.p(WelcomeState.gone, role="alert")
    shown = rx.cond(WelcomeState.email != "", choose, rx.cond(WelcomeState.gone != "", gone, bone("60%")))
    return bare(
        "Choose a password",
        shown,
        subtitle=rx.cond(WelcomeState.email != "", "For " + WelcomeState.email, ""),
        firm=DoorState.firm,
        mark=DoorState.mark,
        foot=rx.cond(
            WelcomeState.gone != "",
            text_link("Ask for a new link", href=routes.RESET),
            text_link("Back to sign in", href=routes.SIGN_IN),
        ),
    )
