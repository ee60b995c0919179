"""The frame of the pages before one is signed in."""

from typing import Any

import reflex as rx

from psa_app.components.link import Text
from psa_app.components.shell import firm_mark


def auth_shell(
    title: Text,
    *content: Any,
    subtitle: Text = "",
    firm: Text = "",
    mark: Text = "",
    foot: Any = None,
) -> rx.Component:
    """One card in the middle: the firm's mark, a title, a form made with ``native_form``."""
    brand = rx.el.div(firm_mark(mark, large=True), rx.el.span(firm), class_name="brand")
    card = rx.el.div(
        rx.el.h1(title), rx.el.p(subtitle, class_name="subtitle"), *content, class_name="auth-card"
    )
    below = [rx.el.p(foot, class_name="auth-foot")] if foot is not None else []
    return rx.el.main(brand, card, *below, class_name="auth", custom_attrs={"id": "main"})
