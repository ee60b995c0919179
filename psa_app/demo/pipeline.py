"""The demo firm's pipeline: a year of chances won and lost, what is open today, and a catalogue."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import Account, Activity, Opportunity, Role, Stage
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.records import change_record, create_record
from psa_app.services.sales.inputs import AmountInput, RoleInput
from psa_app.services.sales.move import move_opportunity
from psa_app.services.sales.shape import assign_owner, set_amounts, set_roles

ZONE = ZoneInfo("Europe/Vienna")
STAGES = ("Lead", "Qualified", "Proposal", "Negotiation", "Won")

PROSPECTS = (  # name, city, country, currency, kind
    ("Fjord Ferries", "Bergen", "NO", "EUR", "prospect"),
    ("Salt & Stone Hotels", "Hallein", "AT", "EUR", "prospect"),
    ("Lumen Energy", "Graz", "AT", "EUR", "prospect"),
    ("Brightwater Museum", "Bristol", "GB", "EUR", "prospect"),
    ("Quay Partners", "Wien", "AT", "EUR", "partner"),
)
SERVICES = (  # name, billing, role, hours, price (of an hour, or of the whole), description
    ("Discovery workshop", "fixed", "Strategist", 16, 3_800, "Two days with those who decide, and a report."),
    ("Design sprint", "fixed", "Senior designer", 80, 11_500, "A week from question to tested prototype."),
    ("Engineering by the hour", "time_and_materials", "Senior engineer", 1, 140, "Building, by time spent."),
    ("Design by the hour", "time_and_materials", "Designer", 1, 105, "Screens and graphics, by time spent."),
    ("Care plan", "retainer", "Engineer", 20, 2_200, "Twenty hours a month for fixes and small changes."),
    ("Hosting and monitoring", "subscription", "Engineer", 0, 390, "Servers, backups and alarms, a month."),
    ("Accessibility audit", "fixed", "Senior engineer", 40, 5_400, "Every page against WCAG 2.2 AA."),
    ("Platform launch", "milestone", "Project lead", 300, 42_000, "From first sketch to the first day live."),
)
REASONS = ("Price: another firm was cheaper", "No budget this year", "They hired their own people", "Silence")


@dataclass(frozen=True, slots=True)
class Deal:
    """An open chance: amounts in whole units by billing model, hours by role, weeks from today."""

    client: str
    title: str
    stage: str
    owner: str
    age: int
    expected: int
    source: str
    amounts: dict[str, int]
    roles: dict[str, int] = field(default_factory=dict)
    todo: tuple[str, int] | None = None  # what, in how many days
    percent: int | None = None


OPEN = (
    Deal(
        "Fjord Ferries",
        "Booking app for the coast line",
        "Lead",
        "Mara",
        5,
        14,
        "event",
        {"milestone": 90_000},
        {"Senior engineer": 320, "Senior designer": 120},
        ("Call Signe back", 2),
    ),
    Deal("Alder & Co", "Wine club on the phone", "Lead", "Jonas", 3, 18, "referral", {}),
    Deal("Lumen Energy", "Customer portal", "Lead", "Ines", 41, 16, "web", {"fixed": 64_000}),
    Deal(
        "Kestrel Foods", "Recipe finder", "Lead", "Jonas", 9, 10, "existing", {"time_and_materials": 28_000}
    ),
    Deal(
        "Salt & Stone Hotels",
        "Website for six houses",
        "Qualified",
        "Ines",
        12,
        8,
        "referral",
        {"fixed": 48_000},
        {"Designer": 160, "Engineer": 180},
        ("Send two references", -1),
    ),
    Deal(
        "Northwind",
        "Loyalty programme",
        "Qualified",
        "Mara",
        20,
        9,
        "existing",
        {"time_and_materials": 55_000, "retainer": 12_000},
        {"Senior engineer": 240, "Strategist": 60},
    ),
    Deal("Brightwater Museum", "Audio guide", "Qualified", "Jonas", 33, 12, "outbound", {"fixed": 37_500}),
    Deal(
        "Lumen Energy",
        "Tariff calculator",
        "Proposal",
        "Ines",
        6,
        5,
        "web",
        {"fixed": 31_000},
        {"Engineer": 200, "Designer": 60},
        ("Walk through the offer", 3),
    ),
    Deal(
        "Alder & Co",
        "Annual report online",
        "Proposal",
        "Jonas",
        15,
        3,
        "existing",
        {"fixed": 18_500},
        {"Designer": 90},
    ),
    Deal(
        "Fjord Ferries",
        "Design system",
        "Proposal",
        "Mara",
        27,
        6,
        "partner",
        {"time_and_materials": 44_000},
        {"Senior designer": 220},
    ),
    Deal(
        "Kestrel Foods",
        "Supplier portal, second phase",
        "Negotiation",
        "Mara",
        8,
        2,
        "existing",
        {"time_and_materials": 70_000, "milestone": 25_000},
        {"Senior engineer": 360, "Engineer": 240},
        ("Answer on liability", 1),
        80,
    ),
    Deal(
        "Northwind",
        "Care plan for the shop",
        "Negotiation",
        "Ines",
        4,
        1,
        "existing",
        {"retainer": 26_400},
        {"Engineer": 240},
    ),
    Deal(
        "Salt & Stone Hotels",
        "Hosting and monitoring",
        "Negotiation",
        "Jonas",
        22,
        -1,
        "referral",
        {"subscription": 9_400},
    ),
)
CLOSED = (  # client, title, amount, won, weeks ago that it was decided, owner, source
    ("Northwind", "Search that finds", 24_000, True, 3, "Ines", "existing"),
    ("Lumen Energy", "Fault map", 19_000, False, 5, "Jonas", "web"),
    ("Kestrel Foods", "Photo library", 14_500, True, 8, "Mara", "existing"),
    ("Brightwater Museum", "Ticket shop", 52_000, False, 11, "Mara", "outbound"),
    ("Alder & Co", "Careers pages", 16_800, True, 13, "Jonas", "existing"),
    ("Fjord Ferries", "Timetable board", 33_000, True, 16, "Ines", "event"),
    ("Salt & Stone Hotels", "Voucher shop", 12_000, False, 19, "Ines", "web"),
    ("Northwind", "Checkout relaunch", 88_000, True, 23, "Mara", "referral"),
    ("Lumen Energy", "Intranet", 61_000, False, 26, "Mara", "outbound"),
    ("Kestrel Foods", "Supplier portal", 95_000, True, 30, "Mara", "referral"),
    ("Alder & Co", "Brand refresh", 27_000, True, 33, "Jonas", "existing"),
    ("Brightwater Museum", "Membership", 29_500, False, 37, "Ines", "event"),
    ("Fjord Ferries", "Crew app", 46_000, False, 40, "Jonas", "outbound"),
    ("Northwind", "Warehouse screens", 39_000, True, 44, "Ines", "existing"),
    ("Salt & Stone Hotels", "Spa booking", 21_000, True, 48, "Jonas", "referral"),
)


def make_pipeline(session: Session, actors: dict[str, Actor], real_now: datetime) -> None:
    """Everything of the pipeline, through the services, each at its time; the clock stands at now after."""
    today = real_now.astimezone(ZONE).date()
    _at(today - timedelta(weeks=60))
    make = _maker(session, actors["Mara"])
    _set_up(session, make)
    story = _Story(session, actors, today)
    for closed in reversed(CLOSED):
        story.decided(*closed)
    for deal in sorted(OPEN, key=lambda one: -one.age):
        story.opened(deal)
    clock.set_source(lambda: real_now)


def _set_up(session: Session, make: Callable[..., Any]) -> None:
    known = set(session.exec(select(Account.name)).all())
    for name, city, country, currency, kind in PROSPECTS:
        if name not in known:
            make("accounts", name=name, city=city, country=country, currency=currency, kind=kind)
    roles = {role.name: role.id for role in session.exec(select(Role)).all()}
    for name, model, role, hours, price, words in SERVICES:
        make(
            "service_items",
            name=name,
            model=model,
            role_id=roles[role],
            minutes=hours * 60,
            price_minor=price * 100,
            description=words,
        )


class _Story:
    """Makes chances and moves them on, with the clock at each moment."""

    def __init__(self, session: Session, actors: dict[str, Actor], today: date) -> None:
        self.session, self.actors, self.today = session, actors, today
        self.random = Random(11)
        self.accounts = {one.name: one for one in session.exec(select(Account)).all()}
        self.stages = {one.name: int(one.id or 0) for one in session.exec(select(Stage)).all()}
        self.roles = {one.name: int(one.id or 0) for one in session.exec(select(Role)).all()}

    def decided(
        self, client: str, title: str, amount: int, won: bool, weeks: int, owner: str, source: str
    ) -> None:
        """A chance that went its way and was won or lost."""
        stages = list(STAGES if won else STAGES[: self.random.randrange(2, 5)])
        day = self.today - timedelta(weeks=weeks)
        days = self._days_before(day, len(stages) if not won else len(stages) - 1)
        one = self._begin(client, title, owner, source, days[0], day, {"fixed": amount})
        for stage, when in zip(stages[1:], [*days[1:], day], strict=False):
            self._move(one, stage, owner, when)
        if not won:
            self._move(one, "Lost", owner, day, self.random.choice(REASONS))

    def opened(self, deal: Deal) -> None:
        """A chance that is open today, `age` days in its stage."""
        stages = STAGES[: STAGES.index(deal.stage) + 1]
        entered = self.today - timedelta(days=deal.age)
        days = [*self._days_before(entered, len(stages) - 1), entered]
        expected = self.today + timedelta(weeks=deal.expected)
        one = self._begin(deal.client, deal.title, deal.owner, deal.source, days[0], expected, deal.amounts)
        for stage, when in zip(stages[1:], days[1:], strict=True):
            self._move(one, stage, deal.owner, when)
        if deal.percent is not None:
            raw = {"percent": deal.percent}
            change_record(
                self.session,
                self.actors[deal.owner],
                RESOURCES["opportunities"],
                int(one.id or 0),
                raw,
                version=None,
            )
        self._shape(one, deal, expected)

    def _days_before(self, day: date, count: int) -> list[date]:
        """Days on which it entered `count` stages before a day, oldest first."""
        found: list[date] = []
        for _ in range(count):
            day -= timedelta(days=self.random.randrange(5, 24))
            found.insert(0, day)
        return found

    def _begin(
        self,
        client: str,
        title: str,
        owner: str,
        source: str,
        day: date,
        expected: date,
        amounts: dict[str, int],
    ) -> Opportunity:
        _at(day)
        actor, account = self.actors[owner], self.accounts[client]
        raw = {
            "account_id": account.id,
            "title": title,
            "source": source,
            "expected_on": expected.isoformat(),
        }
        if source == "partner":
            raw["partner_id"] = self.accounts["Quay Partners"].id
        one: Opportunity = create_record(self.session, actor, RESOURCES["opportunities"], raw)
        given = tuple(
            AmountInput(model, Money(amount * 100, one.currency)) for model, amount in amounts.items()
        )
        if given:
            set_amounts(self.session, actor, int(one.id or 0), version=one.version, amounts=given)
        assign_owner(self.session, actor, int(one.id or 0), owner_id=actor.user_id)
        return one

    def _move(self, one: Opportunity, stage: str, owner: str, day: date, reason: str = "") -> None:
        _at(day)
        move_opportunity(
            self.session,
            self.actors[owner],
            int(one.id or 0),
            stage_id=self.stages[stage],
            loss_reason=reason,
        )

    def _shape(self, one: Opportunity, deal: Deal, expected: date) -> None:
        actor = self.actors[deal.owner]
        start = expected + timedelta(days=7 - expected.weekday())
        wanted = tuple(
            RoleInput(self.roles[role], hours * 60, start, start + timedelta(weeks=10, days=-3))
            for role, hours in deal.roles.items()
        )
        if wanted:
            set_roles(self.session, actor, int(one.id or 0), version=one.version, roles=wanted)
        if deal.todo is not None:
            subject, days = deal.todo
            due = self.today + timedelta(days=days)
            self.session.add(
                Activity(
                    account_id=one.account_id,
                    opportunity_id=one.id,
                    kind="todo",
                    subject=subject,
                    at=clock.now(),
                    due_on=due,
                    owner_id=actor.user_id,
                )
            )


def _at(day: date) -> None:
    instant = datetime.combine(day, time(11), ZONE).astimezone(UTC)
    clock.set_source(lambda: instant)


def _maker(session: Session, actor: Actor) -> Callable[..., Any]:
    def make(kind: str, /, **values: object) -> Any:
        return create_record(session, actor, RESOURCES[kind], values)

    return make
