"""Clients that look like one, and contacts that do."""

import reflex as rx

from psa_app import routes
from psa_app.components.empty import empty
from psa_app.components.shell import crumbs
from psa_app.components.tabs import tabs
from psa_app.components.twins import comparison, pairs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.clients.client_twins import ContactTwins
from psa_app.state.clients.client_twins import TwinsState as State

LIVE = ("account", "contact")


@page(routes.CLIENT_TWINS, title="Duplicates", right="accounts.merge", on_load=State.load, live=LIVE)
def client_twins() -> rx.Component:
    """The pairs, the likeliest first; two of them side by side in a dialog."""
    no_clients = empty(
        "No duplicates",
        "Clients with the same name, domain, number or contact are listed here.",
        icon_name="check",
    )
    no_people = empty(
        "No duplicates",
        "Contacts of one client with the same name or nearly the same address are listed here.",
        icon_name="check",
    )
    return staff(
        "Duplicates",
        tabs(State.tabs, State.tab, "Clients or contacts"),
        rx.cond(State.tab == "contacts", pairs(ContactTwins, no_people), pairs(State, no_clients)),
        comparison(State, title="Are these one client?", key="twins"),
        comparison(ContactTwins, title="Are these one person?", key="people"),
        area="clients",
        subtitle="What looks like one, the likeliest first",
        way=crumbs([Crumb("Clients", routes.CLIENTS)]),
    )
