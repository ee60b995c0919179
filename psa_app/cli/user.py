"""`psa user …`: who may sign in, and API tokens."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from psa_app.cli import command, group, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from psa_app.models import User

users = group("user", "Who may sign in: list, invite, shut out, and make API tokens.")
Email = Annotated[str, typer.Argument(help="E-mail of the user.")]


@command("list", "psa user list", within=users)
def list_users() -> None:
    """List everyone who may sign in."""
    from sqlmodel import col, select

    from psa_app.db import reading
    from psa_app.models import User

    with reading() as session:
        found = session.exec(select(User).order_by(col(User.role), col(User.email))).all()
    for user in found:
        state = "" if user.is_active else "  shut out"
        state += "" if user.password_hash else "  has chosen no password yet"
        say(f"{user.role:<9}{user.email:<40}{user.name}{state}")


@command("invite", "psa user invite ada@harbour.example --name 'Ada Lind' --role lead", within=users)
def invite(
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[
        Literal["owner", "finance", "lead", "member", "client"], typer.Option(help="What they may do.")
    ],
    person: Annotated[
        int | None, typer.Option(help="Id of the person whose time they log (psa export people).")
    ] = None,
    contact: Annotated[int | None, typer.Option(help="Id of the client's contact, for role client.")] = None,
) -> None:
    """Let someone in. Prints the link to choose a password; it goes out by mail as well."""
    from psa_app.access import system
    from psa_app.db import unit_of_work
    from psa_app.services.identity.users import invite_user

    with unit_of_work() as session:
        user = invite_user(
            session,
            system("Command line", "cli"),
            email=email,
            name=name,
            role=role,
            person_id=person,
            contact_id=contact,
        )
        link = link_of(session, user, "invitation")
    say(f"{user.email} is invited. Choose a password within the hour:", f"  {link}")


@command("password-link", "psa user password-link mara@harbour.example", within=users)
def password_link(email: Email) -> None:
    """Print a link with which a user chooses a new password within the hour."""
    from psa_app.db import unit_of_work
    from psa_app.services.identity.links import request_reset

    with unit_of_work() as session:
        user = _user(session, email)
        request_reset(session, user.email, "command line")
        link = link_of(session, user, "reset")
    say(f"  {link}")


@command("deactivate", "psa user deactivate ada@harbour.example", within=users)
def deactivate(email: Email) -> None:
    """Shut a user out at once: sessions, tokens and links end. What they did stays."""
    from psa_app.access import system
    from psa_app.db import unit_of_work
    from psa_app.services.identity.users import deactivate_user

    with unit_of_work() as session:
        user = _user(session, email)
        deactivate_user(session, system("Command line", "cli"), user.id or 0, version=user.version)
    say(f"{user.email} is shut out.")


@command("token", "psa user token mara@harbour.example --name 'nightly export' --read-only", within=users)
def token(
    email: Email,
    name: Annotated[str, typer.Option(help="What it is for.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="It may read, not write.")] = False,
    days: Annotated[int, typer.Option(help="It ends after so many days.", min=1, max=366)] = 90,
) -> None:
    """Make a bearer token for the API. It is shown once and has its user's rights."""
    from psa_app.access import system
    from psa_app.db import unit_of_work
    from psa_app.services.identity.tokens import make_token

    with unit_of_work() as session:
        user = _user(session, email)
        made = make_token(
            session,
            system("Command line", "cli"),
            name=name,
            scopes="read" if read_only else "read write",
            expires_in_days=days,
            user_id=user.id,
        )
    say(made.secret)


def link_of(session: "Session", user: "User", purpose: str) -> str:
    """The full address of the link just promised to a user by mail."""
    from sqlmodel import col, select

    from psa_app.config import settings
    from psa_app.models import OneTimeLink, Outbox

    newest = session.exec(
        select(OneTimeLink.id).where(OneTimeLink.user_id == user.id).order_by(col(OneTimeLink.id).desc())
    ).first()
    mail = session.exec(select(Outbox).where(Outbox.key == f"{purpose}-{newest}")).one()
    return settings().link(json.loads(mail.payload)["path"])


def new_password() -> str:
    """Asks for a password twice, without showing it."""
    password: str = typer.prompt("Password of the owner", hide_input=True, confirmation_prompt=True)
    return password


def _user(session: "Session", email: str) -> "User":
    from sqlmodel import select

    from psa_app.errors import NotFound
    from psa_app.models import User

    user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise NotFound(f"Nobody signs in with {email}. See: psa user list")
    return user
