"""A line over months and stacked bars over weeks: plain elements that stay sharp at any width, no script."""

from typing import Any

import reflex as rx

from psa_app.components.link import Text
from psa_app.display.charts import LineFigure, Point, Rule, StackBar


def _percent(value: rx.Var[float]) -> rx.Var[str]:
    return value.to_string() + "%"


def _rule(rule: rx.Var[Rule]) -> rx.Component:
    return rx.el.div(rx.el.span(rule.text), class_name="rule", style={"top": _percent(rule.y)})


def _point(point: rx.Var[Point]) -> rx.Component:
    dot = rx.el.i(class_name=rx.cond(point.last, "dot last", "dot"), style={"top": _percent(point.y)})
    word = rx.cond(point.label != "", rx.el.small(point.label))
    return rx.el.div(dot, word, class_name="at", title=point.tip, style={"left": _percent(point.x)})


def line_chart(figure: rx.Var[LineFigure], label: Text, height: int = 180) -> rx.Component:
    """A line over time with a dashed goal. ``label`` says in words what it shows; each point has its tip."""
    drawn = rx.el.svg(
        rx.el.path(d=figure.path, class_name="stroke"),
        view_box="0 0 100 100",
        class_name="spark",
        custom_attrs={"preserveAspectRatio": "none"},
    )
    goal = rx.cond(
        figure.goal_y >= 0,
        rx.el.div(rx.el.span(figure.goal), class_name="rule goal", style={"top": _percent(figure.goal_y)}),
    )
    return rx.el.div(
        rx.el.div(
            rx.foreach(figure.rules, _rule),
            goal,
            drawn,
            rx.foreach(figure.points, _point),
            class_name="plot",
            style={"height": f"{height}px"},
        ),
        class_name="line-chart",
        role="img",
        aria_label=label,
    )


def _bar(bar: rx.Var[StackBar]) -> rx.Component:
    return rx.el.div(
        rx.el.i(class_name="high", style={"height": _percent(bar.high)}),
        rx.el.i(
            class_name="low " + bar.tone + rx.cond(bar.high > 0, "", " top"),
            style={"height": _percent(bar.low)},
        ),
        rx.el.small(bar.label),
        class_name="stack-bar",
        title=bar.tip,
    )


def stack_bars(
    bars: rx.Var[list[StackBar]],
    label: Text,
    *,
    height: int = 156,
    named: bool = False,
    rest: bool = False,
    foot: Any = None,
) -> rx.Component:
    """Bars of two parts. ``named`` writes each bar's label below it, ``rest`` draws the upper part in grey
    (what is still to come of a whole), ``foot`` stands below them all.
    """
    looks = " ".join(("stack-bars", *(["named"] if named else []), *(["rest"] if rest else [])))
    return rx.el.div(
        rx.el.div(
            rx.foreach(bars, _bar),
            class_name=looks,
            style={"height": f"{height}px"},
        ),
        *([foot] if foot is not None else []),
        role="img",
        aria_label=label,
    )
