"""One's own password, sessions, API tokens and colours."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card, columns, notice, span, stack
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.table import table_card
from psa_app.components.theme import theme_switch
from psa_app.display.forms import Option
from psa_app.display.tables import Column
from psa_app.pages.frame import portal, staff
from psa_app.pages.registry import SIGNED_IN, page
from psa_app.state.firm.profile import ProfileState as State
from psa_app.state.frame import FrameState

SESSION_COLUMNS = [
    Column("device", "Browser"),
    Column("address", "Address"),
    Column("since", "Signed in"),
    Column("seen", "Last seen"),
]
TOKEN_COLUMNS = [
    Column("name", "Name"),
    Column("scopes", "May"),
    Column("used", "Last used"),
    Column("until", "Expires"),
]
SCOPES = [Option("read", "Read only"), Option("read write", "Read and write")]
TERMS = [
    Option("30", "In 30 days"),
    Option("90", "In 90 days"),
    Option("366", "In a year"),
    Option("", "Never"),
]


@page(routes.PROFILE, title="Profile", right=SIGNED_IN, on_load=State.load)
def profile() -> rx.Component:
    """In the frame of the staff or of the portal."""
    return rx.cond(
        FrameState.role == "client",
        portal("Profile", _content(), area="profile", subtitle=State.email),
        staff("Profile", _content(), area="profile", subtitle=State.email),
    )


def _content() -> rx.Component:
    return columns(
        span(7, stack(_sessions(), rx.cond(State.may_have_tokens, _tokens()))),
        span(5, stack(_password(), card(theme_switch(), title="Colours"))),
    )


def _password() -> rx.Component:
    return card(
        form(
            form_error(State.password_errors["form"]),
            fields.fields(
                fields.password("current", "Present password", error=State.password_errors["current"]),
                fields.password(
                    "new",
                    "New password",
                    new=True,
                    error=State.password_errors["new"],
                    help="At least ten characters; a few unusual words do well.",
                ),
            ),
            form_foot("Change password"),
            on_submit=State.change,
            key=State.password_form.to_string(),
            label="Password",
            guard=False,
        ),
        title="Password",
    )


def _sessions() -> rx.Component:
    return table_card(
        SESSION_COLUMNS,
        State.sessions,
        label="Where you are signed in",
        title="Where you are signed in",
        aside=button("Sign out everywhere", small=True, on_click=State.end_all),
        acts=lambda row: button("End", small=True, look="quiet", on_click=State.end(row.id)),
    )


def _tokens() -> rx.Component:
    return rx.fragment(
        table_card(
            TOKEN_COLUMNS,
            State.tokens,
            label="API tokens",
            title="API tokens",
            aside=button("New token", small=True, on_click=State.ask_token),
            acts=lambda row: button("Revoke", small=True, look="quiet", on_click=State.revoke(row.id)),
            empty=empty("No tokens yet", "A token lets a program of yours use the API with your rights."),
        ),
        dialog(
            rx.cond(State.secret != "", _secret(), _new_token()),
            open=State.making,
            on_close=State.close_token,
            title="New API token",
        ),
    )


def _new_token() -> rx.Component:
    return form(
        form_error(State.token_errors["form"]),
        fields.fields(
            fields.text("name", "Name", required=True, error=State.token_errors["name"], help="What uses it"),
            fields.select("scopes", "May", SCOPES, "read"),
            fields.select("term", "Expires", TERMS, "90"),
        ),
        form_foot("Make the token", on_cancel=State.close_token),
        on_submit=State.make,
        label="New API token",
    )


def _secret() -> rx.Component:
    return stack(
        notice("Copy it now: it is not shown again."),
        rx.el.input(
            value=State.secret, read_only=True, class_name="input", aria_label="The token", auto_focus=True
        ),
        rx.el.div(button("Done", look="primary", on_click=State.close_token), class_name="form-foot"),
    )
