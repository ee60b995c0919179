"""Records: an import of 20,000 accounts from a CSV file, and the same file once more."""

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import firm
from benchmarks.entries import fresh
from benchmarks.measure import Line, middle, rate, seconds, span
from psa_app import db
from psa_app.formats.csv_files import Table
from psa_app.formats.tables_in import read_any
from psa_app.resources import RESOURCES
from psa_app.services.imports import Choices, RecordPlan, apply_records, guessed

MANY = 20_000
RUNS = 3
GOAL = 8.0  # seconds
SHAPE = firm.Shape()
_HEAD = "Firma;Straße;PLZ;Ort;Land;E-Mail;Webseite;Zahlungsziel;Währung;Typ;Konzern;Notizen"


def lines(place: Path) -> Iterator[Line]:
    """Two lines; `place` is an empty folder."""
    empty, full = place / "empty.db", place / "full.db"
    firm.found(empty, SHAPE)
    data = crm(MANY)
    took, again, raw = [], [], []
    for _ in range(RUNS):
        fresh(empty, full)
        with firm.database(full):
            first, plan = seconds(partial(bring, data))
            _check(plan, "new")
            second, plan = seconds(partial(bring, data))
            _check(plan, "same")
        took.append(first)
        again.append(second)
        raw.append(_inserted(fresh(empty, place / "raw.db"), full))
    figure, floor = middle(took), middle(raw)
    yield Line(
        "import of 20,000 accounts from CSV: read, matched, checked, history per row",
        f"{span(figure)} ({rate(MANY / figure)})",
        f"raw sqlite3, the same rows into the same two tables with their indexes: {span(floor)}",
        "–",
        f"≤ {GOAL:g} s",
        figure <= GOAL,
        figure / floor,
    )
    yield Line(
        "the same file again: nothing changes, and it says so",
        span(middle(again)),
        goal=f"≤ {GOAL:g} s",
        reached=middle(again) <= GOAL,
    )


def crm(many: int) -> bytes:
    """A file as another tool writes it: Windows-1252, semicolon, every hundredth with a parent."""
    rows = [
        f"Kunde {n:05} GmbH;Gasse {n};{1000 + n % 9000};Wien;Österreich;office@kunde{n}.example;"
        f"https://www.kunde{n}.example;{n % 60};EUR;Client;{'Kunde 00000 GmbH' if n % 100 == 7 else ''};"
        f"Übernommen aus dem alten CRM, Nummer {n}"
        for n in range(many)
    ]
    return "\r\n".join([_HEAD, *rows, ""]).encode("windows-1252")


def bring(data: bytes) -> RecordPlan:
    """Reads the file and applies it as the page does, in one transaction."""
    table: Table = read_any(data)
    resource = RESOURCES["accounts"]
    with db.unit_of_work() as session:
        columns = guessed(session, firm.OWNER, resource, table.headers)
        return apply_records(session, firm.OWNER, resource, table, Choices(columns), name="bench.csv")


def _check(plan: RecordPlan, outcome: str) -> None:
    if {row.outcome for row in plan.rows} != {outcome} or len(plan.rows) != MANY:
        raise RuntimeError("The import did not do what it should.")


def _inserted(file: Path, full: Path) -> float:
    """Seconds to write what stands in `full` and not in `file` by sqlite3 alone, in one transaction."""
    connection = firm.plain(file)
    written = []
    for table in ("account", "history"):
        last = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
        source = sqlite3.connect(full)
        columns = [name for (name,) in source.execute(f"SELECT name FROM pragma_table_info('{table}')")]
        order = ", ".join(columns)
        rows = source.execute(f"SELECT {order} FROM {table} WHERE id > ?", (last,)).fetchall()
        source.close()
        written.append((f"INSERT INTO {table} ({order}) VALUES ({', '.join('?' * len(columns))})", rows))

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in written:
            connection.executemany(statement, rows)
        connection.execute("COMMIT")

    took, _ = seconds(work)
    connection.close()
    return took
