"""In which currency an amount is: its record says, or one that it belongs to, or the firm."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from psa_app.models import Firm
from psa_app.models.resource import FieldSpec, Resource, target

Lookup = Callable[[FieldSpec, Any], str]


def lookup(session: Session, resource: Resource, records: Iterable[Any]) -> Lookup:
    """A function that gives the currency of a money field of one of these records.

    `money_in` of a field is a field of the record ("currency"), a path over links
    ("line_id.invoice_id.currency"), or "" for the firm's base currency. One query for each step
    of a path, however many records there are.
    """
    listed = list(records)
    base = _Base(session)
    paths = {field.money_in for field in resource.fields if field.kind == "money" and "." in field.money_in}
    known = {path: _walk(session, resource.model, listed, path) for path in paths}

    def currency_of(field: FieldSpec, record: Any) -> str:
        if not field.money_in:
            return base.currency
        if field.money_in in known:
            return known[field.money_in].get(record.id) or base.currency
        return getattr(record, field.money_in) or base.currency

    return currency_of


class _Base:
    """The firm's currency, asked for once if it is needed at all."""

    def __init__(self, session: Session) -> None:
        self._session, self._found = session, ""

    @property
    def currency(self) -> str:
        self._found = self._found or self._session.exec(select(Firm.base_currency)).first() or "EUR"
        return self._found


def _walk(session: Session, model: type[SQLModel], records: list[Any], path: str) -> dict[int, str]:
    """By record's id the text at the end of the path."""
    *steps, last = path.split(".")
    at: dict[int, Any] = {record.id: record for record in records}
    for step in steps:
        ids = {getattr(row, step) for row in at.values()}
        model = target(model, step)
        rows = session.exec(select(model).where(col(model.id).in_(ids - {None})))  # type: ignore[attr-defined]
        found: dict[int, Any] = {row.id: row for row in rows}  # type: ignore[attr-defined]
        at = {start: found[getattr(row, step)] for start, row in at.items() if getattr(row, step) in found}
    return {start: str(getattr(row, last)) for start, row in at.items()}
