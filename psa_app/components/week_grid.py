"""The week grid: a person's hours by keyboard, or day by day on a phone."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.link import Text
from psa_app.components.menu import MenuButton
from psa_app.components.picker import Picker
from psa_app.components.scripts import script
from psa_app.display.forms import Option
from psa_app.display.week import Suggestion, WeekDay, WeekRow

_NEEDS = (Icon, MenuButton, Picker)  # the script draws them
_PARTS = [
    script(__name__, name)
    for name in (
        "week_pending.js",
        "week_cells.js",
        "week_parts.jsx",
        "week_sheet.jsx",
        "week_day.jsx",
        "week_table.jsx",
    )
]
_Dict = rx.event.passthrough_event_spec(dict)
_Str = rx.event.passthrough_event_spec(str)


@rx.serializer(to=dict)
def lean_row(row: WeekRow) -> dict[str, Any]:
    """Sends a row with its cells at once, and of a cell only what differs from an empty one."""
    lean: dict[str, Any] = {**vars(row), "cells": [cell.told for cell in row.cells]}
    return lean


class WeekGrid(rx.NoSSRComponent):
    """See :func:`week_grid`."""

    library = script(__name__, "week_grid.jsx")
    tag = "WeekGrid"
    rows: rx.Var[list]
    days: rx.Var[list]
    acked: rx.Var[int]
    refused: rx.Var[dict]
    draft_key: rx.Var[str]
    shut: rx.Var[str]
    why: rx.Var[str]
    suggestions: rx.Var[list]
    choices: rx.Var[list]
    answered: rx.Var[str]
    on_commit: rx.EventHandler[_Dict]
    on_note: rx.EventHandler[_Dict]
    on_timer: rx.EventHandler[_Dict]
    on_remove: rx.EventHandler[_Dict]
    on_add: rx.EventHandler[_Str]
    on_find: rx.EventHandler[_Str]
    on_accept: rx.EventHandler[_Str]
    on_dismiss: rx.EventHandler[_Str]


def week_grid(
    *phone_foot: Any,
    rows: rx.Var[list[WeekRow]],
    days: rx.Var[list[WeekDay]],
    acked: rx.Var[int],
    refused: rx.Var[dict[str, str]],
    draft_key: Text,
    on_commit: Any,
    shut: Text = "",
    why: Text = "",
    suggestions: rx.Var[list[Suggestion]] | None = None,
    choices: rx.Var[list[Option]] | None = None,
    answered: Text = "",
    **events: Any,
) -> rx.Component:
    """Rows of project and task, days, totals against capacity.

    Every cell is *set*, never added to, and can come twice: ``on_commit({row, day, minutes, parts, seq})``
    and ``on_note({row, day, note, seq})`` with a ``seq`` that only grows; ``parts`` are the minutes by
    modifier where someone chose them, else absent. The handler ignores a ``seq`` older than the cell's last,
    writes, and sets ``acked`` to it; until then the grid keeps the hours in the browser under ``draft_key``
    (must hold the person's id; cleared at sign-out) and sends them again. A refusal also acknowledges, with
    its sentence in ``refused["row|day"]``: the typed hours stay, in red.

    More events: ``on_timer({row})``, ``on_remove({row})``, ``on_add(choice)``, ``on_find(text)`` for
    ``choices``, ``on_accept(id)`` and ``on_dismiss(id)`` of a suggestion. ``shut`` says why the whole week is
    closed; ``why`` is the address that explains a rate, to which task and day are added. ``phone_foot``
    stands under the day on a phone (Submit week); give the shell ``phone_head=False``.
    """
    return WeekGrid.create(
        *phone_foot,
        rows=rows,
        days=days,
        acked=acked,
        refused=refused,
        draft_key=draft_key,
        on_commit=on_commit,
        shut=shut,
        why=why,
        suggestions=suggestions if suggestions is not None else [],
        choices=choices if choices is not None else [],
        answered=answered,
        **events,
    )
