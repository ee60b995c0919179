"""The rates as rules read them, and why an entry has the price it has."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.errors import Invalid
from psa_app.models import Person, Project, Role, Task, TimeEntry
from psa_app.prepared import Prepared
from psa_app.queries.time.tables import (
    COST,
    ENTRY,
    LINE,
    MEMBER,
    MODIFIER,
    PERSON,
    PROJECT,
    RATE,
    ROLE,
    SOW,
    TASK,
)
from psa_app.rules.cost import CostBook, CostRow
from psa_app.rules.modifiers import ModifierRow, check_choice, sentence
from psa_app.rules.rates import Ladder, Level, RateRow, Step, Work

T = TypeVar("T")
_REMEMBERED = "rates"
_ALL_RATES = select(
    RATE.c.id,
    RATE.c.level,
    RATE.c.amount_minor,
    RATE.c.currency,
    RATE.c.valid_from,
    RATE.c.valid_to,
    RATE.c.sow_line_id,
    RATE.c.project_id,
    RATE.c.account_id,
    RATE.c.person_id,
    RATE.c.role_id,
)
_RATES_FOR = Prepared(
    _ALL_RATES.where(
        or_(
            RATE.c.sow_line_id == bindparam("sow_line_id"),
            RATE.c.project_id == bindparam("project_id"),
            RATE.c.account_id == bindparam("account_id"),
            and_(RATE.c.level == "firm_role", RATE.c.role_id == bindparam("role_id")),
            and_(RATE.c.level == "person", RATE.c.person_id == bindparam("person_id")),
        )
    )
)
_MODIFIERS = select(
    MODIFIER.c.id,
    MODIFIER.c.name,
    MODIFIER.c.factor_ppm,
    MODIFIER.c.plus_minor,
    MODIFIER.c.currency,
    MODIFIER.c.valid_from,
    MODIFIER.c.valid_to,
    MODIFIER.c.account_id,
    MODIFIER.c.sow_line_id,
)
_COSTS = select(COST.c.id, COST.c.person_id, COST.c.amount_minor, COST.c.valid_from)
_COSTS_OF = Prepared(_COSTS.where(COST.c.person_id == bindparam("person_id")))

CONTRACT_CURRENCY = func.coalesce(SOW.c.currency, PROJECT.c.currency).label("currency")
"""The currency of the SOW that a task bills to, else of its project."""

_IS_MEMBER = and_(MEMBER.c.project_id == ENTRY.c.project_id, MEMBER.c.person_id == ENTRY.c.person_id)

ENTRY_FACTS = (
    select(
        ENTRY.c.id,
        ENTRY.c.version,
        ENTRY.c.week,
        ENTRY.c.seconds,
        ENTRY.c.status,
        ENTRY.c.timesheet_id,
        ENTRY.c.work_date,
        # From here on: all that the price follows from but the day, and the price itself.
        ENTRY.c.person_id,
        ENTRY.c.project_id,
        ENTRY.c.task_id,
        ENTRY.c.override_minor,
        ENTRY.c.no_charge_reason,
        ENTRY.c.is_billable,
        ENTRY.c.bill_rate_minor,
        ENTRY.c.bill_currency,
        ENTRY.c.bill_level,
        ENTRY.c.bill_rate_id,
        ENTRY.c.cost_rate_minor,
        ENTRY.c.modifier_id,
        ENTRY.c.base_rate_minor,
        ENTRY.c.role_id.label("priced_role_id"),
        TASK.c.sow_line_id,
        TASK.c.is_billable.label("task_is_billable"),
        PROJECT.c.account_id,
        PROJECT.c.lead_id,
        func.coalesce(MEMBER.c.role_id, PERSON.c.role_id).label("role_id"),
        CONTRACT_CURRENCY,
    )
    .select_from(ENTRY)
    .join(TASK, TASK.c.id == ENTRY.c.task_id)
    .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
    .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
    .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
    .outerjoin(SOW, SOW.c.id == LINE.c.sow_id)
    .outerjoin(MEMBER, _IS_MEMBER)
)
"""Entries with all that their price stands on: `role_id` is the role in the project, else the person's."""

PRICED_FROM = 7
"""Two rows of `ENTRY_FACTS` that are equal from this column on have the same price on the same day."""

_STANDARDS = select(ROLE.c.id, ROLE.c.standard_cost_minor)


def ladder(session: Session) -> Ladder:
    """All rates, read once for each session; `forget` after a rate has changed."""
    return _once(session, ("all",), lambda: Ladder(rate_rows(session)))


def ladder_for(
    session: Session,
    *,
    sow_line_id: int | None,
    project_id: int,
    account_id: int | None,
    role_id: int,
    person_id: int,
) -> Ladder:
    """Only the rates that some work may use: for the price of a single entry. Remembered like `ladder`."""
    about = {
        "sow_line_id": sow_line_id,
        "project_id": project_id,
        "account_id": account_id,
        "role_id": role_id,
        "person_id": person_id,
    }
    key = ("some", *about.values())
    return _once(session, key, lambda: Ladder(_rows(_RATES_FOR.all(session, about))))


def rate_rows(session: Session, *where: ColumnElement[bool]) -> list[RateRow]:
    """Rates as the ladder takes them."""
    return _rows(session.connection().execute(_ALL_RATES.where(*where)))


