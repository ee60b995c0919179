"""What pages of expenses share: the columns, receipts, and one expense over a list."""

from typing import Any

import reflex as rx

from psa_app.components.cards import stack
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.icons import icon
from psa_app.display.tables import Column
from psa_app.state.expenses.words import ReceiptLine, Shown

OWN = [
    Column("what", "What for"),
    Column("day", "Day", width="80px"),
    Column("project", "Project"),
    Column("receipts", "Receipts", align="right", width="80px", phone="hide"),
    Column("amount", "Amount", align="right", phone="side"),
    Column("state", "State"),
]
QUEUE = [
    Column("person", "Person"),
    Column("day", "Day", width="80px"),
    Column("what", "What for"),
    Column("project", "Project"),
    Column("look", "To look at"),
    Column("receipts", "Receipts", align="right", width="80px"),
    Column("amount", "Amount", align="right", phone="side"),
]
OF_PROJECT = [
    Column("what", "What for"),
    Column("day", "Day"),
    Column("person", "Person"),
    Column("receipts", "Receipts", align="right", phone="hide"),
    Column("amount", "Amount", align="right", phone="side"),
    Column("value", "Billed at", align="right"),
    Column("state", "State"),
]


def receipts(lines: rx.Var[list[ReceiptLine]], act: Any = None) -> rx.Component:
    """Photos and files; `act(line)` draws what can be done to one."""

    def one(line: rx.Var[ReceiptLine]) -> rx.Component:
        named = rx.cond(
            line.href != "",
            rx.el.a(line.name, href=line.href, class_name="link"),
            rx.el.span(line.name),
        )
        words = rx.el.div(
            icon("file"), named, rx.el.span(line.size, class_name="muted small"), class_name="line wrap"
        )
        photo = rx.cond(
            line.shown != "",
            rx.el.a(
                rx.el.img(src=line.shown, alt="Receipt " + line.name, class_name="receipt-photo"),
                href=line.shown,
                target="_blank",
                rel="noopener",
            ),
        )
        beside = [] if act is None else [act(line)]
        return rx.el.li(stack(rx.el.div(words, *beside, class_name="line spread"), photo, gap="tight"))

    return rx.cond(lines.length() > 0, rx.el.ul(rx.foreach(lines, one), class_name="plain-list"))


def expense_dialog(
    shown: rx.Var[Shown], on_close: Any, *foot: rx.Component, besides: Any = True
) -> rx.Component:
    """One expense as it is, with its receipts; `foot` are its acts, `besides` what else must hold."""
    return dialog(
        facts(shown.facts, quiet=True, plain=True),
        receipts(shown.receipts),
        *([rx.el.div(*foot, class_name="form-foot")] if foot else []),
        open=(shown.id > 0) & besides,
        on_close=on_close,
        title=shown.title,
    )
