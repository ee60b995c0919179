"""Sums below a list: amounts by currency, hours, and how many records; over all its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col
from sqlmodel import select as select_model

from psa_app.access import Actor, require
from psa_app.models import ExchangeRate, Firm
from psa_app.models.resource import FieldSpec, Resource, target
from psa_app.queries.own_fields import column, full
from psa_app.queries.records import narrowed, readable

SUMMED = ("money", "hours", "minutes", "seconds")
_HALF = 10**9
Sums = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FieldTotal:
    """The sum of one field: by currency in minor units for money, under "" in the field's unit else."""

    field: FieldSpec
    sums: Sums


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records a list has, and the sums of its fields that can be added up."""

    count: int
    fields: tuple[FieldTotal, ...]


def totals(
    session: Session,
    actor: Actor,
    resource: Resource,
    *,
    search: str = "",
    filters: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
) -> Totals:
    """The totals of a whole filtered list; `only` names the fields that are shown (all by default).

    Raises `Invalid` as the list does. Amounts in different currencies are never added to each other.
    """
    require(actor, resource.read_right)
    resource = full(session, resource, actor)
    where = narrowed(session, actor, resource, search, filters or {})
    shown = [
        one for one in readable(resource, actor) if is_summed(one) and (only is None or one.name in only)
    ]
    count, found = 0, dict[str, Sums]()
    for place, (path, fields) in enumerate(_by_currency(shown).items()):
        rows = _added_up(session, resource, path, fields, where)
        count = sum(row[1] for row in rows) if place == 0 else count
        found |= {one.name: _sums(one, rows, at) for at, one in enumerate(fields, start=2)}
    return Totals(count, tuple(FieldTotal(one, found[one.name]) for one in shown if found.get(one.name)))


def is_summed(field: FieldSpec) -> bool:
    """Whether the values of a field can be added up."""
    return field.adds_up and (field.kind in SUMMED or (bool(field.own_key) and field.kind == "number"))


def _by_currency(shown: list[FieldSpec]) -> dict[str | None, list[FieldSpec]]:
    """Fields by what says their currency; those without one are summed along with the first."""
    paths: list[str | None] = [*dict.fromkeys(one.money_in for one in shown if one.kind == "money")]
    first = paths[0] if paths else None
    found: dict[str | None, list[FieldSpec]] = {path: [] for path in paths or [None]}
    for one in shown:
        found[one.money_in if one.kind == "money" else first].append(one)
    return found


def _added_up(
    session: Session, resource: Resource, path: str | None, fields: list[FieldSpec], where: list[Any]
) -> Sequence[Any]:
    """Rows of a currency, how many records, and the sum of each field.

    SQLite adds up in 64 bits and refuses a sum beyond them: then the values go in two halves.
    """
    columns = [column(resource, one) for one in fields]
    try:
        return _summed(session, resource, path, columns, where)
    except OperationalError as error:
        if "integer overflow" not in str(error.orig):
            raise
    halves = [half for one in columns for half in (one.op("/")(_HALF), one.op("%")(_HALF))]
    rows = _summed(session, resource, path, halves, where)
    return [(*row[:2], *map(_whole, row[2::2], row[3::2])) for row in rows]


def _whole(upper: int | None, lower: int | None) -> int | None:
    """A sum out of those of its halves; None where nothing was given."""
    return None if upper is None or lower is None else int(upper) * _HALF + int(lower)


def _summed(
    session: Session, resource: Resource, path: str | None, columns: list[Any], where: list[Any]
) -> Sequence[Any]:
    """Grouping sorts every record first. The currencies that the firm is known to use are told apart while
    the records are read instead, which takes a third of the time; if there are others, they are grouped.
    """
    if path is None:
        return _rows(session, resource, [literal(""), func.count(), *map(func.sum, columns)], where)
    currency = _currency(session, resource.model, path)
    codes = _known(session)
    wanted = [
        one.filter(currency == code) for code in codes for one in (func.count(), *map(func.sum, columns))
    ]
    count, *found = _rows(session, resource, [func.count(), *wanted], where)[0]
    if count > sum(found[:: len(columns) + 1]):
        named = currency.label("in_currency")
        return _rows(session, resource, [named, func.count(), *map(func.sum, columns)], where, "in_currency")
    width = len(columns) + 1
    return [(code, *found[at * width : (at + 1) * width]) for at, code in enumerate(codes)]


def _rows(
    session: Session, resource: Resource, wanted: list[Any], where: list[Any], group: str = ""
) -> Sequence[Any]:
    statement = select(*wanted).select_from(resource.model).where(*where)
    if group:
        statement = statement.group_by(group).order_by(group)
    return session.connection().execute(statement).all()


def _known(session: Session) -> list[str]:
    """The firm's currency, and those that it has exchange rates of."""
    rates = session.exec(select_model(ExchangeRate.currency).distinct()).all()
    return sorted({session.exec(select_model(Firm.base_currency)).first() or "EUR", *rates})


def _sums(field: FieldSpec, rows: Sequence[Any], at: int) -> Sums:
    given = [(str(row[0] or ""), int(row[at])) for row in rows if row[at] is not None]
    if field.kind == "money":
        return tuple(pair for pair in given if pair[0])
    return (("", sum(value for _, value in given)),) if given else ()


def _currency(session: Session, model: Any, path: str) -> Any:
    """The currency of a row in SQL: of the record, of one that it belongs to, or the firm's."""
    if not path:
        return literal(session.exec(select_model(Firm.base_currency)).first() or "EUR")
    first, _, rest = path.partition(".")
    return _along(model, getattr(model, first), rest)


def _along(model: Any, start: Any, path: str) -> Any:
    if not path:
        return col(start)
    following: Any = target(model, start.key)
    first, _, rest = path.partition(".")
    wanted = _along(following, getattr(following, first), rest)
    return select(wanted).where(col(following.id) == start).scalar_subquery()
