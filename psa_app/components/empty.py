"""What an empty page says: what belongs here, and the first step."""

from typing import Any

import reflex as rx

from psa_app.components.icons import IconName, icon
from psa_app.components.link import Text


def empty(title: Text, text: Text = "", *actions: Any, icon_name: IconName | None = None) -> rx.Component:
    """``empty("No invoices yet", "They appear here once hours are billed.", link_button(...))``."""
    return rx.el.div(
        rx.el.div(icon(icon_name), class_name="icon-ring") if icon_name else rx.fragment(),
        rx.el.h2(title),
        rx.el.p(text),
        rx.el.div(*actions, class_name="actions") if actions else rx.fragment(),
        class_name="empty",
    )
