"""Menus on the browser's own popover: light dismiss, Escape, arrow keys (assets/menus.js)."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from psa_app.components.icons import Icon, IconName, icon
from psa_app.components.link import Text, link
from psa_app.components.scripts import script
from psa_app.display.frame import MenuItem


def opener(ident: Text) -> dict[str, Any]:
    """``custom_attrs`` of a button that opens the menu of that id."""
    return {"popoverTarget": ident, "aria-haspopup": "menu"}


def sheet(ident: Text, *items: Any, label: Text, start: bool = False, menu: bool = True) -> rx.Component:
    """The list that opens. ``start``: it grows to the right of its button instead of to the left."""
    return rx.el.div(
        *items,
        class_name="menu start" if start else "menu",
        aria_label=label,
        role="menu" if menu else "group",
        custom_attrs={"id": ident, "popover": "auto", **({"data-menu": ""} if menu else {})},
    )


def item(
    label: Text, *, icon_name: IconName | None = None, tone: str = "", key_hint: str = "", **props: Any
) -> rx.Component:
    """An act in a menu; ``props`` take ``on_click``, ``disabled``."""
    parts = [*([icon(icon_name)] if icon_name else []), label, *([rx.el.kbd(key_hint)] if key_hint else [])]
    return rx.el.button(*parts, type="button", class_name=f"menu-item {tone}", role="menuitem", **props)


def link_item(
    label: Text, *, href: Text, icon_name: IconName | None = None, native: bool = False, **props: Any
) -> rx.Component:
    """A way to another page, or with ``native`` to a file."""
    parts = [*([icon(icon_name)] if icon_name else []), label]
    return link(*parts, href=href, native=native, class_name="menu-item", role="menuitem", **props)


def items(
    entries: rx.Var[list[MenuItem]] | list[MenuItem], on_pick: Callable[[rx.Var[str]], Any] | None = None
) -> rx.Component:
    """Lines from data: links where ``href`` is given, else ``on_pick(key)``."""

    def one(entry: rx.Var[MenuItem]) -> rx.Component:
        inside = (Icon.create(name=entry.icon), rx.el.span(entry.label))
        look = "menu-item " + entry.tone
        page = link(*inside, href=entry.href, class_name=look, role="menuitem")
        file = link(*inside, href=entry.href, native=True, class_name=look, role="menuitem")
        opened = rx.cond(entry.native, file, page)
        if on_pick is None:
            return opened
        act = rx.el.button(
            *inside, type="button", class_name=look, role="menuitem", on_click=on_pick(entry.key)
        )
        return rx.cond(entry.href != "", opened, act)

    return rx.foreach(entries, one)


def divider() -> rx.Component:
    """A thin rule between groups."""
    return rx.el.hr()


def menu(ident: Text, button: rx.Component, *content: Any, label: Text, start: bool = False) -> rx.Component:
    """A button (made with ``custom_attrs=opener(ident)``) and the sheet that it opens."""
    return rx.fragment(button, sheet(ident, *content, label=label, start=start))


class MenuButton(rx.Component):
    """Three dots; the menu is made when it is opened, so that a table can have one in each row."""

    library = script(__name__, "menu_button.jsx")
    tag = "MenuButton"
    label: rx.Var[str]
    icon: rx.Var[str]


def dots_menu(*content: Any, label: Text = "More") -> rx.Component:
    """The three dots at the end of a row or a page's head; ``content``: ``item``, ``link_item``."""
    return MenuButton.create(*content, label=label)