def modifiers(session: Session) -> dict[int, ModifierRow]:
    """All modifiers by id, read once for each session like `ladder`."""
    return _once(session, ("modifiers",), lambda: {row.id: row for row in _modifiers(session)})


def _modifiers(session: Session) -> list[ModifierRow]:
    return [ModifierRow(*row) for row in session.connection().execute(_MODIFIERS)]


def cost_book(session: Session) -> CostBook:
    """All cost rates and the roles' standard costs, read once for each session. Owner and finance only."""
    return _once(session, ("costs",), lambda: _all_costs(session))


def cost_book_of(session: Session, person_id: int, role_id: int, standard: int) -> CostBook:
    """The cost rates of one person, with the standard cost of the role they work in. Remembered too."""

    def read() -> CostBook:
        own = _costs(_COSTS_OF.all(session, {"person_id": person_id}))
        return CostBook([*own, *_standards([(role_id, standard)])])

    return _once(session, ("cost", person_id, role_id, standard), read)


def forget(session: Session) -> None:
    """Rates or costs have changed: what this session remembers of them is old."""
    session.info.pop(_REMEMBERED, None)


def _once(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives, read once for each session until `forget`."""
    known: dict[Hashable, T] = session.info.setdefault(_REMEMBERED, {})
    found = known.get(key)
    if found is None:
        found = known[key] = read()
    return found


def _all_costs(session: Session) -> CostBook:
    connection = session.connection()
    roles = connection.execute(_STANDARDS)
    standards = _standards((row.id, row.standard_cost_minor) for row in roles)
    return CostBook([*_costs(connection.execute(_COSTS)), *standards])


def _costs(found: Iterable[Any]) -> list[CostRow]:
    return [CostRow(row.id, row.person_id, None, row.amount_minor, row.valid_from) for row in found]


def _rows(found: Iterable[Any]) -> list[RateRow]:
    return [RateRow(row[0], Level(row[1]), *row[2:]) for row in found]


def _standards(roles: Iterable[tuple[int, int]]) -> list[CostRow]:
    """A role's standard cost counts for those without a cost rate of their own; 0 means not set."""
    return [CostRow(0, None, role_id, amount, date.min) for role_id, amount in roles if amount]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an entry is worth what it is: one step per level, as the ladder stands today.

    `is_frozen` tells that the price was fixed at approval; `amount` (minor units an hour),
    `currency` and `level` are then what was fixed, whatever the steps say now.
    """

    entry_id: int
    person: str
    project: str
    task: str
    role: str
    day: date
    seconds: int
    is_billable: bool
    no_charge_reason: str
    is_frozen: bool
    amount: int | None
    currency: str
    level: str
    override_reason: str
    steps: tuple[Step, ...]
    has_modifier: bool = False  # one counts
    modifier: str = ""  # what the chosen modifier does to the base rate, or why it does not count
    modifier_row: ModifierRow | None = None  # the chosen one
    base: int | None = None  # the rate before it, where it counts


def explain_entry(session: Session, actor: Actor, entry_id: int) -> Explanation:
    """The derivation of an entry's rate. `NotFound` outside the actor's scope; needs "rates.read"."""
    require(actor, "rates.read")
    entry = fetch(session, actor, TimeEntry, entry_id)
    facts: Any = session.connection().execute(ENTRY_FACTS.where(ENTRY.c.id == entry.id)).one()
    is_frozen = entry.status in ("approved", "invoiced") and bool(entry.bill_level)
    role = session.get(Role, entry.role_id if is_frozen else facts.role_id)
    person = session.get_one(Person, entry.person_id)
    project = session.get_one(Project, entry.project_id)
    task = session.get_one(Task, entry.task_id)
    return Explanation(
        int(entry.id or 0),
        person.name,
        project.name,
        task.name,
        role.name if role else "",
        entry.work_date,
        entry.seconds,
        entry.is_billable,
        entry.no_charge_reason,
        is_frozen,
        entry.bill_rate_minor,
        entry.bill_currency or facts.currency,
        entry.bill_level,
        entry.override_reason,
        tuple(ladder(session).explain(work_of(facts))),
        entry.base_rate_minor is not None,
        _modifier_told(session, entry, facts),
        modifiers(session)[entry.modifier_id] if entry.modifier_id is not None else None,
        entry.base_rate_minor,
    )


def _modifier_told(session: Session, entry: TimeEntry, facts: Any) -> str:
    if entry.modifier_id is None:
        return ""
    row = modifiers(session)[entry.modifier_id]
    if entry.base_rate_minor is not None:
        return sentence(row, entry.base_rate_minor, entry.bill_currency)
    try:
        check_choice(
            row,
            account_id=facts.account_id,
            sow_line_id=facts.sow_line_id,
            day=entry.work_date,
            currency=entry.bill_currency or facts.currency,
        )
    except Invalid as error:
        return error.sentence
    return f"{row.name} changes nothing: there is no rate."


def work_of(facts: Any) -> Work:
    """What the ladder prices, from a row of `ENTRY_FACTS`."""
    return Work(
        facts.sow_line_id,
        facts.project_id,
        facts.account_id,
        facts.person_id,
        facts.role_id,
        facts.work_date,
        facts.currency,
        facts.override_minor,
    )
