"""Periods of retainers and subscriptions: their days, when they fall due, and what a part costs."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules.periods import (
    ANCHORS,
    RHYTHMS,
    Schedule,
    boundary,
    calendar_start,
    due_periods,
    earned_upto,
    period_at,
    periods,
    schedule,
    share_of_days,
)

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize(
    ("rhythm", "anchor", "starts"),
    [
        ("monthly", date(2027, 1, 31), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("monthly", date(2028, 1, 30), ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        ("quarterly", date(2026, 11, 30), ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("yearly", date(2028, 2, 29), ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
        ("weekly", date(2026, 12, 30), ["2026-12-30", "2027-01-06", "2027-01-13", "2027-01-20"]),
    ],
)
def test_periods_begin_on_the_contract_s_day_or_the_month_s_last(rhythm, anchor, starts):
    found = periods(schedule(rhythm, anchor), date(2035, 1, 1))[:4]
    assert [one.starts_on.isoformat() for one in found] == starts
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert not any(one.is_part for one in found)


def test_a_boundary_before_the_anchor_is_reckoned_from_the_anchor_too():
    assert boundary("monthly", date(2027, 3, 31), -1) == date(2027, 2, 28)
    assert boundary("quarterly", date(2027, 3, 31), -1) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("rhythm", "day", "first"),
    [
        ("weekly", date(2027, 1, 1), date(2026, 12, 28)),
        ("monthly", date(2027, 5, 31), date(2027, 5, 1)),
        ("quarterly", date(2027, 5, 31), date(2027, 4, 1)),
        ("yearly", date(2027, 5, 31), date(2027, 1, 1)),
    ],
)
def test_the_calendar_s_periods_begin_on_its_days(rhythm, day, first):
    assert calendar_start(rhythm, day) == first


def test_counted_by_the_calendar_the_first_and_last_are_parts_of_a_month():
    of = schedule("monthly", date(2026, 1, 12), count=12, counted_from="calendar")
    found = periods(of, date(2030, 1, 1))
    assert [(one.number, one.starts_on, one.ends_on) for one in (found[0], found[1], found[-1])] == [
        (1, date(2026, 1, 12), date(2026, 1, 31)),
        (2, date(2026, 2, 1), date(2026, 2, 28)),
        (13, date(2027, 1, 1), date(2027, 1, 11)),
    ]
    assert [one.share_of(310_000) for one in (found[0], found[1], found[-1])] == [200_000, 310_000, 110_000]


def test_a_contract_that_ends_within_a_period_costs_only_its_days():
    of = schedule("monthly", date(2026, 12, 15), date(2027, 3, 31))
    found = periods(of, date(2027, 12, 31))
    assert [one.is_part for one in found] == [False, False, False, True]
    assert found[-1].share_of(31_000) == 17_000  # 15 to 31 March of 31 days


@pytest.mark.parametrize(
    ("count", "ends_on", "last"),
    [
        (3, None, date(2027, 3, 30)),
        (3, date(2027, 2, 14), date(2027, 2, 14)),
        (3, date(2027, 12, 31), date(2027, 3, 30)),
        (0, date(2027, 12, 31), date(2027, 12, 31)),
        (0, None, None),
    ],
)
def test_it_ends_with_its_last_period_or_with_the_contract(count, ends_on, last):
    assert schedule("monthly", date(2026, 12, 31), ends_on, count=count).ends_on == last


def test_nothing_is_due_during_a_trial_and_the_periods_begin_after_it():
    of = schedule("monthly", date(2026, 12, 1), trial_days=14)
    assert due_periods(of, "advance", date(2026, 12, 14)) == []
    (first,) = due_periods(of, "advance", date(2026, 12, 15))
    assert (first.starts_on, first.ends_on, first.is_part) == (date(2026, 12, 15), date(2027, 1, 14), False)
    assert periods(schedule("monthly", date(2026, 12, 1), date(2026, 12, 10), trial_days=14), date.max) == []


@pytest.mark.parametrize(
    ("billed_in", "until", "numbers"),
    [
        ("advance", date(2026, 8, 31), []),
        ("advance", date(2026, 9, 1), [1]),
        ("advance", date(2026, 12, 1), [1, 2, 3, 4]),
        ("arrears", date(2026, 9, 29), []),
        ("arrears", date(2026, 9, 30), [1]),
        ("arrears", date(2026, 12, 1), [1, 2, 3]),
    ],
)
def test_missed_periods_fall_due_each_in_advance_or_in_arrears(billed_in, until, numbers):
    of = schedule("monthly", date(2026, 9, 1))
    assert [one.number for one in due_periods(of, billed_in, until)] == numbers


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(2026, 8, 31), None), (date(2026, 9, 1), 1), (date(2026, 10, 31), 2), (date(2026, 11, 1), None)],
)
def test_a_day_lies_in_one_period_or_outside_of_all(day, number):
    found = period_at(schedule("monthly", date(2026, 9, 1), count=2), day)
    assert (found.number if found else None) == number


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rhythm": "daily"}, "rhythm"),
        ({"counted_from": "moon"}, "counted_from"),
        ({"count": -1}, "periods"),
        ({"trial_days": -1}, "trial_days"),
    ],
)
def test_a_wrong_schedule_says_what_to_give(given, field):
    with pytest.raises(Invalid) as error:
        schedule(**{"rhythm": "monthly", "starts_on": date(2026, 9, 1)} | given)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("amount", "first", "last", "share"),
    [
        (10_000, 1, 10, 3_333),
        (10_000, 11, 30, 6_667),
        (10_000, 1, 30, 10_000),
        (-10_000, 1, 10, -3_333),
        (0, 1, 10, 0),
    ],
)
def test_a_part_costs_its_share_of_the_days(amount, first, last, share):
    april = date(2027, 4, 1), date(2027, 4, 30)
    assert share_of_days(amount, *april, date(2027, 4, first), date(2027, 4, last)) == share


def test_a_part_outside_of_its_whole_is_refused():
    with pytest.raises(ValueError, match="does not lie"):
        share_of_days(1, date(2027, 4, 1), date(2027, 4, 30), date(2027, 4, 20), date(2027, 5, 1))


@given(st.sampled_from(RHYTHMS), DAYS, st.integers(0, 30), st.integers(0, 60), st.sampled_from(ANCHORS), DAYS)
def test_periods_follow_each_other_without_gap_or_overlap(rhythm, starts_on, count, trial, anchor, until):
    of = schedule(rhythm, starts_on, count=count, trial_days=trial, counted_from=anchor)
    found = periods(of, until)
    assert bool(found) == (of.starts_on <= until)
    assert all(one.ends_on + timedelta(days=1) == two.starts_on for one, two in pairwise(found))
    assert all(not one.is_part for one in found[1:-1])
    for one in found:
        assert one.whole_from <= one.starts_on <= one.ends_on <= one.whole_to
        assert period_at(of, one.starts_on) == period_at(of, one.ends_on) == one
    if found:
        assert found[0].starts_on == of.starts_on
        assert of.ends_on is None or found[-1].ends_on <= of.ends_on
        assert due_periods(of, "arrears", until) in (found, found[:-1])
    if count and anchor == "contract":
        assert len(periods(of, date(2200, 1, 1))) == count


@given(st.integers(-(10**9), 10**9), DAYS, st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_parts_that_follow_each_other_sum_to_the_whole(amount, first, lengths):
    last = first + timedelta(days=sum(lengths) - 1)
    total, day = 0, first
    for length in lengths:
        end = day + timedelta(days=length - 1)
        total += share_of_days(amount, first, last, day, end)
        day = end + timedelta(days=1)
    assert total == amount


@pytest.mark.parametrize(
    ("day", "earned"),
    [
        (date(2027, 3, 31), 0),
        (date(2027, 4, 10), 10_000),
        (date(2027, 4, 30), 30_000),
        (date(2027, 5, 31), 60_000),
        (date(2027, 6, 30), 75_000),
        (date(2027, 12, 31), 75_000),
    ],
)
def test_a_period_s_fee_is_earned_by_the_days_that_are_over(day, earned):
    assert earned_upto(schedule("monthly", date(2027, 4, 1), date(2027, 6, 15)), 30_000, day) == earned


def test_a_schedule_without_end_is_read_only_as_far_as_asked():
    of = Schedule("weekly", date(2026, 1, 1), date(2026, 1, 1))
    assert len(periods(of, date(2026, 12, 31))) == 53
