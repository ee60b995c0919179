"""Rates for a screen, level by level, with the names they hang on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Person, Project, Rate, Role, Sow, SowLine

KEYS = ("project_id", "account_id", "person_id", "role_id")


@dataclass(frozen=True, slots=True)
class RateLine:
    """One rate: what it hangs on in words, an hour in minor units, and its days."""

    id: int
    version: int
    level: str
    owner: str
    role: str
    currency: str
    amount: int
    valid_from: date
    valid_to: date | None
    keys: tuple[tuple[str, int], ...] = ()  # what it hangs on: ("role_id", 3), ...


@dataclass(frozen=True, slots=True)
class RateChoices:
    """What a new rate can hang on: (id, name) pairs."""

    roles: tuple[tuple[int, str], ...]
    people: tuple[tuple[int, str], ...]
    accounts: tuple[tuple[int, str], ...]
    projects: tuple[tuple[int, str], ...]


def rates_of(session: Session, actor: Actor, levels: tuple[str, ...]) -> list[RateLine]:
    """All rates of some levels, grouped by what they hang on, the newest first."""
    require(actor, "rates.read")
    owners = (col(Account.name), col(Project.name), col(Person.name), col(Sow.number))
    columns: list[Any] = [
        Rate.id,
        Rate.version,
        Rate.level,
        col(Role.name).label("role"),
        Rate.currency,
        Rate.amount_minor,
        Rate.valid_from,
        Rate.valid_to,
        *(getattr(Rate, name) for name in KEYS),
        *(name.label(f"owner_{place}") for place, name in enumerate(owners)),
    ]
    found = session.connection().execute(
        select_columns(*columns)
        .select_from(Rate)
        .outerjoin(Role, col(Role.id) == col(Rate.role_id))
        .outerjoin(Account, col(Account.id) == col(Rate.account_id))
        .outerjoin(Project, col(Project.id) == col(Rate.project_id))
        .outerjoin(Person, col(Person.id) == col(Rate.person_id))
        .outerjoin(SowLine, col(SowLine.id) == col(Rate.sow_line_id))
        .outerjoin(Sow, col(Sow.id) == col(SowLine.sow_id))
        .where(col(Rate.level).in_(levels), visible(actor, Rate))
    )
    lines = [_line(row) for row in found]
    return sorted(lines, key=lambda one: (one.owner, one.role, one.currency, -one.valid_from.toordinal()))


def rate_choices(session: Session, actor: Actor) -> RateChoices:
    """What the form for a rate offers, within the actor's scope."""
    require(actor, "rates.change")
    return RateChoices(*(_pairs(session, actor, model) for model in (Role, Person, Account, Project)))


def _line(row: Any) -> RateLine:
    owners = [name for name in (row.owner_0, row.owner_1, row.owner_2, row.owner_3) if name]
    return RateLine(
        row.id,
        row.version,
        row.level,
        " · ".join(owners),
        row.role or "",
        row.currency,
        row.amount_minor,
        row.valid_from,
        row.valid_to,
        tuple((name, getattr(row, name)) for name in KEYS if getattr(row, name) is not None),
    )


def _pairs(session: Session, actor: Actor, model: Any) -> tuple[tuple[int, str], ...]:
    rows = session.exec(select(model.id, model.name).where(visible(actor, model)).order_by(model.name)).all()
    return tuple((int(row_id), str(name)) for row_id, name in rows)
