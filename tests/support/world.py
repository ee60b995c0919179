"""A small named firm, made through the services: two clients that must never see each other.

Harbour Studio in Salzburg, EUR. Olga owns it, Fred keeps the books, Lea leads the projects, Ann
(engineer) and Ben (designer) work on them. Northwind (Hamburg, EUR; Nina signs and gets invoices)
has SOW-001: "Engineering" by time at 120.00 and 100.00 an hour, and "Launch", a fixed line with the
milestones "Prototype" 3,000.00 and "Release" 2,000.00. Kestrel (New York, USD; Karl) has SOW-002:
"Advice" by time at 200.00. Everything is signed, and the projects "Checkout" and "Data" run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app import db
from psa_app.access import Actor, system
from psa_app.models import History, Milestone, Sow, SowLine, Task, TaxRate, User
from psa_app.resources import RESOURCES
from psa_app.rules import weeks
from psa_app.rules.money import Money
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import Head, LineInput, MilestoneInput, RateInput
from psa_app.services.contracts.milestones import accept_milestone, ready_milestone
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow
from psa_app.services.firm.setup import Profile, setup_firm
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.projects.tasks import change_task, create_task
from psa_app.services.projects.team import add_member
from psa_app.services.records import create_record
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_week

MON, TUE, WED, THU, FRI = (date(2026, 11, day) for day in range(16, 21))  # the week before NOW
SINCE = date(2026, 1, 1)
OWNER_LIKE = {"Olga": "owner", "Fred": "finance", "Lea": "lead", "Ann": "member", "Ben": "member"}
ROLE_OF = {"Ben": "Designer"}
IBAN = "AT611904300234573201"
PRICES = {"Engineer": 12_000, "Designer": 10_000}


@dataclass
class World:
    """Ids by name; `world["Ann"]` is the actor of someone."""

    actors: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    sows: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    milestones: dict[str, int] = field(default_factory=dict)
    projects: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def log(self, who: str, task: str, day: date, minutes: float, note: str = "") -> int:
        """Logs time as a draft; returns the entry's id."""
        seconds = round(minutes * 60)
        inputs = {"task_id": self.tasks[task], "work_date": day, "seconds": seconds, "note": note}
        return int(do(log_time, self[who], **inputs).id)

    def approve(self, *entry_ids: int, by: str = "Olga") -> None:
        """Hands in what is a draft and approves these entries."""
        for who in ("Ann", "Ben"):
            for week in {weeks.week_of(day) for day in drafts_of(self.people[who])}:
                do(submit_week, self[who], week=week)
        do(approve_entries, self[by], entry_ids=entry_ids)

    def worked(self, who: str, task: str, day: date, minutes: float, note: str = "") -> int:
        """Approved time; returns the entry's id."""
        entry_id = self.log(who, task, day, minutes, note)
        self.approve(entry_id)
        return entry_id

    def accept(self, milestone: str, by: str = "Nina") -> None:
        """A milestone that is ready and accepted by the client."""
        milestone_id = self.milestones[milestone]
        do(ready_milestone, self["Lea"], milestone_id)
        do(accept_milestone, self[by], milestone_id, name=self[by].name)


def do(function: Callable[..., Any], *args: Any, **inputs: Any) -> Any:
    """Calls a service in a unit of work of its own, as an edge does."""
    with db.unit_of_work() as session:
        return function(session, *args, **inputs)


def ask(function: Callable[..., Any], *args: Any, **inputs: Any) -> Any:
    """Calls a query in a reading transaction."""
    with db.reading() as session:
        return function(session, *args, **inputs)


def row(model: Any, row_id: int) -> Any:
    """A row as it stands."""
    with db.reading() as session:
        return session.get_one(model, row_id)


def rows(model: Any, **where: Any) -> list[Any]:
    """Rows as they stand, oldest first."""
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where).order_by(model.id)).all())


def past(kind: str, record_id: int) -> list[str]:
    """The verbs of a record's history, oldest first."""
    return [one.verb for one in rows(History, kind=kind, record_id=record_id)]


