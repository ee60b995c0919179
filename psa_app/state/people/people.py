"""The people of the firm: who works here, and taking someone on in one act."""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, may, require
from psa_app.display.forms import FieldSpec, Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.models import Firm, Role
from psa_app.queries.people.listing import PersonRow, people_on
from psa_app.rules import fields, hours, money
from psa_app.rules.money import Money
from psa_app.services.people.onboard import DAYS, Hours, onboard_person
from psa_app.services.problems import FieldProblems
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, say, write
from psa_app.state.lowcode.record_words import named

WEEKDAYS = dict(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
SIGN_INS = (
    ("", "no sign-in"),
    ("member", "Member"),
    ("lead", "Project lead"),
    ("finance", "Finance"),
    ("owner", "Owner"),
)
EMPLOYMENT = {"employee": "Employee", "contractor": "Contractor"}


class PeopleState(rx.State):
    """The list, and the form for someone new."""

    columns: list[Column] = []
    rows: list[Row] = []
    tabs: list[Tab] = []
    tab: str = ""
    q: str = ""
    count: str = ""
    may_create: bool = False
    form_open: bool = False
    specs: list[FieldSpec] = []
    more: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    files: list[str] = ["", ""]
    is_ready: bool = False
    _currency: str = "EUR"

    @rx.event
    @allow("people.read")
    async def load(self) -> Any:
        """Loads who is here, or with `?tab=former` who was; `?new=1` opens the form."""
        asked = self.router.url.query_parameters
        self.tab = "former" if asked.get("tab") == "former" else ""
        self.q = str(asked.get("q", ""))[:100]
        await self._load()
        if asked.get("new") and self.may_create and not self.form_open:
            await self._open()
            return opened(self)
        return None

    async def _load(self) -> None:
        who = actor()
        self.may_create = may(who, "people.change")
        search, former = self.q, self.tab == "former"
        firm = await read(_firm)
        self._currency = firm.base_currency
        today = clock.today(firm.time_zone)
        found = await read(
            lambda session, actor: people_on(session, actor, today, search=search, former=former)
        )
        sees_cost = may(who, "cost.read")
        self.columns = _columns(sees_cost, former)
        self.rows = [_row(one, firm, sees_cost, former) for one in found]
        self.count = "1 person" if len(found) == 1 else f"{len(found)} people"
        self.tabs = [
            Tab("", "Here", routes.with_query(routes.PEOPLE, q=self.q)),
            Tab("former", "Left", routes.with_query(routes.PEOPLE, q=self.q, tab="former")),
        ]
        self.files = routes.export("people", q=self.q)
        self.is_ready = True

    @rx.event
    @allow("people.read")
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return rx.redirect(routes.with_query(routes.PEOPLE, q=text[:100], tab=self.tab), replace=True)

    @rx.event
    @allow("people.change")
    async def add(self) -> None:
        """Opens the form for someone new."""
        await self._open()

    async def _open(self) -> None:
        firm, roles = await read(_choices)
        self.specs, self.more = _specs(firm, roles, clock.today(firm.time_zone).isoformat())
        self.errors = {}
        self.form_key += 1
        self.form_open = True

    @rx.event
    @allow("people.change")
    async def save(self, data: dict[str, Any]) -> Any:
        """Takes the person on and opens their page."""
        try:
            given = _given(data, self._currency)
            person = await write(lambda session, who: onboard_person(session, who, **given))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.form_open = False
        invited = " and gets a mail to choose a password" if given["invite_as"] else ""
        await say(self, f"{person.name} is in{invited}.")
        return rx.redirect(routes.person(int(person.id or 0)))

    @rx.event
    @allow("people.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def _given(data: dict[str, Any], currency: str) -> dict[str, Any]:
    """What `onboard_person` is called with; everything that cannot be read is told at once."""
    names = (
        "name",
        "email",
        "role_id",
        "hired_on",
        "employment",
        "cost",
        "calendar",
        "target_percent",
        "invite_as",
    )
    values, found = form_values(data, (*names, *DAYS)), FieldProblems()

    def minutes(day: str) -> int:
        return found.tried(lambda: hours.parse_duration(values[day], day), 0) if values[day] else 0

    def cost() -> Money | None:
        text = values["cost"]
        return Money(money.parse_amount(text, currency, "cost"), currency) if text else None

    def role() -> int:
        if not values["role_id"]:
            raise Invalid("Choose a role.", "role_id")
        return fields.whole(values["role_id"], "role_id")

    given = {
        "name": values["name"],
        "email": values["email"],
        "role_id": found.tried(role, 0),
        "hired_on": found.tried(lambda: fields.iso_date(values["hired_on"], "hired_on"), clock.now().date()),
        "employment": values["employment"] if values["employment"] in EMPLOYMENT else "employee",
        "hours": Hours(**{day: minutes(day) for day in DAYS}),
        "cost": found.tried(cost, None),
        "calendar": values["calendar"],
        "target_percent": found.tried(
            lambda: fields.optional_whole(values["target_percent"], "target_percent", 0, 100), None
        ),
        "invite_as": values["invite_as"] if values["invite_as"] in dict(SIGN_INS) else "",
    }
    found.stop_if_any()
    return given


def _firm(session: Session, who: Actor) -> Firm:
    require(who, "firm.name")
    return session.exec(select(Firm)).one()


def _choices(session: Session, who: Actor) -> tuple[Firm, list[Option]]:
    require(who, "people.change")
    roles = session.exec(select(Role).where(col(Role.is_active)).order_by(Role.name)).all()
    return _firm(session, who), [Option(str(role.id), role.name) for role in roles]


def _specs(firm: Firm, roles: list[Option], today: str) -> tuple[list[FieldSpec], list[FieldSpec]]:
    employment = [Option(key, word) for key, word in EMPLOYMENT.items()]
    sign_ins = [Option(key, word) for key, word in SIGN_INS]
    week = [
        FieldSpec(day, label, "hours", value="8:00" if day not in ("sat", "sun") else "0:00")
        for day, label in WEEKDAYS.items()
    ]
    about = [
        FieldSpec("name", "Name", required=True),
        FieldSpec("email", "E-mail", "email", required=True),
        FieldSpec(
            "role_id",
            "Role",
            "choice",
            required=True,
            options=[Option("", "Choose"), *roles],
            help="Prices their work. Roles are made in Settings.",
        ),
        FieldSpec("employment", "Employment", "choice", options=employment),
        FieldSpec("hired_on", "First day", "date", value=today, required=True),
        FieldSpec(
            "calendar",
            "Holidays of",
            "suggest",
            value=firm.country,
            options=named("country", firm.country),
            help="A country, or DE-BY with a region.",
        ),
        FieldSpec(
            "cost",
            "Cost an hour",
            "money",
            unit=firm.base_currency,
            help="What an hour costs the firm. Only owner and finance see it.",
        ),
        FieldSpec(
            "target_percent",
            "Target utilization",
            "percent",
            help=f"Empty: the firm’s {firm.target_percent} %.",
        ),
        FieldSpec(
            "invite_as",
            "Signs in as",
            "choice",
            options=sign_ins,
            help="They get a mail to choose a password.",
        ),
    ]
    return about, week


def _columns(sees_cost: bool, former: bool) -> list[Column]:
    columns = [
        Column("name", "Name", fixed=True),
        Column("role", "Role"),
        Column("employment", "Employment", phone="hide"),
        Column("week", "Hours a week", align="right", phone="side"),
        Column("target", "Target", align="right", phone="hide"),
    ]
    if sees_cost:
        columns.append(Column("cost", "Cost an hour", align="right", phone="hide"))
    return [*columns, Column("since", "Last day" if former else "Since", phone="hide")]


def _row(one: PersonRow, firm: Firm, sees_cost: bool, former: bool) -> Row:
    target = one.target_percent if one.target_percent is not None else firm.target_percent
    away = (
        f"away until {words.day(one.away_until, year=False)}" if one.away_until and not former else one.email
    )
    day = one.left_on if former and one.left_on else one.hired_on
    cells = [
        Cell(one.name, sub=away, kind="strong"),
        Cell(one.role),
        Cell(EMPLOYMENT.get(one.employment, one.employment)),
        _figure(hours.h_mm(one.week_minutes) if one.week_minutes is not None else ""),
        Cell(
            f"{target}{words.NARROW_SPACE}%",
            align="right",
            kind="text" if one.target_percent is not None else "muted",
        ),
    ]
    if sees_cost:
        cells.append(_figure(words.money(one.cost, firm.base_currency) if one.cost is not None else ""))
    return Row(str(one.id), [*cells, Cell(words.day(day))], href=routes.person(one.id), name=one.name)


def _figure(text: str) -> Cell:
    return Cell(text or "–", align="right", kind="text" if text else "muted")
