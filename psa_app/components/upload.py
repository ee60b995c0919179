"""A place to drop a file into, for handlers that read it (import, receipts)."""

from typing import Any

import reflex as rx

from psa_app.components.icons import icon
from psa_app.components.link import Text


def drop_zone(
    ident: str, *, on_drop: Any, label: Text, help_text: Text = "", accept: dict[str, list[str]] | None = None
) -> rx.Component:
    """``on_drop=State.take(rx.upload_files(upload_id=ident))``; ``accept={"text/csv": [".csv"]}``."""
    return rx.upload(
        icon("upload"),
        rx.el.span(label, class_name="strong"),
        rx.el.span(help_text, class_name="small"),
        id=ident,
        on_drop=on_drop,
        accept=accept,
        multiple=False,
        class_name="drop",
        aria_label=label,
        border="",
        padding="",
    )
