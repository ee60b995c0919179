"""A session for reading whose statements may go straight to the driver.

Most reads are prepared statements. They need a connection and a moment that they see, not what
SQLAlchemy keeps about both: to set that up and take it down took longer than the statements.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

from psa_app.prepared import DRIVER


class Reader(Session):
    """A session on a connection of SQLite's that reads already. SQLAlchemy learns of it when first asked."""

    def __init__(self, engine: Engine, connection: Any) -> None:
        super().__init__(expire_on_commit=False, autoflush=False)
        self._engine, self._taken = engine, connection
        self._told: Connection | None = None
        self.info[DRIVER] = (engine.dialect, connection)

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """The connection as SQLAlchemy knows one, in the transaction that has begun."""
        if self._told is None:
            self._told = Connection(self._engine, self._taken)
        return self._told

    def let_go(self) -> None:
        """Gives the connection back; the pool ends the transaction."""
        if self._told is not None:
            super().close()
        self._taken.close()

    def throw_away(self) -> None:
        """Closes the connection for good."""
        if self._told is not None:
            self.invalidate()
        else:
            self._taken.invalidate()


class Tracked(sqlite3.Connection):
    """A connection that knows its cursors.

    An error's traceback may keep one open. A rollback does not end its read: whoever got the connection
    next would see the database as it was then, and could not write at all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """A cursor, as of any connection."""
        made = super().cursor(*args, **kwargs)
        self._cursors.add(made)
        return made

    def end_reads(self) -> None:
        """Closes all cursors, whoever still has one."""
        for cursor in list(self._cursors):
            cursor.close()


@contextmanager
def reader(engine: Engine) -> Iterator[Reader]:
    """One reading transaction on a SQLite file."""
    try:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("BEGIN")
        except BaseException:
            connection.invalidate()
            raise
    except engine.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemy_says(engine, error) from error
    session = Reader(engine, connection)
    try:
        with let_go(connection, session.throw_away):
            yield session
    finally:
        session.let_go()


@contextmanager
def let_go(connection: Any, throw_away: Callable[[], None]) -> Iterator[None]:
    """Leaves no read open in a pool's connection, also when an error passes.

    What the app itself refuses says nothing about the connection; after an error of the database, or
    when the work was cut off, it is thrown away. To make another one takes as long as ten events.
    """
    tracked = connection.dbapi_connection
    is_cut_off = True
    try:
        yield
        is_cut_off = False
    except (SQLAlchemyError, sqlite3.Error):
        raise
    except Exception:
        is_cut_off = False
        raise
    finally:
        if is_cut_off:
            throw_away()
        else:
            tracked.end_reads()


def _as_sqlalchemy_says(engine: Engine, error: Exception) -> BaseException:
    base = engine.dialect.loaded_dbapi.Error
    return DBAPIError.instance("BEGIN", None, error, base, dialect=engine.dialect)
