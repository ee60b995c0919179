"""A board: columns whose cards are moved by mouse, by finger and by keyboard."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.link import Text
from psa_app.components.scripts import script
from psa_app.display.board import BoardCard, BoardColumn

_NEEDS = Icon  # the script draws it
_PARTS = [script(__name__, "board_drag.js"), script(__name__, "board_card.jsx")]


class Board(rx.NoSSRComponent):
    """See :func:`board`."""

    library = script(__name__, "board.jsx")
    tag = "Board"
    columns: rx.Var[list]
    cards: rx.Var[list]
    label: rx.Var[str]
    locked: rx.Var[bool]
    epoch: rx.Var[int]
    on_move: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


def board(
    columns: rx.Var[list[BoardColumn]],
    cards: rx.Var[list[BoardCard]],
    *,
    on_move: Any,
    label: Text,
    epoch: rx.Var[int] | int = 0,
    locked: rx.Var[bool] | bool = False,
) -> rx.Component:
    """Cards in the order given. ``on_move({id, column, index, before})`` after a drop: ``index`` counts from
    the top, ``before`` is the column that the card was taken from.

    A move is shown at once; sending ``cards`` or another ``epoch`` is the last word. Press and hold drags
    by finger; Space picks a card up, arrows move it, Space drops it, Escape puts it back.
    """
    return Board.create(
        columns=columns, cards=cards, label=label, epoch=epoch, locked=locked, on_move=on_move
    )
