"""The report of hours and value by person and month, over 20,000 and 1,000,000 entries."""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks import firm, grow
from benchmarks.measure import Line, middle, seconds, span
from psa_app import db
from psa_app.queries.time.report import PersonMonth, person_months

FEW, MANY = 20_000, 1_000_000
RUNS = 5
EVER = (200001, 209912)
PLAIN = (
    "SELECT person_id, month, bill_currency, is_billable, sum(seconds), sum(seconds * bill_rate_minor) "
    "FROM time_entry NOT INDEXED GROUP BY person_id, month, bill_currency, is_billable"
)


def lines(place: Path) -> Iterator[Line]:
    """Two lines; the larger database takes half a minute to make."""
    yield _report(place / "few.db", firm.Shape(people=20), FEW, "0.06 s", 0.02, 0.013)
    yield _report(place / "many.db", firm.Shape(people=200), MANY, "–", 0.25, 0.9)


def _report(file: Path, shape: firm.Shape, many: int, peers: str, goal: float, its_floor: float) -> Line:
    grow.filled(file, shape, many)
    ours, raw = [], []
    connection = sqlite3.connect(file)
    with firm.database(file):
        for _ in range(RUNS):
            took, found = seconds(_ask)
            ours.append(took)
            took, plain = seconds(partial(_plain, connection))
            raw.append(took)
    connection.close()
    if sum(one.seconds for one in found) != sum(row[4] for row in plain) or len(found) != len(plain):
        raise RuntimeError("The report does not add up.")
    figure, floor = middle(ours), middle(raw)
    return Line(
        f"person × month hours and value, {many:,} entries",
        span(figure),
        f"plain SQL without the index: {span(floor)}",
        peers,
        f"≤ {goal} s",
        figure <= goal,
        figure / floor,
        goal / its_floor,
    )


def _ask() -> Sequence[PersonMonth]:
    with db.reading() as session:
        return person_months(session, firm.OWNER, *EVER)


def _plain(connection: sqlite3.Connection) -> list[tuple[int, ...]]:
    return connection.execute(PLAIN).fetchall()
