"""The pipeline's rules as tables: worth, moves, conversion, age, demand."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from psa_app.errors import Invalid
from psa_app.rules.pipeline import (
    Conversion,
    Step,
    age,
    by_currency,
    by_week,
    check_move,
    check_percent,
    conversion,
    demand_days,
    limit_days,
    middle_days,
    percent_in,
    placed,
    visits,
    weighted,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEPS = [Step(1), Step(2), Step(3), Step(8, "won"), Step(9, "lost")]


@pytest.mark.parametrize(
    ("amount", "percent", "worth"),
    [
        (10_000, 25, 2_500),
        (1_001, 50, 501),
        (1, 49, 0),
        (1, 50, 1),
        (12_345, 0, 0),
        (12_345, 100, 12_345),
        (333, 33, 110),
        (10**15, 99, 99 * 10**13),
    ],
)
def test_the_weighted_value_is_amount_times_probability_half_up(amount, percent, worth):
    assert weighted(amount, percent) == worth


def test_amounts_of_different_currencies_are_never_added_up():
    assert by_currency([(100, "USD"), (50, "EUR"), (1, "USD")]) == {"EUR": 50, "USD": 101}


@pytest.mark.parametrize(
    ("stage", "outcome", "own", "percent"),
    [
        (25, "open", None, 25),
        (25, "open", 60, 60),
        (25, "open", 0, 0),
        (100, "won", 60, 100),
        (0, "lost", 60, 0),
    ],
)
def test_the_probability_is_the_stages_until_set_by_hand(stage, outcome, own, percent):
    assert percent_in(stage, outcome, own) == percent


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_probability_beyond_the_scale_is_refused(percent):
    with pytest.raises(Invalid) as caught:
        check_percent(percent)
    assert caught.value.field == "percent"


FINE = {
    "amount": 1,
    "account": "Northwind",
    "account_is_archived": False,
    "is_archived": False,
    "reason": "x",
}


@pytest.mark.parametrize(
    ("outcome", "given", "field"),
    [
        ("open", {}, None),
        ("open", {"amount": 0, "reason": "", "account_is_archived": True}, None),
        ("open", {"is_archived": True}, "stage_id"),
        ("won", {}, None),
        ("won", {"reason": ""}, None),
        ("won", {"amount": 0}, "amount_minor"),
        ("won", {"account_is_archived": True}, "stage_id"),
        ("lost", {"amount": 0}, None),
        ("lost", {"reason": "  "}, "loss_reason"),
    ],
)
def test_what_a_move_needs(outcome, given, field):
    if field is None:
        check_move(outcome, **(FINE | given))
        return
    with pytest.raises(Invalid) as caught:
        check_move(outcome, **(FINE | given))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("position", "order"),
    [
        (None, [1, 2, 3, 9]),
        (0, [9, 1, 2, 3]),
        (1, [1, 9, 2, 3]),
        (3, [1, 2, 3, 9]),
        (99, [1, 2, 3, 9]),
        (-5, [9, 1, 2, 3]),
    ],
)
def test_a_card_lands_where_it_was_dropped(position, order):
    assert placed([1, 2, 3], 9, position) == order
    assert placed([1, 9, 2, 3], 9, position) == order


def test_a_slip_of_the_hand_is_no_visit():
    start = NOW - timedelta(days=20)
    slip = start + timedelta(days=5)
    path = [(1, start), (8, slip), (1, slip + timedelta(seconds=5)), (2, NOW - timedelta(days=3))]
    found = [(stage, stay.days) for stage, stay in visits(path, NOW)]
    assert found == [(1, 16), (2, 3)]


def test_the_stage_of_the_last_seconds_counts():
    assert [stage for stage, _ in visits([(1, NOW - timedelta(days=1)), (8, NOW)], NOW)] == [1, 8]


def test_conversion_counts_who_went_on_won_lost_and_stays():
    paths = [(1, 2, 3, 8), (1, 2, 9), (1, 3), (1,), (1, 9)]
    assert conversion(STEPS, paths) == [
        Conversion(1, entered=5, went_on=3, won=1, lost=2, here=1),
        Conversion(2, entered=2, went_on=1, won=1, lost=1, here=0),
        Conversion(3, entered=2, went_on=1, won=1, lost=0, here=1),
    ]


@pytest.mark.parametrize(
    ("path", "stage", "expected"),
    [
        ((2, 1), 2, Conversion(2, entered=1)),  # went back: not on
        ((2, 1, 2, 3), 2, Conversion(2, entered=1, went_on=1)),  # came twice: counted once
        ((1, 9, 1, 8), 1, Conversion(1, entered=1, went_on=1, won=1)),  # lost, then won after all
        ((3, 8), 1, Conversion(1)),  # began further on
        ((1, 77, 3), 1, Conversion(1, entered=1, went_on=1)),  # a stage that is gone
    ],
)
def test_paths_that_are_not_straight(path, stage, expected):
    found = next(one for one in conversion(STEPS, [path]) if one.stage_id == stage)
    assert found == expected


def test_those_still_there_do_not_count_against_a_stage():
    assert Conversion(1, entered=5, went_on=3, here=1).share == Fraction(3, 4)
    assert Conversion(1, entered=2, here=2).share is None


@pytest.mark.parametrize(
    ("days", "middle", "limit"),
    [([], None, 30), ([4, 90], 47, 30), ([2, 2, 9], 2, 7), ([10, 20, 30], 20, 40), ([5, 6, 7, 8], 7, 14)],
)
def test_a_chance_goes_stale_after_twice_the_stages_own_median(days, middle, limit):
    stays = [timedelta(days=day, hours=3) for day in days]
    assert (middle_days(stays), limit_days(stays)) == (middle, limit)


def test_age_is_in_whole_days():
    assert age(NOW - timedelta(days=3, hours=23), NOW) == 3
    assert age(NOW + timedelta(hours=1), NOW) == 0


@pytest.mark.parametrize(
    ("starts", "ends", "expected", "first", "last", "count"),
    [
        (date(2026, 12, 1), date(2026, 12, 4), None, date(2026, 12, 1), date(2026, 12, 4), 4),
        (None, None, date(2026, 12, 7), date(2026, 12, 7), date(2027, 1, 1), 20),
        (None, date(2027, 1, 1), None, date(2026, 12, 7), date(2027, 1, 1), 20),
        (date(2026, 12, 5), date(2026, 12, 6), None, date(2026, 12, 5), date(2026, 12, 5), 1),
    ],
)
def test_tentative_work_lies_on_working_days(starts, ends, expected, first, last, count):
    days = demand_days(starts, ends, expected)
    assert (days[0], days[-1], len(days)) == (first, last, count)


def test_work_without_any_day_lies_nowhere():
    assert demand_days(None, None, None) == []
    assert by_week(600, []) == {}


def test_hours_spread_over_weeks_lose_no_minute():
    days = demand_days(date(2026, 12, 3), date(2026, 12, 15), None)
    found = by_week(1000, days)
    assert list(found) == [202649, 202650, 202651]
    assert sum(found.values()) == 1000
    assert found[202650] in (555, 556)
