"""The parts of a template: a list, each part with its menu."""

from typing import Any

import reflex as rx

from psa_app.components.buttons import button
from psa_app.components.cards import card
from psa_app.components.menu import divider, dots_menu, item
from psa_app.display.forms import Option
from psa_app.display.templates import Piece, Section


def template_section(
    section: rx.Var[Section],
    may_change: rx.Var[bool],
    *,
    on_add: Any,
    on_edit: Any,
    on_move: Any,
    on_remove: Any,
) -> rx.Component:
    """A card with the parts of a list; the events get a path, ``on_move`` also by how many places."""

    def one(piece: rx.Var[Piece]) -> rx.Component:
        adds = rx.foreach(
            piece.adds.to(list[Option]),
            lambda add: item(add.label, icon_name="plus", on_click=on_add(add.value)),
        )
        menu = dots_menu(
            item("Change", icon_name="edit", on_click=on_edit(piece.path)),
            adds,
            item("Move up", icon_name="chevron-up", on_click=on_move(piece.path, -1)),
            item("Move down", icon_name="chevron-down", on_click=on_move(piece.path, 1)),
            divider(),
            item("Take out", icon_name="trash", tone="bad", on_click=on_remove(piece.path)),
            label="More for " + piece.title,
        )
        return rx.el.li(
            rx.el.div(
                rx.el.div(piece.title, class_name=rx.cond(piece.inner, "", "strong")),
                rx.cond(piece.sub != "", rx.el.div(piece.sub, class_name="sub")),
                class_name="text",
            ),
            rx.cond(piece.beside != "", rx.el.span(piece.beside, class_name="muted")),
            rx.cond(may_change, menu),
            class_name=rx.cond(piece.inner, "inner", ""),
        )

    add = rx.cond(
        may_change,
        button(
            "Add",
            icon_name="plus",
            small=True,
            on_click=on_add(section.path),
            aria_label="Add to " + section.title,
        ),
    )
    pieces = section.pieces.to(list[Piece])
    rows = rx.el.ul(rx.foreach(pieces, one), class_name="waiting outline")
    nothing = rx.el.div(section.nothing, class_name="card-body muted")
    return card(rx.cond(pieces.length() > 0, rows, nothing), title=section.title, aside=add, body=False)


def outline(pieces: rx.Var[list[Piece]]) -> rx.Component:
    """Parts to read: those that belong to one above stand further in."""

    def one(piece: rx.Var[Piece]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.div(piece.title, class_name=rx.cond(piece.inner, "", "strong")),
                rx.cond(piece.sub != "", rx.el.div(piece.sub, class_name="sub")),
                class_name="text",
            ),
            rx.cond(piece.beside != "", rx.el.span(piece.beside, class_name="muted num")),
            class_name=rx.cond(piece.inner, "inner", ""),
        )

    return rx.el.ul(rx.foreach(pieces, one), class_name="waiting outline")
