"""Rates: the firm's card, clients, projects and people; each change is looked at before it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.rate_list import RateLine, rate_choices, rates_of
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.rates import RatePreview, create_rate, delete_rate, end_rate, preview_rate, replace_rate
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, say, write
from psa_app.state.rates.rate_words import effect_of

TABS = {  # key → label, levels
    "firm": ("Firm card", ("firm_role",)),
    "clients": ("Clients", ("account_role", "account")),
    "projects": ("Projects", ("project_person", "project_role", "project")),
    "people": ("People", ("person",)),
    "scopes": ("Scopes", ("sow_line",)),
}
LEVELS = (
    ("firm_role", "Firm card: a role"),
    ("account_role", "A client: a role"),
    ("account", "A client: everyone"),
    ("project_role", "A project: a role"),
    ("project_person", "A project: a person"),
    ("project", "A project: everyone"),
    ("person", "A person, everywhere"),
)
COLUMNS = [
    Column("owner", "For"),
    Column("role", "Role"),
    Column("amount", "An hour", align="right", phone="side"),
    Column("days", "Counts"),
]
KEYS = {
    "firm_role": ("role_id",),
    "account_role": ("account_id", "role_id"),
    "account": ("account_id",),
    "project_role": ("project_id", "role_id"),
    "project_person": ("project_id", "person_id"),
    "project": ("project_id",),
    "person": ("person_id",),
}


@dataclass(frozen=True)
class _New:
    level: str
    rate: Money
    valid_from: date
    keys: dict[str, int]


class RatesState(rx.State):
    """The list of one tab, the form for a new rate, and the dialogs of one."""

    tab: str = "firm"
    tabs: list[Tab] = []
    columns: list[Column] = []
    rows: list[Row] = []
    files: list[str] = routes.rate_list_files()
    may_change: bool = False
    roles: list[Option] = []
    people: list[Option] = []
    accounts: list[Option] = []
    projects: list[Option] = []
    adding: bool = False
    level: str = "firm_role"  # what the form begins with
    asked: list[str] = list(KEYS["firm_role"])  # the fields that its level needs
    account: str = ""
    first_day: str = ""
    about: int = 0  # the rate that the dialog is about
    about_name: str = ""
    ending: bool = False
    deleting: bool = False
    errors: dict[str, str] = {}
    effect: str = ""  # what the change would do; saving again confirms it
    form_key: int = 0
    is_ready: bool = False
    _seen: dict[str, str] = {}
    _lines: dict[int, RateLine] = {}

    @rx.event
    @allow("rates.read")
    async def load(self) -> Any:
        """Loads the tab that the address names; `?new=1` opens the form (`level=`, `client=`, `day=`)."""
        asked = self.router.url.query_parameters
        wanted = asked.get("tab", "firm")
        self.tab = wanted if wanted in TABS else "firm"
        self.tabs = [Tab(key, label, f"{routes.RATE_LIST}?tab={key}") for key, (label, _) in TABS.items()]
        self.may_change = may(actor(), "rates.change")
        await self._load()
        if asked.get("new") and self.may_change and not self.adding:
            given = {name: str(asked.get(name, ""))[:20] for name in ("level", "client", "day")}
            await self._add(given["level"], given["client"], given["day"])
            return opened(self, *given)
        return None

    async def _load(self) -> None:
        levels = TABS[self.tab][1]
        found = await read(lambda session, who: rates_of(session, who, levels))
        named = self.tab != "firm"
        self.columns = COLUMNS if named else COLUMNS[1:]
        self.rows = [_row(one, named) for one in found]
        self._lines = {one.id: one for one in found}
        self.is_ready = True

    @rx.event
    @allow("rates.change")
    async def add(self) -> None:
        """Opens the form for a new rate."""
        await self._add()

    async def _add(self, level: str = "", account: str = "", first_day: str = "") -> None:
        found = await read(rate_choices)
        self.roles, self.people = _options(found.roles), _options(found.people)
        self.accounts, self.projects = _options(found.accounts), _options(found.projects)
        self._reset()
        self.level, self.account, self.first_day = level or "firm_role", account, first_day
        self.asked = list(KEYS.get(self.level, ()))
        self.adding = True

    @rx.event
    @allow("rates.change")
    def choose_level(self, level: str) -> None:
        """Asks for what a rate of this level hangs on."""
        if level in KEYS:
            self.asked = list(KEYS[level])

    @rx.event
    @allow("rates.change")
    async def save_new(self, data: dict[str, Any]) -> None:
        """Shows what a new rate would change, then makes it."""
        names = (
            "level",
            "amount",
            "currency",
            "valid_from",
            "role_id",
            "person_id",
            "account_id",
            "project_id",
        )
        values = form_values(data, names)
        try:
            new = _new(values)
            if await self._confirmed(values, lambda session, who: _preview(session, who, new)):
                await write(lambda session, who: _create(session, who, new))
                await self._done("Rate saved.")
        except PsaError as error:
            self.errors = field_errors(error)

    async def _confirmed(
        self, values: dict[str, str], preview: Callable[[Session, Actor], RatePreview]
    ) -> bool:
        """True when the effect was shown for these very values, or there is none to show."""
        if self._seen == values:
            return True
        found = await read(preview)
        self.errors = {}
        if not found.entries:
            return True
        self._seen, self.effect = values, effect_of(found)
        return False

    @rx.event
    @allow("rates.change")
    def ask_replace(self, row_id: int) -> None:
        """Asks for the new amount and its first day."""
        self._about(row_id)

    @rx.event
    @allow("rates.change")
    async def replace(self, data: dict[str, Any]) -> None:
        """A new amount from a day on."""
        values = form_values(data, ("amount", "valid_from"))
        try:
            old = self._lines[self.about]
            rate = Money(money.parse_amount(values["amount"], old.currency, "amount"), old.currency)
            day = fields.iso_date(values["valid_from"], "valid_from")
            new = _New(old.level, rate, day, dict(old.keys))
            if not await self._confirmed(values, lambda session, who: _preview(session, who, new)):
                return
            await write(
                lambda session, who: replace_rate(
                    session, who, old.id, version=old.version, rate=rate, valid_from=day
                )
            )
            await self._done("The new rate counts from that day on.")
        except PsaError as error:
            self.errors = field_errors(error)

    @rx.event
    @allow("rates.change")
    def ask_end(self, row_id: int) -> None:
        """Asks for the last day of a rate."""
        self._about(row_id)
        self.ending = True

    @rx.event
    @allow("rates.change")
    async def end(self, data: dict[str, Any]) -> None:
        """Ends a rate."""
        values = form_values(data, ("last_day",))
        try:
            day = fields.iso_date(values["last_day"], "last_day")
            old = self._lines[self.about]
            if not await self._confirmed(values, lambda session, who: _preview_end(session, who, old, day)):
                return
            await write(
                lambda session, who: end_rate(session, who, old.id, version=old.version, last_day=day)
            )
            await self._done("The rate ends on that day.")
        except PsaError as error:
            self.errors = field_errors(error)

    @rx.event
    @allow("rates.change")
    async def ask_delete(self, row_id: int) -> None:
        """Asks before a rate is removed, and says what follows."""
        self._about(row_id)
        if self.about:
            found = await read(lambda session, who: preview_rate(session, who, rate_id=row_id))
            self.deleting = True
            self.effect = effect_of(found, "") if found.entries else "No time that is not approved uses it."

    @rx.event
    @allow("rates.change")
    async def delete(self) -> None:
        """Removes a rate that priced no approved time."""
        old = self._lines[self.about]
        await write(lambda session, who: delete_rate(session, who, old.id, version=old.version))
        await self._done("Rate removed.")

    @rx.event
    @allow("rates.change")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self._reset()

    def _about(self, row_id: int) -> None:
        self._reset()
        if row_id in self._lines:
            self.about, self.about_name = row_id, _name(self._lines[row_id])

    def _reset(self) -> None:
        self.adding, self.ending, self.deleting, self.about = False, False, False, 0
        self.errors, self.effect, self._seen = {}, "", {}
        self.form_key += 1

    async def _done(self, sentence: str) -> None:
        self._reset()
        await self._load()
        await say(self, sentence)


def _create(session: Session, who: Actor, new: _New) -> None:
    given: dict[str, Any] = {"level": new.level, **new.keys}
    create_rate(session, who, rate=new.rate, valid_from=new.valid_from, **given)


def _preview(session: Session, who: Actor, new: _New) -> RatePreview:
    keys: dict[str, Any] = dict(new.keys)
    return preview_rate(session, who, level=new.level, rate=new.rate, valid_from=new.valid_from, **keys)


def _preview_end(session: Session, who: Actor, old: RateLine, last_day: date) -> RatePreview:
    rate = Money(old.amount, old.currency)
    return preview_rate(session, who, rate_id=old.id, rate=rate, valid_from=old.valid_from, valid_to=last_day)


def _new(values: dict[str, str]) -> _New:
    level = values["level"]
    if level not in KEYS:
        raise Invalid("Choose what the rate hangs on.", "level")
    keys = {}
    for name in KEYS[level]:
        if not values[name].isdecimal():
            raise Invalid("Please choose one.", name)
        keys[name] = int(values[name])
    currency = values["currency"].upper()
    amount = money.parse_amount(values["amount"], currency, "amount")
    return _New(level, Money(amount, currency), fields.iso_date(values["valid_from"], "valid_from"), keys)


def _options(pairs: tuple[tuple[int, str], ...]) -> list[Option]:
    return [Option(str(row_id), name) for row_id, name in pairs]


def _name(one: RateLine) -> str:
    return " · ".join(part for part in (one.owner, one.role) if part) or "Everyone"


def _row(one: RateLine, named: bool) -> Row:
    days = f"from {words.day(one.valid_from)}"
    if one.valid_to:
        days = words.day_range(one.valid_from, one.valid_to)
    owner = [Cell(one.owner, kind="strong")] if named else []
    cells = [
        *owner,
        Cell(one.role or "Everyone", kind="text" if named else "strong"),
        Cell(words.money(one.amount, one.currency), align="right"),
        Cell(days),
    ]
    return Row(str(one.id), cells, name=_name(one))
