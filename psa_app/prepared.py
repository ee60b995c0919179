"""Statements that are compiled once for each kind of database, then handed to its driver."""

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

FIRST_STAND = -(10**15)
DRIVER = "driver"  # in a session's `info`: its dialect and its driver's connection, where a read has begun


class Stand(int):
    """Stands in a statement for a number of whoever asks; `of` is its name there. No row has it as its id."""

    of: str

    @classmethod
    def for_each(cls, names: Sequence[str]) -> dict[str, "Stand"]:
        """One for each of these numbers, by name."""
        found = {name: cls(FIRST_STAND - place) for place, name in enumerate(names)}
        for name, stand in found.items():
            stand.of = name
        return found


class Prepared:
    """A statement for the paths that run all the time: compiled once for each kind of database, then
    handed straight to its driver. For a few rows SQLAlchemy's own way costs several times as much.
    """

    def __init__(self, statement: Any, *names: str) -> None:
        """`names` are the columns that an INSERT fills. `statement` may be a function that makes it,
        given whether it is for SQLite (`among_ids` needs to know).
        """
        self._statement = statement
        self._names = names or None
        self._compiled: dict[str, _Compiled] = {}

    def all(self, session: Session, values: Mapping[str, Any], who: Any = None) -> list[Any]:
        """All rows, as named tuples; none of a statement that gives no columns.

        `who` asks: their numbers take the places of those that stand in for them (`Stand`).
        """
        dialect, connection = _driver(session)
        compiled = self._compiled.get(dialect.name) or self._for(dialect)
        if not compiled.is_final:
            return list(session.connection().execute(compiled.statement, values))
        cursor = connection.cursor()
        try:
            cursor.execute(compiled.text, compiled.bound(values, who))
            return compiled.read(cursor.fetchall()) if compiled.gives_rows else []
        except dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy_says(dialect, compiled.text, error) from error
        finally:
            cursor.close()

    def first(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first row of few, or None."""
        found = self.all(session, values)
        return found[0] if found else None

    def is_final(self, session: Session) -> bool:
        """Whether its text stays as it is. Otherwise SQLAlchemy runs it, and knows nothing of stand-ins."""
        dialect, _ = _driver(session)
        return (self._compiled.get(dialect.name) or self._for(dialect)).is_final

    def _for(self, dialect: Any) -> "_Compiled":
        made = self._statement
        statement = made(dialect.name == "sqlite") if callable(made) else made
        found = self._compiled[dialect.name] = _Compiled(statement, self._names, dialect)
        return found


def _driver(session: Session) -> tuple[Any, Any]:
    known: tuple[Any, Any] | None = session.info.get(DRIVER)
    if known is not None:
        return known
    connection = session.connection()
    return connection.dialect, connection.connection


class _Compiled:
    """A statement's text for one kind of database, and how its values go in and come out.

    It `is_final` unless SQLAlchemy writes an IN list into it each time, or fills in a column by itself.
    """

    def __init__(self, statement: Any, names: Sequence[str] | None, dialect: Any) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        by_itself = compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch
        self.statement, self.is_final = statement, not by_itself
        self.text = str(compiled)
        self._usual = dict(compiled.params)
        self._order: Sequence[str] | None = compiled.positiontup
        self._asker = [(name, value.of) for name, value in self._usual.items() if isinstance(value, Stand)]
        if any(type(value) is int and value <= FIRST_STAND for value in self._usual.values()):
            raise LookupError("A statement reckons with a number that only stands for another.")
        into = {
            name: bound.type.dialect_impl(dialect).bind_processor(dialect)
            for bound, name in compiled.bind_names.items()
        }
        self._into = [(name, process) for name, process in into.items() if process is not None]
        columns = list(statement.exported_columns)
        out = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._out = [(place, process) for place, process in enumerate(out) if process is not None]
        self._row: Any = namedtuple("_row", [column.name for column in columns])  # type: ignore[misc]
        self.gives_rows = bool(columns)

    def bound(self, values: Mapping[str, Any], who: Any) -> Any:
        """The values as the driver takes them."""
        given = {**self._usual, **values}
        for name, of in self._asker:
            given[name] = getattr(who, of)
        for name, process in self._into:
            given[name] = process(given[name])
        return given if self._order is None else [given[name] for name in self._order]

    def read(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """Rows as the statement's columns type them."""
        if not self._out:
            return list(map(self._row._make, found))
        rows = []
        for one in found:
            cells = list(one)
            for place, process in self._out:
                cells[place] = process(cells[place])
            rows.append(self._row._make(cells))
        return rows


def _as_sqlalchemy_says(dialect: Any, text: str, error: Exception) -> BaseException:
    """A driver's error as everyone catches it, without the values."""
    return DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, dialect=dialect)
