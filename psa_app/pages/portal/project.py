"""A project in the portal: milestones to accept, approved hours by week."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.cards import card, columns, span
from psa_app.components.change_list import order_list
from psa_app.components.definition import facts_card
from psa_app.components.empty import empty
from psa_app.components.missing import found
from psa_app.components.scope_answer import accept_dialog
from psa_app.components.scope_sheet import parts_list
from psa_app.components.shell import crumbs
from psa_app.components.spark import spark_bars
from psa_app.components.table import table
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.frame import FrameState
from psa_app.state.portal.portal_project import PortalProjectState as State

WEEKS = [
    Column("week", "Week"),
    Column("days", "Days"),
    Column("hours", "Approved hours", align="right", phone="side"),
]


@page(
    routes.PORTAL_PROJECT,
    title="Project",
    right="portal.read",
    on_load=State.load,
    live=("milestone", "project", "time_entry", "change_order"),
)
def project() -> rx.Component:
    """Milestones and hours; the agreement beside."""
    return portal(
        State.project_name,
        found(
            State.is_ready,
            State.is_missing,
            columns(
                span(
                    8,
                    rx.cond(
                        State.parts.length() > 0,
                        card(parts_list(State.parts, State.ask_part), title="Milestones", body=False),
                    ),
                    _hours(),
                ),
                span(
                    4,
                    facts_card("In short", State.facts),
                    rx.cond(
                        State.orders.length() > 0,
                        card(order_list(State.orders), title="Change orders", body=False),
                    ),
                ),
            ),
            back=routes.PORTAL,
            label="Overview",
        ),
        accept_dialog(State, FrameState.name),
        area="overview",
        subtitle=State.subtitle,
        badge=tag(State.word, State.tone),
        way=crumbs([Crumb("Overview", routes.PORTAL)]),
    )


def _hours() -> rx.Component:
    drawn = rx.fragment(
        rx.el.div(
            spark_bars(
                State.bars,
                "Approved hours by week",
                first=State.first_week,
                last=State.last_week,
                height=96,
            ),
            class_name="card-body",
        ),
        table(WEEKS, State.weeks, label="Approved hours by week"),
    )
    nothing = empty(
        "No approved hours yet", "Hours appear here once the firm has approved them.", icon_name="clock"
    )
    return card(rx.cond(State.bars.length() > 0, drawn, nothing), title="Approved hours by week", body=False)
