"""The database: one engine, short units of work, and nothing else commits.

SQLite runs in WAL mode with foreign keys on, fully durable (`synchronous=FULL`), and every
writing transaction begins with `BEGIN IMMEDIATE`, so that read-check-write is one step.
PostgreSQL takes the same code with row locks (`lock()` in `access/scope.py`).
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Engine,
    Text,
    any_,
    bindparam,
    event,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy import update as sql_update
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, SQLModel, create_engine

from psa_app import clock
from psa_app.errors import Busy
from psa_app.line import Line
from psa_app.prepared import Prepared
from psa_app.reader import Reader, Tracked, let_go, reader

_BUSY_MS = 5000


def make_engine(url: str, *, migrating: bool = False, busy_ms: int = _BUSY_MS) -> Engine:
    """An engine for `url`; `migrating` leaves foreign keys off (SQLite recreates tables then).

    Its errors name no values: they end up in the log, and a value may be a secret or about a person.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    _make_folder(url)
    given = {"check_same_thread": False, "timeout": busy_ms / 1000, "factory": Tracked}
    # The connection that was used last has the pages at hand that the next one wants.
    engine = create_engine(url, hide_parameters=True, connect_args=given, pool_use_lifo=True)
    event.listen(
        engine, "connect", lambda dbapi, _: _prepare(dbapi, foreign_keys=not migrating, busy_ms=busy_ms)
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "invalidate", _undo)
    return engine


def _make_folder(url: str) -> None:
    name = url.removeprefix("sqlite:///")
    if name and not name.startswith(":memory:") and "mode=memory" not in name:
        Path(name.split("?")[0]).parent.mkdir(parents=True, exist_ok=True)


