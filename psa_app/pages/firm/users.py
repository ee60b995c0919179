"""Who may sign in, for the owner: inviting, roles, shutting out."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.dialog import confirm, dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.forms import Option
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.firm.users import UsersState as State

COLUMNS = [
    Column("name", "Name"),
    Column("email", "E-mail"),
    Column("role", "Role"),
    Column("state", "State", phone="side"),
    Column("seen", "Last seen"),
]
STAFF_ROLES = [
    Option("member", "Member – logs time"),
    Option("lead", "Lead – runs projects, approves time"),
    Option("finance", "Finance – bills, sees cost"),
    Option("owner", "Owner – may do everything"),
]


@page(routes.USERS, title="Users", right="users.read", on_load=State.load, live=("user",))
def users() -> rx.Component:
    """The list, the invitation, the two questions."""
    return staff(
        "Users",
        table_card(COLUMNS, State.rows, label="Users", acts=_acts, loading=~State.is_ready),
        _invitation(),
        _role(),
        _shut_out(),
        area="settings",
        subtitle="Who may sign in, and as what.",
        way=crumbs([Crumb("Settings", routes.SETTINGS)]),
        actions=[button("Invite someone", look="primary", on_click=State.ask_invite, data_new="")],
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    return dots_menu(
        item("Change role", icon_name="edit", on_click=State.ask_role(row.id)),
        rx.cond(
            State.invited.contains(row.id),
            item("Invite again", icon_name="mail", on_click=State.invite_again(row.id)),
        ),
        rx.cond(
            State.shut.contains(row.id),
            item("Let in again", icon_name="check", on_click=State.let_in(row.id)),
            item("Shut out", icon_name="lock", tone="bad", on_click=State.ask_shut(row.id)),
        ),
        label="More for " + row.name,
    )


def _invitation() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                fields.picker(
                    "who",
                    "Who",
                    options=State.choices,
                    help="Someone of the firm, or a client's contact. Leave it empty for anyone else.",
                    error=rx.cond(
                        State.errors["person_id"], State.errors["person_id"], State.errors["contact_id"]
                    ),
                ),
                fields.text("name", "Name", error=State.errors["name"], help="If nobody is chosen above"),
                fields.email("email", "E-mail", error=State.errors["email"], help="If it differs"),
                fields.select("role", "Role", STAFF_ROLES, "member", error=State.errors["role"]),
            ),
            form_foot("Send the invitation", on_cancel=State.close),
            on_submit=State.invite,
            key="invite-" + State.form_key.to_string(),
            label="Invitation",
        ),
        open=State.inviting,
        on_close=State.close,
        title="Invite someone",
    )


def _role() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                fields.select("role", "Role", STAFF_ROLES, State.about_role, error=State.errors["role"])
            ),
            form_foot("Change role", on_cancel=State.close),
            on_submit=State.set_role,
            key="role-" + State.form_key.to_string(),
            label="Role",
        ),
        open=State.asking_role,
        on_close=State.close,
        title="Role of " + State.about_name,
        size="narrow",
    )


def _shut_out() -> rx.Component:
    return confirm(
        open=State.asking_shut,
        on_close=State.close,
        on_confirm=State.shut_out,
        title="Shut out " + State.about_name + "?",
        act="Shut out",
        text="They are signed out everywhere at once, and their API tokens end. Their work stays.",
    )
