"""The modifier of a time entry: chosen by name, after hours or on site; the price follows."""

from datetime import date
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor, as_id, may
from psa_app.errors import Invalid, NotFound
from psa_app.queries import rates
from psa_app.rules.modifiers import ModifierRow, check_choice


def chosen(
    session: Session, actor: Actor, modifier_id: int | None, task: Any, day: date
) -> ModifierRow | None:
    """The modifier for time on a task (a row of `facts.task_for`) and day; None and 0 are none.

    Raises `Invalid` (field "modifier_id") for one that does not count there, `NotFound` for none such, and
    to who may see no rates also for another client's.
    """
    if not modifier_id:
        return None
    row = rates.modifiers(session).get(as_id(modifier_id))
    if row is None:
        raise NotFound()
    try:
        check_choice(
            row, account_id=task.account_id, sow_line_id=task.sow_line_id, day=day, currency=task.currency
        )
    except Invalid:
        is_own = row.account_id in (None, task.account_id) and row.sow_line_id in (None, task.sow_line_id)
        if may(actor, "rates.read") or is_own:
            raise
        raise NotFound() from None
    return row
