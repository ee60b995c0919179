"""Rate cards side by side: an amount is typed into a cell, and seen through before it is saved."""

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scripts import script

_NEEDS = Icon  # rate_matrix.jsx draws it


class RateMatrix(rx.NoSSRComponent):
    """``rows`` (``display.rates.MatrixLine``) by ``cards`` (``MatrixCard``).

    What is typed is kept in the browser until ``saved`` grows; ``on_draft(json)`` is sent whenever it has
    changed: {"card|row": text}, "" for a cell that was emptied. ``refused`` has a sentence by cell.
    ``on_open("card|row")`` asks for the past of a cell, ``on_save()`` comes by Ctrl+Enter.
    """

    library = script(__name__, "rate_matrix.jsx")
    tag = "RateMatrix"
    rows: rx.Var[list]
    cards: rx.Var[list]
    heading: rx.Var[str]
    refused: rx.Var[dict]
    saved: rx.Var[int]
    shut: rx.Var[bool]
    on_draft: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_save: rx.EventHandler[rx.event.no_args_event_spec]


rate_matrix = RateMatrix.create
