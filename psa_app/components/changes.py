"""What changed on a record, with the words before and after."""

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.icons import icon
from psa_app.components.link import Text
from psa_app.display.record import Change, FieldChange


def changes(entries: rx.Var[list[Change]], title: Text = "What happened") -> rx.Component:
    """A card with one line for each act, and under it the fields that it changed."""
    return card(rx.el.ol(rx.foreach(entries, _one), class_name="happened"), title=title, body=False)


def _one(entry: rx.Var[Change]) -> rx.Component:
    fields = rx.foreach(entry.fields.to(list[FieldChange]), _field)
    return rx.el.li(
        rx.el.span(entry.when, class_name="when"),
        rx.el.div(
            entry.text,
            rx.cond(entry.sub != "", rx.el.div(entry.sub, class_name="muted small")),
            rx.cond(entry.fields.length() > 0, rx.el.dl(fields, class_name="changed")),
            class_name="what",
        ),
    )


def _field(change: rx.Var[FieldChange]) -> rx.Component:
    before = rx.fragment(
        rx.el.span("before: ", class_name="sr"),
        rx.el.span(change.before, class_name="muted"),
        icon("arrow-right"),
        rx.el.span("now: ", class_name="sr"),
    )
    return rx.el.div(
        rx.el.dt(change.label), rx.el.dd(rx.cond(change.before != "", before), rx.el.span(change.after))
    )
