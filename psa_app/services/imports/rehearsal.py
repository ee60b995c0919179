"""Acts on many records rehearsed on a copy of SQLite's file; what they wrote there is then carried over.

An act takes milliseconds and would keep all others from writing; rows that lie ready take microseconds.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, create_engine

from psa_app import db
from psa_app.errors import Busy
from psa_app.services.imports.moved import Moment, Moved, moment, moved_since

_LOG = "rehearsed"
_FREE = frozenset(
    {"history", "outbox", "import_file"}
)  # nothing refers to their ids: they go behind what came meanwhile
_UNSEEN = _FREE | {"import_run", "sqlite_master", "sqlite_schema", "sqlite_sequence", _LOG}
_LOGGED = {
    "INSERT": ("NEW", "'I'", "DO UPDATE SET op = 'U'"),
    "UPDATE": ("NEW", "'U'", "DO NOTHING"),
    "DELETE": ("OLD", "'D'", "DO UPDATE SET op = 'D'"),
}


@dataclass
class Rehearsal:
    """A copy with all that was done on it: `tables` were read, `last` were the ids when it began."""

    file: Path
    engine: Any
    at: Moment
    last: dict[str, int]
    tables: set[str] = field(default_factory=set)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction on the copy, kept at its end."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session


@contextmanager
def rehearsed(name: str) -> Iterator[Rehearsal]:
    """A copy of the database at this moment, beside it under a name of its own; gone afterwards."""
    source = Path(str(db.engine().url.database))
    file = source.with_name(f"{source.name}.{name}")
    _remove(file)
    engine: Any = None
    try:
        _copy(source, file)
        engine = _engine(file)
        with Session(engine) as session, session.begin():
            found = Rehearsal(file, engine, moment(session), _prepared(session))
        _watch(found)
        yield found
    finally:
        if engine is not None:
            engine.dispose()
        _remove(file)


def carry(session: Session, rehearsal: Rehearsal, also: Iterable[str] = ()) -> None:
    """Writes into a writing transaction what the rehearsal wrote on its copy. Whoever calls it lets the
    engine's idle connections go afterwards: the copy stays attached to the one that this used.

    Raises `Moved` when somebody has written meanwhile what the rehearsal read, or taken its ids.
    """
    read = (rehearsal.tables | set(also)) - _UNSEEN
    if moved_since(session, rehearsal.at, read):
        raise Moved()
    run = session.connection().exec_driver_sql
    run("ATTACH DATABASE ? AS copy", (str(rehearsal.file),))
    run("PRAGMA defer_foreign_keys = ON")
    for table in [row[0] for row in run(f"SELECT DISTINCT name FROM copy.{_LOG} ORDER BY 1")]:  # noqa: S608
        columns = _columns(run, table)
        _delete(run, table)
        _update(run, table, columns)
        _insert(run, table, columns, rehearsal.last.get(table, 0))


def _copy(source: Path, file: Path) -> None:
    file.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(file)) as other:
            one.backup(other)
    except sqlite3.OperationalError as error:
        raise Busy("The disk is full. Nothing was written; make room, then try again.") from error


def _engine(file: Path) -> Any:
    """Nothing on the copy has to outlive a crash."""
    engine = create_engine(f"sqlite:///{file}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", lambda dbapi, _: _eased(dbapi))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _eased(dbapi: Any) -> None:
    dbapi.isolation_level = None
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "foreign_keys=ON", "cache_size=-64000"):
        dbapi.execute(f"PRAGMA {pragma}")


def _prepared(session: Session) -> dict[str, int]:
    """Lets the copy log which rows change; gives the last id of each table."""
    run = session.connection().exec_driver_sql
    run(f"CREATE TABLE {_LOG} (name TEXT, row INTEGER, op TEXT, PRIMARY KEY (name, row)) WITHOUT ROWID")
    names = [row[0] for row in run("SELECT name FROM sqlite_master WHERE type = 'table'")]
    last = {}
    for name in names:
        if name == _LOG or name.startswith("sqlite_"):
            continue
        last[name] = int(run(f'SELECT max(rowid) FROM "{name}"').scalar() or 0)  # noqa: S608 - our own names
        for verb, (which, op, again) in _LOGGED.items():
            kept = f"INSERT INTO {_LOG} VALUES ('{name}', {which}.rowid, {op})"  # noqa: S608 - our own names
            kept += f" ON CONFLICT (name, row) {again}"
            run(f'CREATE TRIGGER "log_{name}_{verb}" AFTER {verb} ON "{name}" BEGIN {kept}; END')
    return last


def _watch(rehearsal: Rehearsal) -> None:
    """Notes which tables are read."""

    def noted(action: int, table: str | None, *_: Any) -> int:
        if action == sqlite3.SQLITE_READ and table:
            rehearsal.tables.add(table)
        return sqlite3.SQLITE_OK

    rehearsal.engine.dispose()
    event.listen(rehearsal.engine, "connect", lambda dbapi, _: dbapi.set_authorizer(noted))


def _columns(run: Any, table: str) -> list[str]:
    return [str(row[1]) for row in run(f'PRAGMA main.table_info("{table}")')]


def _rows(table: str, op: str) -> str:
    return f"(SELECT row FROM copy.{_LOG} WHERE name = '{table}' AND op = '{op}')"  # noqa: S608 - our own names


def _delete(run: Any, table: str) -> None:
    run(f'DELETE FROM main."{table}" WHERE rowid IN {_rows(table, "D")}')  # noqa: S608 - our own names


def _update(run: Any, table: str, columns: list[str]) -> None:
    given = ", ".join(f'"{name}" = c."{name}"' for name in columns)
    run(
        f'UPDATE main."{table}" AS t SET {given} FROM copy."{table}" AS c '  # noqa: S608 - our own names
        f"WHERE c.rowid = t.rowid AND t.rowid IN {_rows(table, 'U')}"
    )


def _insert(run: Any, table: str, columns: list[str], before: int) -> None:
    if not run(f"SELECT 1 FROM {_rows(table, 'I')} LIMIT 1").first():  # noqa: S608 - our own names
        return
    last = int(run(f'SELECT max(rowid) FROM main."{table}"').scalar() or 0)  # noqa: S608 - our own names
    shift = max(0, last - before)
    if shift and table not in _FREE:
        raise Moved()
    into = ", ".join(f'"{name}"' for name in columns)
    taken = ", ".join(f'"id" + {shift}' if name == "id" and shift else f'"{name}"' for name in columns)
    run(
        f'INSERT INTO main."{table}" ({into}) SELECT {taken} FROM copy."{table}" '  # noqa: S608 - our own names
        f"WHERE rowid IN {_rows(table, 'I')} ORDER BY rowid"
    )


def _remove(file: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + ending).unlink()
