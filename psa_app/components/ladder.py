"""Why an hour has its rate: the levels in their order, the one that won and those that did not."""

import reflex as rx

from psa_app.components.icons import icon
from psa_app.display.rates import Rung


def _rung(rung: rx.Var[Rung]) -> rx.Component:
    won = rung.state == "won"
    return rx.el.li(
        rx.cond(won, icon("check"), rx.cond(rung.state == "lost", icon("minus"), rx.el.span())),
        rx.el.span(rung.level, rx.cond(won, rx.el.span(" (decides)", class_name="sr"))),
        rx.el.span(rung.amount, class_name="num"),
        rx.el.span(rung.sentence, class_name="sub"),
        class_name="r-" + rung.state,
    )


def ladder(rungs: rx.Var[list[Rung]]) -> rx.Component:
    """An ordered list of `display.rates.Rung`."""
    return rx.el.ol(rx.foreach(rungs, _rung), class_name="ladder", aria_label="Where the rate comes from")
