"""The app's icons: one 16-px stroke set, drawn inline, always beside a word or inside a named control."""

from typing import Literal, get_args

import reflex as rx

from psa_app.components.scripts import script

IconName = Literal[
    "home",
    "clients",
    "projects",
    "planner",
    "time",
    "expenses",
    "invoices",
    "tickets",
    "reports",
    "settings",
    "people",
    "approvals",
    "rates",
    "search",
    "plus",
    "minus",
    "play",
    "stop",
    "pause",
    "check",
    "x",
    "circle",
    "chevron-down",
    "chevron-up",
    "chevron-left",
    "chevron-right",
    "dots",
    "download",
    "upload",
    "mail",
    "send",
    "clock",
    "warning",
    "info",
    "help",
    "lock",
    "file",
    "folder",
    "user",
    "calendar",
    "moon",
    "sun",
    "screen",
    "arrow-right",
    "arrow-left",
    "arrow-up",
    "trash",
    "edit",
    "link",
    "external",
    "copy",
    "undo",
    "filter",
    "columns",
    "sort",
    "bell",
    "note",
    "key",
    "bank",
    "card",
    "refresh",
    "sign-out",
    "globe",
    "image",
    "grip",
    "sales",
    "phone",
]
ICONS: tuple[str, ...] = get_args(IconName)


class Icon(rx.Component):
    """An inline SVG that takes the colour of its text. Hidden from screen readers."""

    library = script(__name__, "icons.jsx")
    tag = "Icon"
    name: rx.Var[str]


def icon(name: IconName | rx.Var[str] | str, class_name: str = "") -> rx.Component:
    """The icon of that name (see :data:`ICONS`); an unknown name of a var draws nothing."""
    if isinstance(name, str) and name not in ICONS:
        raise ValueError(f"There is no icon named {name!r}.")
    return Icon.create(name=name, class_name=class_name)
