"""Bringing a backup back, whole or not at all, into either kind of database.

The rows are first loaded beside what is there: into a second file, or a second schema. Only when
everything is in and agrees does it take the place of the old, in one step.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from psa_app import clock, db
from psa_app.errors import Conflict, Invalid
from psa_app.migrations import run as migrations
from psa_app.services.ops.backup import kept_files
from psa_app.services.ops.rows import load_rows
from psa_app.services.ops.unpack import unpack

BESIDE = "psa_restored"  # PostgreSQL's schema of rows that are not in use yet
RUNNING = "The program is running on this database. End it (and its worker), then restore again."


def is_empty(url: str) -> bool:
    """True when the database has no firm, so that a restore takes nothing away."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    engine = db.make_engine(url)
    try:
        if "firm" not in inspect(engine).get_table_names():
            return True
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1 FROM firm")).first() is None
    finally:
        engine.dispose()


def restore(file: Path, url: str, *, replace: bool = False) -> dict[str, Any]:
    """Makes the database at `url` and the kept files what they were in the backup; returns its manifest.

    Raises `Invalid` for a damaged backup or one of a newer program, `Conflict` when there is a
    firm already (without `replace`) or the program runs. Then nothing has changed.
    """
    if not replace and not is_empty(url):
        raise Conflict("There is a firm in this database. Say --replace to put the backup in its place.")
    home = kept_files().parent
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=home) as scratch:
        manifest = unpack(file, Path(scratch))
        _check_revision(manifest)
        if url.startswith("sqlite"):
            _into_file(manifest, Path(scratch), Path(url.removeprefix("sqlite:///")))
        else:
            _into_server(manifest, Path(scratch), url)
        _put_files(Path(scratch) / "files")
    return manifest


def _check_revision(manifest: dict[str, Any]) -> None:
    if manifest["revision"] not in migrations.known():
        raise Invalid("This backup was made by a newer program. Install that version, then restore.")


def _into_file(manifest: dict[str, Any], scratch: Path, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.restoring")
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    try:
        _fill(f"sqlite:///{fresh}", manifest, scratch)
        _close_for_good(fresh)
        if target.exists():
            _close_for_good(target)
            os.link(target, target.with_name(f"{target.stem}-before-{_moment()}{target.suffix}"))
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _close_for_good(file: Path) -> None:
    """Brings everything into the one file; refuses while another process has it open."""
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Conflict(RUNNING) from None
        raise


def _into_server(manifest: dict[str, Any], scratch: Path, url: str) -> None:
    join = "&" if "?" in url else "?"
    beside = f"{url}{join}options=-csearch_path%3D{BESIDE}"
    with _engine(url) as engine:
        _statement(engine, f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE", f"CREATE SCHEMA {BESIDE}")
        try:
            _fill(beside, manifest, scratch)
            _take_the_place(engine)
        finally:
            _statement(engine, f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE")


def _fill(url: str, manifest: dict[str, Any], scratch: Path) -> None:
    """All tables at the backup's revision, its rows, then this program's revision."""
    migrations.upgrade(url, manifest["revision"])
    with _engine(url) as engine, engine.begin() as connection:
        for name, entry in manifest["tables"].items():
            loaded = load_rows(connection, name, entry["columns"], scratch / "tables" / f"{name}.jsonl")
            if loaded != entry["rows"]:
                raise Invalid(f"The backup should hold {entry['rows']} rows of {name}, but holds {loaded}.")
        _set_counters(connection, manifest["counters"], list(manifest["tables"]))
        _check_parents(connection)
    migrations.upgrade(url)


def _set_counters(connection: Connection, counters: dict[str, int], tables: list[str]) -> None:
    """The next id is higher than any ever given out, also than those of rows since deleted."""
    if connection.dialect.name == "sqlite":
        for name, last in counters.items():
            values = {"name": name, "last": last}
            if not connection.execute(
                text("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :name"), values
            ).rowcount:
                connection.execute(
                    text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values
                )
        return
    for name in tables:
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{name}"'}
        ).scalar()
        highest = connection.execute(text(f'SELECT coalesce(max(id), 0) FROM "{name}"')).scalar_one()  # noqa: S608
        last = max(int(highest), counters.get(name, 0))
        if sequence and last:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _check_parents(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if lost is not None:
            raise Invalid(f"The backup does not agree with itself: a row of {lost[0]} lacks its parent.")


def _take_the_place(engine: Engine) -> None:
    """Drops the old tables and moves the new ones in their place, in one transaction."""
    old, new = inspect(engine).get_table_names(), inspect(engine).get_table_names(BESIDE)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '3s'"))
            for name in set(old) & set(new):
                connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
            for name in new:
                connection.execute(text(f'ALTER TABLE {BESIDE}."{name}" SET SCHEMA public'))
    except OperationalError as error:
        raise Conflict(RUNNING) from error


def _put_files(restored: Path) -> None:
    """Puts the kept files in the place of those that are there; these stay beside them."""
    target = kept_files()
    if target.exists():
        target.rename(target.with_name(f"files-before-{_moment()}"))
    if restored.exists():
        shutil.move(restored, target)


def _moment() -> str:
    return clock.now().strftime("%Y%m%d-%H%M%S")


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = db.make_engine(url, migrating=True)
    try:
        yield engine
    finally:
        engine.dispose()


def _statement(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one))
