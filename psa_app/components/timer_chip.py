"""The running timer in the top bar."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scripts import script
from psa_app.display.frame import Timer

_NEEDS = Icon  # timer_chip.jsx draws it


class TimerChip(rx.NoSSRComponent):
    """Counts in the browser from ``started_at``; pressing it sends one event."""

    library = script(__name__, "timer_chip.jsx")
    tag = "TimerChip"
    timer: rx.Var[Any]
    on_toggle: rx.EventHandler[rx.event.no_args_event_spec]


def timer_chip(timer: rx.Var[Timer], on_toggle: Any) -> rx.Component:
    """Shows the one timer, or a play button; ``on_toggle`` starts or stops it."""
    return TimerChip.create(timer=timer, on_toggle=on_toggle)
