"""A place to drop a file into, for handlers that read it (import, receipts)."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.forms import Input

from psa_app.components.icons import icon
from psa_app.components.link import Text


def _named(component: rx.Component, label: Text) -> rx.Component:
    """Gives the hidden file input a name: the library leaves it without one."""
    for zone in component.children:
        for child in zone.children:
            if isinstance(child, Input):
                child.custom_attrs["aria-label"] = label
    return component


def drop_zone(
    ident: str,
    *,
    on_drop: Any,
    label: Text,
    help_text: Text = "",
    accept: dict[str, list[str]] | None = None,
    on_reject: Any = None,
    most_bytes: int = 0,
) -> rx.Component:
    """``on_drop=State.take(rx.upload_files(upload_id=ident))``; ``accept={"text/csv": [".csv"]}``.

    A larger file than ``most_bytes`` is not even sent. ``on_reject`` is an event of yours that says in a
    toast what may be dropped; without it nothing happens.
    """
    zone = rx.upload.root(
        icon("upload"),
        rx.el.span(label, class_name="strong"),
        rx.el.span(help_text, class_name="small"),
        id=ident,
        on_drop=on_drop,
        on_drop_rejected=on_reject if on_reject is not None else rx.noop(),
        accept=accept,
        multiple=False,
        **({"max_size": most_bytes} if most_bytes else {}),
        class_name="drop",
    )
    return _named(zone, label)
