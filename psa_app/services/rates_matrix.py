"""Cells of rate cards are given new amounts from a day on; what was agreed for later days stays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app.access import Actor, act, require, visible
from psa_app.errors import Invalid, Problems, PsaError
from psa_app.models import Rate, TimeEntry
from psa_app.queries import rates as query
from psa_app.queries.rate_matrix import rates_in_cell
from psa_app.queries.time.tables import ENTRY, PERSON, PROJECT, TASK
from psa_app.rules.money import Money
from psa_app.rules.rate_matrix import Laid, fit, lay, take_away
from psa_app.rules.rates import Ladder, RateRow
from psa_app.services.rates import (
    CardLevel,
    RatePreview,
    Touched,
    change_rate,
    checked_row,
    compare,
    create_rate,
    delete_rate,
    end_rate,
    replace_rate,
    touched_facts,
)

MOST = 500
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell and its new amount an hour in minor units; None: no rate of its own any more.

    `cell` is the caller's name for it; which ids are needed follows from the level.
    """

    cell: str
    level: CardLevel
    amount: int | None
    project_id: int | None = None
    account_id: int | None = None
    person_id: int | None = None
    role_id: int | None = None

    def keys(self) -> dict[str, Any]:
        """The ids by name."""
        names = ("project_id", "account_id", "person_id", "role_id")
        return {name: getattr(self, name) for name in names}


@act("rates", "set", right="rates.change")
def set_rate(
    session: Session,
    actor: Actor,
    *,
    level: CardLevel,
    rate: Money,
    valid_from: date,
    project_id: int | None = None,
    account_id: int | None = None,
    person_id: int | None = None,
    role_id: int | None = None,
) -> Rate:
    """The amount of a cell from a day on: the rate before it ends the day before.

    Raises as `create_rate` and `replace_rate` do, and `Invalid` for the amount that counts already.
    """
    keys = {"project_id": project_id, "account_id": account_id, "person_id": person_id, "role_id": role_id}
    rows = rates_in_cell(session, actor, level, rate.currency, **keys)
    fitted = fit(rows, valid_from)
    present = fitted.ends[0] if fitted.ends else fitted.changes
    if present is not None and present.amount == rate.amount:
        raise Invalid("This amount counts already on that day. Type another one.", "rate")
    if fitted.ends is not None:
        old = session.get_one(Rate, fitted.ends[0].id)
        return replace_rate(
            session, actor, fitted.ends[0].id, version=old.version, rate=rate, valid_from=valid_from
        )
    if fitted.changes is not None:
        old = session.get_one(Rate, fitted.changes.id)
        return change_rate(
            session,
            actor,
            fitted.changes.id,
            version=old.version,
            rate=rate,
            valid_from=valid_from,
            valid_to=fitted.until,
        )
    return create_rate(
        session, actor, level=level, rate=rate, valid_from=valid_from, valid_to=fitted.until, **keys
    )


@act("rates", "set_many", right="rates.change", hidden=True)
def set_rates(
    session: Session,
    actor: Actor,
    *,
    changes: tuple[CellChange, ...],
    currency: str,
    valid_from: date,
    valid_to: date | None = None,
) -> int:
    """Writes the changes of many cells, all or none; returns how many.

    With a last day the new rates must overlap no other. Raises `Problems` with a sentence by cell.
    """
    _check_many(changes)
    problems: dict[str, str] = {}
    for one in changes:
        try:
            with session.begin_nested():
                _set(session, actor, one, currency, valid_from, valid_to)
        except PsaError as error:
            query.forget(session)
            problems[one.cell] = error.sentence
    if problems:
        raise Problems("Some cells are not right. Nothing was saved.", problems)
    return len(changes)


def _check_many(changes: Sequence[CellChange]) -> None:
    if len(changes) > MOST:
        raise Invalid(f"Change at most {MOST} cells at a time.", "form")


