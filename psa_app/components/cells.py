"""A table's cells: how they are sent, and what draws them."""

from typing import Any

import reflex as rx

from psa_app.components.scripts import script
from psa_app.display.tables import Cell, Row


@rx.serializer(to=dict)
def lean_cell(cell: Cell) -> dict[str, str | int]:
    """Sends only what differs from an empty cell."""
    return cell.told


@rx.serializer(to=dict)
def lean_row(row: Row) -> dict[str, Any]:
    """Sends a row with its cells at once: to be asked for each of a list's 560 cells takes longer."""
    lean: dict[str, Any] = {**vars(row), "cells": [cell.told for cell in row.cells]}
    return lean


class RowCells(rx.Component):
    """The cells of a row under their columns; ``href`` makes the first one the link of the whole row."""

    library = script(__name__, "cells.jsx")
    tag = "RowCells"
    cells: rx.Var[list]
    columns: rx.Var[list]
    href: rx.Var[str]


row_cells = RowCells.create
