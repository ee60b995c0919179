"""Modifiers of rates: made and ended, by those who may, and never in a scope that was sent."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from psa_app.models import RateModifier, SowLine
from psa_app.services.rates_modifiers import create_modifier, end_modifier
from tests.services.time_world import TODAY, World, do, make_world
from tests.support.prepared import prepared

world = prepared(make_world)


def make(world: World, by: str = "Fred", **inputs: Any) -> Any:
    usual: dict[str, Any] = {"name": "After hours", "factor_ppm": 1_500_000, "valid_from": TODAY}
    return do(create_modifier, world[by], **(usual | inputs))


def kept() -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(RateModifier)).all())


def test_a_modifier_is_made_and_ended(world: World) -> None:
    made = make(world, account_id=world.accounts["Northwind"])
    ended = do(end_modifier, world["Olga"], made.id, version=made.version, last_day=date(2026, 12, 31))
    assert (ended.factor_ppm, ended.valid_to) == (1_500_000, date(2026, 12, 31))
    with pytest.raises(Stale):
        do(end_modifier, world["Olga"], made.id, version=made.version, last_day=TODAY)
    with pytest.raises(Invalid, match="before the first"):
        do(end_modifier, world["Olga"], made.id, version=ended.version, last_day=date(2026, 1, 1))


def test_wrong_modifiers_leave_nothing_behind(world: World) -> None:
    for wrong in ({"name": " "}, {"factor_ppm": 1_000_000}, {"plus_minor": 2000}):
        with pytest.raises(Invalid):
            make(world, **wrong)
    with pytest.raises(NotFound):
        make(world, account_id=999_999)
    assert kept() == []


@pytest.mark.parametrize("by", ["Lea", "Ann", "Ben"])
def test_leads_and_members_may_not_make_one(world: World, by: str) -> None:
    with pytest.raises(Forbidden):
        make(world, by)
    assert kept() == []


def test_a_line_of_a_signed_scope_takes_none(world: World) -> None:
    with db.reading() as session:
        line = session.exec(select(SowLine.id)).first()
    with pytest.raises(Conflict, match="change order"):
        make(world, sow_line_id=line)
    assert kept() == []
