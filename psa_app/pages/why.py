"""The dialog that tells why an hour has its price."""

import reflex as rx

from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.state.why import WhyState as State


def why_dialog() -> rx.Component:
    """Put it on a page once; `State.show(entry_id)` opens it."""
    return dialog(
        rx.el.p(State.verdict, class_name="lead"),
        facts(State.facts, quiet=True, plain=True),
        rx.cond(State.steps.length() > 0, facts(State.steps)),
        open=State.open,
        on_close=State.close,
        title=State.title,
        size="wide",
    )
