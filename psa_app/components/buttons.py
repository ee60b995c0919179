"""Buttons, links that look like buttons, and icon buttons."""

from typing import Any, Literal

import reflex as rx

from psa_app.components.icons import IconName, icon
from psa_app.components.link import Text, link

Look = Literal["plain", "primary", "danger", "danger primary", "quiet"]


def _classes(look: Look, small: bool) -> str:
    return " ".join(["button", *([] if look == "plain" else [look]), *(["small"] if small else [])])


def _inside(label: Text, icon_name: IconName | None, key: str) -> list[rx.Component | Text]:
    parts: list[rx.Component | Text] = [icon(icon_name)] if icon_name else []
    return [*parts, label, *([rx.el.kbd(key)] if key else [])]


def button(
    label: Text,
    *,
    look: Look = "plain",
    icon_name: IconName | None = None,
    key_hint: str = "",
    small: bool = False,
    busy: rx.Var[bool] | bool = False,
    type: Literal["button", "submit", "reset"] = "button",  # noqa: A002 - the attribute's name
    **props: Any,
) -> rx.Component:
    """A button. ``busy`` (a var) shows a turning mark and takes no second press. One ``primary`` a page.

    ``props`` go to the element: ``on_click``, ``disabled``, ``aria_label``, ``form``, ``custom_attrs`` ...
    """
    inside = _inside(label, icon_name, key_hint)
    if isinstance(busy, rx.Var):
        props["disabled"] = busy | props["disabled"] if "disabled" in props else busy
        props["data_busy"] = busy
        inside = [rx.cond(busy, rx.el.span(class_name="spin", aria_hidden="true")), *inside]
    return rx.el.button(*inside, type=type, class_name=_classes(look, small), **props)


def submit(
    label: Text, *, busy: rx.Var[bool] | bool = False, look: Look = "primary", **props: Any
) -> rx.Component:
    """The one primary button of a form."""
    return button(label, look=look, busy=busy, type="submit", **props)


def link_button(
    label: Text,
    *,
    href: Text,
    look: Look = "plain",
    icon_name: IconName | None = None,
    small: bool = False,
    native: bool = False,
    **props: Any,
) -> rx.Component:
    """A link that looks like a button. ``native=True`` for files (PDF, CSV) and other sites."""
    inside = _inside(label, icon_name, "")
    return link(*inside, href=href, native=native, class_name=_classes(look, small), **props)


def xml_button(href: Text) -> rx.Component:
    """The file of an electronic invoice, where there is one."""
    return rx.cond(href != "", link_button("XML", href=href, native=True, icon_name="download"))


def icon_button(name: IconName | rx.Var[str], label: Text, **props: Any) -> rx.Component:
    """A square icon; ``label`` is its name for screen readers and its tip."""
    return rx.el.button(
        icon(name), type="button", class_name="icon-button", aria_label=label, title=label, **props
    )


def round_button(name: IconName | rx.Var[str], label: Text, **props: Any) -> rx.Component:
    """A round button in a line of a list (play in a day's entry)."""
    return rx.el.button(icon(name), type="button", class_name="round", aria_label=label, title=label, **props)


def floating_button(label: Text, name: IconName = "plus", **props: Any) -> rx.Component:
    """The phone's one floating act, above the bottom bar; not there on a wide screen."""
    return rx.el.button(icon(name), type="button", class_name="fab", aria_label=label, **props)
