"""Time that the client approves: the list, and one request."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.empty import empty
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.components.time_answer import time_for_client
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal_time import PortalTimesState as Times
from psa_app.state.portal.portal_time import PortalTimeState as State

COLUMNS = [
    Column("scope", "Scope"),
    Column("days", "Days"),
    Column("entries", "Entries", align="right", phone="hide"),
    Column("until", "Answer"),
    Column("state", "State"),
    Column("time", "Time", align="right", phone="side"),
]


@page(routes.PORTAL_TIME, title="Time", right="portal.read", on_load=Times.load, live=("time_request",))
def times() -> rx.Component:
    """All requests, the open ones first."""
    return portal(
        "Time to approve",
        table_card(
            COLUMNS,
            Times.rows,
            label="Time to approve",
            loading=~Times.is_ready,
            empty=empty(
                "No time to approve",
                "Where a scope asks for your approval, the hours worked appear here.",
                icon_name="clock",
            ),
        ),
        area="time",
        subtitle=Times.subtitle,
    )


@page(
    routes.PORTAL_TIME_REQUEST,
    title="Time to approve",
    right="portal.read",
    on_load=State.load,
    live=("time_request",),
)
def one_request() -> rx.Component:
    """The entries and the box to approve them in."""
    return portal(
        State.scope,
        found(
            State.is_ready, State.is_missing, time_for_client(State), back=routes.PORTAL_TIME, label="Time"
        ),
        area="time",
        subtitle=State.days,
        badge=tag(State.word, State.tone),
        way=crumbs([Crumb("Time", routes.PORTAL_TIME)]),
    )
