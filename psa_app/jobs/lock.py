"""Only one worker of an installation is at work; the others try again and stand by."""

import fcntl
import logging
import os
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from psa_app import db
from psa_app.config import Settings

log = logging.getLogger("psa_app.jobs")
KEY = 72460002  # PostgreSQL's advisory lock of the worker


class Lock(Protocol):
    """Taken by one process at a time, free again at once when that process dies."""

    def take(self) -> bool:
        """True if it is ours now."""

    def holds(self) -> bool:
        """True while it still is ours."""

    def release(self) -> None:
        """Gives it back."""


def make_lock(config: Settings) -> Lock:
    """A file beside the SQLite database, or a lock of the PostgreSQL server."""
    return FileLock(config.data / "worker.lock") if config.sqlite else ServerLock()


class FileLock:
    """A lock on a file; the system frees it when the process ends, however it ends."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._open: IO[str] | None = None

    def take(self) -> bool:
        """True if it is ours now."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        opened = self.file.open("a+")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            opened.close()
            return False
        opened.truncate(0)
        opened.write(f"{os.getpid()}\n")
        opened.flush()
        self._open = opened
        return True

    def holds(self) -> bool:
        """True while it still is ours: nobody can take it away."""
        return self._open is not None

    def release(self) -> None:
        """Gives it back."""
        if self._open is not None:
            self._open.close()
            self._open = None


class ServerLock:
    """PostgreSQL's advisory lock on a connection of its own; it ends with the connection."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def take(self) -> bool:
        """True if it is ours now; False as well while the server does not answer."""
        try:
            connection = db.engine().connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}).scalar():
                self._connection = connection
                return True
            connection.close()
        except SQLAlchemyError as error:
            log.warning("the worker's lock cannot be asked for: %s", error)
        return False

    def holds(self) -> bool:
        """True while the connection that holds it lives."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """Gives it back by closing its connection for good: a pooled one would keep the lock."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
