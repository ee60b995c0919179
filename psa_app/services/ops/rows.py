"""Table rows as JSON lines that mean the same on every database: what a backup is made of."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import DateTime, Integer, TypeDecorator, TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from psa_app.errors import Invalid

AT_ONCE = 2000
_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (DateTime, "instant"),
    (Date, "day"),
    (Boolean, "bool"),
    (Integer, "whole"),
    (String, "text"),
    (JSON, "json"),
    (LargeBinary, "bytes"),
)
_TYPES: dict[str, Any] = {
    "instant": UTCDateTime,
    "day": Date,
    "bool": Boolean,
    "whole": BigInteger,
    "text": String,
    "bytes": LargeBinary,
    "json": lambda: JSON().with_variant(JSONB, "postgresql"),
}


def kind_of(column: Column[Any]) -> str:
    """What a column holds: instant, day, bool, whole, text, json, bytes. Any other type is our mistake."""
    plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    for known, kind in _KINDS:
        if isinstance(plain, known):
            return kind
    raise LookupError(f"A backup does not know how to keep {column}: {column.type!r}.")


def write_rows(connection: Connection, table: Table, file: Path) -> dict[str, Any]:
    """Writes all rows of a table, a JSON list in each line; returns its entry in the manifest."""
    digest, count = hashlib.sha256(), 0
    statement = select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(stream_results=True, yield_per=AT_ONCE).execute(statement)
    with file.open("wb") as out:
        for row in found:
            line = json.dumps(list(row), default=_plain, ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    columns = [[column.name, kind_of(column)] for column in table.columns]
    return {"rows": count, "sha256": digest.hexdigest(), "size": file.stat().st_size, "columns": columns}


def load_rows(connection: Connection, name: str, columns: list[list[str]], file: Path) -> int:
    """Puts the rows of a file into table `name`; returns how many. The columns are as in the manifest."""
    table = Table(name, MetaData(), *(Column(column, _type(kind)) for column, kind in columns))
    statement, count = insert(table), 0
    for lines in _groups(file):
        rows = [_values(columns, json.loads(line)) for line in lines]
        connection.execute(statement, rows)
        count += len(rows)
    return count


def _type(kind: str) -> Any:
    if kind not in _TYPES:
        raise Invalid(f"This backup holds a kind of column that this program does not know: {kind!r}.")
    return _TYPES[kind]()


def _plain(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be kept in a backup.")


def _values(columns: list[list[str]], row: list[Any]) -> dict[str, Any]:
    return {name: _typed(kind, value) for (name, kind), value in zip(columns, row, strict=True)}


def _typed(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "bytes":
        return b64decode(value)
    return date.fromisoformat(value) if kind == "day" else value


def _groups(file: Path) -> Iterator[list[bytes]]:
    with file.open("rb") as lines:
        group: list[bytes] = []
        for line in lines:
            group.append(line)
            if len(group) == AT_ONCE:
                yield group
                group = []
        if group:
            yield group
