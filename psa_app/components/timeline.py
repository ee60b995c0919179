"""What happened, in order."""

import reflex as rx

from psa_app.components.badges import tag
from psa_app.components.cards import card
from psa_app.components.link import Text, link
from psa_app.display.figures import Happening


def _one(entry: rx.Var[Happening]) -> rx.Component:
    text = rx.cond(
        entry.href != "",
        link(entry.text, href=entry.href, class_name="link"),
        rx.fragment(entry.text),
    )
    return rx.el.li(
        rx.el.span(entry.when, class_name="when"),
        rx.el.div(
            text,
            rx.cond(entry.badge != "", tag(entry.badge, entry.tone)),
            rx.cond(entry.sub != "", rx.el.div(entry.sub, class_name="muted small")),
            class_name="what",
        ),
        class_name=rx.cond(entry.muted, "muted", ""),
    )


def timeline(entries: rx.Var[list[Happening]], title: Text | None = "What happened") -> rx.Component:
    """A card with one line for each thing that happened; what is still to come is grey."""
    return card(rx.el.ol(rx.foreach(entries, _one), class_name="happened"), title=title, body=False)
