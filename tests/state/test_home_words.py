# ruff: noqa: F811
"""Home in words: greetings, trends, what is billed next, who sees which page."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from psa_app.queries.home.firm import firm_home
from psa_app.queries.home.own import Returned
from psa_app.queries.home.waiting import Waits
from psa_app.services.time.submit import submit_week
from psa_app.state.home.home import time_of_day
from psa_app.state.home.home_charts import cash_bars, use_line
from psa_app.state.home.home_firm import _bill, _notices
from psa_app.state.home.home_kpis import key_figures, points
from psa_app.state.home.home_lists import waiting_items
from psa_app.state.home.home_own import came_back
from tests.support.world import MON, World, ask, do
from tests.support.world_fixtures import world  # noqa: F401

OCTOBER = date(2026, 10, 14)


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (2, "Good evening"),
        (3, "Good morning"),
        (10, "Good morning"),
        (11, "Good afternoon"),
        (17, "Good evening"),
    ],
)
def test_the_greeting_follows_the_firms_clock_and_not_the_servers(hour, said):
    """Vienna is an hour ahead of UTC in November."""
    assert time_of_day("Europe/Vienna", datetime(2026, 11, 23, hour, 30, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("change", "digits", "said"),
    [
        (Fraction(2, 100), 0, ("+2", "ok")),
        (Fraction(-11, 1000), 1, ("−1.1", "bad")),
        (Fraction(1, 10_000), 0, ("", "")),
        (Fraction(0), 1, ("", "")),
    ],
)
def test_a_trend_is_in_points_with_its_sign_and_tone(change, digits, said):
    assert points(change, digits, "en") == said


def test_each_key_figure_names_its_denominator_and_the_rows_behind_it(world: World):
    world.worked("Ann", "Build", OCTOBER, 60)
    world.worked("Ann", "Build", MON, 120)
    kpis = key_figures(ask(firm_home, world["Olga"]))
    assert [one.label for one in kpis] == ["Billable utilization", "Margin", "Work in progress", "Overdue"]
    assert [one.value for one in kpis][2:] == ["€360", "€0"]
    assert all(one.how_text and one.how for one in kpis)
    ann = next(step for step in kpis[0].how if step.label == "Ann Test")
    assert ann.value.endswith("2:00 of 128:00")
    assert kpis[1].value == "53.7\u202f%"


def test_the_button_bills_the_months_before_and_else_this_one(world: World):
    assert _bill(ask(firm_home, world["Olga"])) == ("", "")
    world.worked("Ann", "Build", MON, 60)
    assert _bill(ask(firm_home, world["Olga"])) == ("Bill November", "/invoices?new=1&until=2026-11-23")
    world.worked("Ann", "Build", OCTOBER, 60)
    assert _bill(ask(firm_home, world["Olga"])) == ("Bill October", "/invoices?new=1&until=2026-10-31")


def test_what_is_missing_from_the_figures_is_said(world: World):
    from psa_app import db
    from psa_app.models import ExchangeRate

    world.worked("Ann", "Advise", MON, 60)
    assert _notices(ask(firm_home, world["Olga"])) == []
    with db.unit_of_work() as session:
        session.connection().execute(ExchangeRate.__table__.delete())  # type: ignore[attr-defined]
    (line,) = _notices(ask(firm_home, world["Olga"]))
    assert line.startswith("Amounts in USD are missing")


def test_the_line_lies_between_its_rules_and_ends_with_a_dot(world: World):
    world.log("Ann", "Build", MON, 480)
    found = ask(firm_home, world["Olga"])
    line, said = use_line(found.use, found.facts)
    assert all(0 <= point.y <= 100 and 0 <= point.x <= 100 for point in line.points)
    assert [point.last for point in line.points] == [False] * (len(line.points) - 1) + [True]
    assert 0 <= line.goal_y <= 100
    assert said.endswith("the target is 75\u202f%.")


def test_the_tallest_week_of_cash_fills_its_bar(world: World):
    world.worked("Ann", "Build", MON, 60)
    found = ask(firm_home, world["Olga"])
    bars, said = cash_bars(found.cash, found.facts)
    assert (len(bars), max(bar.low + bar.high for bar in bars)) == (13, 100)
    assert said == "Cash expected in the next 13 weeks: €144 in all."


def test_many_weeks_to_approve_are_one_line(world: World):
    for who, task in (("Ann", "Build"), ("Ben", "Design")):
        world.log(who, task, MON, 60)
        do(submit_week, world[who], week=202647)
    found = ask(firm_home, world["Olga"])
    (item,) = waiting_items(found.waits, found.facts)
    assert (item.title, item.sub, item.act) == ("2 weeks to approve", "Ann Test, Ben Test · today", "Approve")


def test_what_waits_says_how_long(world: World):
    facts = ask(firm_home, world["Olga"]).facts
    waits = [
        Waits("draft", 4, "Northwind", "Invoice draft", date(2026, 11, 20), "/invoices/4", 120_000, "EUR"),
        Waits("sow", 2, "SOW-002 Data", "Kestrel", date(2026, 11, 22), "/sows/2"),
    ]
    assert [(one.title, one.sub) for one in waiting_items(waits, facts)] == [
        ("Northwind, invoice draft", "€1,200 · for 3 days"),
        ("SOW-002 Data", "Kestrel · waits for the client’s signature · since yesterday"),
    ]


def test_what_came_back_for_one_reason_is_one_line_a_week():
    day = date(2026, 11, 16)
    back = [Returned(n, day + timedelta(n), "Checkout", "Build", 3600 * n, "Say more.") for n in (1, 2)]
    alone = Returned(9, day + timedelta(7), "Checkout", "Test", 1800, "Say more.")
    lines = came_back([*back, alone], "en")
    assert [line.title for line in lines] == [
        "17–18 Nov · Checkout · 2 entries",
        "23 Nov · Checkout · Test",
    ]
    assert [line.sub for line in lines] == ["3:00 · Say more.", "0:30 · Say more."]