def drafts_of(person_id: int) -> set[date]:
    """The days on which someone has time that is not handed in."""
    from psa_app.models import TimeEntry

    return {one.work_date for one in rows(TimeEntry, person_id=person_id, status="draft")}


def make_world(
    *,
    cap: int | None = None,
    rounding: Mapping[str, Any] | None = None,
    provider: str = "manual",
    profile: Mapping[str, Any] | None = None,
    northwind: Mapping[str, Any] | None = None,
    head: Mapping[str, Any] | None = None,
) -> World:
    """The firm on the database in use. `cap` (minor units) limits Northwind's "Engineering".

    `rounding` (increment, mode, minimum, per), `profile`, `northwind` and `head` (of SOW-001)
    change what a test needs otherwise.
    """
    world = World()
    policy = {f"round_{name}": value for name, value in (rounding or {}).items()}
    with db.unit_of_work() as session:
        _firm(session, {"payment_provider": provider} | dict(profile or {}))
        _people(session, world)
        _clients(session, world, dict(northwind or {}))
        _scopes(session, world, cap, policy | dict(head or {}))
        _projects(session, world)
    return world


def _make(session: Session, kind: str, /, **values: Any) -> int:
    return int(create_record(session, system("Set-up", via="cli"), RESOURCES[kind], values).id)


def _firm(session: Session, changes: dict[str, Any]) -> None:
    known = {
        "name": "Harbour Studio",
        "legal_name": "Harbour Studio GmbH",
        "street": "Kaigasse 4",
        "postcode": "5020",
        "city": "Salzburg",
        "email": "office@harbour.example",
        "invoice_footer": "Thank you.",
    }
    profile = Profile(**(known | changes))
    setup_firm(session, system("Set-up", via="cli"), profile=profile, base_currency="EUR")
    _make(
        session,
        "bank_accounts",
        label="Main",
        holder="Harbour Studio GmbH",
        iban=IBAN,
        bic="BKAUATWW",
        currency="EUR",
        is_default=True,
    )
    _make(
        session,
        "bank_accounts",
        label="Dollars",
        holder="Harbour Studio GmbH",
        account_number="12345678",
        bank="First Bank",
        currency="USD",
    )
    _make(session, "tax_numbers", kind="vat", country="AT", number="ATU62895905")
    _make(session, "exchange_rates", currency="USD", day=date(2026, 11, 2), rate_nano=900_000_000)


def _people(session: Session, world: World) -> None:
    for name in PRICES:
        world.roles[name] = _make(session, "roles", name=name, standard_cost_minor=5000)
    for name, role in OWNER_LIKE.items():
        email = f"{name.lower()}@harbour.example"
        role_id = world.roles[ROLE_OF.get(name, "Engineer")]
        person_id = _make(
            session, "people", name=f"{name} Test", email=email, role_id=role_id, hired_on=SINCE
        )
        days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 480)
        _make(session, "work_patterns", person_id=person_id, valid_from=SINCE, **days)
        _make(session, "cost_rates", person_id=person_id, valid_from=SINCE, amount_minor=5555)
        user = User(email=email, name=f"{name} Test", role=role, person_id=person_id)
        session.add(user)
        session.flush()
        world.people[name] = person_id
        world.actors[name] = Actor(f"{name} Test", role, user.id, person_id, email=email)


