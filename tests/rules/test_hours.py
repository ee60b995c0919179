from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import hours
from psa_app.rules.hours import Rounding

TODAY = date(2026, 11, 23)

roundings = st.builds(
    Rounding,
    increment=st.sampled_from(hours.INCREMENTS),
    mode=st.sampled_from(hours.MODES),
    minimum=st.integers(0, 60),
)


@pytest.mark.parametrize(
    ("seconds", "rounding", "billed"),
    [
        (7 * 60, Rounding(15, "up"), 15),
        (7 * 60, Rounding(15, "nearest"), 0),
        (8 * 60, Rounding(15, "nearest"), 15),
        (450, Rounding(15, "nearest"), 15),
        (449, Rounding(15, "nearest"), 0),
        (14 * 60 + 59, Rounding(15, "down"), 0),
        (15 * 60, Rounding(15, "up"), 15),
        (15 * 60 + 1, Rounding(15, "up"), 30),
        (61, Rounding(), 2),
        (1, Rounding(6, "up"), 6),
        (0, Rounding(60, "up", minimum=30), 0),
        (7 * 60, Rounding(1, "up", minimum=30), 30),
        (7 * 60, Rounding(15, "nearest", minimum=10), 10),
        (40 * 60, Rounding(15, "up", minimum=30), 45),
    ],
)
def test_billed_time_follows_the_policy(seconds: int, rounding: Rounding, billed: int) -> None:
    assert hours.billed_minutes(seconds, rounding) == billed


def test_negative_time_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        hours.billed_minutes(-1, Rounding())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"increment": 7}, "increment"),
        ({"increment": 0}, "increment"),
        ({"mode": "sideways"}, "mode"),
        ({"minimum": -1}, "minimum"),
        ({"minimum": 1441}, "minimum"),
        ({"per": "week"}, "per"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        Rounding(**wrong)
    assert error.value.field == field


@given(st.integers(0, 86_400), roundings)
def test_rounding_stays_within_one_step_or_the_minimum(seconds: int, rounding: Rounding) -> None:
    billed = hours.billed_minutes(seconds, rounding)
    assert billed == rounding.minimum or billed % rounding.increment == 0
    assert billed >= rounding.minimum or seconds == 0
    if billed > rounding.minimum:
        assert abs(billed * 60 - seconds) < rounding.increment * 60


@pytest.mark.parametrize(
    ("billed", "seconds", "parts"),
    [
        (15, [100, 200, 120], [4, 7, 4]),
        (15, [420], [15]),
        (0, [60, 60], [0, 0]),
        (30, [0, 0], [15, 15]),
        (0, [], []),
    ],
)
def test_a_groups_minutes_are_shared_over_its_entries(
    billed: int, seconds: Sequence[int], parts: list[int]
) -> None:
    assert hours.share_minutes(billed, seconds) == parts


@given(st.integers(0, 1440), st.lists(st.integers(0, 86_400), min_size=1))
def test_sharing_minutes_loses_none(billed: int, seconds: list[int]) -> None:
    parts = hours.share_minutes(billed, seconds)
    assert sum(parts) == billed
    assert min(parts) >= 0


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1:30", 90),
        ("1.5", 90),
        ("1,5", 90),
        ("90m", 90),
        ("90 min", 90),
        ("1h 30m", 90),
        ("1h30", 90),
        ("1H 30M", 90),
        ("1.5h", 90),
        ("2h", 120),
        ("2 hours", 120),
        (":45", 45),
        (".5", 30),
        ("8", 480),
        ("0", 0),
        ("0:00", 0),
        ("0.33", 20),
        ("0.0083", 0),
        ("0.0084", 1),
        (" 7:05 ", 425),
        ("25", 1500),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, minutes: int) -> None:
    assert hours.parse_duration(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "−1:30",
        "1:60",
        "1:5",
        "1:30:00",
        "abc",
        "NaN",
        "1e3",
        "1h 75m",
        "1.5h 30m",
        "1.2.3",
        "h",
        "m",
        ":",
        ".",
        "٣",
        "99999",
        "999999m",
        "1 30",
    ],
)
def test_an_unclear_duration_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Invalid) as error:
        hours.parse_duration(text, "mon")
    assert "Type the time as 1:30, 1.5 or 90m." in error.value.sentence
    assert error.value.field == "mon"


@given(st.integers(0, hours.MAX_TYPED_MINUTES))
def test_what_is_shown_is_read_back(minutes: int) -> None:
    assert hours.parse_duration(hours.h_mm(minutes)) == minutes


def test_time_is_shown_as_hours_and_minutes() -> None:
    assert hours.h_mm(90) == "1:30"
    assert hours.h_mm(6000) == "100:00"
    assert hours.h_mm(-5) == "−0:05"
    assert hours.h_mm_seconds(279_183) == "77:33"
    assert hours.h_mm_seconds(89) == "0:01"
    assert hours.h_mm_seconds(90) == "0:02"
    assert hours.h_mm_ss(5405) == "1:30:05"
    assert hours.h_mm_ss(-65) == "−0:01:05"


def test_a_day_holds_24_hours_and_no_second_more() -> None:
    hours.check_day(86_400)
    with pytest.raises(Invalid, match="24:00 at most"):
        hours.check_day(86_401)
    with pytest.raises(Invalid, match="25:00"):
        hours.check_day(25 * 3600)


@pytest.mark.parametrize(
    ("seconds", "day", "warnings"),
    [
        (16 * 3600, TODAY, []),
        (16 * 3600 + 60, TODAY, ["16:01 is more than 16 hours in one entry."]),
        (3600, date(2026, 11, 24), ["2026-11-24 lies in the future."]),
    ],
)
def test_odd_entries_are_warned_of(seconds: int, day: date, warnings: list[str]) -> None:
    assert hours.warn_entry(seconds, day, TODAY) == warnings


def test_a_long_entry_in_the_future_is_warned_of_twice() -> None:
    assert len(hours.warn_entry(20 * 3600, date(2027, 1, 1), TODAY)) == 2