def _set(
    session: Session, actor: Actor, one: CellChange, currency: str, first: date, last: date | None
) -> None:
    if one.amount is None:
        _end(session, actor, one, currency, first)
    elif last is None:
        rate = Money(one.amount, currency)
        set_rate(session, actor, level=one.level, rate=rate, valid_from=first, **one.keys())
    else:
        rate = Money(one.amount, currency)
        create_rate(session, actor, level=one.level, rate=rate, valid_from=first, valid_to=last, **one.keys())


def _end(session: Session, actor: Actor, one: CellChange, currency: str, first: date) -> None:
    rows = rates_in_cell(session, actor, one.level, currency, **one.keys())
    (gone,) = take_away(rows, first).gone
    version = session.get_one(Rate, gone.id).version
    if gone.valid_from == first:
        delete_rate(session, actor, gone.id, version=version)
    else:
        end_rate(session, actor, gone.id, version=version, last_day=first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class TouchedEntry:
    """An entry not approved yet that the changes reprice: rates are minor units an hour, None: unpriced."""

    id: int
    day: date
    person: str
    project: str
    task: str
    seconds: int
    before: int | None
    after: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class MatrixPreview:
    """What `set_rates` would do: the sums, the first of the entries, and what is wrong by cell."""

    sums: RatePreview
    entries: tuple[TouchedEntry, ...]
    problems: dict[str, str]


def preview_rates(
    session: Session,
    actor: Actor,
    *,
    changes: tuple[CellChange, ...],
    currency: str,
    valid_from: date,
    valid_to: date | None = None,
) -> MatrixPreview:
    """What `set_rates` would do with the same inputs. Writes nothing; cells with problems are left out."""
    require(actor, "rates.change")
    _check_many(changes)
    now = query.rate_rows(session)
    then = {row.id: row for row in now}
    problems: dict[str, str] = {}
    for place, one in enumerate(changes, 1):
        try:
            laid = _laid(session, actor, one, currency, valid_from, valid_to)
        except PsaError as error:
            problems[one.cell] = error.sentence
            continue
        for gone in laid.gone:
            del then[gone.id]
        then |= {row.id or -place: replace(row, id=row.id or -place) for row in laid.come}
    return MatrixPreview(*effect_of(session, actor, now, list(then.values())), problems)


def effect_of(
    session: Session, actor: Actor, now: Sequence[RateRow], then: Sequence[RateRow]
) -> tuple[RatePreview, tuple[TouchedEntry, ...]]:
    """What other rates would do to time not approved yet: the sums, and the first of the entries."""
    require(actor, "rates.change")
    moved = [*set(now).symmetric_difference(then)]
    facts = touched_facts(session, moved) if moved else []
    sums, touched = compare(session, facts, Ladder(then))
    return sums, _named(session, actor, touched[:MOST_SHOWN])


def _laid(
    session: Session, actor: Actor, one: CellChange, currency: str, first: date, last: date | None
) -> Laid:
    rows = rates_in_cell(session, actor, one.level, currency, **one.keys())
    if one.amount is None:
        return take_away(rows, first)
    new = checked_row(session, actor, one.level, Money(one.amount, currency), first, last, one.keys())
    return lay(rows, new)


def _named(session: Session, actor: Actor, touched: Sequence[Touched]) -> tuple[TouchedEntry, ...]:
    found = session.connection().execute(
        select(
            ENTRY.c.id,
            ENTRY.c.work_date,
            PERSON.c.name.label("person"),
            PROJECT.c.name.label("project"),
            TASK.c.name.label("task"),
            ENTRY.c.seconds,
        )
        .select_from(ENTRY)
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .where(ENTRY.c.id.in_([one.entry_id for one in touched]), visible(actor, TimeEntry))
        .order_by(ENTRY.c.work_date.desc(), ENTRY.c.id)
    )
    prices = {one.entry_id: one for one in touched}
    return tuple(
        TouchedEntry(*row, prices[row.id].before, prices[row.id].after, prices[row.id].currency)
        for row in found
    )
