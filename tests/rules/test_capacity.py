from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import capacity
from psa_app.rules.capacity import BookingPlan, Pattern

MONDAY = date(2026, 11, 16)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (MONDAY + timedelta(days=n) for n in range(1, 7))
H = 60
FULL = Pattern(date(2026, 1, 1), (8 * H,) * 5 + (0, 0))
SHORT_FRIDAY = Pattern(date(2026, 1, 1), (8 * H,) * 4 + (4 * H, 0, 0))
HALF = Pattern(WEDNESDAY, (4 * H,) * 5 + (0, 0))


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        (date(2025, 12, 31), 0),
        (MONDAY, 480),
        (TUESDAY, 480),
        (WEDNESDAY, 240),
        (SATURDAY, 0),
        (date(2027, 1, 4), 240),
    ],
)
def test_a_day_has_the_minutes_of_the_pattern_in_force(day: date, minutes: int) -> None:
    assert capacity.day_minutes([FULL, HALF], day) == minutes


@pytest.mark.parametrize("minutes", [(480,) * 6, (480,) * 8, (-1,) * 7, (1441,) * 7])
def test_a_pattern_has_seven_possible_days(minutes: tuple[int, ...]) -> None:
    with pytest.raises(Invalid, match="seven weekdays"):
        Pattern(MONDAY, minutes)


# holidays, leave, hired on, left on | gross, net hours of the week
WEEKS: list[tuple[set[date], dict[date, int], date | None, date | None, int, int]] = [
    (set(), {}, None, None, 40, 40),
    (set(), {FRIDAY: 8 * H}, None, None, 40, 32),
    ({THURSDAY}, {}, None, None, 32, 32),
    ({SATURDAY}, {}, None, None, 40, 40),
    ({THURSDAY}, {THURSDAY: 8 * H}, None, None, 32, 32),
    (set(), {FRIDAY: 4 * H}, None, None, 40, 36),
    (set(), {FRIDAY: 24 * H}, None, None, 40, 32),
    (set(), {SUNDAY: 8 * H}, None, None, 40, 40),
    (set(), {}, WEDNESDAY, None, 24, 24),
    (set(), {}, None, TUESDAY, 16, 16),
    (set(), {MONDAY: 8 * H}, TUESDAY, THURSDAY, 24, 24),
    (set(), {}, date(2027, 1, 1), None, 0, 0),
]


@pytest.mark.parametrize(("holidays", "leave", "hired", "left", "gross", "net"), WEEKS)
def test_capacity_is_contract_less_holidays_less_leave(
    holidays: set[date], leave: dict[date, int], hired: date | None, left: date | None, gross: int, net: int
) -> None:
    assert capacity.gross_minutes([FULL], holidays, MONDAY, SUNDAY, hired, left) == gross * H
    assert capacity.net_minutes([FULL], holidays, leave, MONDAY, SUNDAY, hired, left) == net * H


def test_patterns_may_come_in_any_order() -> None:
    assert capacity.gross_minutes([HALF, FULL], set(), MONDAY, SUNDAY) == 28 * H


def test_32_billable_hours_are_80_percent_gross_and_100_percent_net() -> None:
    gross = capacity.gross_minutes([FULL], set(), MONDAY, SUNDAY)
    net = capacity.net_minutes([FULL], set(), {FRIDAY: 8 * H}, MONDAY, SUNDAY)
    assert capacity.utilization(32 * H, gross) == Fraction(80, 100)
    assert capacity.utilization(32 * H, net) == 1


def test_without_capacity_there_is_no_utilization() -> None:
    assert capacity.utilization(60, 0) is None
    assert capacity.utilization(0, 60) == 0


WEEK = capacity.gross_by_day([SHORT_FRIDAY], {WEDNESDAY}, MONDAY, SUNDAY)


