"""Categories and expenses for tests, made through the services."""

from datetime import date
from typing import Any

from sqlmodel import select

from psa_app import db
from psa_app.access import system
from psa_app.models import Expense, ExpenseCategory
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.expenses.decide import approve_expense, submit_expense
from psa_app.services.expenses.log import log_expense
from psa_app.services.records import change_record, create_record
from tests.support.world import MON, World, do


def category(name: str = "Travel", **values: Any) -> int:
    """A category's id; billable with no markup unless said otherwise."""
    set_up, kind = system("Set-up", via="cli"), RESOURCES["expense_categories"]
    with db.unit_of_work() as session:
        usual = {"name": name, "receipt_above_minor": None, "max_age_days": None, **values}
        known = session.exec(select(ExpenseCategory).where(ExpenseCategory.name == name)).first()
        if known is not None:  # a firm starts with some
            change_record(session, set_up, kind, int(known.id or 0), usual, version=None)
            return int(known.id or 0)
        made = create_record(session, set_up, kind, usual)
        return int(made.id)


def spend(
    world: World,
    amount: int,
    currency: str = "EUR",
    *,
    category_id: int,
    who: str = "Ann",
    project: str = "Checkout",
    day: date = MON,
    **inputs: Any,
) -> Expense:
    """A draft of an expense, in minor units of its currency."""
    inputs = {"description": "Train", **inputs}
    return do(
        log_expense,
        world[who],
        project_id=world.projects[project],
        category_id=category_id,
        spent_on=day,
        amount=None if "quantity_milli" in inputs else Money(amount, currency),
        **inputs,
    )


def spent(world: World, amount: int, currency: str = "EUR", *, by: str = "Olga", **inputs: Any) -> int:
    """The id of an approved expense."""
    made = spend(world, amount, currency, **inputs)
    do(submit_expense, world[inputs.get("who", "Ann")], made.id)
    do(approve_expense, world[by], made.id)
    return int(made.id or 0)
