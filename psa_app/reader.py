"""A session for reading whose statements may go straight to the driver.

Most reads are prepared statements. They need a connection and a moment that they see, not what
SQLAlchemy keeps about both: to set that up and take it down took longer than the statements.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
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


@contextmanager
def reader(engine: Engine) -> Iterator[Reader]:
    """One reading transaction; after an error its connection is closed, for a cursor may be open in it."""
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
        yield session
    except BaseException:
        session.throw_away()
        raise
    finally:
        session.let_go()


def _as_sqlalchemy_says(engine: Engine, error: Exception) -> BaseException:
    base = engine.dialect.loaded_dbapi.Error
    return DBAPIError.instance("BEGIN", None, error, base, dialect=engine.dialect)
