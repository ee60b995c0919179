"""The planner: people × weeks, by drag and by keyboard."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.link import Text
from psa_app.components.scripts import script
from psa_app.display.plan import PlanBar, PlanColumn, PlanRow

_NEEDS = Icon  # the script draws it
_PARTS = [script(__name__, name) for name in ("plan_layout.js", "plan_drag.js", "plan_row.jsx")]
_Dict = rx.event.passthrough_event_spec(dict)


class Planner(rx.NoSSRComponent):
    """See :func:`planner`."""

    library = script(__name__, "planner.jsx")
    tag = "Planner"
    rows: rx.Var[list]
    columns: rx.Var[list]
    bars: rx.Var[list]
    label: rx.Var[str]
    locked: rx.Var[bool]
    on_change: rx.EventHandler[_Dict]
    on_create: rx.EventHandler[_Dict]
    on_open: rx.EventHandler[_Dict]
    on_remove: rx.EventHandler[_Dict]


def planner(
    rows: rx.Var[list[PlanRow]],
    columns: rx.Var[list[PlanColumn]],
    bars: rx.Var[list[PlanBar]],
    *,
    on_change: Any,
    label: Text = "Bookings by person and week",
    locked: rx.Var[bool] | bool = False,
    **events: Any,
) -> rx.Component:
    """Bars over columns; rows in the order given (open roles first), loads as the server counts them.

    ``on_change({id, row, start, length})`` after a move, stretch or change of person: ``start`` is a column's
    index and may be negative or past the end when the bar reaches outside. It is shown at once; sending
    ``bars`` again is the last word. ``on_create({row, start, length})`` after drawing on an empty place or
    the row's plus, ``on_open({id})``, ``on_remove({id})`` (Delete). ``locked`` shows without changing.
    """
    return Planner.create(
        rows=rows, columns=columns, bars=bars, label=label, locked=locked, on_change=on_change, **events
    )
