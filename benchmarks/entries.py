"""Time: an import of 20,000 entries, single entries committed one by one, and an approval of 20,000."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks import firm
from benchmarks.measure import Line, middle, rate, seconds, span
from psa_app import db
from psa_app.access import Actor
from psa_app.formats.time_exports import Reading
from psa_app.models import TimeEntry
from psa_app.services.time.approve import Approved, approve_entries
from psa_app.services.time.imports import ImportChoices, ImportResult, apply_import
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_all
from psa_app.state.warm_up import spare_the_collector

MANY = 20_000
RUNS = 5
SHAPE = firm.Shape()


def lines(place: Path) -> Iterator[Line]:
    """The three lines; `place` is an empty folder."""
    empty, imported = place / "empty.db", place / "imported.db"
    firm.found(empty, SHAPE)
    spare_the_collector()  # as the program does when it has started
    yield importing(place, empty, imported)
    yield from logging(place, empty)
    yield approving(place, imported)


def importing(place: Path, empty: Path, imported: Path) -> Line:
    """Leaves the database of the last run at `imported`."""
    data = firm.exported(firm.work(SHAPE, MANY))
    read, applied, raw = [], [], []
    for _ in range(RUNS):
        fresh(empty, imported)
        with firm.database(imported):
            took, reading = seconds(lambda: firm.read_export(data))
            read.append(took)
            took, result = seconds(partial(import_time, reading))
            applied.append(took)
        if result.added != MANY or result.unpriced:
            raise RuntimeError("The import did not write what it should.")
        raw.append(_inserted(fresh(empty, place / "raw.db"), imported))
    alone, with_file = MANY / middle(applied), MANY / (middle(read) + middle(applied))
    floor = MANY / middle(raw)
    return Line(
        "import of 20,000 entries, all checks on, history per row",
        f"{rate(alone)}; {rate(with_file)} with reading the CSV file",
        f"raw sqlite3, the same rows into the same two tables with their indexes: {rate(floor)}",
        "1,466/s",
        "≥ 20,000/s",
        alone >= MANY,
        floor / alone,
        250_000 / 20_000,
    )


def import_time(reading: Reading) -> ImportResult:
    """Applies an import as the page does."""
    with db.unit_of_work() as session:
        return apply_import(
            session, firm.OWNER, reading, ImportChoices(), name="bench.csv", layout="clockify"
        )


def _inserted(file: Path, full: Path) -> float:
    """Seconds to write what stands in `full` into `file` by sqlite3 alone, in one transaction."""
    written = [(table, _rows(full, table)) for table in ("time_entry", "history")]
    connection = firm.plain(file)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM history").fetchone()[0]

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in written:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(
                f"INSERT INTO {table} VALUES ({marks})", [row for row in rows if row[0] > last]
            )
        connection.execute("COMMIT")

    took, _ = seconds(work)
    connection.close()
    return took


def _rows(file: Path, table: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(file)
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return rows


def logging(place: Path, empty: Path) -> Iterator[Line]:
    """One entry after the other, each in a transaction of its own; the floor does so in turn with it."""
    blocks, each = 9, 100
    file = fresh(empty, place / "one.db")
    sample = _sample(place / "imported.db")
    ours, raw = [], []
    with firm.database(file):
        entries = iter(_singles(blocks * each + each))
        _log_all(list(islice(entries, each)))  # statements are compiled, pages read
        for _ in range(blocks):
            took, _ = seconds(partial(_log_all, list(islice(entries, each))))
            ours.append(each / took)
            raw.append(each / _committed(file, sample, each))
    figure, floor = middle(ours), middle(raw)
    yield Line(
        "one entry through the service, committed durably (synchronous=FULL)",
        rate(figure),
        f"raw sqlite3, entry and history, the same pragmas: {rate(floor)}",
        "416/s",
        "≥ 1,000/s",
        figure >= 1000,
        floor / figure,
        5_000 / 1_000,
    )


def _singles(many: int) -> Iterator[tuple[Actor, int, date]]:
    for number in range(many):
        person = number % SHAPE.people + 1
        actor = Actor(firm.name_of(person), "member", None, person)
        yield actor, number % 60 + 1, firm.LAST_DAY - timedelta(days=number // SHAPE.people)


def _log_all(entries: Sequence[tuple[Actor, int, date]]) -> None:
    for actor, task_id, day in entries:
        with db.unit_of_work() as session:
            log_time(session, actor, task_id=task_id, work_date=day, seconds=900, note="Build and tests")


def _sample(file: Path) -> dict[str, tuple[Any, ...]]:
    return {table: _rows(file, table)[-1] for table in ("time_entry", "history")}


def _committed(file: Path, sample: dict[str, tuple[Any, ...]], many: int) -> float:
    connection = firm.plain(file)
    key = connection.execute("SELECT name FROM pragma_table_info('time_entry')").fetchall()
    place = [name for (name,) in key].index("import_key")
    entry = list(sample["time_entry"])
    entry[0] = entry[place] = None
    statements = [
        (f"INSERT INTO time_entry VALUES ({', '.join('?' * len(entry))})", entry),
        (
            f"INSERT INTO history VALUES ({', '.join('?' * len(sample['history']))})",
            [None, *sample["history"][1:]],
        ),
    ]

    def work() -> None:
        for _ in range(many):
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                connection.execute(statement, values)
            connection.execute("COMMIT")

    took, _ = seconds(work)
    connection.close()
    return took


def approving(place: Path, imported: Path) -> Line:
    """All 20,000 at once by the owner; the floor is one UPDATE of the same columns."""
    waiting = fresh(imported, place / "waiting.db")
    with firm.database(waiting):
        ids = hand_in(SHAPE)
    ours, raw = [], []
    for _ in range(RUNS):
        with firm.database(fresh(waiting, place / "approved.db")):
            took, result = seconds(partial(approve, ids))
            ours.append(took)
        if len(result.entry_ids) != MANY or result.unpriced:
            raise RuntimeError("The approval did not write what it should.")
        raw.append(_updated(fresh(waiting, place / "raw.db")))
    figure, floor = middle(ours), middle(raw)
    return Line(
        "approve 20,000 entries (rates frozen, history written)",
        span(figure),
        f"one UPDATE {span(floor)}",
        "none has it",
        "≤ 1 s",
        figure <= 1,
        figure / floor,
        1 / 0.04,
    )


def hand_in(shape: firm.Shape) -> list[int]:
    """Everyone hands in all weeks; the ids of all entries."""
    for person in range(1, shape.people + 1):
        with db.unit_of_work() as session:
            submit_all(session, Actor(firm.name_of(person), "member", None, person), until=202653)
    with db.reading() as session:
        return list(session.connection().execute(select(TimeEntry.id)).scalars())  # type: ignore[call-overload]


def approve(ids: Sequence[int]) -> Approved:
    """Approves them all at once, as the owner."""
    with db.unit_of_work() as session:
        return approve_entries(session, firm.OWNER, entry_ids=tuple(ids))


def _updated(file: Path) -> float:
    connection = firm.plain(file)
    now = "2026-11-23 09:00:00.000000"
    statement = (
        "UPDATE time_entry SET status = 'approved', decided_by = 1, decided_at = ?, self_approved = 0, "
        "reject_reason = '', version = version + 1, updated_at = ?"
    )

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, (now, now))
        connection.execute("COMMIT")

    took, _ = seconds(work)
    connection.close()
    return took


def fresh(source: Path, target: Path) -> Path:
    """A copy of a database that nobody has open."""
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copyfile(source, target)
    return target
