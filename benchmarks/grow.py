"""Years of time in a moment: the imported weeks written again and again, each time further back."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import firm
from benchmarks.entries import import_time
from psa_app.rules import weeks

BASE = 20_000


def filled(file: Path, shape: firm.Shape, many: int) -> None:
    """A firm with `many` entries, a multiple of 20,000: drafts, approved ones, and older ones invoiced.

    The newest come by the import, as real time does; the rest is copied from them inside the
    database, with the indexes made afterwards.
    """
    firm.found(file, shape)
    with firm.database(file):
        import_time(firm.read_export(firm.exported(firm.work(shape, BASE))))
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-300000")
    connection.execute("BEGIN")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master "
        "WHERE type = 'index' AND tbl_name = 'time_entry' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    _copy(connection, many // BASE - 1)
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA optimize")
    connection.close()


def _copy(connection: sqlite3.Connection, times: int) -> None:
    days = [
        date.fromisoformat(day) for (day,) in connection.execute("SELECT DISTINCT work_date FROM time_entry")
    ]
    span = (max(days) - min(days)).days // 7 * 7 + 7
    connection.execute(
        "CREATE TEMP TABLE moved (day TEXT, new_day TEXT, week INTEGER, month INTEGER, status TEXT)"
    )
    connection.executemany(
        "INSERT INTO moved VALUES (?, ?, ?, ?, ?)",
        [_moved(day, span, back) for back in range(1, times + 1) for day in days],
    )
    changed = {
        "id": "NULL",
        "import_key": "NULL",
        "status": "moved.status",
        "work_date": "moved.new_day",
        "week": "moved.week",
        "month": "moved.month",
    }
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info('time_entry')")]
    values = ", ".join(changed.get(name, f"e.{name}") for name in names)
    connection.execute(
        f"INSERT INTO time_entry ({', '.join(names)}) SELECT {values} FROM moved "
        "JOIN (SELECT * FROM time_entry) e ON e.work_date = moved.day ORDER BY moved.new_day, e.id"
    )


def _moved(day: date, span: int, back: int) -> tuple[Any, ...]:
    new = day - timedelta(days=span * back)
    status = "approved" if back == 1 else "invoiced"
    return day.isoformat(), new.isoformat(), weeks.week_of(new), weeks.month_of(new), status
