"""Which modifiers may be chosen for time on a task: by name only, for those who see no rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from psa_app.access import Actor, once_alike, require, visible
from psa_app.db import among_ids, as_ids
from psa_app.models import Task
from psa_app.prepared import Prepared
from psa_app.queries.rates import CONTRACT_CURRENCY
from psa_app.queries.time.tables import LINE, MODIFIER, PROJECT, SOW, TASK


@dataclass(frozen=True, slots=True)
class ModifierChoice:
    """A modifier that counts for the time of a task between two days, both inclusive."""

    task_id: int
    id: int
    name: str
    valid_from: date
    valid_to: date | None

    def counts_on(self, day: date) -> bool:
        """Whether it may be chosen for a day."""
        return self.valid_from <= day <= (self.valid_to or date.max)


def modifier_choices(
    session: Session, actor: Actor, task_ids: Sequence[int], first: date, last: date
) -> list[ModifierChoice]:
    """The modifiers of some billable tasks that count on a day between two, by name; never one that adds an
    amount of another currency than the task's.

    Only for tasks that the actor may see; needs "time.log".
    """
    require(actor, "time.log")
    if not task_ids:
        return []
    values = {"ids": as_ids(session, task_ids), "first": first, "last": last}
    return [ModifierChoice(*row) for row in _choices(actor).all(session, values)]


@once_alike
def _choices(actor: Actor) -> Prepared:
    return Prepared(lambda sqlite: _statement(actor, sqlite))


def _statement(actor: Actor, sqlite: bool) -> Any:
    fits: Any = or_(
        MODIFIER.c.account_id == PROJECT.c.account_id,
        MODIFIER.c.sow_line_id == TASK.c.sow_line_id,
        MODIFIER.c.account_id.is_(None) & MODIFIER.c.sow_line_id.is_(None),
    )
    return (
        select(
            TASK.c.id.label("task"),
            MODIFIER.c.id,
            MODIFIER.c.name,
            MODIFIER.c.valid_from,
            MODIFIER.c.valid_to,
        )
        .select_from(TASK)
        .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
        .join(MODIFIER, fits)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .outerjoin(SOW, SOW.c.id == LINE.c.sow_id)
        .where(
            among_ids(TASK.c.id, "ids", sqlite=sqlite),
            TASK.c.is_billable,
            PROJECT.c.account_id.is_not(None),
            visible(actor, Task),
            MODIFIER.c.valid_from <= bindparam("last"),
            or_(MODIFIER.c.valid_to.is_(None), MODIFIER.c.valid_to >= bindparam("first")),
            or_(MODIFIER.c.plus_minor == 0, MODIFIER.c.currency == CONTRACT_CURRENCY.element),
        )
        .order_by(MODIFIER.c.name, MODIFIER.c.id)
    )
