"""A rate card as a matrix of a day, and the past of one of its cells."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require, visible
from psa_app.errors import Invalid
from psa_app.models import Account, History, Person, Project, Role, SowLine
from psa_app.queries.rates import rate_rows
from psa_app.queries.time.tables import RATE
from psa_app.rules.rate_matrix import MatrixCell, cells
from psa_app.rules.rates import RateRow

CARDS: Mapping[str, tuple[Any, str, tuple[str, ...]]] = {  # card → owner, its key, levels
    "firm": (None, "", ("firm_role",)),
    "account": (Account, "account_id", ("account_role", "account")),
    "project": (Project, "project_id", ("project_role", "project")),
    "project_people": (Project, "project_id", ("project_person",)),
    "people": (None, "", ("person",)),
    "sow_line": (SowLine, "sow_line_id", ("sow_line",)),
}
_OF_PEOPLE = ("project_people", "people")


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A role or person (id 0: everyone) with a cell for each currency, None where no rate is."""

    id: int
    name: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A card on a day: its currencies, and its rows by name."""

    day: date
    currencies: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class CellPast:
    """One dated rate of a cell, and who wrote it last when."""

    rate: RateRow
    by: str
    at: datetime | None


def rate_matrix(
    session: Session, actor: Actor, *, card: str, day: date, owner_id: int | None = None
) -> Matrix:
    """A card as it stands on a day. Every role (or person in use) has a row, so that gaps are seen.

    `card` is a key of `CARDS`. Raises `NotFound` for an owner outside the actor's scope.
    """
    require(actor, "rates.read")
    if card not in CARDS:
        raise Invalid("Choose a rate card.", "card")
    owner, key, levels = CARDS[card]
    where = [RATE.c.level.in_(levels)]
    if owner is not None:
        if owner_id is None:
            raise Invalid("Choose whose rate card to show.", "owner_id")
        fetch(session, actor, owner, owner_id)
        where.append(RATE.c[key] == owner_id)
    found = cells(rate_rows(session, *where), day)
    currencies = tuple(sorted({currency for _, currency in found}))
    names = _names(session, actor, Person if card in _OF_PEOPLE else Role)
    if card not in ("firm", *_OF_PEOPLE):
        names = {0: "Everyone", **names}
    rows = [
        MatrixRow(row_id, name, tuple(found.get((row_id, code)) for code in currencies))
        for row_id, name in names.items()
    ]
    return Matrix(day, currencies, tuple(rows))


def _names(session: Session, actor: Actor, model: Any) -> dict[int, str]:
    found = session.exec(select(model.id, model.name).where(visible(actor, model)).order_by(model.name))
    return {int(row_id): str(name) for row_id, name in found}


def rates_in_cell(
    session: Session, actor: Actor, level: str, currency: str, **keys: int | None
) -> list[RateRow]:
    """All dated rates of one cell, the oldest first. `keys`: project_id, account_id, person_id, role_id."""
    require(actor, "rates.read")
    where = [RATE.c.level == level, RATE.c.currency == currency]
    where += [RATE.c[name] == value for name, value in keys.items()]
    return sorted(rate_rows(session, *where), key=lambda row: row.valid_from)


def cell_past(session: Session, actor: Actor, rows: list[RateRow]) -> list[CellPast]:
    """The dated rates of a cell (from `rates_in_cell`) with who wrote each last, the newest first."""
    require(actor, "rates.read")
    require(actor, "history.read")
    written: dict[int, tuple[str, datetime]] = {}
    found = session.exec(
        select(History)
        .where(
            History.kind == "rate",
            col(History.record_id).in_([row.id for row in rows]),
            visible(actor, History),
        )
        .order_by(col(History.id))
    )
    for line in found:
        if {"amount_minor", "valid_from", "valid_to"} & set(json.loads(line.after)):
            written[line.record_id] = (line.actor, line.at)
    return [CellPast(row, *written.get(row.id, ("", None))) for row in reversed(rows)]
