"""`psa init` and `psa demo`: the firm itself."""

import sys
from typing import Annotated

import typer

from psa_app.cli import command, say


@command("init", "psa init --name 'Harbour Studio' --country AT --owner-email mara@harbour.example")
def init(
    name: Annotated[str, typer.Option(prompt="Name of the firm", help="Name of the firm.")],
    owner_email: Annotated[
        str, typer.Option(prompt="E-mail of the owner", help="E-mail of the owner: the first sign-in.")
    ],
    owner_name: Annotated[str, typer.Option(prompt="Name of the owner", help="Name of the owner.")],
    country: Annotated[str, typer.Option(help="Country of the firm; AT unless said.")] = "",
    currency: Annotated[str, typer.Option(help="Base currency, for good; EUR unless said.")] = "",
    time_zone: Annotated[str, typer.Option(help="Time zone of the firm; Europe/Vienna unless said.")] = "",
    set_password: Annotated[
        bool, typer.Option("--set-password", help="Ask for the owner's password instead of making a link.")
    ] = False,
) -> None:
    """Make the firm and its owner. Asks for what the options do not say.

    Prints a link with which the owner chooses a password within the hour.
    """
    from psa_app.access import system
    from psa_app.cli.run import migrate_now
    from psa_app.cli.user import link_of, new_password
    from psa_app.config import settings
    from psa_app.db import unit_of_work
    from psa_app.formats.country_names import country_code
    from psa_app.services.firm.profile import Profile
    from psa_app.services.firm.setup import setup_firm
    from psa_app.services.identity.users import add_user, invite_user

    country = country or _asked("Country", "AT")
    country = country_code(country) or country
    currency = currency or _asked("Base currency (fixed from then on)", "EUR")
    time_zone = time_zone or _asked("Time zone", "Europe/Vienna")
    password = new_password() if set_password else ""
    migrate_now(settings().database_url)
    actor = system("Setup", "cli")
    profile = Profile(name=name, country=country, time_zone=time_zone, email=owner_email)
    with unit_of_work() as session:
        setup_firm(session, actor, profile=profile, base_currency=currency.strip().upper())
        if password:
            add_user(session, actor, email=owner_email, name=owner_name, role="owner", password=password)
            link = ""
        else:
            user = invite_user(session, actor, email=owner_email, name=owner_name, role="owner")
            link = link_of(session, user, "invitation")
    say(f"{name} is set up; its owner is {owner_email}.")
    if link:
        say("Choose a password within the hour:", f"  {link}")
    say("Start the program with: psa serve")


def _asked(question: str, usual: str) -> str:
    """The answer of whoever sits there; what is usual where nobody does, such as in a container."""
    return str(typer.prompt(question, default=usual)) if sys.stdin.isatty() else usual


@command("demo", "psa demo")
def demo() -> None:
    """Load the demo firm into an empty database: fourteen months of work that end today."""
    from psa_app.cli.run import load_demo_now, migrate_now
    from psa_app.cli.start import database_facts
    from psa_app.config import settings
    from psa_app.demo.sign_ins import PASSWORD, SIGN_INS
    from psa_app.errors import Conflict, Invalid

    config = settings()
    if config.production:
        raise Invalid("The demo firm is not for production: everyone knows its passwords.")
    migrate_now(config.database_url)
    if database_facts(config)[1]:
        raise Conflict("There is a firm in this database already. Set PSA_DATA to an empty folder.")
    load_demo_now()
    say(*(f"  {role:<9}{email}" for role, email in SIGN_INS), f"  {'Password':<9}{PASSWORD}")
