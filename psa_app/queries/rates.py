"""The rates as rules read them, and why an entry has the price it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlmodel import Session, col

from psa_app.access import Actor, fetch, require
from psa_app.models import CostRate, Person, Project, Rate, Role, Sow, Task, TimeEntry
from psa_app.rules.cost import CostBook, CostRow
from psa_app.rules.rates import Ladder, Level, RateRow, Step, Work

_RATE: Any = Rate.__table__  # type: ignore[attr-defined]
_COST: Any = CostRate.__table__  # type: ignore[attr-defined]
_ROLE: Any = Role.__table__  # type: ignore[attr-defined]
_ALL_RATES = select(
    _RATE.c.id, _RATE.c.level, _RATE.c.amount_minor, _RATE.c.currency, _RATE.c.valid_from, _RATE.c.valid_to,
    _RATE.c.sow_line_id, _RATE.c.project_id, _RATE.c.account_id, _RATE.c.person_id, _RATE.c.role_id,
)  # fmt: skip
_RATES_FOR = _ALL_RATES.where(
    or_(
        _RATE.c.sow_line_id == bindparam("sow_line_id"),
        _RATE.c.project_id == bindparam("project_id"),
        _RATE.c.account_id == bindparam("account_id"),
        and_(_RATE.c.level == "firm_role", _RATE.c.role_id == bindparam("role_id")),
        and_(_RATE.c.level == "person", _RATE.c.person_id == bindparam("person_id")),
    )
)
_COSTS = select(_COST.c.id, _COST.c.person_id, _COST.c.amount_minor, _COST.c.valid_from)
_COSTS_OF = _COSTS.where(_COST.c.person_id == bindparam("person_id"))
_STANDARDS = select(_ROLE.c.id, _ROLE.c.standard_cost_minor)


def ladder(session: Session) -> Ladder:
    """All rates, read once for each session; `forget` after a rate has changed."""
    found = session.info.get("ladder")
    if found is None:
        found = session.info["ladder"] = Ladder(rate_rows(session))
    return found  # type: ignore[no-any-return]


def ladder_for(
    session: Session, *, sow_line_id: int | None, project_id: int, account_id: int | None, role_id: int, person_id: int
) -> Ladder:
    """Only the rates that some work may use: for the price of a single entry."""
    about = {
        "sow_line_id": sow_line_id, "project_id": project_id, "account_id": account_id, "role_id": role_id,
        "person_id": person_id,
    }  # fmt: skip
    return Ladder(_rows(session.connection().execute(_RATES_FOR, about)))


def rate_rows(session: Session, *where: ColumnElement[bool]) -> list[RateRow]:
    """Rates as the ladder takes them."""
    return _rows(session.connection().execute(_ALL_RATES.where(*where)))


def cost_book(session: Session) -> CostBook:
    """All cost rates and the roles' standard costs, read once for each session. Owner and finance only."""
    found = session.info.get("costs")
    if found is None:
        connection = session.connection()
        rows = [CostRow(row.id, row.person_id, None, row.amount_minor, row.valid_from) for row in connection.execute(_COSTS)]
        rows += _standards((row.id, row.standard_cost_minor) for row in connection.execute(_STANDARDS))
        found = session.info["costs"] = CostBook(rows)
    return found  # type: ignore[no-any-return]


def cost_book_of(session: Session, person_id: int, role_id: int, standard: int) -> CostBook:
    """The cost rates of one person, with the standard cost of the role they work in."""
    rows = session.connection().execute(_COSTS_OF, {"person_id": person_id})
    own = [CostRow(row.id, row.person_id, None, row.amount_minor, row.valid_from) for row in rows]
    return CostBook([*own, *_standards([(role_id, standard)])])


def forget(session: Session) -> None:
    """Rates or costs have changed: what this session remembers of them is old."""
    session.info.pop("ladder", None)
    session.info.pop("costs", None)


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


def explain_entry(session: Session, actor: Actor, entry_id: int) -> Explanation:
    """The derivation of an entry's rate. `NotFound` outside the actor's scope; needs "rates.read"."""
    require(actor, "rates.read")
    entry = fetch(session, actor, TimeEntry, entry_id)
    row: Any = session.connection().execute(_ABOUT, {"entry_id": entry.id}).one()
    role_id = entry.role_id if _is_frozen(entry) and entry.role_id else row.role_id
    work = Work(
        row.sow_line_id, entry.project_id, row.account_id, entry.person_id, role_id, entry.work_date, row.currency,
        entry.override_minor,
    )  # fmt: skip
    role = session.get(Role, role_id)
    return Explanation(
        int(entry.id or 0), row.person, row.project, row.task, role.name if role else "", entry.work_date,
        entry.seconds, entry.is_billable, entry.no_charge_reason, _is_frozen(entry), entry.bill_rate_minor,
        entry.bill_currency or row.currency, entry.bill_level, entry.override_reason,
        tuple(ladder(session).explain(work)),
    )  # fmt: skip


def _is_frozen(entry: TimeEntry) -> bool:
    return entry.status in ("approved", "invoiced")


_ABOUT = (
    select(
        col(Person.name).label("person"),
        col(Project.name).label("project"),
        col(Project.account_id),
        col(Task.name).label("task"),
        col(Task.sow_line_id),
        # The contract's currency: that of the SOW that the task bills to, else the project's.
        Sow.__table__.c.currency.label("sow_currency"),  # type: ignore[attr-defined]
    )
    .select_from(TimeEntry)
    .join(Person, col(Person.id) == col(TimeEntry.person_id))
)
