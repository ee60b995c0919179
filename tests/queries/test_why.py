"""Why an hour has its rate, for an entry, for work to come, and for a line of a quote."""

from datetime import date
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.models import SowLine, Task
from psa_app.queries.why import why
from psa_app.queries.why_choices import why_choices
from psa_app.rules.money import Money
from psa_app.rules.quotes import TIME
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput
from psa_app.services.quotes.write import create_quote
from psa_app.services.rates import create_rate
from psa_app.services.rates_modifiers import create_modifier
from psa_app.services.time.log import log_time
from psa_app.state.rates.why_words import verdict
from tests.services.quote_world import lines
from tests.services.time_world import MON, World, ask, do, make_world

FIRST = date(2026, 1, 1)


@pytest.fixture
def world(database: Any, clock: Any) -> World:
    made: World = do(make_world)
    return made


def test_an_entry_is_found_by_task_person_and_day_and_tells_its_modifier(world: World) -> None:
    late = do(create_modifier, world["Fred"], name="Late", factor_ppm=1_500_000, valid_from=FIRST)
    build, ann = world.tasks["Build"], world.people["Ann"]
    one = do(log_time, world["Ann"], task_id=build, work_date=MON, seconds=60, modifier_id=late.id).id
    for keys in ({"entry": one}, {"task": build, "person": ann}):
        told = ask(why, world["Lea"], keys, MON)
        assert (told.amount, told.level) == (22500, "sow_line")
        assert told.entry.modifier == "Late: 150.00 × 1.5 = 225.00 EUR."


def test_work_that_nobody_logged_yet_is_explained_by_its_task(world: World) -> None:
    told = ask(why, world["Lea"], {"task": world.tasks["Build"], "person": world.people["Ann"]}, MON)
    assert (told.amount, told.level, told.entry) == (15000, "sow_line", None)
    assert dict(told.about)["Task"] == "Build"
    assert [step.level for step in told.steps if step.won] == ["sow_line"]


def test_a_quotes_line_stands_beside_what_the_card_says(world: World) -> None:
    role, client = world.roles["Engineer"], world.accounts["Northwind"]
    do(
        create_rate,
        world["Fred"],
        level="account_role",
        rate=Money(12000, "EUR"),
        valid_from=FIRST,
        account_id=client,
        role_id=role,
    )
    line = QuoteLineInput("Build", TIME, minutes=600, rate=Money(13000, "EUR"), role_id=role)
    quote = do(create_quote, world["Fred"], account_id=client, head=QuoteHead("Shop"), lines=(line,))
    told = ask(why, world["Lea"], {"quote_line": lines(quote.id)[0].id}, MON)
    assert (told.asked, told.amount, told.level) == (13000, 12000, "account_role")


def test_nothing_named_is_asked_for_and_members_see_no_rates(world: World) -> None:
    with pytest.raises(Invalid, match="Say which"):
        ask(why, world["Lea"], {})
    with pytest.raises(NotFound):
        ask(why, world["Lea"], {"quote_line": 10**6})
    with pytest.raises(Forbidden):
        ask(why, world["Ann"], {"task": world.tasks["Build"]})


def test_time_on_a_line_with_a_fee_has_no_hour_price(world: World) -> None:
    build = world.tasks["Build"]
    one = do(log_time, world["Ann"], task_id=build, work_date=MON, seconds=60).id
    with db.unit_of_work() as session:
        line = session.get_one(SowLine, session.get_one(Task, build).sow_line_id)
        line.title, line.model, line.value_minor, line.rhythm = "Care", "retainer", 500_000, "monthly"
    for keys in ({"entry": one}, {"task": build}, {"sow_line": line.id}):
        told = ask(why, world["Lea"], keys, MON)
        assert (told.steps, told.people) == ((), ())
        assert verdict(told) == "Covered by the retainer Care, €5,000.00 a month: its hours have no price."


def test_a_task_that_is_not_billed_says_so_and_one_without_a_person_asks_for_whom(world: World) -> None:
    told = ask(why, world["Lea"], {"task": world.tasks["Travel"]}, MON)
    assert (told.steps, verdict(told)) == ((), "This task is not billed, so no hour of it has a price.")
    asks = ask(why, world["Lea"], {"task": world.tasks["Build"]}, MON)
    assert "Ann Test" in [name for _, name in asks.people]


def test_what_can_be_asked_for_is_found_by_words_and_by_scope(world: World) -> None:
    do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=60)
    do(log_time, world["Ann"], task_id=world.tasks["Data"], work_date=MON, seconds=60)

    def seen(who: str, text: str = "") -> tuple[list[str], list[str]]:
        found = ask(why_choices, world[who], text)
        return [one.task for one in found.entries], sorted(one.name for one in found.tasks)

    assert seen("Fred") == (["Data", "Build"], ["Build", "Data", "Review"])
    assert seen("Fred", "ann bui") == (["Build"], [])
    assert seen("Fred", "checkout") == (["Build"], ["Build", "Review"])
    assert seen("Lea")[0] == ["Build"]
    with pytest.raises(Forbidden):
        ask(why_choices, world["Ann"])
