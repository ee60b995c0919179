"""A small firm for the tests of time: five people, two clients that never see each other."""

from dataclasses import dataclass
from datetime import date, datetime
from threading import Barrier, Thread
from typing import Any

from sqlmodel import Session, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import PsaError
from psa_app.models import (
    Account,
    CostRate,
    Firm,
    History,
    Person,
    Project,
    ProjectMember,
    Rate,
    Role,
    Sow,
    SowLine,
    Task,
    TimeEntry,
    User,
    WorkPattern,
)

TODAY = date(2026, 11, 23)  # a Monday, week 202648
MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, day) for day in range(16, 23))
WEEK = 202647


@dataclass
class World:
    """Ids by name, and the actor of each person."""

    people: dict[str, int]
    actors: dict[str, Actor]
    tasks: dict[str, int]
    projects: dict[str, int]
    accounts: dict[str, int]
    roles: dict[str, int]

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]


def make_world(session: Session, *, sole_approver: bool = False) -> World:
    """Olga owns, Fred keeps the books, Lea leads the Northwind project, Ann and Ben work on it.

    Northwind pays engineers 150.00 and juniors 90.00 an hour in EUR; Kestrel pays 200.00 USD.
    """
    session.add(Firm(id=1, name="Harbour Studio", instance="test", sole_approver=sole_approver))
    roles = {
        name: _add(session, Role(name=name, standard_cost_minor=cost))
        for name, cost in (("Engineer", 6000), ("Junior", 4000))
    }
    people = {
        name: _add(
            session,
            Person(
                name=f"{name} Test",
                email=f"{name.lower()}@example.com",
                role_id=roles["Engineer"],
                hired_on=date(2024, 1, 1),
            ),
        )
        for name in ("Olga", "Fred", "Lea", "Ann", "Ben")
    }
    for person_id in people.values():
        session.add(
            WorkPattern(
                person_id=person_id, valid_from=date(2024, 1, 1), mon=480, tue=480, wed=480, thu=480, fri=480
            )
        )
        session.add(CostRate(person_id=person_id, valid_from=date(2024, 1, 1), amount_minor=5500))
    actors = {name: _actor(session, name, people) for name in people}
    accounts, projects, tasks = _work(session, people, roles)
    session.flush()
    return World(people, actors, tasks, projects, accounts, roles)


def _actor(session: Session, name: str, people: dict[str, int]) -> Actor:
    role = {"Olga": "owner", "Fred": "finance", "Lea": "lead"}.get(name, "member")
    email = f"{name.lower()}@example.com"
    user_id = _add(session, User(email=email, name=f"{name} Test", role=role, person_id=people[name]))
    return Actor(f"{name} Test", role, user_id, people[name], email=email)


def _prices(session: Session, line: int, roles: dict[str, int], kestrel: int) -> None:
    for role, amount in (("Engineer", 15000), ("Junior", 9000)):
        session.add(
            Rate(
                level="sow_line",
                sow_line_id=line,
                role_id=roles[role],
                currency="EUR",
                amount_minor=amount,
                valid_from=date(2026, 1, 1),
            )
        )
    session.add(
        Rate(
            level="account",
            account_id=kestrel,
            currency="USD",
            amount_minor=20000,
            valid_from=date(2026, 1, 1),
        )
    )


def _work(
    session: Session, people: dict[str, int], roles: dict[str, int]
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    accounts = {
        "Northwind": _add(session, Account(name="Northwind")),
        "Kestrel": _add(session, Account(name="Kestrel", currency="USD")),
    }
    sow = _add(
        session,
        Sow(
            account_id=accounts["Northwind"],
            title="Checkout",
            status="signed",
            currency="EUR",
            starts_on=date(2026, 1, 1),
        ),
    )
    line = _add(session, SowLine(sow_id=sow, title="Engineering", model="time_and_materials"))
    projects = {
        "Checkout": _add(
            session,
            Project(
                name="Checkout",
                account_id=accounts["Northwind"],
                sow_id=sow,
                lead_id=people["Lea"],
                budget_minutes=6000,
            ),
        ),
        "Platform": _add(session, Project(name="Platform", account_id=accounts["Kestrel"], currency="USD")),
        "Internal": _add(session, Project(name="Internal")),
    }
    tasks = {
        "Build": _add(session, Task(project_id=projects["Checkout"], name="Build", sow_line_id=line)),
        "Review": _add(session, Task(project_id=projects["Checkout"], name="Review", sow_line_id=line)),
        "Travel": _add(session, Task(project_id=projects["Checkout"], name="Travel", is_billable=False)),
        "Data": _add(session, Task(project_id=projects["Platform"], name="Data")),
        "Hiring": _add(session, Task(project_id=projects["Internal"], name="Hiring")),
    }
    for name in ("Lea", "Ann", "Ben"):
        session.add(ProjectMember(project_id=projects["Checkout"], person_id=people[name]))
    session.add(
        ProjectMember(project_id=projects["Platform"], person_id=people["Ann"], role_id=roles["Junior"])
    )
    _prices(session, line, roles, accounts["Kestrel"])
    return accounts, projects, tasks


def _add(session: Session, record: Any) -> int:
    session.add(record)
    session.flush()
    return int(record.id)


def do(function: Any, *args: Any, **inputs: Any) -> Any:
    """Calls a service in a unit of work of its own, as an edge does."""
    with db.unit_of_work() as session:
        return function(session, *args, **inputs)


def ask(function: Any, *args: Any, **inputs: Any) -> Any:
    """Calls a query in a reading transaction."""
    with db.reading() as session:
        return function(session, *args, **inputs)


def entries(**where: Any) -> list[TimeEntry]:
    """All entries as they stand, oldest first."""
    with db.reading() as session:
        return list(session.exec(select(TimeEntry).filter_by(**where).order_by(TimeEntry.id)).all())  # type: ignore[arg-type]


def entry(entry_id: int) -> TimeEntry:
    """One entry as it stands."""
    (found,) = entries(id=entry_id)
    return found


def past(entry_id: int, kind: str = "time_entry") -> list[str]:
    """The verbs of a record's history, oldest first."""
    with db.reading() as session:
        rows = session.exec(
            select(History).where(History.kind == kind, History.record_id == entry_id).order_by(History.id)
        )  # type: ignore[arg-type]
        return [row.verb for row in rows]


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant in Vienna's winter time."""
    from zoneinfo import ZoneInfo

    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo("Europe/Vienna"))


def race(*acts: Any) -> list[Any]:
    """Runs acts at the same time, each in its own unit of work; their results or errors."""
    together, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Any) -> None:
        together.wait()
        try:
            results[place] = act()
        except PsaError as error:
            results[place] = error

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
