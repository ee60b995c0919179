"""A billing run of 500 clients: everyone drafted, then every draft issued, a transaction for each."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlmodel import col, select

from benchmarks import firm
from benchmarks.entries import approve, fresh, hand_in, import_time
from benchmarks.measure import Line, middle, milliseconds, seconds, span
from psa_app import db
from psa_app.models import Account, BankAccount, Contact, Firm, Invoice, NumberSeries, TaxNumber, TaxRate
from psa_app.services.invoices.run_work import work_run
from psa_app.services.invoices.runs import MOST, begin_issue, begin_run
from psa_app.services.numbers import DEFAULT_PATTERNS
from psa_app.state.warm_up import spare_the_collector

CLIENTS = 500
EACH = 20  # entries of a client, on average
SHAPE = firm.Shape(people=10, clients=CLIENTS, projects_each=1)
PART = 100  # the first clients of a run and the last, whose middles are told apart
GROWTH = 1.25  # how much longer the last may take: a run must not grow with the square of its clients
Rows = dict[Any, tuple[Any, ...]]
Written = list[tuple[str, list[tuple[Any, ...]]]]  # statements with the values of each row


def lines(place: Path) -> Iterator[Line]:
    """Two lines: 500 drafts of 20 entries each, and their issue; each with how it grows."""
    waiting, drafted, issued = (place / f"{name}.db" for name in ("waiting", "drafted", "issued"))
    firm.found(waiting, SHAPE)
    with firm.database(waiting):
        _able_to_issue()
        import_time(firm.read_export(firm.exported(firm.work(SHAPE, CLIENTS * EACH))))
        approve(hand_in(SHAPE))
    spare_the_collector()  # as the program does when it has started
    yield _line("drafted", fresh(waiting, drafted), waiting, _draft_all)
    yield _line("issued", fresh(drafted, issued), drafted, _issue_all)


def _line(done: str, file: Path, before: Path, work: Callable[[], list[float]]) -> Line:
    with firm.database(file):
        took, each = seconds(work)
        _check(done)
    floor = _rewritten(before, file)
    first, last = middle(each[:PART]), middle(each[-PART:])
    return Line(
        f"a billing run: {CLIENTS} clients {done}, a transaction for each",
        f"{span(took)}; a client {milliseconds(took / CLIENTS)}, "
        f"of the first {PART} p50 {milliseconds(first)}, of the last {milliseconds(last)}",
        f"raw sqlite3, the same rows in {CLIENTS} transactions: {span(floor)}",
        goal="the last as quick as the first",
        reached=last <= GROWTH * first,
        apart=took / floor,
    )


def _able_to_issue() -> None:
    """What a draft must have before it can be issued: addresses, a bank account, a tax, a reader."""
    with db.unit_of_work() as session:
        own = session.get_one(Firm, 1)
        own.street, own.postcode, own.city, own.country = "Kaigasse 4", "5020", "Salzburg", "AT"
        session.add(BankAccount(label="Main", iban="AT611904300234573201", currency="EUR", is_default=True))
        session.add(TaxRate(name="VAT 20 %", rate_ppm=200_000, is_default=True))
        session.add(TaxNumber(kind="vat", number="ATU12345675", country="AT"))
        session.add(NumberSeries(kind="invoice", pattern=DEFAULT_PATTERNS["invoice"]))
        for account in session.exec(select(Account)).all():
            account.street, account.postcode, account.city = "Hauptplatz 1", "1010", "Wien"
            mail = f"office{account.id}@client.example"
            session.add(Contact(account_id=int(account.id or 0), name="Office", email=mail, is_billing=True))


def _draft_all() -> list[float]:
    with db.unit_of_work() as session:
        run_id = int(begin_run(session, firm.OWNER, until=firm.LAST_DAY).id or 0)
    return _worked(run_id)


def _issue_all() -> list[float]:
    """As many at once as can be chosen."""
    with db.reading() as session:
        drafts = [int(one or 0) for one in session.exec(select(Invoice.id).order_by(col(Invoice.id))).all()]
    took = []
    for start in range(0, len(drafts), MOST):
        with db.unit_of_work() as session:
            chosen = tuple(drafts[start : start + MOST])
            run_id = int(begin_issue(session, firm.OWNER, invoice_ids=chosen).id or 0)
        took += _worked(run_id)
    return took


def _worked(run_id: int) -> list[float]:
    """Works through a run; the seconds of each part."""
    begun = []

    def wanted() -> bool:
        begun.append(perf_counter())
        return True

    work_run(run_id, wanted)
    return [then - now for now, then in pairwise(begun)]


def _check(done: str) -> None:
    with db.reading() as session:
        found = session.exec(select(Invoice.status, Invoice.net_minor)).all()
    wanted = "draft" if done == "drafted" else done
    if len(found) != CLIENTS or any(status != wanted or net <= 0 for status, net in found):
        raise RuntimeError(f"Not every client was {done}.")


def _rewritten(before: Path, after: Path) -> float:
    """Seconds to write what a run wrote by sqlite3 alone, in as many transactions."""
    file = fresh(before, before.with_name("raw.db"))
    parts = _parts(_difference(before, after))
    connection = firm.plain(file)
    connection.execute("PRAGMA foreign_keys=OFF")

    def work() -> None:
        for part in parts:
            connection.execute("BEGIN IMMEDIATE")
            for statement, rows in part:
                connection.executemany(statement, rows)
            connection.execute("COMMIT")

    took, _ = seconds(work)
    connection.close()
    return took


def _difference(before: Path, after: Path) -> Written:
    """The rows that are new or changed, by statement."""
    old, new = sqlite3.connect(before), sqlite3.connect(after)
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    written: Written = []
    for (table,) in new.execute(tables).fetchall():
        names = [row[1] for row in new.execute(f"PRAGMA table_info({table})")]
        was, now = (_by_key(one, table) for one in (old, new))
        added = [row for key, row in now.items() if key not in was]
        written.append((f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", added))
        changed = [(was[key], row) for key, row in now.items() if key in was and was[key] != row]
        touched = [place for place in range(len(names)) if any(a[place] != b[place] for a, b in changed)]
        if touched:
            given = ", ".join(f"{names[place]} = ?" for place in touched)
            values = [(*(row[place] for place in touched), row[0]) for _, row in changed]
            written.append((f"UPDATE {table} SET {given} WHERE {names[0]} = ?", values))
    old.close()
    new.close()
    return [one for one in written if one[1]]


def _by_key(connection: sqlite3.Connection, table: str) -> Rows:
    return {row[0]: row for row in connection.execute(f"SELECT * FROM {table}")}


def _parts(written: Written) -> list[Written]:
    """The rows of each statement shared out over as many transactions as there are clients."""

    def share(rows: list[Any], number: int) -> list[Any]:
        return rows[len(rows) * number // CLIENTS : len(rows) * (number + 1) // CLIENTS]

    return [[(text, share(rows, number)) for text, rows in written] for number in range(CLIENTS)]
