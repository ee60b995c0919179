"""Rates: made, changed, ended; each change can be seen beforehand on the time it touches.

Approved and invoiced work never changes. Rates of a SOW line belong to the SOW: they are written
with it and fixed when it is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session

from psa_app.access import Actor, act, fetch, require
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Account, Person, Project, Rate, Role, touch
from psa_app.queries import rates as query
from psa_app.queries.time.tables import ACCOUNT, ENTRY, PERSON, PROJECT, RATE, ROLE, TASK
from psa_app.rules import money
from psa_app.rules.money import Money
from psa_app.rules.rate_matrix import refuse_overlap
from psa_app.rules.rates import Ladder, Level, RateRow, check_row
from psa_app.services import history
from psa_app.services.time.pricing import MOVABLE, price_facts, reprice, stored_price

CardLevel = Literal[
    "project_person", "project_role", "project", "account_role", "account", "firm_role", "person"
]
HIGHEST = 10**12
_KEYED: dict[str, Any] = {"project": Project, "account": Account, "person": Person, "role": Role}
_CALLED = {"project": "project", "account": "client", "person": "person", "role": "role"}
NEW = 0  # the id of a row that is not there yet


@act("rates", "create", right="rates.change")
def create_rate(
    session: Session,
    actor: Actor,
    *,
    level: CardLevel,
    rate: Money,
    valid_from: date,
    valid_to: date | None = None,
    project_id: int | None = None,
    account_id: int | None = None,
    person_id: int | None = None,
    role_id: int | None = None,
) -> Rate:
    """Makes a rate (an hour) at one level of the ladder; unapproved time is priced anew.

    Raises `Invalid` for keys that do not fit the level, a wrong amount or dates, and for an
    overlap with another rate of the same level and keys.
    """
    given = RateRow(
        NEW,
        _level(level),
        rate.amount,
        rate.currency,
        valid_from,
        valid_to,
        None,
        project_id,
        account_id,
        person_id,
        role_id,
    )
    row = _checked(session, actor, given)
    _check_overlap(session, row)
    return _add(session, actor, row)


def _add(session: Session, actor: Actor, row: RateRow) -> Rate:
    record = Rate(
        level=row.level.value,
        project_id=row.project_id,
        account_id=row.account_id,
        person_id=row.person_id,
        role_id=row.role_id,
        currency=row.currency,
        amount_minor=row.amount,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
    session.add(record)
    session.flush()
    history.note(session, actor, "rate", int(record.id or 0), "created", {}, history.values_of(record))
    reprice(session, actor, *touched_by([row]))
    return record


@act("rates", "change", right="rates.change")
def change_rate(
    session: Session,
    actor: Actor,
    rate_id: int,
    *,
    version: int,
    rate: Money,
    valid_from: date,
    valid_to: date | None = None,
) -> Rate:
    """Changes amount and days of a rate; what was approved at the old one stays as it is.

    Raises as `create_rate` does, `Stale` when someone saved in between, `Conflict` for a rate of
    a SOW.
    """
    record = _fetched(session, actor, rate_id, version)
    old = _row(record)
    new = replace(old, amount=rate.amount, currency=rate.currency, valid_from=valid_from, valid_to=valid_to)
    check_values(new)
    _check_overlap(session, new)
    return _write(session, actor, record, old, new, "changed")


@act("rates", "end", right="rates.change")
def end_rate(session: Session, actor: Actor, rate_id: int, *, version: int, last_day: date) -> Rate:
    """Makes `last_day` the last on which a rate counts."""
    record = _fetched(session, actor, rate_id, version)
    old = _row(record)
    new = replace(old, valid_to=last_day)
    check_values(new)
    _check_overlap(session, new)
    return _write(session, actor, record, old, new, "ended")


@act("rates", "replace", right="rates.change")
def replace_rate(
    session: Session, actor: Actor, rate_id: int, *, version: int, rate: Money, valid_from: date
) -> Rate:
    """A new amount from a day on: the old rate ends the day before, a new one goes on to its end."""
    record = _fetched(session, actor, rate_id, version)
    old = _row(record)
    if valid_from <= old.valid_from:
        raise Invalid(
            f"Choose a day after {old.valid_from.isoformat()}, or change the rate itself.", "valid_from"
        )
    new = replace(old, id=NEW, amount=rate.amount, currency=rate.currency, valid_from=valid_from)
    check_values(new)
    _write(session, actor, record, old, replace(old, valid_to=valid_from - timedelta(days=1)), "ended")
    _check_overlap(session, new)
    return _add(session, actor, new)


@act("rates", "delete", right="rates.change")
def delete_rate(session: Session, actor: Actor, rate_id: int, *, version: int) -> None:
    """Removes a rate that priced no approved time; else it is to be ended."""
    record = _fetched(session, actor, rate_id, version)
    used = session.connection().execute(
        query.ENTRY_FACTS.where(
            ENTRY.c.bill_rate_id == rate_id, ENTRY.c.status.in_(("approved", "invoiced"))
        ).limit(1)
    )
    if used.first() is not None:
        raise Conflict("Approved time was priced by this rate. End it instead.")
    history.note(session, actor, "rate", rate_id, "deleted", history.values_of(record), {})
    row = _row(record)
    session.delete(record)
    reprice(session, actor, *touched_by([row]))


def _write(session: Session, actor: Actor, record: Rate, old: RateRow, new: RateRow, verb: str) -> Rate:
    before = history.values_of(record)
    record.amount_minor, record.currency = new.amount, new.currency
    record.valid_from, record.valid_to = new.valid_from, new.valid_to
    touch(record)
    session.flush()
    history.note(
        session, actor, "rate", int(record.id or 0), verb, *history.changed(before, history.values_of(record))
    )
    reprice(session, actor, *touched_by([old, new]))
    return record


def _fetched(session: Session, actor: Actor, rate_id: int, version: int) -> Rate:
    record = fetch(session, actor, Rate, rate_id, lock=True)
    if record.version != version:
        raise Stale()
    if record.level == Level.sow_line:
        raise Conflict("This rate belongs to a SOW. Change it there while the SOW is a draft.")
    return record


def _row(record: Rate) -> RateRow:
    return RateRow(
        int(record.id or 0),
        Level(record.level),
        record.amount_minor,
        record.currency,
        record.valid_from,
        record.valid_to,
        record.sow_line_id,
        record.project_id,
        record.account_id,
        record.person_id,
        record.role_id,
    )


def _level(level: str) -> Level:
    if level not in get_args(CardLevel):
        raise Invalid("Choose what the rate is for.", "level")
    return Level(level)


def _checked(session: Session, actor: Actor, row: RateRow) -> RateRow:
    """The row with only the keys of its level, all of them there."""
    check_keys(row)
    for name, model in _KEYED.items():
        value = getattr(row, f"{name}_id")
        if value is not None:
            fetch(session, actor, model, value)
    check_values(row)
    return row


def check_keys(row: RateRow) -> None:
    """Raises `Invalid` unless a rate names just what its level is about."""
    keys = set(row.level.value.split("_")) & set(_KEYED)
    for name in _KEYED:
        value = getattr(row, f"{name}_id")
        if name not in keys and value is not None:
            raise Invalid(f"A rate of this level names no {_CALLED[name]}.", f"{name}_id")
        if name in keys and value is None:
            raise Invalid(f"Choose a {_CALLED[name]}.", f"{name}_id")


def check_values(row: RateRow) -> None:
    """Raises `Invalid` for an amount or days that no rate has."""
    check_row(row)
    if row.amount > HIGHEST:
        raise Invalid("Give a rate with at most 12 digits.", "rate")
    if not 1990 <= row.valid_from.year <= 2199:
        raise Invalid("Choose a day between 1990 and 2199.", "valid_from")


def _check_overlap(session: Session, row: RateRow) -> None:
    """Raises `Invalid` when another rate of the same level, keys and currency counts on a day of this.

    What the rate is for is locked first, so that two people cannot save overlapping ones at once.
    """
    _lock(session, row)
    others = query.rate_rows(session, RATE.c.level == row.level.value, RATE.c.currency == row.currency)
    refuse_overlap([other for other in others if other.id != row.id], row)


def _lock(session: Session, row: RateRow) -> None:
    keys = (
        (PERSON, row.person_id),
        (ACCOUNT, row.account_id),
        (PROJECT, row.project_id),
        (ROLE, row.role_id),
    )
    for table, row_id in keys:
        if row_id is not None:
            found = select(table.c.id).where(table.c.id == row_id)
            session.connection().execute(found.with_for_update(key_share=True))


def touched_by(rows: Iterable[RateRow]) -> list[ColumnElement[bool]]:
    """WHERE clauses (on `ENTRY_FACTS`) for the time that rates may price: by keys and days."""
    return [or_(*(_about(row) for row in rows))]


def _about(row: RateRow) -> ColumnElement[bool]:
    clause: ColumnElement[bool] = ENTRY.c.work_date >= row.valid_from
    if row.valid_to is not None:
        clause &= ENTRY.c.work_date <= row.valid_to
    for column, value in (
        (TASK.c.sow_line_id, row.sow_line_id),
        (ENTRY.c.project_id, row.project_id),
        (PROJECT.c.account_id, row.account_id),
        (ENTRY.c.person_id, row.person_id),
    ):
        clause &= column == value if value is not None else true()
    return clause


@dataclass(frozen=True, slots=True)
class RatePreview:
    """What a change of a rate would do to time that is not approved yet.

    `entries` get another price, `seconds` is their time; values (minor units) are by currency,
    before and after; `unpriced_before` and `unpriced_after` count entries without a rate.
    """

    entries: int
    seconds: int
    before: dict[str, int]
    after: dict[str, int]
    unpriced_before: int
    unpriced_after: int


def preview_rate(
    session: Session,
    actor: Actor,
    *,
    rate_id: int | None = None,
    level: str = "",
    rate: Money | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    project_id: int | None = None,
    account_id: int | None = None,
    person_id: int | None = None,
    role_id: int | None = None,
) -> RatePreview:
    """What `create_rate` (without `rate_id`), `change_rate` or (without `rate`) a removal would do.

    Writes nothing. Raises as they do, but for overlaps.
    """
    require(actor, "rates.change")
    old = _row(fetch(session, actor, Rate, rate_id)) if rate_id is not None else None
    new = None
    if rate is not None and valid_from is not None:
        if old is not None:
            new = replace(
                old, amount=rate.amount, currency=rate.currency, valid_from=valid_from, valid_to=valid_to
            )
            check_values(new)
        else:
            keys = {
                "project_id": project_id,
                "account_id": account_id,
                "person_id": person_id,
                "role_id": role_id,
            }
            new = checked_row(session, actor, level, rate, valid_from, valid_to, keys)
    changed = [row for row in (old, new) if row is not None]
    if not changed:
        raise Invalid("Say which rate changes, and how.", "rate")
    then = [row for row in query.rate_rows(session) if old is None or row.id != old.id]
    ladder = Ladder(then + ([new] if new else []))
    return compare(session, touched_facts(session, changed), ladder)[0]


def checked_row(
    session: Session,
    actor: Actor,
    level: str,
    rate: Money,
    first: date,
    last: date | None,
    keys: Mapping[str, int | None],
) -> RateRow:
    """A new rate with only the keys of its level. Raises as `create_rate` does, but for overlaps."""
    given = RateRow(NEW, _level(level), rate.amount, rate.currency, first, last, None, **keys)
    return _checked(session, actor, given)


def touched_facts(session: Session, rows: Iterable[RateRow]) -> Sequence[Any]:
    """`ENTRY_FACTS` of the time not approved yet that some rates may price."""
    return session.connection().execute(query.ENTRY_FACTS.where(MOVABLE, *touched_by(rows))).all()


class Touched(NamedTuple):
    """An entry whose rate changes: minor units an hour, None is unpriced."""

    entry_id: int
    before: int | None
    after: int | None
    currency: str


def compare(session: Session, facts: Sequence[Any], ladder: Ladder) -> tuple[RatePreview, list[Touched]]:
    """What other rates would make of some entries: the sums, and each entry that is touched."""
    costs, modifiers = query.cost_book(session), query.modifiers(session)
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    touched: list[Touched] = []
    seconds = 0
    for row in facts:
        old, new = stored_price(row), price_facts(ladder, costs, modifiers, row)
        if (old.bill_rate_minor, old.bill_currency) == (new.bill_rate_minor, new.bill_currency):
            continue
        seconds += row.seconds
        currency = new.bill_currency or old.bill_currency
        touched.append(Touched(row.id, old.bill_rate_minor, new.bill_rate_minor, currency))
        for price, values in ((old, before), (new, after)):
            if price.bill_rate_minor is not None:
                worth = money.divide(row.seconds * price.bill_rate_minor, 3600)
                values[price.bill_currency] = values.get(price.bill_currency, 0) + worth
    unpriced = sum(one.before is None for one in touched), sum(one.after is None for one in touched)
    return RatePreview(len(touched), seconds, before, after, *unpriced), touched
