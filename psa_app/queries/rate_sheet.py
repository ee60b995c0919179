"""Rate cards as a list for a file; the same columns are read back in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Person, Project, Role
from psa_app.queries.rate_list import rates_of
from psa_app.rules.money import plain

SHEET_LEVELS = (
    "firm_role", "account_role", "account", "project_role", "project_person", "project", "person",
)  # fmt: skip


def rate_sheet(session: Session, actor: Actor, levels: Sequence[str] = SHEET_LEVELS) -> list[tuple[Any, ...]]:
    """Rows of Level, Client, Project, Person, Role, Currency, An hour, From, To; not the scopes’ own."""
    require(actor, "rates.read")
    wanted = tuple(level for level in levels if level in SHEET_LEVELS)
    models: dict[str, Any] = {
        "account_id": Account, "project_id": Project, "person_id": Person, "role_id": Role
    }  # fmt: skip
    names = {
        key: dict(session.exec(select(model.id, model.name).where(visible(actor, model))).all())
        for key, model in models.items()
    }
    rows = []
    for one in rates_of(session, actor, wanted):
        keys = dict(one.keys)
        owners = [names[key].get(keys.get(key, 0), "") for key in models]
        amount = Decimal(plain(one.amount, one.currency))
        rows.append((one.level, *owners, one.currency, amount, one.valid_from, one.valid_to))
    return rows
