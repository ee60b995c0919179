"""The rows behind a figure of a report, in a dialog over it."""

from typing import Any

import reflex as rx

from psa_app.components.dialog import dialog
from psa_app.components.table import table
from psa_app.display.tables import Column


def rows_behind(state: Any, columns: list[Column], label: str) -> rx.Component:
    """`state` has `behind` (rows), `behind_title`, `behind_sum` (words), `is_open` and `close`."""
    return dialog(
        rx.el.p(state.behind_sum, class_name="muted"),
        table(columns, state.behind, label=label),
        open=state.is_open,
        on_close=state.close,
        title=state.behind_title,
        size="wide",
    )
