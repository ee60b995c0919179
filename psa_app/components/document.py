"""What the whole app needs around its pages: style sheets, scripts, overlay, the word when a page breaks."""

from typing import Any

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary

from psa_app.components.connection import connection_banner

STYLE_SHEETS = [
    f"css/{name}.css"
    for name in (
        "tokens",
        "base",
        "shell",
        "frames",
        "buttons",
        "fields",
        "menus",
        "cards",
        "marks",
        "table",
        "lists",
        "records",
        "dialogs",
        "toasts",
        "palette",
        "picker",
        "status",
        "spark",
        "figures",
        "week",
        "plan",
        "paper",
        "scope",
        "change",
        "people",
        "board",
        "rates",
    )
]


def head() -> list[rx.Component]:
    """Elements of every page's head: colours before the first paint, keys, manifest, icon."""
    return [
        rx.el.script(src="/theme.js"),
        *[rx.el.script(src=f"/{name}.js", type="module") for name in ("rows", "menus", "forms")],
        rx.el.meta(name="theme-color", content="#fbfbfa"),
        rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icon-180.png"),
        rx.el.link(rel="manifest", href="/site.webmanifest"),
    ]


def _broken() -> rx.Component:
    return rx.el.main(
        rx.el.div(
            rx.el.h1("This page stopped working"),
            rx.el.p(
                "What was saved is safe. Load the page again; "
                "if it stops again, tell whoever looks after this system.",
                class_name="subtitle",
            ),
            rx.el.a("Load again", href="", class_name="button primary"),
            class_name="auth-card",
        ),
        class_name="auth",
    )


def app_options() -> dict[str, Any]:
    """Keyword arguments of ``rx.App``: ``rx.App(**app_options(), api_transformer=...)``.

    No Radix, no toast library: the overlay is the calm word about a lost connection.
    """
    return {
        "stylesheets": STYLE_SHEETS,
        "head_components": head(),
        "html_lang": "en",
        "toaster": None,
        "app_wraps": {
            (55, "ErrorBoundary"): _boundary,
            (5, "Overlay"): lambda stateful: connection_banner() if stateful else None,
        },
    }


def _boundary(stateful: bool) -> rx.Component:
    quiet = {} if stateful else {"on_error": rx.noop()}
    return ErrorBoundary.create(fallback_render=_broken(), **quiet)
