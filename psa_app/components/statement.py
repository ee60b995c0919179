"""A statement of account, a table for each currency."""

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.table import table
from psa_app.display.statements import StatementTable
from psa_app.display.tables import Column

COLUMNS = [
    Column("day", "Day", width="130px"),
    Column("what", "What"),
    Column("charged", "Charged", align="right"),
    Column("settled", "Settled", align="right"),
    Column("balance", "Balance", align="right", phone="side"),
]


def statement_tables(found: rx.Var[list[StatementTable]]) -> rx.Component:
    """The tables; nothing moved is said in a sentence."""

    def one(part: rx.Var[StatementTable]) -> rx.Component:
        return card(
            table(COLUMNS, part.rows, label="Statement in " + part.currency),
            title=part.currency,
            aside="Closing balance " + part.closing,
            body=False,
        )

    nothing = card(rx.el.p("Nothing happened in this period.", class_name="muted"))
    return rx.fragment(rx.foreach(found, one), rx.cond(found.length() == 0, nothing))
