"""What a start looks at before anything heavy is imported: port, pages, revision, firm."""

import errno
import os
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from psa_app.config import ROOT, Settings
from psa_app.errors import Busy, Invalid
from psa_app.migrations import run as migrations


def check_port(host: str, port: int) -> None:
    """Raises `Invalid` when another program listens there already, or nobody may."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Invalid(_why_not(host, port, error), "PORT") from None


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Something listens on port {port} already. End it, or choose another: PORT={port + 1}."
    if error.errno == errno.EACCES:
        return f"You may not listen on port {port}. Choose one above 1023, with a proxy in front."
    return f"Nothing can listen on {host}:{port} ({error.strerror}). Set HOST to an address of this machine."


def check_pages() -> None:
    """Raises `Invalid` when the pages are not built."""
    folder = Path(os.environ.get("REFLEX_WEB_WORKDIR", ROOT / ".web"))
    if not (folder / "build" / "client" / "index.html").is_file():
        raise Invalid("The pages are not built yet. Run: make build")


def is_current(revision: str) -> bool:
    """True when a database at this revision needs no migration."""
    return revision == max(migrations.known())


def database_facts(config: Settings) -> tuple[str, bool, bool]:
    """What the database says: its revision ("" when empty), whether it has a firm, whether a demo firm."""
    try:
        with closing(_connect(config)) as connection:
            revision = _first(connection, "SELECT version_num FROM alembic_version")
            demo = _first(connection, "SELECT is_demo FROM firm")
    except _database_errors() as error:
        raise Busy(f"The database does not answer: {_brief(error)}. Look at DATABASE_URL.") from error
    return revision or "", demo is not None, bool(demo)


def _connect(config: Settings) -> Any:
    if not config.sqlite:
        import psycopg

        url = config.database_url.replace("+psycopg", "", 1)
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    file = Path(config.database_url.removeprefix("sqlite:///"))
    if not file.exists():
        return sqlite3.connect(":memory:")
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)


def _first(connection: Any, query: str) -> Any:
    """The first value, None when there is no row or not even the table."""
    try:
        row = connection.execute(query).fetchone()
    except _database_errors() as error:
        if re.search("no such table|does not exist", str(error)):
            return None
        raise
    return row[0] if row else None


def _database_errors() -> tuple[type[Exception], ...]:
    try:
        import psycopg
    except ImportError:
        return (sqlite3.Error,)
    return (sqlite3.Error, psycopg.Error)


def _brief(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error) else type(error).__name__
