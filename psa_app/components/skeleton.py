"""Grey shapes that hold the place of what is being fetched."""

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


def rows(columns: int, count: int = 8) -> rx.Component:
    """Rows of a table that is on its way."""
    widths = ("58%", "40%", "70%", "46%", "52%")
    one = lambda r: rx.el.tr(*[rx.el.td(bone(widths[(r + c) % 5])) for c in range(columns)])  # noqa: E731
    return rx.el.tbody(*[one(r) for r in range(count)], aria_hidden="true")


def until(ready: rx.Var[bool], content: rx.Component, waiting: rx.Component | None = None) -> rx.Component:
    """``content`` once ``ready``; before that bones (or ``waiting``)."""
    return rx.cond(ready, content, waiting if waiting is not None else lines())
