"""How much of something is used or done."""

import reflex as rx

from psa_app.components.link import Text

Percent = int | float | rx.Var[int] | rx.Var[float]


def bar(percent: Percent, label: Text, tone: Text = "") -> rx.Component:
    """A thin bar. ``percent`` may pass 100 (the bar stays full); ``label`` says what is measured."""
    shown = rx.cond(percent > 100, 100, percent) if isinstance(percent, rx.Var) else min(percent, 100)
    width = rx.Var.create(shown).to_string() + "%" if isinstance(shown, rx.Var) else f"{shown}%"
    return rx.el.span(
        rx.el.i(style={"width": width}),
        class_name="bar t-" + tone,
        role="progressbar",
        aria_label=label,
        aria_valuenow=percent,
        aria_valuemin=0,
        aria_valuemax=100,
    )


def steps(parts: rx.Var[list[int]], label: Text) -> rx.Component:
    """A bar in pieces, one for each milestone; each part is filled by its own percent."""
    piece = lambda p: rx.el.span(rx.el.i(style={"width": p.to_string() + "%"}), class_name="bar")  # noqa: E731
    return rx.el.div(rx.foreach(parts, piece), class_name="steps", role="img", aria_label=label)


def work(percent: Percent, text: Text, label: Text, cancel: rx.Component | None = None) -> rx.Component:
    """Long work: a bar, what is done in words ("1,204 of 20,000"), and *Cancel*."""
    foot = [rx.el.span(text, class_name="num", role="status"), *([cancel] if cancel else [])]
    return rx.el.div(bar(percent, label), rx.el.div(*foot, class_name="spread"), class_name="work")
