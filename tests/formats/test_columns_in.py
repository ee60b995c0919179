"""Cells as other tools write them: numbers, days, yes and no, countries, choices."""

from collections.abc import Callable

import pytest

from psa_app.errors import Invalid
from psa_app.formats import columns_in


@pytest.mark.parametrize(
    ("cell", "mark", "number", "beside"),
    [
        ("1.234,56", "", "1234.56", ""),
        ("1,234.56", "", "1234.56", ""),
        ("1 234,56", "", "1234.56", ""),
        ("1\u202f234,5", "", "1234.5", ""),
        ("45'000.00", "", "45000", ""),
        ("45’000", "", "45000", ""),
        ("1.234", ",", "1234", ""),
        ("1.234", ".", "1.234", ""),
        ("1.234.567", "", "1234567", ""),
        ("12,5", "", "12.5", ""),
        ("0,125", "", "0.125", ""),
        (".5", "", ".5", ""),
        ("€ 1.234,56", "", "1234.56", "€"),
        ("12.500,00 EUR", "", "12500", "EUR"),
        ("CHF 1'200.–", "", "1200", "CHF"),
        ("100,-", "", "100", ""),
        ("Fr. 100.-", "", "100", "Fr."),
        ("(1,200.50)", "", "-1200.5", ""),
        ("−5,5", "", "-5.5", ""),
        ("-€ 5,50", "", "-5.5", "€"),
        ("60 %", "", "60", "%"),
    ],
)
def test_a_number_comes_out_with_a_point(cell: str, mark: columns_in.Mark, number: str, beside: str) -> None:
    assert columns_in.number_text(cell, mark) == (number, beside)


@pytest.mark.parametrize("cell", ["abc", "1,2,3", "1.23.456", "1.234", "--", "€", "1.2,3.4"])
def test_what_is_no_number_or_two_is_refused(cell: str) -> None:
    with pytest.raises(Invalid):
        columns_in.number_text(cell, "")


@pytest.mark.parametrize(
    ("cells", "mark", "asked"),
    [
        (["1.234", "5,50"], ",", False),
        (["1,234", "5.5"], ".", False),
        (["1.234", "2.000"], "", True),
        (["1,234"], "", True),
        (["1234", "7"], "", False),
        (["1.234,5", "1,234.5"], "", False),
        (["€ 1.234", "12.000.000 EUR"], ",", False),
    ],
)
def test_a_column_tells_its_decimal_mark_or_is_asked(cells: list[str], mark: str, asked: bool) -> None:
    form, is_open = columns_in.form_of("money", cells)
    assert (form.mark, is_open is not None) == (mark, asked)


@pytest.mark.parametrize(
    ("cells", "order", "asked"),
    [
        (["03.04.2026", "25.04.2026"], "dmy", False),
        (["03/04/2026", "04/25/2026"], "mdy", False),
        (["03/04/2026"], None, True),
        (["2026-04-03"], "iso", False),
        (["03.03.2026"], None, False),
        (["03/04/2026", "25/04/2026", "04/25/2026"], None, True),
    ],
)
def test_a_column_tells_the_order_of_its_dates_or_is_asked(
    cells: list[str], order: str | None, asked: bool
) -> None:
    form, is_open = columns_in.form_of("date", cells)
    assert (form.order, is_open is not None) == (order, asked)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-23",
        "23.11.2026",
        "23. 11. 2026",
        "11/23/2026",
        "23/11/26",
        "2026/11/23",
        "23 Nov 2026",
        "23. November 2026",
        "Nov 23, 2026",
        "2026-11-23 00:00:00",
        "2026-11-23T10:00:00Z",
    ],
)
def test_a_day_is_read_in_many_forms(cell: str) -> None:
    assert columns_in.date_text(cell, None) == "2026-11-23"


@pytest.mark.parametrize("cell", ["31.02.2026", "2026-13-01", "tomorrow", "03/04/2026", "12:30", "1.1.1066"])
def test_what_is_no_day_or_two_is_refused(cell: str) -> None:
    with pytest.raises(Invalid):
        columns_in.date_text(cell, None)


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (columns_in.bool_text, "Ja", "yes"),
        (columns_in.bool_text, "FALSCH", "no"),
        (columns_in.bool_text, "x", "yes"),
        (columns_in.bool_text, "-", ""),
        (columns_in.country_text, "Österreich", "AT"),
        (columns_in.country_text, "united  kingdom", "GB"),
        (columns_in.country_text, "Suisse", "CH"),
        (columns_in.country_text, "de", "DE"),
        (columns_in.currency_text, "€", "EUR"),
        (columns_in.currency_text, "chf", "CHF"),
        (columns_in.currency_text, "US$", "USD"),
    ],
)
def test_words_of_several_languages_are_known(read: Callable[[str], str], cell: str, value: str) -> None:
    assert read(cell) == value


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (columns_in.bool_text, "perhaps"),
        (columns_in.country_text, "Atlantis"),
        (columns_in.currency_text, "$"),
        (columns_in.currency_text, "Taler"),
    ],
)
def test_what_is_not_known_is_refused(read: Callable[[str], str], cell: str) -> None:
    with pytest.raises(Invalid):
        read(cell)


def test_a_choice_is_known_by_its_word_and_its_value() -> None:
    choices = (("", "–"), ("time_and_materials", "Time and materials"), ("fixed", "Fixed price"))
    assert columns_in.choice_value("FIXED PRICE", choices) == "fixed"
    assert columns_in.choice_value("time_and_materials", choices) == "time_and_materials"
    with pytest.raises(Invalid, match="Write one of: Time and materials, Fixed price"):
        columns_in.choice_value("Other", choices)
