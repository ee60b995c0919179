"""The list of any kind of record: a page of it out of 100,000 accounts, with the sums of all of them."""

import json
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from benchmarks import firm
from benchmarks.measure import Line, middle, milliseconds, seconds
from psa_app import db
from psa_app.models import ExchangeRate
from psa_app.services.lowcode.fields import create_field
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.reading import Listed, list_of

MANY = 100_000
ROUNDS = 15
GOAL = 0.15
CITIES = ("Wien", "Graz", "Linz", "Salzburg", "Innsbruck", "Berlin", "Hamburg", "Zürich")
WORDS = ("Harbour", "Atlas", "Kestrel", "Granite", "Meridian", "Willow", "Cobalt", "Juniper", "Orchard")
ASKED = {
    "as it opens": Asked("accounts"),
    "filtered, searched, sorted by a field of the firm's own": Asked(
        "accounts",
        q="har wi",
        sort="-own_yearly_budget",
        columns=("name", "city", "own_region", "own_yearly_budget"),
        filters={"kind": "client", "own_region": "North"},
    ),
}
SUMS = "count(*), currency, sum(own ->> '$.yearly_budget') FROM account"
PLAIN = {  # the same rows and sums by hand
    "as it opens": (
        "SELECT * FROM account WHERE NOT is_archived ORDER BY name LIMIT 51",
        f"SELECT {SUMS} WHERE NOT is_archived GROUP BY currency",
    ),
    "filtered, searched, sorted by a field of the firm's own": (
        "SELECT * FROM account WHERE {0} ORDER BY own ->> '$.yearly_budget' DESC LIMIT 51",
        f"SELECT {SUMS} WHERE {{0}} GROUP BY currency",
    ),
}
NARROW = (
    "NOT is_archived AND kind = 'client' AND own ->> '$.region' = 'North' "
    "AND (name LIKE '%har%' OR email LIKE '%har%' OR city LIKE '%har%') "
    "AND (name LIKE '%wi%' OR email LIKE '%wi%' OR city LIKE '%wi%')"
)
NEW = {  # columns of an account that is made from the one that is there
    "name": "n.name",
    "match_name": "n.name",
    "city": "n.city",
    "kind": "n.kind",
    "email": "n.email",
    "domain": "''",
    "own": "n.own",
    "currency": "n.currency",
}


def lines(place: Path) -> Iterator[Line]:
    """A line for each way to ask."""
    file = place / "psa.db"
    filled(file)
    with firm.database(file):
        for words, asked in ASKED.items():
            yield _line(file, words, asked)


def founded(place: Path | str) -> None:
    """A firm with three fields of its own on its accounts, of which it has one."""
    firm.found(place, firm.Shape(people=1, clients=1))
    with firm.database(place), db.unit_of_work() as session:
        for label, kind in (("Region", "choice"), ("Yearly budget", "money"), ("Seats", "number")):
            choices = ("North", "South") if kind == "choice" else ()
            create_field(session, firm.OWNER, kind="accounts", label=label, type=kind, choices=choices)  # type: ignore[arg-type]
        session.add(ExchangeRate(currency="CHF", day=firm.LAST_DAY, rate_nano=921_000_000))


def filled(file: Path) -> None:
    """A firm with 100,000 accounts, which carry three fields of its own."""
    founded(file)
    connection = sqlite3.connect(file)
    with connection:
        names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info('account')")]
        changed = {name: f"e.{name}" for name in names} | NEW | {"id": "NULL"}
        connection.execute("CREATE TEMP TABLE n (name, city, kind, email, own, currency)")
        connection.executemany("INSERT INTO n VALUES (?, ?, ?, ?, ?, ?)", accounts())
        connection.execute(
            f"INSERT INTO account ({', '.join(names)}) "
            f"SELECT {', '.join(changed[name] for name in names)} FROM n, (SELECT * FROM account LIMIT 1) e"
        )
    connection.execute("PRAGMA optimize")
    connection.close()


def accounts() -> Iterator[tuple[str, ...]]:
    random = Random(7)
    for number in range(MANY):
        name = f"{random.choice(WORDS)} {random.choice(WORDS)} {number}"
        own = {"region": random.choice(("North", "South")), "seats": random.randrange(500)}
        if number % 3:
            own["yearly_budget"] = random.randrange(10**8)
        yield (
            name,
            random.choice(CITIES),
            random.choice(("client", "client", "prospect", "former")),
            f"office@{number}.example",
            json.dumps(own),
            random.choice(("EUR", "EUR", "CHF")),
        )


def _line(file: Path, words: str, asked: Asked) -> Line:
    ours, raw = [], []
    connection = sqlite3.connect(file)
    for number in range(ROUNDS + 1):
        took, listed = seconds(partial(ask, asked))
        ours.append(took)
        took, (rows, sums) = seconds(partial(_plain, connection, PLAIN[words]))
        raw.append(took)
        if not number:
            ours, raw = [], []  # both had the file cold
    connection.close()
    if f"{sum(row[0] for row in sums):,}" not in listed.pager.text or len(listed.rows) != min(len(rows), 50):
        raise RuntimeError("The list does not add up.")
    figure, floor = middle(ours), middle(raw)
    return Line(
        f"list of {MANY:,} accounts, {words}: a page with its totals, server time",
        milliseconds(figure),
        f"plain SQL for the same rows and sums: {milliseconds(floor)}",
        goal=f"≤ {milliseconds(GOAL)}",
        reached=figure <= GOAL,
        apart=figure / floor,
    )


def ask(asked: Asked) -> Listed:
    """A page of the list, as the page reads it."""
    with db.reading() as session:
        return list_of(session, firm.OWNER, asked)


def _plain(
    connection: sqlite3.Connection, statements: tuple[str, str]
) -> tuple[list[object], list[tuple[int, ...]]]:
    page, sums = (connection.execute(one.format(NARROW)).fetchall() for one in statements)
    return page, sums
