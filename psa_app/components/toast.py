"""Short answers to an act, at the foot of the page, with *Undo* where it can be undone."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scripts import script
from psa_app.display.frame import Toast


class Toasts(rx.NoSSRComponent):
    """Shows each toast of the list once, by its growing id; hides it after 5 s (10 s with undo)."""

    library = script(__name__, "toast.jsx")
    tag = "Toasts"
    toasts: rx.Var[list]
    on_undo: rx.EventHandler[rx.event.passthrough_event_spec(int)]


_NEEDS = Icon  # toast.jsx draws it


def toasts(items: rx.Var[list[Toast]], on_undo: Any = None) -> rx.Component:
    """``items`` is a state var that holds the last few; the handler of ``on_undo`` gets the toast's id."""
    events = {} if on_undo is None else {"on_undo": on_undo}
    return Toasts.create(toasts=items, **events)
