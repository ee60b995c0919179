"""One person: hours by weekday, cost, leave, what happened."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button
from psa_app.components.cards import card, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.empty import empty
from psa_app.components.missing import found
from psa_app.components.record_form import record_form
from psa_app.components.record_panel import record_panel
from psa_app.components.shell import crumbs
from psa_app.components.table import table
from psa_app.components.timeline import timeline
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.people.person import PersonCosts, PersonEdit, PersonHours
from psa_app.state.people.person import PersonState as State

LEAVE = [Column("days", "Days"), Column("kind", "Kind"), Column("state", "State", phone="side")]


@page(
    routes.PERSON,
    title="Person",
    right="people.read",
    on_load=State.load,
    live=("person", "work_pattern", "cost_rate", "leave"),
)
def person() -> rx.Component:
    """Hours and cost on the left, facts and leave beside."""
    return staff(
        State.name,
        found(State.is_ready, State.is_missing, _content(), back=routes.PEOPLE, label="All people"),
        record_form(PersonEdit, key="person"),
        area="people",
        subtitle=State.role,
        way=crumbs([Crumb("People", routes.PEOPLE)]),
        actions=[rx.cond(State.may_change, button("Change", on_click=State.edit))],
    )


def _content() -> rx.Component:
    hours = record_panel(
        PersonHours,
        "Hours by weekday",
        "Say how long they work on each day, and from when: capacity stands on it.",
        "clock",
        key="hours",
    )
    cost = record_panel(
        PersonCosts,
        "Cost",
        "What an hour costs the firm, from a day on. Margins stand on it.",
        "invoices",
        key="cost",
    )
    leave = table(
        LEAVE,
        State.leave,
        label="Leave",
        empty=empty("No leave yet", "What is asked for and approved stands here."),
    )
    return with_side(
        stack(hours, rx.cond(State.sees_cost, cost), card(leave, title="Leave", body=False)),
        stack(
            facts_card("About", State.facts, quiet=True),
            rx.cond(State.happened.length() > 0, timeline(State.happened)),
        ),
    )
