"""Pages of a list by a cursor over (sort value, id), so that nothing is skipped or doubled.

A page costs the same at row 250,000 as at row 1. Empty values come last, on every database and in
both directions.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, TypeDecorator, and_, func, literal, null, or_
from sqlmodel import col

from psa_app.errors import Invalid
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import own_fields

LONGEST = 1000
_FOREIGN = "This cursor is not one of ours, or of another sorting. Start again without it."


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by a field, then by id, both in one direction.

    `by_scan` is for a list narrowed by what no index knows: the rows are read as they lie and the first
    ones kept. To walk along the index of the sorting would fetch row after row from all over the file.
    """

    name: str
    descending: bool
    key: Any
    identity: Any
    may_be_empty: bool
    kind: type
    own_key: str = ""
    by_scan: bool = False

    @property
    def clauses(self) -> tuple[Any, ...]:
        """For ORDER BY."""
        key = self._compared.desc() if self.descending else self._compared.asc()
        if self.may_be_empty:
            key = key.nulls_last()
        return key, self.identity.desc() if self.descending else self.identity.asc()

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The rows that come after the one where a page ended. Raises `Invalid` for a foreign cursor."""
        value, row_id = self._read(cursor)
        beyond = self.identity < row_id if self.descending else self.identity > row_id
        if value is None:
            return and_(self.key.is_(None), beyond)
        given = literal(value, self.key.type)
        later = self._compared < given if self.descending else self._compared > given
        rest = or_(later, and_(self._compared == given, beyond))
        return or_(rest, self.key.is_(None)) if self.may_be_empty else rest

    def cursor_at(self, record: Any) -> str:
        """The cursor of a page that ends with this record."""
        value = record.own.get(self.own_key) if self.own_key else getattr(record, self.name)
        if value is None and self.kind is bool and self.own_key:
            value = False
        plain = value.isoformat() if isinstance(value, date) else value
        text = json.dumps([self._sort, plain, record.id], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @property
    def _compared(self) -> Any:
        """The key; for a scan as an expression that no index holds."""
        return func.coalesce(self.key, null(), type_=self.key.type) if self.by_scan else self.key

    @property
    def _sort(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    def _read(self, cursor: str) -> tuple[Any, int]:
        try:
            if len(cursor) > LONGEST:
                raise ValueError
            padded = cursor + "=" * (-len(cursor) % 4)
            sort, value, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if sort != self._sort or type(row_id) is not int or not 0 < row_id < 2**63:
                raise ValueError
            return self._typed(value), row_id
        except (ValueError, TypeError, RecursionError, binascii.Error):
            raise Invalid(_FOREIGN, "cursor") from None

    def _typed(self, value: Any) -> Any:
        if value is None and self.may_be_empty:
            return None
        if self.kind in (date, datetime):
            value = self.kind.fromisoformat(value)
        if type(value) is not self.kind or (isinstance(value, int) and abs(value) >= 2**63):
            raise ValueError
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError
        if isinstance(value, str) and ("\0" in value or any("\ud800" <= char <= "\udfff" for char in value)):
            raise ValueError
        return value


def ordering(resource: Resource, names: Mapping[str, FieldSpec], sort: str) -> Order:
    """The order of a list; `sort` is a field's name, with "-" before it for descending.

    Raises `Invalid` for a field that is not there, not readable or not sortable.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name != "id" and (name not in names or not names[name].sortable):
        shown = "".join(char for char in name[:40] if char.isprintable())
        raise Invalid(f"This list cannot be sorted by “{shown}”.", "sort")
    model: Any = resource.model
    field = names.get(name)
    if field is not None and field.own_key:
        key = own_fields.column(resource, field)
        kind = own_fields.python_type(field)
        return Order(name, descending, key, col(model.id), kind is not bool, kind, field.own_key)
    column = model.__table__.c[name]
    return Order(
        name,
        descending,
        col(getattr(model, name)),
        col(model.id),
        bool(column.nullable),
        _python_type(column.type),
    )


def _python_type(kind: Any) -> type:
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    python_type: type = plain.python_type
    return python_type
