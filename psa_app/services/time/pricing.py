"""What an hour is worth and costs: on the entry it follows every change until approval freezes it.

Cost never goes into history, which more people may read than may see what an hour costs.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.queries import rates
from psa_app.queries.time.tables import ENTRY
from psa_app.rules.cost import CostBook
from psa_app.rules.modifiers import ModifierRow, counts, modified
from psa_app.rules.modifiers import turns as turns_of
from psa_app.rules.rates import Ladder, Work
from psa_app.services import history

PRICE_FIELDS = (
    "role_id",
    "is_billable",
    "bill_rate_minor",
    "bill_currency",
    "bill_level",
    "bill_rate_id",
    "cost_rate_minor",
    "base_rate_minor",
)
RECORDED = ("is_billable", "bill_rate_minor", "bill_currency", "bill_level")


class Price(NamedTuple):
    """The price fields of an entry: rates are minor units an hour, cost in the firm's base currency.

    Without a `bill_level` a billable hour is unpriced; an hour that is not billable needs no price.
    """

    role_id: int
    is_billable: bool
    bill_rate_minor: int | None
    bill_currency: str
    bill_level: str
    bill_rate_id: int | None
    cost_rate_minor: int | None
    base_rate_minor: int | None = None  # before the modifier; None: no modifier counts

    def values(self) -> dict[str, Any]:
        """By column."""
        return self._asdict()


def price(
    ladder: Ladder, costs: CostBook, work: Work, *, is_billable: bool, modifier: ModifierRow | None = None
) -> Price:
    """The price of some work by the ladder and the cost rates of its day, modified once where one counts."""
    role_id = work.role_id or 0
    cost = costs.pick(work.person_id, role_id, work.day)
    amount = cost.amount if cost else None
    hit = ladder.pick(work) if is_billable else None
    if hit is None:
        return Price(role_id, is_billable, None, "", "", None, amount)
    rate, base = hit.amount, None
    if modifier is not None and _counts(modifier, work, hit.currency):
        rate, base = modified(modifier, hit.amount), hit.amount
    return Price(role_id, is_billable, rate, hit.currency, hit.level.value, hit.row_id, amount, base)


def _counts(modifier: ModifierRow, work: Work, currency: str) -> bool:
    return counts(
        modifier, account_id=work.account_id, sow_line_id=work.sow_line_id, day=work.day, currency=currency
    )


def price_facts(ladder: Ladder, costs: CostBook, modifiers: Mapping[int, ModifierRow], facts: Any) -> Price:
    """The price of an entry from its row of `rates.ENTRY_FACTS`, as things stand now."""
    modifier = modifiers[facts.modifier_id] if facts.modifier_id is not None else None
    return price(ladder, costs, rates.work_of(facts), is_billable=is_billable(facts), modifier=modifier)


def is_billable(facts: Any) -> bool:
    """A client's task that is billed, and nothing on the entry that says otherwise."""
    return bool(facts.task_is_billable and facts.account_id is not None and not facts.no_charge_reason)


def stored_price(facts: Any) -> Price:
    """The price that an entry holds, from its row of `rates.ENTRY_FACTS`."""
    return Price(
        facts.priced_role_id or 0,
        facts.is_billable,
        facts.bill_rate_minor,
        facts.bill_currency,
        facts.bill_level,
        facts.bill_rate_id,
        facts.cost_rate_minor,
        facts.base_rate_minor,
    )


UNDECIDED: ColumnElement[bool] = ENTRY.c.status.in_(("draft", "submitted"))
UNPRICED: ColumnElement[bool] = and_(
    ENTRY.c.status == "approved", ENTRY.c.is_billable, ENTRY.c.bill_rate_minor.is_(None)
)
MOVABLE = or_(UNDECIDED, UNPRICED)
"""Entries whose price may still change: not yet approved, or approved without any price to freeze."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """How many entries were looked at, and how many of them have another price now."""

    looked_at: int
    changed: int


def reprice(session: Session, actor: Actor, *where: ColumnElement[bool]) -> Repriced:
    """Gives every entry that still may change its price of today; to be called after any change
    of rates, costs, tasks, projects, members or roles. `where` narrows it (columns of
    `TimeEntry`, `Task`, `Project`, `Person`).
    """
    session.flush()
    rates.forget(session)
    found = rates.ENTRY_FACTS.where(MOVABLE, *where).order_by(ENTRY.c.id).with_for_update(of=ENTRY)
    facts = session.connection().execute(found).all()
    changed = changed_prices(session, facts)
    write_prices(session, [(row.id, new) for row, _, new in changed])
    history.note_many(session, actor, "time_entry", "priced", _lines(changed))
    return Repriced(len(facts), len(changed))


def reprice_task(session: Session, actor: Actor, task_id: int) -> Repriced:
    """After a change of what a task bills to, or whether."""
    return reprice(session, actor, ENTRY.c.task_id == task_id)


def reprice_project(
    session: Session, actor: Actor, project_id: int, person_id: int | None = None
) -> Repriced:
    """After a change of a project's client or currency, or of someone's role in it."""
    return reprice(session, actor, ENTRY.c.project_id == project_id, *_of_person(person_id))


def reprice_person(session: Session, actor: Actor, person_id: int) -> Repriced:
    """After a change of someone's role or cost rate."""
    return reprice(session, actor, *_of_person(person_id))


