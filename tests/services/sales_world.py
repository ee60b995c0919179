"""The named firm with its stages; opportunities are made by `lead`."""

from datetime import date
from typing import Any

from psa_app.models import Opportunity, Stage
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.records import create_record
from psa_app.services.sales.inputs import AmountInput
from psa_app.services.sales.move import move_opportunity
from tests.support.world import World, do, row, rows


def stage(name: str) -> int:
    """A stage's id."""
    return next(int(one.id) for one in rows(Stage) if one.name == name)


def chance(world: World, title: str = "Relaunch", who: str = "Lea", **given: Any) -> Opportunity:
    """A new opportunity of 10,000.00 at Northwind."""
    raw = {
        "account_id": world.clients["Northwind"],
        "title": title,
        "amount_minor": 1_000_000,
        "expected_on": date(2026, 12, 15).isoformat(),
    } | given
    return do(create_record, world[who], RESOURCES["opportunities"], raw)


def move(world: World, one: Opportunity, to: str, who: str = "Lea", **given: Any) -> Opportunity:
    """Moves it to the stage of that name."""
    return do(move_opportunity, world[who], one.id, stage_id=stage(to), **given)


def euros(model: str, amount: int) -> AmountInput:
    """An amount in euro cents."""
    return AmountInput(model, Money(amount, "EUR"))


def now(one: Opportunity) -> Opportunity:
    """As it stands."""
    return row(Opportunity, int(one.id or 0))


def order(name: str) -> list[str]:
    """The titles in a stage from the top."""
    inside = [one for one in rows(Opportunity) if one.stage_id == stage(name)]
    return [one.title for one in sorted(inside, key=lambda one: (one.position, one.id))]
