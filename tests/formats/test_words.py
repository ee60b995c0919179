"""How figures and days are shown to a person."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from psa_app.errors import Invalid
from psa_app.formats import words


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        (2_032_905, "EUR", "en", "€20,329.05"),
        (-110, "EUR", "en", "−€1.10"),
        (0, "EUR", "en", "€0.00"),
        (5, "EUR", "en", "€0.05"),
        (123_456_789_012_345, "USD", "en", "$1,234,567,890,123.45"),
        (20_329, "JPY", "en", "¥20,329"),
        (20_329_050, "KWD", "en", "KWD\u00a020,329.050"),
        (120_000, "CHF", "en", "CHF\u00a01,200.00"),
        (2_032_905, "EUR", "de", "20.329,05\u00a0€"),
        (-2_032_905, "EUR", "de-AT", "−€\u00a020.329,05"),
        (2_032_905, "EUR", "fr", "20\u202f329,05\u00a0€"),
        (123_456_789, "INR", "en_IN", "₹12,34,567.89"),
        (2_032_905, "EUR", "no such", "€20,329.05"),
    ],
)
def test_money_is_shown_with_its_currencys_digits(
    amount: int, currency: str, locale: str, shown: str
) -> None:
    assert words.money(amount, currency, locale) == shown


def test_money_in_no_currency_is_refused() -> None:
    with pytest.raises(Invalid):
        words.money(1, "XXY")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "€0"),
        (84_000, "€840"),
        (99_949, "€999"),
        (99_950, "€1k"),
        (842_100, "€8.4k"),
        (995_000, "€10k"),
        (8_421_000, "€84k"),
        (54_000_000, "€540k"),
        (99_949_900, "€999k"),
        (99_950_000, "€1M"),
        (123_000_000, "€1.2M"),
        (-8_421_000, "−€84k"),
        (-40, "€0"),
        (250_000_000_000, "€2.5bn"),
    ],
)
def test_money_is_shortened_for_cards_and_axes(amount: int, shown: str) -> None:
    assert words.money_short(amount, "EUR") == shown


def test_hours_are_shown_as_a_clock_with_a_true_minus() -> None:
    assert [words.hours(minutes) for minutes in (2790, 0, -1875)] == ["46:30", "0:00", "−31:15"]


@pytest.mark.parametrize(
    ("fraction", "digits", "shown"),
    [
        (0.78, 0, "78\u202f%"),
        (Fraction(197, 500), 1, "39.4\u202f%"),
        (0.785, 0, "79\u202f%"),
        (-0.011, 1, "−1.1\u202f%"),
        (1.04, 0, "104\u202f%"),
        (0, 0, "0\u202f%"),
        (float("nan"), 0, "–"),
    ],
)
def test_a_percentage_stands_apart_from_its_sign(fraction: float | Fraction, digits: int, shown: str) -> None:
    assert words.percent(fraction, digits) == shown


def test_numbers_are_grouped_and_may_carry_a_sign() -> None:
    assert words.number(1_234_567) == "1,234,567"
    assert words.number(Decimal("-1.05"), digits=1) == "−1.1"
    assert words.number(2, sign=True) == "+2"
    assert words.number(0, sign=True) == "0"
    assert words.number(-0.04, digits=1) == "0.0"
    assert words.number(1234.5, "de", 2) == "1.234,50"


def test_days_are_shown_short_and_long() -> None:
    sunday = date(2026, 11, 22)
    assert words.day(sunday) == "22 Nov 2026"
    assert words.day(date(2026, 9, 1), year=False) == "1 Sep"
    assert words.day_long(sunday) == "Sunday 22 November"
    assert words.day_long(sunday, year=True) == "Sunday 22 November 2026"
    assert words.day(sunday, "de") == "22. Nov. 2026"
    assert words.day_long(sunday, "pt-BR") == "dom., 22 de novembro"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "1–31 Oct 2026"),
        (date(2026, 9, 28), date(2026, 10, 4), "28 Sep – 4 Oct 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 Dec 2026 – 3 Jan 2027"),
        (date(2026, 10, 1), date(2026, 10, 1), "1 Oct 2026"),
    ],
)
def test_a_range_says_each_part_once(first: date, last: date, shown: str) -> None:
    assert words.day_range(first, last) == shown


def test_a_week_is_shown_without_its_year_and_in_other_languages() -> None:
    monday, sunday = date(2026, 11, 16), date(2026, 11, 22)
    assert words.day_range(monday, sunday, year=False, long=True) == "16–22 November"
    far = words.day_range(monday, date(2027, 1, 10), year=False, long=True)
    assert far == "16 November – 10 January"
    assert words.day_range(monday, sunday, "de") == "16.–22. Nov. 2026"


NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("apart", "shown"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=-50), "1 minute ago"),
        (timedelta(minutes=-5), "5 minutes ago"),
        (timedelta(minutes=-59), "59 minutes ago"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(days=-4), "4 days ago"),
        (timedelta(days=-20), "20 days ago"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=-40), "14 Oct 2026"),
    ],
)
def test_a_while_ago_is_told_in_words(apart: timedelta, shown: str) -> None:
    assert words.ago(NOW + apart, NOW) == shown


@pytest.mark.usefixtures("clock")
def test_a_moment_is_shown_in_the_readers_zone_and_names_a_year_that_is_not_this_one() -> None:
    vienna = ZoneInfo("Europe/Vienna")
    assert words.moment(NOW, vienna) == "23 Nov 10:00"
    assert words.moment(NOW.replace(year=2025), vienna) == "23 Nov 2025, 10:00"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (8_421_050, "EUR", "€84,211"),
        (-49, "EUR", "€0"),
        (-50, "EUR", "−€1"),
        (1_234_567, "JPY", "¥1,234,567"),
    ],
)
def test_key_figures_leave_out_the_minor_unit(amount, currency, shown):
    assert words.money_whole(amount, currency) == shown


@pytest.mark.parametrize(
    ("factor_ppm", "plus", "locale", "shown"),
    [
        (1_500_000, 0, "en", "×1.5"),
        (1_250_000, 0, "de-AT", "×1,25"),
        (2_000_000, 0, "en", "×2"),
        (1_000_000, 2000, "en", "+20.00 EUR"),
        (1_000_000, 123_456, "de", "+1.234,56 EUR"),
        (500_000, -500, "en", "×0.5, then −5.00 EUR"),
    ],
)
def test_a_modifier_says_what_it_does_to_a_rate(factor_ppm: int, plus: int, locale: str, shown: str) -> None:
    assert words.modifier(factor_ppm, plus, "EUR", locale) == shown
