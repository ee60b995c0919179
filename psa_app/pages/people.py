"""The people of the firm."""

import reflex as rx

from psa_app import routes
from psa_app.components.record_panel import record_panel
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.people import PeopleState as State


@page(routes.PEOPLE, title="People", right="people.read", on_load=State.load, live=("person",))
def people() -> rx.Component:
    """The list; a row opens the person."""
    return staff(
        "People",
        record_panel(
            State, "People", "Add everyone who works here: utilization stands on their hours.", "clients"
        ),
        area="people",
        subtitle="Who works here, since when, and in which role.",
    )
