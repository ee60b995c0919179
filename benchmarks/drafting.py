"""Billing: the draft of an invoice from 5,000 approved entries of one client, and from 50,000."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import firm
from benchmarks.entries import approve, fresh, hand_in, import_time
from benchmarks.measure import Line, middle, seconds, span
from psa_app import db
from psa_app.models import Invoice
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.state.warm_up import spare_the_collector

SIZES = ((5_000, 7, 0.1, 0.02), (50_000, 3, 1.0, 0.2))  # entries, runs, goal and its floor in seconds
SHAPE = firm.Shape()


def lines(place: Path) -> Iterator[Line]:
    """A line for each size: grouped by person, 40 printed lines."""
    for many, runs, goal, floor in SIZES:
        ready = place / f"ready{many}.db"
        firm.found(ready, SHAPE)
        with firm.database(ready):
            import_time(firm.read_export(firm.exported(firm.work(SHAPE, many, clients=1))))
            approve(hand_in(SHAPE))
        spare_the_collector()  # as the program does when it has started
        yield _drafting(place, ready, many, runs, (goal, floor))


def _drafting(place: Path, ready: Path, many: int, runs: int, goal: tuple[float, float]) -> Line:
    """`goal` in seconds, and the floor it was set beside."""
    ours, raw = [], []
    for _ in range(runs):
        drafted = fresh(ready, place / "drafted.db")
        with firm.database(drafted):
            _warm()
            took, invoice = seconds(_draft)
            ours.append(took)
            shares = _shares(drafted)
        if len(shares) != many or invoice.net_minor <= 0:
            raise RuntimeError("The draft does not hold what it should.")
        raw.append(_written(fresh(ready, place / "raw.db"), shares))
    figure, floor = middle(ours), middle(raw)
    return Line(
        f"draft an invoice from {many:,} entries",
        span(figure),
        f"raw sqlite3, the entries read and {many:,} shares written: {span(floor)}",
        "0.74 s" if many == SIZES[0][0] else "–",
        f"≤ {goal[0]:g} s",
        figure <= goal[0],
        figure / floor,
        goal[0] / goal[1],
    )


def _warm() -> None:
    """A small draft, thrown away: a program that runs has compiled its statements long ago."""
    with db.unit_of_work() as session:
        small = draft_invoice(
            session, firm.OWNER, account_id=1, until=firm.LAST_DAY - timedelta(weeks=6), grouping="person"
        )
        discard_draft(session, firm.OWNER, int(small.id or 0))


def _draft() -> Invoice:
    with db.unit_of_work() as session:
        return draft_invoice(session, firm.OWNER, account_id=1, until=firm.LAST_DAY, grouping="person")


def _shares(file: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT * FROM billed_time ORDER BY id").fetchall()
    connection.close()
    return rows


def _written(file: Path, shares: list[tuple[Any, ...]]) -> float:
    """Reads the client's approved entries, and writes the shares with the line that they hang on."""
    connection = firm.plain(file)
    connection.execute("PRAGMA foreign_keys=OFF")
    marks = ", ".join("?" * len(shares[0]))

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "SELECT e.* FROM time_entry e JOIN project p ON p.id = e.project_id "
            "WHERE p.account_id = 1 AND e.status = 'approved' ORDER BY e.work_date, e.id"
        ).fetchall()
        connection.executemany(f"INSERT INTO billed_time VALUES ({marks})", shares)
        connection.execute("COMMIT")

    took, _ = seconds(work)
    connection.close()
    return took
