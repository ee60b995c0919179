"""All tables: a quiet page with the way to every kind of record."""

import reflex as rx

from psa_app import routes
from psa_app.components.cards import card
from psa_app.components.link import link, text_link
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.lowcode.kinds import STAFF
from psa_app.state.lowcode.tables import TableGroup, TableLink
from psa_app.state.lowcode.tables import TablesState as State


@page(routes.RECORDS, title="All tables", right=STAFF, on_load=State.load)
def records_index() -> rx.Component:
    """A card a subject."""
    return staff(
        "All tables",
        rx.el.div(rx.foreach(State.groups, _group), class_name="table-index"),
        area="settings",
        subtitle="Everything that is kept here, as lists.",
    )


def _group(group: rx.Var[TableGroup]) -> rx.Component:
    rows = rx.foreach(group.tables.to(list[TableLink]), _table)
    return card(rx.el.ul(rows, class_name="table-links"), title=group.title, body=False)


def _table(one: rx.Var[TableLink]) -> rx.Component:
    return rx.el.li(
        text_link(one.label, href=one.href),
        rx.cond(one.make != "", link(one.make_label, href=one.make, class_name="link muted small")),
    )
