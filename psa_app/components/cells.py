"""A table's cell, drawn from data; compiled once for the whole app."""

import reflex as rx

from psa_app.components.avatar import avatar
from psa_app.components.badges import tag
from psa_app.components.icons import Icon
from psa_app.components.link import link
from psa_app.components.progress import bar
from psa_app.display.tables import Cell

_DEFAULTS = Cell()


@rx.serializer(to=dict)
def lean_cell(cell: Cell) -> dict[str, str | int]:
    """Sends only what differs from an empty cell: most of a table's bytes are cells."""
    pairs = vars(cell).items()
    return {name: value for name, value in pairs if value != getattr(_DEFAULTS, name)}


def _bar(cell: rx.Var[Cell]) -> rx.Component:
    value = rx.cond(cell.value, cell.value, 0).to(int)
    tone = rx.cond(cell.tone, cell.tone, rx.cond(value > 100, "bad", ""))
    measured = rx.cond(cell.tip, cell.tip, "Used")
    return rx.el.span(bar(value, measured, tone), rx.el.span(cell.text), class_name="cell-bar")


@rx.memo
def cell_content(cell: rx.Var[Cell], row_href: rx.Var[str]) -> rx.Component:
    """What stands in a cell. ``row_href`` makes the words the row's own link, which covers the row."""
    sub = rx.cond(cell.sub, rx.el.span(cell.sub, class_name="sub"))
    plain = rx.match(
        cell.kind,
        ("badge", tag(cell.text, rx.cond(cell.tone, cell.tone, "wait"))),
        ("bar", _bar(cell)),
        ("person", rx.el.span(avatar(cell.icon, small=True), rx.el.span(cell.text), class_name="person")),
        ("strong", rx.el.span(cell.text, class_name="strong")),
        ("muted", rx.el.span(cell.text, class_name="muted")),
        ("warn", rx.el.span(cell.text, class_name="warn")),
        ("bad", rx.el.span(cell.text, class_name="bad")),
        ("icon", rx.el.span(Icon.create(name=cell.icon), rx.el.span(cell.text, class_name="sr"))),
        rx.fragment(cell.text),
    )
    inner = rx.cond(cell.href, link(plain, href=cell.href, class_name="link"), plain)
    whole = rx.cond(row_href, link(plain, href=row_href, class_name="cover main-text"), inner)
    blank = rx.cond(cell.text | cell.icon, rx.fragment(), rx.el.span(class_name="blank"))
    return rx.fragment(whole, sub, blank)