def _clients(session: Session, world: World, northwind: dict[str, Any]) -> None:
    taxes = {tax.kind: tax.id for tax in session.exec(select(TaxRate)).all()}
    known: dict[str, dict[str, Any]] = {
        "Northwind": {
            "legal_name": "Northwind GmbH",
            "street": "Hafenstraße 12",
            "postcode": "20457",
            "city": "Hamburg",
            "country": "DE",
            "vat_id": "DE136695976",
            "currency": "EUR",
            "notes": "Pays late. Do not tell them.",
            **northwind,
        },
        "Kestrel": {
            "legal_name": "Kestrel Inc.",
            "street": "5 Broad Street",
            "city": "New York",
            "country": "US",
            "currency": "USD",
            "tax_rate_id": taxes["exempt"],
        },
    }
    for name, values in known.items():
        account_id = world.clients[name] = _make(session, "accounts", name=name, **values)
        who = {"Northwind": "Nina", "Kestrel": "Karl"}[name]
        email = f"{who.lower()}@{name.lower()}.example"
        contact_id = _make(
            session,
            "contacts",
            account_id=account_id,
            name=f"{who} Client",
            email=email,
            is_approver=True,
            is_billing=True,
        )
        user = User(email=email, name=f"{who} Client", role="client", contact_id=contact_id)
        session.add(user)
        session.flush()
        world.actors[who] = Actor(
            f"{who} Client", "client", user.id, None, account_id, contact_id, email, via="portal"
        )


def _scopes(session: Session, world: World, cap: int | None, changes: dict[str, Any]) -> None:
    rates = tuple(RateInput(Money(price, "EUR"), world.roles[role]) for role, price in PRICES.items())
    engineering = LineInput(
        "Engineering", "time_and_materials", cap=Money(cap, "EUR") if cap is not None else None, rates=rates
    )
    parts = (("Prototype", 300_000), ("Release", 200_000))
    launch = LineInput(
        "Launch",
        "fixed",
        milestones=tuple(MilestoneInput(title, Money(value, "EUR")) for title, value in parts),
    )
    advice = LineInput("Advice", "time_and_materials", rates=(RateInput(Money(20_000, "USD")),))
    sign(session, world, "Northwind", "Nina", Head("Checkout", SINCE, **changes), (engineering, launch))
    sign(session, world, "Kestrel", "Karl", Head("Data", SINCE), (advice,))
    for milestone in session.exec(select(Milestone)).all():
        world.milestones[milestone.title] = int(milestone.id or 0)


def sign(
    session: Session, world: World, client: str, who: str, head: Head, lines: tuple[LineInput, ...]
) -> int:
    """A scope of a client, signed by a contact of theirs; its id."""
    olga = world["Olga"]
    sow = create_sow(session, olga, account_id=world.clients[client], head=head, lines=lines)
    sow_id = world.sows[client] = int(sow.id or 0)
    send_sow(session, olga, sow_id)
    text_hash = session.get_one(Sow, sow_id).text_hash
    accept_sow(session, world[who], sow_id, text_hash=text_hash, name=world[who].name, agrees=True)
    for line in session.exec(select(SowLine).where(SowLine.sow_id == sow_id)).all():
        world.lines[line.title] = int(line.id or 0)
    return sow_id


def _projects(session: Session, world: World) -> None:
    """Build and Design bill to Engineering, Fixed to Launch, Travel to nobody, Advise to Kestrel."""
    lea = world["Lea"]
    for client, name in (("Northwind", "Checkout"), ("Kestrel", "Data")):
        project = make_project_from_sow(session, lea, world.sows[client], lead_id=world.people["Lea"])
        project_id = world.projects[name] = int(project.id or 0)
        for who in ("Ann", "Ben"):
            add_member(session, lea, project_id, person_id=world.people[who])
        for task in session.exec(select(Task).where(Task.project_id == project_id)).all():
            short = {"Engineering": "Build", "Launch": "Fixed", "Advice": "Advise"}[task.name]
            change_task(
                session,
                lea,
                int(task.id or 0),
                version=task.version,
                name=short,
                sow_line_id=task.sow_line_id,
            )
            world.tasks[short] = int(task.id or 0)
    of_checkout = {"project_id": world.projects["Checkout"]}
    line = world.lines["Engineering"]
    world.tasks["Design"] = int(
        create_task(session, lea, name="Design", sow_line_id=line, **of_checkout).id or 0
    )
    world.tasks["Travel"] = int(
        create_task(session, lea, name="Travel", is_billable=False, **of_checkout).id or 0
    )
