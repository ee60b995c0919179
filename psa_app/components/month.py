"""Who is away on which day of a month."""

import reflex as rx

from psa_app.components.link import Text
from psa_app.display.leave import MonthCell, MonthDay, MonthRow


def month(days: rx.Var[list[MonthDay]], rows: rx.Var[list[MonthRow]], label: Text) -> rx.Component:
    """A row for each person, a column for each day; colours are said in words for who does not see them."""

    def head(day: rx.Var[MonthDay]) -> rx.Component:
        look = rx.cond(day.off, "off", "") + rx.cond(day.today, " today", "")
        return rx.el.th(
            rx.el.span(day.name, class_name="muted"), rx.el.span(day.number), scope="col", class_name=look
        )

    def cell(one: rx.Var[MonthCell]) -> rx.Component:
        words = rx.cond(one.tip != "", rx.el.span(one.tip, class_name="sr"))
        return rx.el.td(words, class_name="d-" + one.tone, title=one.tip)

    def row(one: rx.Var[MonthRow]) -> rx.Component:
        return rx.el.tr(
            rx.el.th(one.name, scope="row"), rx.foreach(one.cells.to(list[MonthCell]), cell), key=one.id
        )

    grid = rx.el.table(
        rx.el.thead(rx.el.tr(rx.el.th("Person", scope="col"), rx.foreach(days, head))),
        rx.el.tbody(rx.foreach(rows, row)),
        class_name="month",
        aria_label=label,
    )
    return rx.el.div(grid, class_name="month-wrap", tab_index=0, role="region", aria_label=label)


def month_keys() -> rx.Component:
    """What the colours mean."""

    def one(tone: str, word: str) -> rx.Component:
        return rx.el.span(rx.el.i(class_name=f"d-{tone}", aria_hidden="true"), word)

    return rx.el.div(
        one("away", "away"),
        one("asked", "asked for"),
        one("part", "part of the day"),
        one("off", "holiday or weekend"),
        class_name="month-keys",
    )
