"""A cell of a rate card is given a new amount from a day on; what was agreed for later days stays."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor, act
from psa_app.errors import Invalid
from psa_app.models import Rate
from psa_app.queries.rate_matrix import rates_in_cell
from psa_app.rules.money import Money
from psa_app.rules.rate_matrix import Fitted, fit
from psa_app.services.rates import CardLevel, change_rate, create_rate, replace_rate


@dataclass(frozen=True, slots=True)
class CellKeys:
    """What a cell hangs on; which ids are needed follows from the level."""

    level: CardLevel
    project_id: int | None = None
    account_id: int | None = None
    person_id: int | None = None
    role_id: int | None = None

    def inputs(self) -> dict[str, Any]:
        """The ids by name."""
        names = ("project_id", "account_id", "person_id", "role_id")
        return {name: getattr(self, name) for name in names}


@act("rates", "set", right="rates.change")
def set_rate(
    session: Session, actor: Actor, *, level: CardLevel, rate: Money, valid_from: date,
    project_id: int | None = None, account_id: int | None = None, person_id: int | None = None,
    role_id: int | None = None,
) -> Rate:  # fmt: skip
    """The amount of a cell from a day on: the rate before it ends the day before.

    Raises as `create_rate` and `replace_rate` do, and `Invalid` for the amount that counts already.
    """
    keys = CellKeys(level, project_id, account_id, person_id, role_id)
    return _set(session, actor, keys, rate, valid_from)


def _set(session: Session, actor: Actor, keys: CellKeys, rate: Money, first_day: date) -> Rate:
    rows = rates_in_cell(session, actor, keys.level, rate.currency, **keys.inputs())
    fitted = fit(rows, first_day)
    _refuse_the_same(fitted, rate)
    if fitted.ends is not None:
        old = session.get_one(Rate, fitted.ends[0].id)
        return replace_rate(
            session, actor, fitted.ends[0].id, version=old.version, rate=rate, valid_from=first_day
        )
    if fitted.changes is not None:
        old = session.get_one(Rate, fitted.changes.id)
        return change_rate(
            session, actor, fitted.changes.id, version=old.version, rate=rate, valid_from=first_day,
            valid_to=fitted.until,
        )  # fmt: skip
    return create_rate(
        session, actor, level=keys.level, rate=rate, valid_from=first_day, valid_to=fitted.until,
        **keys.inputs(),
    )  # fmt: skip


def _refuse_the_same(fitted: Fitted, rate: Money) -> None:
    present = fitted.ends[0] if fitted.ends else fitted.changes
    if present is not None and present.amount == rate.amount:
        raise Invalid("This amount counts already on that day. Type another one.", "rate")
