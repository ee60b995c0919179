"""A rate card as a matrix: a new amount from a day on, what was planned later, and the past of a cell."""

from datetime import date, timedelta
from typing import Any

import pytest

from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.queries.rate_matrix import cell_past, rate_matrix, rates_in_cell
from psa_app.rules.money import Money
from psa_app.services.rates_matrix import set_rate
from tests.services.time_world import TODAY, World, ask, do, make_world

MAY, JUNE, JULY = date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1)


@pytest.fixture
def world(database: Any, clock: Any) -> World:
    return do(make_world)


def put(world: World, amount: int, day: date, by: str = "Fred", **keys: Any) -> Any:
    about = keys or {"level": "account", "account_id": world.accounts["Northwind"]}
    return do(set_rate, world[by], rate=Money(amount, "EUR"), valid_from=day, **about)


def dated(world: World) -> list[tuple[int, date, date | None]]:
    rows = cell_rows(world)
    return [(row.amount, row.valid_from, row.valid_to) for row in rows]


def cell_rows(world: World) -> Any:
    account = world.accounts["Northwind"]
    return ask(
        rates_in_cell, world["Fred"], "account", "EUR",
        account_id=account, project_id=None, person_id=None, role_id=None,
    )  # fmt: skip


def test_a_new_amount_ends_the_one_before_on_the_day_before(world: World) -> None:
    put(world, 10000, MAY)
    put(world, 11000, JUNE)
    assert dated(world) == [(10000, MAY, JUNE - timedelta(days=1)), (11000, JUNE, None)]


def test_an_amount_planned_for_later_keeps_its_days(world: World) -> None:
    put(world, 12000, JULY)
    put(world, 11000, JUNE)
    assert dated(world) == [(11000, JUNE, JULY - timedelta(days=1)), (12000, JULY, None)]


def test_an_amount_typed_again_for_the_same_day_replaces_it(world: World) -> None:
    put(world, 10000, MAY)
    put(world, 10500, MAY)
    assert dated(world) == [(10500, MAY, None)]


def test_the_same_amount_is_refused_and_nothing_changes(world: World) -> None:
    put(world, 10000, MAY)
    with pytest.raises(Invalid, match="counts already"):
        put(world, 10000, JUNE)
    assert dated(world) == [(10000, MAY, None)]


def test_the_past_of_a_cell_names_who_wrote_each_rate(world: World) -> None:
    put(world, 10000, MAY)
    put(world, 11000, JUNE, "Olga")
    past = ask(cell_past, world["Fred"], cell_rows(world))
    assert [(one.rate.amount, one.by) for one in past] == [(11000, "Olga Test"), (10000, "Olga Test")]
    assert all(one.at is not None for one in past)


def test_a_card_shows_the_rate_of_its_day_and_the_gaps(world: World) -> None:
    role = world.roles["Engineer"]
    about = {"level": "account_role", "account_id": world.accounts["Kestrel"], "role_id": role}
    put(world, 10000, MAY, **about)
    put(world, 11000, JUNE, **about)
    card = ask(rate_matrix, world["Lea"], card="account", owner_id=about["account_id"], day=MAY)
    row = next(row for row in card.rows if row.id == role)
    found = row.cells[card.currencies.index("EUR")]
    assert found.now.amount == 10000
    assert [later.amount for later in found.later] == [11000]
    everyone = next(row for row in card.rows if row.id == 0)
    assert everyone.cells[card.currencies.index("EUR")] is None


def test_who_may_not_change_rates_is_refused_and_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(Forbidden):
        put(world, 10000, MAY, "Lea")
    with pytest.raises(Forbidden):
        ask(rate_matrix, world["Ann"], card="firm", day=TODAY)
    with pytest.raises(NotFound):
        ask(rate_matrix, world["Fred"], card="account", owner_id=999_999, day=TODAY)
    with pytest.raises(Invalid, match="whose"):
        ask(rate_matrix, world["Fred"], card="project", day=TODAY)
