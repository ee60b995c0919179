"""What retainers and subscriptions earn: by days where unused time is lost, else by use."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from psa_app.queries.projects.periodic import earned_fees
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import LineInput
from psa_app.services.retainers.close import close_retainer_period
from psa_app.services.subscriptions.change import change_plan
from tests.services.retainer_world import CARE, HEAD, begun, worked
from tests.support.world import World, ask, do

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
ENDS = [date(2026, 9, 15), date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 23)]
ROLLS = replace(CARE, rollover="capped", rollover_cap=10 * 60)


def earned(world: World) -> list[int]:
    found = [upto for sow_id, _, upto in ask(read, ENDS) if sow_id == world.sows["Northwind"]]
    return found[0]


def read(session, days):
    return list(earned_fees(session, days))


def test_unused_time_that_is_lost_is_earned_by_days(world):
    begun(world)
    assert earned(world) == [200_000, 400_000, 800_000, 800_000 + 306_667]


def test_what_goes_over_is_earned_by_use_and_the_rest_at_expiry(world):
    line_id = begun(world, ROLLS)
    worked(world, date(2026, 9, 1), 16)
    assert earned(world) == [160_000] * 4
    do(close_retainer_period, world["Fred"], line_id)  # 10 h go over, 14 expire
    assert earned(world) == [160_000, 300_000, 300_000, 300_000]
    worked(world, date(2026, 10, 5), 8)  # of September's ten
    assert earned(world) == [160_000, 300_000, 380_000, 380_000]
    do(close_retainer_period, world["Fred"], line_id)  # two of September's and 30 of October's expire
    assert earned(world) == [160_000, 300_000, 700_000, 700_000]


def test_work_that_was_carried_is_earned_with_the_period_that_it_draws_from(world):
    line_id = begun(world, replace(CARE, deficit="carry"))
    worked(world, date(2026, 9, 1), 48)
    do(close_retainer_period, world["Fred"], line_id)
    assert earned(world) == [400_000, 400_000, 480_000, 480_000]


def test_a_subscription_is_earned_by_days_at_its_plan_of_the_day(world, clock):
    hosting = LineInput("Hosting", "subscription", value=Money(30_000, "EUR"))
    line_id = begun(world, hosting, HEAD)
    clock.set(datetime.fromisoformat("2026-09-16T09:00:00+00:00"))
    do(change_plan, world["Fred"], line_id, price=Money(60_000, "EUR"))
    days = [date(2026, 9, 15) + timedelta(days=n) for n in (0, 15, 46)]
    found = [upto for _, _, upto in ask(read, days)]
    assert found == [[15_000, 45_000, 105_000]]