def _prepare(dbapi: Any, *, foreign_keys: bool, busy_ms: int) -> None:
    dbapi.isolation_level = None
    cursor = dbapi.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={busy_ms}",
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    if not connection.get_execution_options().get("readonly"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not connection.connection.in_transaction:  # a `Reader` has begun
        connection.exec_driver_sql("BEGIN")


def _undo(dbapi: Any, *_: Any) -> None:
    """Gives the write lock back: closing alone would keep it for as long as a cursor is open."""
    if dbapi.in_transaction:
        dbapi.execute("ROLLBACK")


_engine: Engine | None = None


def use_engine(engine: Engine | None) -> None:
    """Sets the engine that `unit_of_work()` and `reading()` use (start-up and tests)."""
    global _engine
    _engine = engine
    _readonly.cache_clear()


def engine() -> Engine:
    """The app's engine; made from `DATABASE_URL` when first asked for."""
    global _engine
    if _engine is None:
        from psa_app.config import settings

        _engine = make_engine(settings().database_url)
    return _engine


@cache
def _readonly() -> Engine:
    return engine().execution_options(readonly=True)


def is_sqlite(session: Session) -> bool:
    """True on SQLite, False on PostgreSQL."""
    return isinstance(session, Reader) or session.get_bind().dialect.name == "sqlite"


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One writing transaction, committed at the end or rolled back whole. The only commit.

    Raises `Busy` after five seconds of waiting for others, and `RuntimeError` at once inside another
    unit of work: two transactions would commit apart, and on SQLite the inner waits for the outer.
    """
    try:
        with (
            _alone(),
            _in_line(),
            _file_writing() if _is_file() else _plain_writing() as session,
        ):
            yield session
    except OperationalError as error:
        raise translated(error) from error


@contextmanager
def _plain_writing() -> Iterator[Session]:
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _file_writing() -> Iterator[Session]:
    with (
        engine().connect() as connection,
        Session(connection, expire_on_commit=False) as session,
        session.begin(),
        let_go(connection.connection, session.invalidate),
    ):
        yield session


_line = Line()
_is_open: ContextVar[bool] = ContextVar("_is_open", default=False)


@contextmanager
def _alone() -> Iterator[None]:
    if _is_open.get():
        raise RuntimeError("A unit of work is open here already: hand its session on.")
    mark = _is_open.set(True)
    try:
        yield
    finally:
        _is_open.reset(mark)


@contextmanager
def _in_line() -> Iterator[None]:
    """SQLite lets one writer in at a time. Those of this process wait here and are let in at once when
    it is free; SQLite's own wait asks again after ever longer pauses, and latecomers slip in between.
    """
    if engine().dialect.name != "sqlite":
        yield
        return
    with _line.turn(_BUSY_MS / 1000):
        yield


@contextmanager
def reading() -> Iterator[Session]:
    """One reading transaction; it sees a single moment and takes no write lock."""
    try:
        with reader(_readonly()) if _is_file() else _plain_reading() as session:
            yield session
    except OperationalError as error:
        raise translated(error) from error


@contextmanager
def _plain_reading() -> Iterator[Session]:
    with Session(_readonly(), expire_on_commit=False, autoflush=False) as session:
        yield session


def _is_file() -> bool:
    """Whether the database is SQLite and each connection to it is of its own."""
    made = engine()
    return isinstance(made, Engine) and made.dialect.name == "sqlite" and isinstance(made.pool, QueuePool)


def translated(error: OperationalError) -> Exception:
    """A sentence for a locked database or a full disk; any other error stays as it is."""
    text = str(error.orig).lower()
    if isinstance(error.orig, sqlite3.OperationalError):
        if "locked" in text or "busy" in text:
            return Busy()
        if "full" in text or "disk i/o" in text:
            return Busy("The disk is full. Nothing was saved; make room, then try again.")
    if "could not obtain lock" in text or "deadlock" in text or "connection" in text:
        return Busy()
    return error


def among(session: Session, column: Any, values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """`column IN values` with all of them in one parameter: thousands cost one statement."""
    kind = Text if values and isinstance(values[0], str) else BigInteger
    given: Any = (
        literal(json.dumps(list(values))) if is_sqlite(session) else literal(list(values), ARRAY(kind))
    )
    return _one_of(column, given, sqlite=is_sqlite(session))


def among_ids(column: Any, name: str, *, sqlite: bool) -> ColumnElement[bool]:
    """`column IN` the ids that a prepared statement is given as `name`, made ready by `as_ids`."""
    given: Any = bindparam(name, type_=Text() if sqlite else ARRAY(BigInteger))
    return _one_of(column, given, sqlite=sqlite)


def as_ids(session: Session, ids: Sequence[int]) -> Any:
    """Ids as a prepared statement with `among_ids` takes them."""
    return json.dumps(list(ids)) if is_sqlite(session) else list(ids)


def _one_of(column: Any, given: Any, *, sqlite: bool) -> ColumnElement[bool]:
    clause: ColumnElement[bool]
    if sqlite:
        each = func.json_each(given).table_valued("value")
        clause = column.in_(select(each.c.value))
    else:
        clause = column == any_(given)
    return clause


def insert_columns(session: Session, table: Any, columns: Mapping[str, Iterable[Any]]) -> None:
    """Inserts many rows, given by column; `itertools.repeat` is for what is the same in all of them.

    The quickest way in: each distinct value of a column is made ready for the database once, and
    the rows go straight to its driver.
    """
    execute_ready(session, ready_insert(session, table, columns))


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as its driver takes it, with the values of each time that it is executed."""

    text: str
    rows: Sequence[tuple[Any, ...]]


def ready_insert(session: Session, table: Any, columns: Mapping[str, Iterable[Any]]) -> Statement:
    """Many rows, given by column, made ready to be inserted: that may happen in a later transaction."""
    dialect = session.get_bind().dialect
    ready = [_ready(table.c[name].type, dialect, values) for name, values in columns.items()]
    quoted = dialect.identifier_preparer
    names = ", ".join(quoted.format_column(table.c[name]) for name in columns)
    marks = ", ".join([_mark(dialect)] * len(columns))
    text = f"INSERT INTO {quoted.format_table(table)} ({names}) VALUES ({marks})"  # noqa: S608 (our own names)
    return Statement(text, list(zip(*ready, strict=False)))


def ready_update(
    session: Session, table: Any, columns: Mapping[str, Iterable[Any]], ids: Sequence[int]
) -> Statement:
    """New values of many rows, given by column in the order of their ids, made ready as by `ready_insert`."""
    dialect = session.get_bind().dialect
    ready = [_ready(table.c[name].type, dialect, values) for name, values in columns.items()]
    quoted, mark = dialect.identifier_preparer, _mark(dialect)
    given = ", ".join(f"{quoted.format_column(table.c[name])} = {mark}" for name in columns)
    text = f"UPDATE {quoted.format_table(table)} SET {given} WHERE id = {mark}"  # noqa: S608 (our own names)
    return Statement(text, list(zip(*ready, ids, strict=False)))


def execute_ready(session: Session, statement: Statement) -> None:
    """Executes what was made ready."""
    if statement.rows:
        session.connection().exec_driver_sql(statement.text, list(statement.rows))


def _mark(dialect: Any) -> str:
    return "?" if dialect.name == "sqlite" else "%s"


def reserve_ids(session: Session, table: Any, many: int) -> Sequence[int]:
    """Ids for rows to come. On SQLite they are only the next ones: others cannot take them within a writing
    transaction, else see there whether they still are.
    """
    connection = session.connection()
    if not is_sqlite(session):
        series = "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :many)"
        name = connection.dialect.identifier_preparer.format_table(table)
        return [row[0] for row in connection.execute(text(series), {"name": name, "many": many})]
    last = connection.execute(select(func.max(table.c.id))).scalar() or 0
    if table.dialect_options["sqlite"]["autoincrement"]:
        given = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :n"), {"n": table.name})
        last = max(last, given.scalar() or 0)
    return range(last + 1, last + 1 + many)


def _ready(kind: Any, dialect: Any, values: Iterable[Any]) -> Iterable[Any]:
    """Values as the driver takes them."""
    process = None if kind.python_type is str else kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(values, repeat):
        return repeat(process(next(values)))
    if isinstance(kind, JSON):  # no value that a set would hold
        return map(process, values)
    many = list(values)
    known = {value: process(value) for value in set(many)}
    return [known[value] for value in many]


def insert_row(session: Session, model: type[SQLModel], **values: Any) -> int:
    """Inserts one row by Core (quicker than the ORM) and returns its id."""
    return int(_inserting(model, tuple(values)).first(session, values).id)


@cache
def _inserting(model: type[SQLModel], names: tuple[str, ...]) -> Prepared:
    """Inserts a row of these columns: one statement for each way in which rows are made."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    return Prepared(insert(table).returning(table.c.id), *names)


def claim(
    session: Session, model: Any, *, limit: int, lease: timedelta, now: datetime | None = None
) -> list[Any]:
    """Takes due rows of a queue table (`done_at`, `due_at`, `tries`) for one worker.

    A claim moves `due_at` one lease ahead, so the rows of a worker that died come due again
    by themselves; PostgreSQL skips rows that another worker holds.
    """
    at = now or clock.now()
    table = model.__table__
    rows = session.connection().execute(
        select(table)
        .where(table.c.done_at.is_(None), table.c.due_at <= at)
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = list(rows)
    if taken:
        ids = [row.id for row in taken]
        session.connection().execute(
            sql_update(table).where(table.c.id.in_(ids)).values(due_at=at + lease, tries=table.c.tries + 1)
        )
    return taken
