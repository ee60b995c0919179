"""A calm word when the connection is lost; it goes away by itself."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors


def connection_banner() -> rx.Component:
    """Stands in the app's overlay, so that every page has it; what is typed in a week is sent later."""
    return rx.el.div(
        rx.cond(
            has_connection_errors,
            rx.el.div(
                rx.el.span(class_name="dot", aria_hidden="true"),
                "Connection lost. Trying again…",
                class_name="offline",
            ),
        ),
        role="status",
    )


def live_dot(live: rx.Var[bool], text: str = "Live", off: str = "Paused") -> rx.Component:
    """A small mark on a page that follows other people's changes."""
    return rx.el.span(
        rx.el.span(class_name="dot", aria_hidden="true"),
        rx.cond(live, text, off),
        class_name=rx.cond(live, "live", "live off"),
    )
