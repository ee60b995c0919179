"""A firm to measure with: people on clients' projects, priced by SOW lines, and years of their time."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session

from psa_app import db, models
from psa_app.access import Actor
from psa_app.formats.csv_files import read_table
from psa_app.formats.time_exports import Reading, read_entries, suggest_mapping
from psa_app.models import (
    Account,
    CostRate,
    Firm,
    Person,
    Project,
    ProjectMember,
    Rate,
    Role,
    Sow,
    SowLine,
    Task,
    User,
    WorkPattern,
)

HIRED = date(2015, 1, 1)
LAST_DAY = date(2026, 11, 20)
ROLES = {"Engineer": 14_000, "Designer": 13_000, "Lead": 15_500}
OWNER = Actor("Olga Owner", "owner", user_id=1, email="owner@bench.example", via="page")
NOTES = ("Review with the team", "Build and tests", "Workshop with the client", "Bug fixes", "Documentation")
HEADERS = (
    "Project",
    "Client",
    "Description",
    "Task",
    "User",
    "Email",
    "Tags",
    "Billable",
    "Start Date",
    "Start Time",
    "End Date",
    "End Time",
    "Duration (h)",
    "Duration (decimal)",
)


@dataclass(frozen=True)
class Shape:
    """How large the firm is."""

    people: int = 40
    clients: int = 10
    projects_each: int = 3


@dataclass(frozen=True)
class Work:
    """One entry: who, where, when, how long (whole minutes as seconds)."""

    person: int
    client: int
    project: int
    task: int
    day: date
    start_minute: int
    seconds: int
    note: str


TASKS = ("Build", "Design")


@contextmanager
def database(place: Path | str) -> Iterator[None]:
    """The app uses this SQLite file, or the database at this address, set up as the app sets up any."""
    engine = db.make_engine(place if isinstance(place, str) else f"sqlite:///{place}")
    db.use_engine(engine)
    try:
        yield
    finally:
        db.use_engine(None)
        engine.dispose()


def found(place: Path | str, shape: Shape) -> None:
    """Makes the tables and the firm: every person is a member of every client's projects."""
    with database(place):
        models.metadata.create_all(db.engine())
        with db.unit_of_work() as session:
            _staff(session, shape)
            _contracts(session, shape)


def _staff(session: Session, shape: Shape) -> None:
    session.add(Firm(id=1, name="Bench", instance="bench"))
    for number, name in enumerate(ROLES, 1):
        session.add(Role(id=number, name=name, standard_cost_minor=5_000))
    session.flush()
    for number in range(1, shape.people + 1):
        role = number % len(ROLES) + 1
        person = Person(id=number, name=name_of(number), email=mail_of(number), role_id=role, hired_on=HIRED)
        session.add(person)
        session.flush()
        session.add(CostRate(person_id=number, valid_from=HIRED, amount_minor=5_000 + number))
        session.add(
            WorkPattern(person_id=number, valid_from=HIRED, mon=480, tue=480, wed=480, thu=480, fri=480)
        )
    session.add(User(id=1, email=OWNER.email, name=OWNER.name, role="owner"))


def _contracts(session: Session, shape: Shape) -> None:
    for client in range(1, shape.clients + 1):
        session.add(Account(id=client, name=client_of(client)))
        session.flush()
        sow = Sow(
            id=client, account_id=client, title="Frame", status="signed", currency="EUR", starts_on=HIRED
        )
        session.add(sow)
        session.flush()
        line = SowLine(id=client, sow_id=client, title="Work", model="time_and_materials")
        session.add(line)
        session.flush()
        for role, amount in enumerate(ROLES.values(), 1):
            session.add(
                Rate(
                    level="sow_line",
                    sow_line_id=client,
                    role_id=role,
                    currency="EUR",
                    amount_minor=amount,
                    valid_from=HIRED,
                )
            )
        for project in range(1, shape.projects_each + 1):
            _project(session, client, project, shape)


def _project(session: Session, client: int, project: int, shape: Shape) -> None:
    made = Project(name=project_of(client, project), account_id=client, sow_id=client)
    session.add(made)
    session.flush()
    project_id = int(made.id or 0)
    session.add_all(Task(project_id=project_id, name=name, sow_line_id=client) for name in TASKS)
    session.add_all(
        ProjectMember(project_id=project_id, person_id=person) for person in range(1, shape.people + 1)
    )
    session.flush()


def name_of(person: int) -> str:
    """A person's name."""
    return f"Person {person:03}"


def mail_of(person: int) -> str:
    """A person's e-mail address."""
    return f"person{person:03}@bench.example"


def client_of(client: int) -> str:
    """A client's name."""
    return f"Client {client:03}"


def project_of(client: int, project: int) -> str:
    """A project's name."""
    return f"Project {client:03}-{project}"


def work(shape: Shape, many: int, *, per_day: int = 4, clients: int | None = None) -> list[Work]:
    """`many` entries that end on the last day: each person `per_day` a working day, the same every time."""
    random = Random(7)
    entries: list[Work] = []
    day = LAST_DAY
    while len(entries) < many:
        if day.weekday() < 5:
            for person in range(1, shape.people + 1):
                entries += (
                    _one(random, shape, clients or shape.clients, person, day, part)
                    for part in range(per_day)
                )
        day -= timedelta(days=1)
    return entries[:many]


def _one(random: Random, shape: Shape, clients: int, person: int, day: date, part: int) -> Work:
    client, project = random.randint(1, clients), random.randint(1, shape.projects_each)
    minutes = random.randint(6, 24) * 5
    start = 8 * 60 + part * 130
    return Work(
        person, client, project, random.randint(1, len(TASKS)), day, start, minutes * 60, random.choice(NOTES)
    )


def exported(entries: list[Work]) -> bytes:
    """The entries as a detailed report of another tool, as CSV."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(HEADERS)
    for one in entries:
        minutes, end, day = one.seconds // 60, one.start_minute + one.seconds // 60, one.day.isoformat()
        out.writerow(
            (
                project_of(one.client, one.project),
                client_of(one.client),
                one.note,
                TASKS[one.task - 1],
                name_of(one.person),
                mail_of(one.person),
                "",
                "Yes",
                day,
                _clock(one.start_minute),
                day,
                _clock(end),
                f"{_clock(minutes)}:00",
                f"{minutes / 60:.2f}",
            )
        )
    return text.getvalue().encode()


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def read_export(data: bytes) -> Reading:
    """The file as the import page reads it."""
    table = read_table(data)
    return read_entries(table, suggest_mapping(table, "Europe/Vienna"))


def plain(file: Path) -> Any:
    """The same file by sqlite3 alone, as durable as the app's own connection."""
    import sqlite3

    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-32000")
    return connection
