"""Rates from a file, one a row: made or changed by their acts. Rates of a scope's line stay with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import Rate
from psa_app.queries import rates as query
from psa_app.queries.many import once
from psa_app.rules.money import Money
from psa_app.rules.rate_matrix import refuse_overlap
from psa_app.rules.rates import Level, RateRow
from psa_app.services.rates import change_rate, check_keys, check_values, create_rate

Values = Mapping[str, Any]
_KEYS = ("project_id", "account_id", "person_id", "role_id")
TO_COME = -1  # the id of a rate that a row before this one makes


def check_rate(session: Session, values: Values, record: Rate | None) -> None:
    """What the acts on a rate would refuse of a row; the rates of the rows before count as well."""
    if (record.level if record is not None else values["level"]) == Level.sow_line:
        if record is None or any(getattr(record, name) != value for name, value in values.items()):
            raise Invalid("This rate belongs to a SOW. Change it there while the SOW is a draft.")
        return
    row = _row(values, record)
    check_keys(row)
    check_values(row)
    known: dict[int, RateRow] = once(
        session, "rates", lambda: {one.id: one for one in query.rate_rows(session)}
    )
    others = [other for place, other in known.items() if place != row.id and _same_keys(other, row)]
    refuse_overlap(others, row)
    known[row.id or TO_COME - len(known)] = row


def write_rate(session: Session, actor: Actor, record: Rate | None, rows: Sequence[Values]) -> int:
    """Makes or changes a rate. Rights and errors are those of the acts."""
    (values,) = rows
    row = _row(values, record)
    rate = Money(row.amount, row.currency)
    days: dict[str, Any] = {"valid_from": row.valid_from, "valid_to": row.valid_to}
    if record is not None:
        change_rate(session, actor, int(record.id or 0), version=record.version, rate=rate, **days)
        return int(record.id or 0)
    keys: dict[str, Any] = {name: getattr(row, name) for name in _KEYS}
    made = create_rate(session, actor, level=row.level.value, rate=rate, **days, **keys)  # type: ignore[arg-type]
    return int(made.id or 0)


def _row(values: Values, record: Rate | None) -> RateRow:
    def now(name: str) -> Any:
        return values[name] if name in values else getattr(record, name, None)

    return RateRow(
        int(record.id or 0) if record is not None else 0,
        Level(now("level")),
        now("amount_minor"),
        now("currency"),
        now("valid_from"),
        now("valid_to"),
        None,
        *(now(name) for name in _KEYS),
    )


def _same_keys(one: RateRow, other: RateRow) -> bool:
    names = ("level", "currency", "sow_line_id", *_KEYS)
    return all(getattr(one, name) == getattr(other, name) for name in names)
