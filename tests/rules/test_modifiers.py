"""Modifiers: once, after the base rate, where and when they count."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from psa_app.errors import Invalid
from psa_app.rules.modifiers import (
    ModifierRow,
    check_choice,
    check_modifier,
    counts,
    factor_of,
    modified,
    sentence,
    turns,
)

DAY = date(2026, 11, 23)
AFTER_HOURS = ModifierRow(1, "After hours", 1_500_000, 2000, "EUR", date(2026, 1, 1), date(2026, 12, 31))
WORK: dict[str, Any] = {"account_id": 1, "sow_line_id": 2, "day": DAY, "currency": "EUR"}


@pytest.mark.parametrize(
    ("factor_ppm", "plus", "rate", "words"),
    [
        (1_500_000, 0, 18000, "After hours: 120.00 × 1.5 = 180.00 EUR."),
        (1_000_000, 2000, 14000, "After hours: 120.00 + 20.00 = 140.00 EUR."),
        (1_500_000, 2000, 20000, "After hours: 120.00 × 1.5 + 20.00 = 200.00 EUR."),
        (1_000_000, -2000, 10000, "After hours: 120.00 − 20.00 = 100.00 EUR."),
        (2_000_000, 0, 24000, "After hours: 120.00 × 2 = 240.00 EUR."),
        (333_333, 0, 4000, "After hours: 120.00 × 0.333333 = 40.00 EUR."),
        (0, 0, 0, "After hours: 120.00 × 0 = 0.00 EUR."),
        (1_000_000, -20000, 0, "After hours: 120.00 − 200.00 = 0.00 EUR."),
    ],
)
def test_a_modifier_makes_a_rate_of_its_own_and_says_how(
    factor_ppm: int, plus: int, rate: int, words: str
) -> None:
    row = replace(AFTER_HOURS, factor_ppm=factor_ppm, plus=plus)
    assert modified(row, 12000) == rate
    assert sentence(row, 12000, "EUR") == words


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"factor_ppm": -1}, "factor_ppm"),
        ({"factor_ppm": 100_000_001}, "factor_ppm"),
        ({"plus": 10**12 + 1}, "plus_minor"),
        ({"factor_ppm": 1_000_000, "plus": 0}, "factor_ppm"),
        ({"currency": ""}, "currency"),
        ({"currency": "XXQ"}, "currency"),
        ({"account_id": 1, "sow_line_id": 2}, "sow_line_id"),
        ({"valid_to": date(2025, 12, 31)}, "valid_to"),
    ],
)
def test_wrong_values_of_a_modifier_are_refused_by_field(wrong: dict[str, Any], field: str) -> None:
    check_modifier(AFTER_HOURS)
    with pytest.raises(Invalid) as refused:
        check_modifier(replace(AFTER_HOURS, **wrong))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("row", "work"),
    [
        ({"account_id": 9}, {}),
        ({"sow_line_id": 9}, {}),
        ({}, {"day": date(2027, 1, 1)}),
        ({}, {"day": date(2025, 12, 31)}),
        ({}, {"currency": "USD"}),
    ],
)
def test_a_modifier_is_refused_where_it_does_not_count(row: dict[str, Any], work: dict[str, Any]) -> None:
    check_choice(AFTER_HOURS, **WORK)
    with pytest.raises(Invalid) as refused:
        check_choice(replace(AFTER_HOURS, **row), **(WORK | work))
    assert refused.value.field == "modifier_id"


def test_a_factor_alone_fits_a_rate_in_any_currency() -> None:
    row = replace(AFTER_HOURS, plus=0, currency="")
    check_choice(row, **(WORK | {"currency": "USD"}))
    assert modified(row, 10001) == 15002


@pytest.mark.parametrize(
    ("text", "ppm"),
    [("", 1_000_000), ("1.5", 1_500_000), ("× 1,25", 1_250_000), ("150 %", 1_500_000), ("12.5%", 125_000)],
)
def test_a_factor_is_typed_as_people_write_it(text: str, ppm: int) -> None:
    assert factor_of(text) == ppm


@pytest.mark.parametrize("text", ["half", "-1", "1.2.3", "1e3", "1.1234567", "0.00001%"])
def test_what_is_no_factor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        factor_of(text)
    assert refused.value.field == "factor_ppm"


def test_a_modifier_says_when_it_turns_and_when_it_counts() -> None:
    assert turns([AFTER_HOURS]) == {date(2026, 1, 1), date(2027, 1, 1)}
    work = {"account_id": None, "sow_line_id": None, "currency": "EUR"}
    assert [counts(AFTER_HOURS, day=date(year, 5, 1), **work) for year in (2025, 2026, 2027)] == [
        False,
        True,
        False,
    ]
