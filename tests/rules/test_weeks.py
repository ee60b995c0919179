from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import weeks

VIENNA = "Europe/Vienna"
ZONES = [VIENNA, "America/Sao_Paulo", "America/Havana", "Pacific/Apia", "Asia/Kolkata", "UTC"]

some_days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 1, 1), 202601),
        (date(2027, 1, 1), 202653),
        (date(2026, 11, 23), 202648),
        (date(2026, 11, 22), 202647),
        (date(2025, 12, 29), 202601),
    ],
)
def test_a_day_lies_in_its_iso_week(day: date, week: int) -> None:
    assert weeks.week_of(day) == week
    assert day in weeks.days(week)


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert weeks.monday(202601) == date(2025, 12, 29)
    assert [day.isoweekday() for day in weeks.days(202648)] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("week", [0, -1, 202600, 202654, 202754, 202553, 9999999])
def test_a_number_that_is_no_week_is_refused(week: int) -> None:
    with pytest.raises(Invalid, match="is not a week"):
        weeks.monday(week)


def test_weeks_follow_each_other_over_the_year() -> None:
    assert weeks.next_week(202653) == 202701
    assert weeks.previous_week(202701) == 202653
    assert weeks.next_week(202552) == 202601


@given(some_days)
def test_next_and_previous_week_undo_each_other(day: date) -> None:
    week = weeks.week_of(day)
    assert weeks.previous_week(weeks.next_week(week)) == week
    assert week == weeks.week_of(weeks.monday(week))


@pytest.mark.parametrize(
    ("week", "text"),
    [
        (202648, "Week 48, 23–29 Nov 2026"),
        (202649, "Week 49, 30 Nov – 6 Dec 2026"),
        (202653, "Week 53, 28 Dec 2026 – 3 Jan 2027"),
    ],
)
def test_a_week_has_a_label(week: int, text: str) -> None:
    assert weeks.label(week) == text


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        (202602, date(2026, 2, 1), date(2026, 2, 28)),
        (202802, date(2028, 2, 1), date(2028, 2, 29)),
        (202612, date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_has_a_first_and_a_last_day(month: int, first: date, last: date) -> None:
    assert weeks.month_days(month) == (first, last)
    assert weeks.month_of(first) == weeks.month_of(last) == month


def test_a_number_that_is_no_month_is_refused() -> None:
    with pytest.raises(Invalid, match="is not a month"):
        weeks.month_days(202613)


def test_a_timer_over_midnight_is_split_in_the_persons_zone() -> None:
    pieces = weeks.split_at_midnight(utc("2026-11-22 22:30"), utc("2026-11-23 00:15"), VIENNA)
    assert pieces == [
        (date(2026, 11, 22), 1800, utc("2026-11-22 22:30"), utc("2026-11-22 23:00")),
        (date(2026, 11, 23), 4500, utc("2026-11-22 23:00"), utc("2026-11-23 00:15")),
    ]


def test_a_timer_that_ends_at_midnight_stays_on_its_day() -> None:
    pieces = weeks.split_at_midnight(utc("2026-11-22 22:00"), utc("2026-11-22 23:00"), VIENNA)
    assert [(day, seconds) for day, seconds, _, _ in pieces] == [(date(2026, 11, 22), 3600)]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)],
)
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    noon_before = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=12)
    pieces = weeks.split_at_midnight(noon_before, noon_before + timedelta(hours=60), VIENNA)
    assert {piece[0]: piece[1] for piece in pieces}[day] == hours * 3600


def test_a_day_that_a_zone_skipped_gets_no_time() -> None:
    pieces = weeks.split_at_midnight(utc("2011-12-30 08:00"), utc("2011-12-30 12:00"), ZONES[3])
    assert [(day, seconds) for day, seconds, _, _ in pieces] == [
        (date(2011, 12, 29), 2 * 3600),
        (date(2011, 12, 31), 2 * 3600),
    ]


def test_a_timer_without_length_is_one_empty_piece() -> None:
    start = utc("2026-11-23 08:00")
    assert weeks.split_at_midnight(start, start, VIENNA) == [(date(2026, 11, 23), 0, start, start)]


def test_a_timer_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="before the start"):
        weeks.split_at_midnight(utc("2026-11-23 08:00"), utc("2026-11-23 07:59"), VIENNA)


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        weeks.split_at_midnight(datetime.fromisoformat("2026-11-23"), utc("2026-11-24 00:00"), VIENNA)


@given(
    st.integers(int(utc("2005-01-01").timestamp()), int(utc("2027-01-01").timestamp())),
    st.integers(0, 5 * 86_400),
    st.sampled_from(ZONES),
)
def test_pieces_lose_no_second_and_join_end_to_start(start: int, length: int, zone: str) -> None:
    begin = datetime.fromtimestamp(start, UTC)
    pieces = weeks.split_at_midnight(begin, begin + timedelta(seconds=length), zone)
    assert sum(seconds for _, seconds, _, _ in pieces) == length
    assert pieces[0][2] == begin
    assert all(left[3] == right[2] for left, right in pairwise(pieces))
    assert len({piece[0] for piece in pieces}) == len(pieces)
