"""Why an hour of work not yet logged has its rate."""

from datetime import date
from typing import Any

import pytest

from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.queries.rate_explain import explain_rate
from psa_app.rules.money import Money
from psa_app.services.rates import create_rate
from tests.services.time_world import MON, World, ask, do, make_world


@pytest.fixture
def world(database: Any, clock: Any) -> World:
    """Northwind's card has 150.00 EUR for engineers."""
    made: World = do(make_world)
    keys = {"account_id": made.accounts["Northwind"], "role_id": made.roles["Engineer"]}
    rate = Money(15000, "EUR")
    do(create_rate, made["Fred"], level="account_role", rate=rate, valid_from=date(2026, 1, 1), **keys)
    return made


def explain(world: World, by: str = "Fred", **about: Any) -> Any:
    return ask(explain_rate, world[by], day=MON, **about)


def test_a_clients_rate_for_the_role_wins_and_the_rungs_above_say_why_not(world: World) -> None:
    told = explain(world, role_id=world.roles["Engineer"], account_id=world.accounts["Northwind"])
    assert (told.amount, told.currency, told.level) == (15000, "EUR", "account_role")
    won = [step.level for step in told.steps if step.won]
    assert won == ["account_role"]
    above = {step.level: step.sentence for step in told.steps[:5]}
    assert above["sow_line"] == "Does not apply: no SOW line is named."
    assert above["project_role"] == "Does not apply: no project is named."


def test_a_persons_role_and_a_projects_client_need_not_be_named(world: World) -> None:
    project = next(iter(world.projects.values()))
    told = explain(world, person_id=world.people["Ann"], project_id=project)
    assert dict(told.about)["Role"] == "Engineer"
    assert told.amount == 15000
    by_level = {step.level: step.sentence for step in told.steps}
    assert by_level["project_person"] == f"No project's rate for the person on {MON.isoformat()}."


def test_a_more_specific_rate_takes_over(world: World) -> None:
    project = next(iter(world.projects.values()))
    rate = Money(17500, "EUR")
    do(create_rate, world["Fred"], level="project", rate=rate, valid_from=MON, project_id=project)
    told = explain(world, role_id=world.roles["Engineer"], project_id=project)
    assert (told.amount, told.level) == (17500, "project")


def test_a_rate_in_another_currency_is_skipped_and_the_ladder_says_so(world: World) -> None:
    about = {"role_id": world.roles["Engineer"], "account_id": world.accounts["Northwind"]}
    told = explain(world, **about, currency="USD")
    assert told.amount is None
    assert told.level == ""
    assert any("is in EUR, the contract in USD" in step.sentence for step in told.steps)


def test_a_project_of_another_client_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="another client"):
        explain(world, project_id=next(iter(world.projects.values())), account_id=world.accounts["Kestrel"])


def test_what_is_not_there_is_not_found_and_members_may_not_ask(world: World) -> None:
    with pytest.raises(NotFound):
        explain(world, role_id=999_999)
    with pytest.raises(Forbidden):
        explain(world, "Ann", role_id=world.roles["Engineer"])
