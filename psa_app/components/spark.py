"""Tiny line and bar charts: plain SVG from numbers, no script. For more, see charts.py."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from psa_app.components.badges import swatch
from psa_app.components.link import Text

_W, _H = 100.0, 32.0


def path(values: Sequence[float], width: float = _W, height: float = _H) -> str:
    """An SVG path through the values, left to right, scaled to their own span. For ``spark_path``."""
    if not values:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = width / max(1, len(values) - 1)
    points = [f"{i * step:.1f},{height - (v - low) / span * height:.1f}" for i, v in enumerate(values)]
    return "M" + " L".join(points)


def spark_line(points: Text, label: Text, height: int = 32) -> rx.Component:
    """A line from a path made in the state with :func:`path`; ``label`` says what it shows in words."""
    return rx.el.svg(
        rx.el.path(d=points, class_name="stroke"),
        view_box=f"0 -2 {_W:g} {_H + 4:g}",
        class_name="spark",
        style={"height": f"{height}px"},
        role="img",
        aria_label=label,
        custom_attrs={"preserveAspectRatio": "none"},
    )


def keys(*pairs: tuple[str, str]) -> rx.Component:
    """What the colours mean: ``keys(("invoiced", "var(--chart-1)"), ("scheduled", "var(--chart-2)"))``."""
    return rx.el.div(*[rx.el.span(word, swatch(color)) for word, color in pairs], class_name="keys")


def spark_bars(
    bars: rx.Var[list[Any]], label: Text, *, first: Text = "", last: Text = "", height: int = 160
) -> rx.Component:
    """Bars from ``display.figures.Bar`` rows: ``value`` is percent of the tallest (0–100).

    ``first`` and ``last`` stand under the ends; each bar's ``text`` is its tip.
    """

    def one(bar: rx.Var[Any]) -> rx.Component:
        return rx.el.div(
            class_name="spark-bar " + bar.tone,
            style={"height": bar.value.to_string() + "%"},
            title=bar.label + ": " + bar.text,
        )

    return rx.el.div(
        rx.el.div(rx.foreach(bars, one), class_name="spark-bars", style={"height": f"{height}px"}),
        rx.el.div(rx.el.span(first), rx.el.span(last), class_name="spark-ends"),
        role="img",
        aria_label=label,
    )
