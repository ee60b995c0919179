"""Puts a page into its frame: the rail and top bar of the staff, the portal's, or none."""

import reflex as rx

from psa_app.components.toast import toasts
from psa_app.state.toasts import ToastState


def framed(content: rx.Component, frame: str, area: str) -> rx.Component:
    """The whole page around `content`; `frame`: staff, portal or bare; `area`: the entry lit in the rail."""
    return rx.el.div(
        content, toasts(ToastState.toasts, on_undo=ToastState.undo), class_name=f"page {frame} {area}"
    )
