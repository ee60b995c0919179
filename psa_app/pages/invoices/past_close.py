"""The field in which the owner says why something is booked on a day of closed books."""

import reflex as rx

from psa_app.components import fields
from psa_app.state.invoices.past_close import NAME
from psa_app.state.invoices.past_close import PastCloseState as State


def past_close_field(error: rx.Var[str] | str = "") -> rx.Component:
    """Drawn for who may pass the close, while the books are closed."""
    return rx.cond(
        State.note != "",
        fields.text(NAME, "If its day is closed: why", error=error, help=State.note, wide=True),
    )