@pytest.mark.parametrize(
    ("figure", "minutes"),
    [
        ({"mode": "hours_per_day", "minutes_per_day": 6 * H}, [360, 360, 0, 360, 360, 0, 0]),
        ({"mode": "percent", "percent": 50}, [240, 240, 0, 240, 120, 0, 0]),
        ({"mode": "percent", "percent": 33}, [158, 158, 0, 158, 79, 0, 0]),
        ({"mode": "total", "total_minutes": 7 * H}, [120, 120, 0, 120, 60, 0, 0]),
        ({"mode": "total", "total_minutes": 100}, [29, 28, 0, 29, 14, 0, 0]),
        ({"mode": "total", "total_minutes": 1}, [0, 1, 0, 0, 0, 0, 0]),
    ],
)
def test_a_booking_falls_on_working_days(figure: dict[str, Any], minutes: list[int]) -> None:
    placed = capacity.spread(BookingPlan(MONDAY, SUNDAY, **figure), WEEK)
    assert [placed.get(MONDAY + timedelta(days=n), 0) for n in range(7)] == minutes


def test_a_total_is_spread_again_when_leave_comes_and_keeps_its_end() -> None:
    plan = BookingPlan(MONDAY, FRIDAY, "total", total_minutes=20 * H)
    net = capacity.net_by_day([FULL], set(), {FRIDAY: 8 * H}, MONDAY, FRIDAY)
    assert capacity.spread(plan, net) == dict.fromkeys([MONDAY, TUESDAY, WEDNESDAY, THURSDAY], 5 * H)


def test_a_total_without_a_working_day_is_left_unplaced() -> None:
    plan = BookingPlan(SATURDAY, SUNDAY, "total", total_minutes=60)
    assert capacity.spread(plan, WEEK) == {}
    assert capacity.unplaced(plan, WEEK) == 60
    assert capacity.unplaced(BookingPlan(MONDAY, MONDAY, "total", total_minutes=60), WEEK) == 0
    assert capacity.unplaced(BookingPlan(SATURDAY, SUNDAY, "percent", percent=50), WEEK) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_on": date(2026, 11, 15)}, "ends_on"),
        ({"mode": "sometimes"}, "mode"),
        ({"minutes_per_day": 0}, "minutes_per_day"),
        ({"minutes_per_day": 1441}, "minutes_per_day"),
        ({"mode": "percent", "percent": 0}, "percent"),
        ({"mode": "percent", "percent": 101}, "percent"),
        ({"mode": "total", "total_minutes": -1}, "total_minutes"),
    ],
)
def test_a_booking_that_cannot_be_is_refused(wrong: dict[str, Any], field: str) -> None:
    right = {"starts_on": MONDAY, "ends_on": FRIDAY, "mode": "hours_per_day", "minutes_per_day": 60}
    with pytest.raises(Invalid) as error:
        BookingPlan(**{**right, **wrong})
    assert error.value.field == field


@given(
    st.integers(1, 100_000),
    st.lists(st.integers(0, 480), min_size=1, max_size=60),
    st.integers(-3, 3),
)
def test_a_spread_total_loses_no_minute(total: int, minutes: list[int], shift: int) -> None:
    days = {MONDAY + timedelta(days=n): each for n, each in enumerate(minutes)}
    start = MONDAY + timedelta(days=shift)
    plan = BookingPlan(start, start + timedelta(days=len(minutes)), "total", total_minutes=total)
    placed = capacity.spread(plan, days)
    assert sum(placed.values()) + capacity.unplaced(plan, days) == total
    assert all(days[day] > 0 for day in placed)
    assert all(minutes > 0 for minutes in placed.values())


def test_days_are_summed_by_iso_week() -> None:
    assert capacity.by_week({date(2026, 12, 31): 60, date(2027, 1, 1): 30, date(2027, 1, 4): 15}) == {
        202653: 90,
        202701: 15,
    }


def test_overbooked_is_more_than_net_capacity() -> None:
    assert capacity.overbooked(2401, 2400)
    assert not capacity.overbooked(2400, 2400)
