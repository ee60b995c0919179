from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import money

amounts = st.integers(-(10**15) + 1, 10**15 - 1)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0)])
def test_each_currency_has_its_own_exponent(currency: str, digits: int) -> None:
    assert money.exponent(currency) == digits
    assert currency in money.CURRENCIES


@pytest.mark.parametrize("code", ["", "eur", "XXZ", "EURO"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as error:
        money.exponent(code)
    assert error.value.field == "currency"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(49, 100), 0),
        (Fraction(-49, 100), 0),
        (Fraction(7), 7),
    ],
)
def test_rounding_is_half_up_away_from_zero(value: Fraction, rounded: int) -> None:
    assert money.half_up(value) == rounded


@pytest.mark.parametrize(
    ("minutes", "rate", "amount"),
    [
        (10, 12000, 2000),
        (90 * 60, 12000, 1_080_000),
        (1, 10, 0),
        (3, 10, 1),
        (13, 6000, 1300),
        (0, 12000, 0),
        (-10, 12000, -2000),
    ],
)
def test_a_printed_line_is_minutes_times_rate_over_sixty(minutes: int, rate: int, amount: int) -> None:
    assert money.per_hour(minutes, rate) == amount


def test_an_amount_times_a_factor_is_rounded_once() -> None:
    assert money.times(10001, Fraction(3, 2)) == 15002
    assert money.times(-10001, Fraction(3, 2)) == -15002
    assert money.times(333, 3) == 999


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        (10000, [1, 1, 1], [3333, 3333, 3334]),
        (-10000, [1, 1, 1], [-3333, -3333, -3334]),
        (1, [1, 1], [0, 1]),
        (100, [0, 1, 0], [0, 100, 0]),
        (101, [1, 1, 0], [50, 51, 0]),
        (101, [0, 0], [50, 51]),
        (100, [25, 75], [25, 75]),
        (0, [], []),
    ],
)
def test_a_split_gives_the_remainder_to_the_last_part(
    amount: int, shares: Sequence[int], parts: list[int]
) -> None:
    assert money.split(amount, shares) == parts


@pytest.mark.parametrize(("amount", "shares"), [(100, []), (100, [1, -1])])
def test_a_split_over_nothing_or_a_negative_weight_is_a_mistake(amount: int, shares: Sequence[int]) -> None:
    with pytest.raises(ValueError, match=r"parts|negative"):
        money.split(amount, shares)


@given(amounts, weights)
def test_no_split_loses_a_minor_unit(amount: int, shares: list[int]) -> None:
    assert sum(money.split(amount, shares)) == amount
    assert sum(money.apportion(amount, shares)) == amount


@given(amounts, weights)
def test_a_part_without_weight_gets_nothing_and_signs_agree(amount: int, shares: list[int]) -> None:
    for parts in (money.split(amount, shares), money.apportion(amount, shares)):
        assert all(part * amount >= 0 for part in parts)
        assert not any(part for part, weight in zip(parts, shares, strict=True) if any(shares) and not weight)


@given(amounts, weights.filter(any))
def test_an_apportioned_part_is_less_than_one_unit_off(amount: int, shares: list[int]) -> None:
    for part, weight in zip(money.apportion(amount, shares), shares, strict=True):
        assert abs(part - Fraction(amount * weight, sum(shares))) <= 1


def test_six_equal_parts_of_four_are_spread() -> None:
    assert money.apportion(4, [1] * 6) == [1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("amount", "rate_nano", "source", "target", "converted"),
    [
        (10000, 1_100_000_000, "EUR", "USD", 11000),
        (10000, 160 * 10**9, "EUR", "JPY", 16000),
        (16000, 6_250_000, "JPY", "EUR", 10000),
        (10000, 333_333_333, "EUR", "KWD", 33333),
        (-5, 500_000_000, "EUR", "USD", -3),
        (10000, 10**9, "EUR", "EUR", 10000),
    ],
)
def test_conversion_respects_both_exponents(
    amount: int, rate_nano: int, source: str, target: str, converted: int
) -> None:
    assert money.convert(amount, rate_nano, source, target) == converted


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1.234,56", "EUR", 123456),
        ("1,234.56", "EUR", 123456),
        ("1 234,56", "EUR", 123456),
        ("1\u202f234,56", "EUR", 123456),
        ("1'234.50", "CHF", 123450),
        ("1234", "EUR", 123400),
        ("−5", "EUR", -500),
        ("-5", "EUR", -500),
        ("+5", "EUR", 500),
        (" 12.5 ", "EUR", 1250),
        (".5", "EUR", 50),
        ("0,05", "EUR", 5),
        ("1,234,567", "EUR", 123456700),
        ("1.234.567,8", "EUR", 123456780),
        ("1234.56", "USD", 123456),
        ("1,234", "JPY", 1234),
        ("1.234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("1234,567", "KWD", 1234567),
        ("0.123", "KWD", 123),
        ("007", "EUR", 700),
        ("9999999999999.99", "EUR", 10**15 - 1),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, currency: str, amount: int) -> None:
    assert money.parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("", "EUR", "Type an amount"),
        ("NaN", "EUR", "Type an amount"),
        ("inf", "EUR", "Type an amount"),
        ("1e308", "EUR", "Type an amount"),
        ("1e5", "EUR", "Type an amount"),
        ("--5", "EUR", "Type an amount"),
        ("5-", "EUR", "Type an amount"),
        ("5.", "EUR", "Type an amount"),
        ("12 34", "EUR", "Type an amount"),
        ("1,23,456", "EUR", "Type an amount"),
        ("1.234,56,7", "EUR", "Type an amount"),
        ("1,234.567.890", "EUR", "Type an amount"),
        ("0x10", "EUR", "Type an amount"),
        ("١٢", "EUR", "Type an amount"),
        ("12 EUR", "EUR", "Type an amount"),
        ("1.234", "EUR", "two ways. Type 1234.00 or 1.23."),
        ("1,234", "EUR", "two ways"),
        ("-1,234", "USD", "two ways"),
        ("1,234", "KWD", "Type 1234.000 or 1.234"),
        ("1.2345", "EUR", "2 decimals"),
        ("0.123", "EUR", "2 decimals"),
        ("1.5", "JPY", "no decimals"),
        ("1" * 14, "EUR", "at most 15 digits"),
        ("9" * 400, "EUR", "at most 15 digits"),
    ],
)
def test_an_unclear_amount_is_refused_with_a_sentence(text: str, currency: str, says: str) -> None:
    with pytest.raises(Invalid) as error:
        money.parse_amount(text, currency, "price")
    assert says in error.value.sentence
    assert error.value.field == "price"


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_plain_writes_is_read_back(amount: int, currency: str) -> None:
    assert money.parse_amount(money.plain(amount, currency), currency) == amount


@given(st.text(max_size=30), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_any_text_is_an_amount_or_a_sentence(text: str, currency: str) -> None:
    try:
        amount = money.parse_amount(text, currency)
    except Invalid:
        return
    assert abs(amount) < 10**15


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (123456, "EUR", "1234.56"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1234, "JPY", "1234"),
        (-1234, "JPY", "-1234"),
        (1234, "KWD", "1.234"),
    ],
)
def test_plain_text_has_the_currencys_decimals(amount: int, currency: str, text: str) -> None:
    assert money.plain(amount, currency) == text
