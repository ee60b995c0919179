"""Rates from a file: a list or cards side by side, seen before anything is written."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.table import export_menu, table_card
from psa_app.components.upload import drop_zone
from psa_app.display.tables import Column
from psa_app.pages.frame import staff
from psa_app.pages.rates.rates import TOUCHED
from psa_app.pages.registry import page
from psa_app.state.rates.rate_import import RateImportState as State

ZONE = "rate-file"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RATES = [
    Column("line", "Line", align="right", width="64px"),
    Column("for", "For"),
    Column("role", "Role"),
    Column("amount", "An hour", align="right", phone="side"),
    Column("days", "Counts"),
]
TITLE = "Rates to be written"
PROBLEMS = [
    Column("line", "Line", align="right", width="64px"),
    Column("column", "Column"),
    Column("what", "What to do"),
]


@page(routes.RATE_IMPORT, title="Import rates", right="rates.change", on_load=State.load)
def rate_import() -> rx.Component:
    """Where the file is dropped, and what it would do."""
    return staff(
        "Import rates",
        card(
            drop_zone(
                ZONE,
                on_drop=State.take(rx.upload_files(upload_id=ZONE)),
                label=rx.cond(
                    State.name != "", State.name + " – drop another to look again", "Drop a file here"
                ),
                help_text="CSV or Excel, as Rates exports them: the cards side by side, or the list. "
                "Nothing is written before you have seen what it would do.",
                accept={"text/csv": [".csv", ".txt", ".tsv"], XLSX: [".xlsx"]},
            ),
            title="The file",
            aside=export_menu(State.files),
        ),
        rx.cond(State.error != "", notice(State.error, tone="bad")),
        rx.cond(
            State.summary != "",
            rx.cond(State.problems.length() > 0, notice(State.summary, tone="bad"), notice(State.summary)),
        ),
        rx.cond(State.problems.length() > 0, table_card(PROBLEMS, State.problems, label="Rows to mend")),
        rx.cond(State.touched.length() > 0, _touched()),
        rx.cond(
            State.rates.length() > 0,
            table_card(RATES, State.rates, label=TITLE, title=TITLE),
        ),
        area="settings",
        subtitle="All or nothing: with one wrong row nothing is written.",
        actions=[
            link_button("Back to rates", href=routes.RATES),
            rx.cond(State.may_apply, button("Bring in", look="primary", on_click=State.apply)),
        ],
    )


def _touched() -> rx.Component:
    return table_card(
        TOUCHED,
        State.touched,
        label="Entries that change",
        title="Entries that change",
        aside=State.touched_more,
    )
