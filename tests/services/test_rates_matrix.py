"""A rate card as a matrix: a new amount from a day on, what was planned later, and the past of a cell."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Forbidden, Invalid, NotFound, Problems
from psa_app.models import Rate
from psa_app.queries.rate_matrix import cell_past, rate_matrix, rates_in_cell
from psa_app.rules.money import Money
from psa_app.services.rates_matrix import CellChange, preview_rates, set_rate, set_rates
from psa_app.services.time.log import log_time
from tests.services.time_world import MON, TODAY, World, ask, do, entry, make_world
from tests.support.prepared import prepared

MAY, JUNE, JULY = date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1)


world = prepared(make_world)


def put(world: World, amount: int, day: date, by: str = "Fred", **keys: Any) -> Any:
    about = keys or {"level": "account", "account_id": world.accounts["Northwind"]}
    return do(set_rate, world[by], rate=Money(amount, "EUR"), valid_from=day, **about)


def dated(world: World) -> list[tuple[int, date, date | None]]:
    rows = cell_rows(world)
    return [(row.amount, row.valid_from, row.valid_to) for row in rows]


def cell_rows(world: World) -> Any:
    account = world.accounts["Northwind"]
    return ask(
        rates_in_cell,
        world["Fred"],
        "account",
        "EUR",
        account_id=account,
        project_id=None,
        person_id=None,
        role_id=None,
    )


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


def test_cards_stand_side_by_side_and_gaps_show_what_counts_instead(world: World) -> None:
    role, client = world.roles["Engineer"], world.accounts["Northwind"]
    put(world, 10000, MAY, level="firm_role", role_id=role)
    put(world, 11000, JUNE, level="account_role", account_id=client, role_id=role)
    seen = ask(rate_matrix, world["Lea"], day=MAY, client_id=client)
    assert [(card.key.split("-")[0], card.is_fixed) for card in seen.cards] == [
        ("firm", False),
        ("account", False),
        ("sow_line", True),
        ("project", False),
    ]
    firm, own, scope, project = next(row for row in seen.rows if row.id == role).cells
    assert firm.own.now.amount == 10000
    assert (own.own.now, own.inherited.amount) == (None, 10000)
    assert [later.amount for later in own.own.later] == [11000]
    assert scope.own.now.amount == 15000
    assert project.inherited.level == "firm_role"
    assert seen.rows[0].cells[0].level is None


def test_without_a_client_the_cards_are_the_firms_and_those_of_a_currency(world: World) -> None:
    seen = ask(rate_matrix, world["Fred"], day=TODAY, currency="USD")
    assert [card.title for card in seen.cards] == ["Firm card", "Kestrel"]
    assert seen.rows[0].cells[1].own.now.amount == 20000
    people = ask(rate_matrix, world["Fred"], day=TODAY, of="people", client_id=world.accounts["Kestrel"])
    assert [card.title for card in people.cards] == ["Everywhere", "Platform"]
    assert people.rows[0].name == "Ann Test"
    assert people.rows[0].cells[1].inherited.amount == 20000


def cell(world: World, name: str, amount: int | None, **keys: Any) -> CellChange:
    return CellChange(name, amount=amount, **(keys or {"level": "account", **kestrel(world)}))


def kestrel(world: World) -> dict[str, int]:
    return {"account_id": world.accounts["Kestrel"]}


def test_what_many_cells_would_change_is_seen_before_and_then_saved(world: World) -> None:
    one = do(log_time, world["Ann"], task_id=world.tasks["Data"], work_date=MON, seconds=7200).id
    project = {"level": "project", "project_id": world.projects["Platform"]}
    changes = (cell(world, "a", 30000), cell(world, "b", 25000, **project))
    about = {"changes": changes, "currency": "USD", "valid_from": MON}
    seen = ask(preview_rates, world["Fred"], **about)
    assert (seen.sums.entries, seen.sums.before, seen.sums.after) == (1, {"USD": 40000}, {"USD": 50000})
    assert [(two.id, two.person, two.before, two.after) for two in seen.entries] == [
        (one, "Ann Test", 20000, 25000)
    ]
    assert entry(one).bill_rate_minor == 20000
    assert do(set_rates, world["Fred"], **about) == 2
    assert entry(one).bill_rate_minor == 25000
    (kept, new) = account_rates(world)
    assert (kept.valid_to, new.amount) == (MON - timedelta(days=1), 30000)


def account_rates(world: World) -> Any:
    keys = {"project_id": None, "person_id": None, "role_id": None, **kestrel(world)}
    return ask(rates_in_cell, world["Fred"], "account", "USD", **keys)


def test_an_emptied_cell_ends_its_rate(world: World) -> None:
    about = {"changes": (cell(world, "a", None),), "currency": "USD", "valid_from": MON}
    do(log_time, world["Ann"], task_id=world.tasks["Data"], work_date=MON, seconds=7200)
    assert ask(preview_rates, world["Fred"], **about).sums.unpriced_after == 1
    do(set_rates, world["Fred"], **about)
    assert [row.valid_to for row in account_rates(world)] == [MON - timedelta(days=1)]
    gone = ask(preview_rates, world["Fred"], **about)
    assert "nothing to end" in gone.problems["a"]


def test_rates_that_overlap_are_refused_in_their_cell_and_nothing_is_written(world: World) -> None:
    project = {"level": "project", "project_id": world.projects["Platform"]}
    changes = (cell(world, "a", 30000), cell(world, "b", 25000, **project), cell(world, "c", -1, **project))
    about = {"changes": changes, "currency": "USD", "valid_from": MON, "valid_to": TODAY}
    seen = ask(preview_rates, world["Fred"], **about)
    with pytest.raises(Problems) as refused:
        do(set_rates, world["Fred"], **about)
    for told in (seen.problems, refused.value.fields):
        assert set(told) == {"a", "c"}
        assert told["a"] == "A rate of 200.00 USD counts from 2026-01-01 on already. End it first."
    assert [row.amount for row in account_rates(world)] == [20000]
    with db.reading() as session:
        assert session.exec(select(Rate).where(Rate.level == "project")).all() == []


def test_who_may_not_change_rates_is_refused_and_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(Forbidden):
        put(world, 10000, MAY, "Lea")
    with pytest.raises(Forbidden):
        ask(preview_rates, world["Lea"], changes=(), currency="EUR", valid_from=MAY)
    with pytest.raises(Forbidden):
        ask(rate_matrix, world["Ann"], day=TODAY)
    with pytest.raises(NotFound):
        ask(rate_matrix, world["Fred"], client_id=999_999, day=TODAY)
    with pytest.raises(Invalid, match="roles or people"):
        ask(rate_matrix, world["Fred"], of="cats", day=TODAY)