def _of_person(person_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if person_id is None else (ENTRY.c.person_id == person_id,)


def changed_prices(session: Session, facts: Sequence[Any]) -> list[tuple[Any, Price, Price]]:
    """The rows of `rates.ENTRY_FACTS` whose price is another one today: (row, old, new)."""
    return [(row, old, new) for row, old, new in priced(session, facts) if old != new]


def priced(session: Session, facts: Sequence[Any]) -> Iterator[tuple[Any, Price, Price]]:
    """Each row of `rates.ENTRY_FACTS` with the price it holds and its price as things stand now."""
    ladder, costs = rates.ladder(session), rates.cost_book(session)
    modifiers = rates.modifiers(session)
    spell = spells(ladder, costs, modifiers.values(), (row.work_date for row in facts))
    known: dict[Any, tuple[Price, Price]] = {}
    for row in facts:
        about = (spell[row.work_date], row[rates.PRICED_FROM :])
        found = known.get(about)
        if found is None:
            found = known[about] = (
                stored_price(row),
                price_facts(ladder, costs, modifiers, row),
            )
        yield row, *found


def spells(
    ladder: Ladder, costs: CostBook, modifiers: Iterable[ModifierRow], days: Iterable[date]
) -> dict[date, int]:
    """A number for each day: no rate, cost or modifier turns between days of one number, so that the same
    work is worth the same on them.
    """
    turns = sorted(ladder.turns() | costs.turns() | turns_of(modifiers))
    return {day: bisect_right(turns, day) for day in set(days)}


def _lines(
    changed: Sequence[tuple[Any, Price, Price]],
) -> Iterable[tuple[int, dict[str, Any], dict[str, Any]]]:
    for row, old, new in changed:
        before, after = history.changed(
            {name: getattr(old, name) for name in RECORDED}, {name: getattr(new, name) for name in RECORDED}
        )
        if after:
            yield row.id, before, after


_WRITE = (
    update(ENTRY)
    .where(ENTRY.c.id == bindparam("entry"))
    .values({name: bindparam(f"new_{name}") for name in PRICE_FIELDS} | {"updated_at": bindparam("at")})
)


def write_prices(session: Session, prices: Iterable[tuple[int, Price]]) -> None:
    """Writes the price fields of entries in one statement."""
    at = clock.now()
    rows = [
        {"entry": entry_id, "at": at} | {f"new_{name}": getattr(new, name) for name in PRICE_FIELDS}
        for entry_id, new in prices
    ]
    if rows:
        session.connection().execute(_WRITE, rows)


def price_one(
    session: Session,
    person: Any,
    task: Any,
    day: date,
    *,
    no_charge_reason: str = "",
    override: int | None = None,
    modifier: ModifierRow | None = None,
) -> Price:
    """The price of one entry, reading only the rates that it may use.

    `person` and `task` are the rows of `facts.person` and `facts.task`.
    """
    role_id = task.member_role_id or person.role_id
    work = Work(
        task.sow_line_id, task.project_id, task.account_id, person.id, role_id, day, task.currency, override
    )
    charged = bool(task.is_billable and task.account_id is not None and not no_charge_reason)
    standard = task.member_standard_minor if task.member_role_id else person.standard_minor
    costs = rates.cost_book_of(session, person.id, role_id, standard)
    if not charged:
        return price(Ladder([]), costs, work, is_billable=False)
    ladder = rates.ladder_for(
        session,
        sow_line_id=task.sow_line_id,
        project_id=task.project_id,
        account_id=task.account_id,
        role_id=role_id,
        person_id=person.id,
    )
    return price(ladder, costs, work, is_billable=True, modifier=modifier)
