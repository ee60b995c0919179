from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules import recognition

H = 60
minutes = st.integers(0, 100_000)


@pytest.mark.parametrize(
    ("approved", "cap", "earned"), [(5000, None, 5000), (5000, 6000, 5000), (5000, 4000, 4000), (0, 0, 0)]
)
def test_time_and_materials_is_earned_as_approved_within_the_cap(
    approved: int, cap: int | None, earned: int
) -> None:
    assert recognition.recognized_time(approved, cap) == earned


# value, done, budget, actual, remaining hours | earned
FIXED: list[tuple[int, int, int, int, int | None, int]] = [
    (1_000_000, 30, 120, 30, 90, 250_000),
    (1_000_000, 30, 120, 30, None, 250_000),
    (1_000_000, 30, 120, 30, 30, 250_000),
    (1_000_000, 50, 100, 50, 150, 250_000),
    (1_000_000, 100, 100, 100, 0, 1_000_000),
    (1_000_000, 150, 100, 150, None, 1_000_000),
    (1_000_000, 150, 100, 150, 50, 750_000),
    (1_000_000, 200, 100, 150, 0, 1_000_000),
    (1_000_000, 0, 100, 0, None, 0),
    (1_000_000, 0, 0, 0, None, 0),
    (100, 1, 3, 1, 2, 33),
    (100, 1, 8, 1, 7, 13),
]


@pytest.mark.parametrize(("value", "done", "budget", "actual", "remaining", "earned"), FIXED)
def test_a_fixed_fee_is_earned_by_percent_complete(
    value: int, done: int, budget: int, actual: int, remaining: int | None, earned: int
) -> None:
    left = None if remaining is None else remaining * H
    assert recognition.recognized_fixed(value, done * H, budget * H, actual * H, left) == earned


def test_without_an_estimate_open_work_holds_what_is_recognized() -> None:
    assert recognition.is_held(None, work_open=True)
    assert not recognition.is_held(0, work_open=True)
    assert not recognition.is_held(None, work_open=False)
    assert recognition.recognized_fixed(1000, 9 * H, 10 * H, 9 * H, None, work_open=True, held=700) == 700
    assert recognition.recognized_fixed(1000, 9 * H, 10 * H, 9 * H, 1 * H, work_open=True, held=700) == 900


@given(st.integers(0, 10**12), minutes, minutes, minutes, st.none() | minutes)
def test_a_fixed_fee_is_never_earned_beyond_its_value(
    value: int, done: int, budget: int, actual: int, remaining: int | None
) -> None:
    assert 0 <= recognition.recognized_fixed(value, done, budget, actual, remaining) <= value


def test_milestones_are_earned_when_accepted() -> None:
    assert recognition.recognized_milestones([(5000, True), (7000, False), (100, True)]) == 5100
    assert recognition.recognized_milestones([]) == 0


@pytest.mark.parametrize(
    ("day", "earned"),
    [
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), 100),
        (date(2026, 11, 23), 32700),
        (date(2026, 12, 31), 36500),
        (date(2027, 6, 1), 36500),
    ],
)
def test_a_straight_line_earns_by_days(day: date, earned: int) -> None:
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert recognition.recognized_straight_line(36500, *year, day) == earned


def test_a_straight_line_runs_forward() -> None:
    with pytest.raises(ValueError, match="before the first"):
        recognition.recognized_straight_line(1, date(2026, 2, 1), date(2026, 1, 1), date(2026, 1, 1))


@given(st.integers(0, 10**12), st.integers(1, 800))
def test_the_periods_of_a_straight_line_sum_to_its_value(value: int, days: int) -> None:
    start = date(2026, 1, 1)
    end = start + timedelta(days=days - 1)
    earned = [
        recognition.recognized_straight_line(value, start, end, start + timedelta(days=offset))
        for offset in range(-1, days)
    ]
    assert earned[0] == 0
    assert earned[-1] == value
    assert earned == sorted(earned)


@pytest.mark.parametrize(("to_date", "to_go", "loss"), [(60, 30, 0), (60, 40, 0), (60, 41, 1), (0, 500, 400)])
def test_an_expected_loss_is_what_the_cost_exceeds_the_value_by(to_date: int, to_go: int, loss: int) -> None:
    assert recognition.expected_loss(100, to_date, to_go) == loss


@pytest.mark.parametrize(
    ("earned", "billed", "wip", "deferred"),
    [(100, 100, 0, 0), (100, 70, 30, 0), (70, 100, 0, 30), (0, 0, 0, 0), (0, -50, 50, 0)],
)
def test_a_contract_has_wip_or_deferred_never_both(earned: int, billed: int, wip: int, deferred: int) -> None:
    assert recognition.wip_and_deferred(earned, billed) == (wip, deferred)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_wip_less_deferred_is_earned_less_billed(earned: int, billed: int) -> None:
    wip, deferred = recognition.wip_and_deferred(earned, billed)
    assert wip - deferred == earned - billed
    assert 0 in (wip, deferred)


def test_shares_name_their_denominator_or_are_none() -> None:
    assert recognition.margin(10000, 6000) == Fraction(2, 5)
    assert recognition.margin(10000, 12000) == Fraction(-1, 5)
    assert recognition.margin(0, 6000) is None
    assert recognition.realization(9000, 10000) == Fraction(9, 10)
    assert recognition.realization(0, 0) is None
    assert recognition.backlog(10000, 2500) == 7500
