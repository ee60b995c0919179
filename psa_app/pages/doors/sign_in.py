"""Signing in. The browser posts the form itself, so that the session's cookie is out of reach of scripts."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import submit
from psa_app.components.cards import notice
from psa_app.components.form import form_error
from psa_app.components.link import text_link
from psa_app.components.native_form import hidden, native_form
from psa_app.config import DEMO_PASSWORD
from psa_app.pages.frame import bare
from psa_app.pages.registry import EVERYONE, page
from psa_app.state.doors.auth import DemoSignIn, DoorState, SignInState

MUST = {"required": True}


def _demo_button(one: rx.Var[DemoSignIn]) -> rx.Component:
    return native_form(
        hidden("email", one.email),
        hidden("password", DEMO_PASSWORD),
        rx.el.button(
            rx.el.b(one.role),
            rx.el.span(one.name, class_name="muted"),
            type="submit",
            class_name="button",
            style={"width": "100%", "justify_content": "space-between"},
        ),
        action=routes.AUTH_LOGIN,
    )


def _demo() -> rx.Component:
    return rx.cond(
        DoorState.demo.length() > 0,
        rx.el.section(
            rx.el.h2("The demo firm"),
            rx.el.p("One click signs you in as one of its people.", class_name="muted"),
            rx.el.div(
                rx.foreach(DoorState.demo, _demo_button),
                style={"display": "grid", "gap": "var(--s2)", "margin_top": "var(--s3)"},
            ),
            aria_label="Demo sign-ins",
            style={
                "margin_top": "var(--s5)",
                "padding_top": "var(--s5)",
                "border_top": "1px solid var(--line)",
            },
        ),
    )


@page(routes.SIGN_IN, title="Sign in", right=EVERYONE, on_load=[DoorState.load, SignInState.load])
def sign_in() -> rx.Component:
    """Address and password; below, the demo's people."""
    leave = rx.el.meta(http_equiv="refresh", content="0; url=" + SignInState.again)
    words = native_form(
        form_error(SignInState.problem),
        fields.fields(
            fields.email("email", "E-mail", SignInState.email, key=SignInState.email, custom_attrs=MUST),
            fields.password("password", "Password", custom_attrs=MUST),
        ),
        hidden("next", SignInState.next),
        submit("Sign in"),
        action=routes.AUTH_LOGIN,
        class_name="form",
    )
    return rx.fragment(
        rx.cond(SignInState.again != "", leave),
        bare(
            "Sign in",
            rx.cond(SignInState.told != "", notice(SignInState.told, tone="ok")),
            words,
            _demo(),
            subtitle="With the address that you were invited by.",
            firm=DoorState.firm,
            mark=DoorState.mark,
            foot=text_link("Forgot your password?", href=routes.RESET),
        ),
    )
