"""Grey shapes that hold the place of what is being fetched."""

from typing import Any

import reflex as rx


def bone(width: str = "100%", height: str = "12px") -> rx.Component:
    """One grey line."""
    return rx.el.span(class_name="bone", style={"width": width, "height": height})


def lines(count: int = 3) -> rx.Component:
    """Lines of uneven length."""
    widths = ("92%", "76%", "84%", "61%")
    return rx.el.div(
        *[bone(widths[i % 4]) for i in range(count)],
        class_name="stack tight",
        aria_hidden="true",
    )


def rows(columns: rx.Var[list[Any]], count: int = 8) -> rx.Component:
    """Rows of a table that is on its way, as many cells wide as it has columns."""

    def cell(_: Any, index: rx.Var[int]) -> rx.Component:
        return rx.el.td(bone("60%"), class_name=rx.cond(index == 0, "title", "p-hide"))

    one = rx.el.tr(rx.foreach(columns, cell))
    return rx.el.tbody(*[one] * count, class_name="waits", aria_hidden="true")


def until(ready: rx.Var[bool], content: rx.Component, waiting: rx.Component | None = None) -> rx.Component:
    """``content`` once ``ready``; before that bones (or ``waiting``)."""
    return rx.cond(ready, content, waiting if waiting is not None else lines())
