from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import codes, fields


def refused(check: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(Invalid) as error:
        check(*args, **options)
    assert error.value.field
    return error.value.sentence


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Acme  ", "Acme"), ("Zoë Müller", "Zoë Müller"), ("\tAcme\r\n", "Acme"), ("日本", "日本")],
)
def test_text_loses_only_the_blanks_around_it(typed: str, kept: str) -> None:
    assert fields.text(typed, "name") == kept


@pytest.mark.parametrize(
    "typed",
    ["a\r\nBcc: b@example.com", "a\nb", "a\x00b", "a\x7fb", "a\u202eb", "a\u2028b", "a\ud800b", "a\tb"],
)
def test_control_characters_are_refused(typed: str) -> None:
    assert "on one line" in refused(fields.text, typed, "name")


def test_lines_are_kept_where_they_belong() -> None:
    assert fields.text(" one\r\ntwo\n\tthree ", "note", multiline=True) == "one\ntwo\n\tthree"
    assert "Type plain text." in refused(fields.text, "one\rtwo", "note", multiline=True)
    assert "Type plain text." in refused(fields.text, "one\x00", "note", multiline=True)


def test_text_has_a_length_and_may_be_required() -> None:
    assert refused(fields.text, "   ", "name") == "Fill this in."
    assert fields.text("   ", "name", required=False) == ""
    assert fields.text("x" * 200, "name") == "x" * 200
    assert refused(fields.text, "x" * 201, "name") == "This is 201 characters long; 200 is the most."
    assert "5 is the most" in refused(fields.text, "x" * 6, "name", max=5)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna@Example.COM ", "anna@example.com"),
        ("a.b+c@sub.example.co.uk", "a.b+c@sub.example.co.uk"),
        ("anna@müller.example", "anna@xn--mller-kva.example"),
    ],
)
def test_an_email_address_is_kept_in_lower_case(typed: str, kept: str) -> None:
    assert fields.email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "anna",
        "anna@",
        "@example.com",
        "anna@example",
        "a b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "anna@-x.com",
        "anna@exa mple.com",
        "anna@example..com",
        "anna@x.com, ben@x.com",
        "<a@x.com>",
        "a@x.com\r\nBcc: b@x.com",
        "x" * 65 + "@example.com",
        "a@" + "x" * 64 + ".com",
        "a@[127.0.0.1]",
    ],
)
def test_what_is_no_email_address_is_refused(typed: str) -> None:
    assert refused(fields.email, typed)


def test_an_optional_email_may_be_empty() -> None:
    assert fields.email(" ", required=False) == ""
    assert refused(fields.email, "") == "Fill this in."


def test_a_date_is_an_iso_date_that_exists() -> None:
    assert fields.iso_date(" 2026-11-23 ", "day") == date(2026, 11, 23)
    assert fields.optional_date("", "day") is None
    assert fields.optional_date("2028-02-29", "day") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "23.11.2026",
        "2026-02-29",
        "2026-13-01",
        "20261123",
        "2026-W48-1",
        "٢٠٢٦-١١-٢٣",
        "0026-11-23",
        "2200-01-01",
    ],
)
def test_a_date_that_is_none_is_refused(typed: str) -> None:
    assert "Type a date" in refused(fields.iso_date, typed, "day")


def test_a_whole_number_lies_in_its_bounds() -> None:
    assert fields.whole(" 42 ", "n") == 42
    assert fields.whole(42, "n") == 42
    assert fields.whole("−5", "n", low=-10) == -5
    assert fields.optional_whole("", "n") is None
    assert fields.optional_whole("7", "n") == 7
    assert refused(fields.whole, "11", "n", 1, 10) == "Type a whole number from 1 to 10."
    assert refused(fields.whole, "-1", "n") == "Type a whole number from 0 to 2147483647."


@pytest.mark.parametrize("typed", ["", "1.5", "1e3", "NaN", "0x10", "٣", "9" * 13, True])
def test_what_is_no_whole_number_is_refused(typed: str | bool) -> None:
    assert refused(fields.whole, typed, "n") == "Type a whole number."


@pytest.mark.parametrize(
    ("typed", "ppm"), [("20", 200_000), ("7,7 %", 77_000), ("0.0001", 1), ("0", 0), ("100%", 1_000_000)]
)
def test_a_percentage_is_kept_in_parts_per_million(typed: str, ppm: int) -> None:
    assert fields.percent_ppm(typed, "tax_rate") == ppm


@pytest.mark.parametrize("typed", ["", "-1", "101", "1.23456", "NaN", "1e2", "%", "٢٠"])
def test_what_is_no_percentage_is_refused(typed: str) -> None:
    assert "Type a percentage" in refused(fields.percent_ppm, typed, "tax_rate")


def test_a_country_is_two_letters_of_the_list() -> None:
    assert len(codes.COUNTRIES) == 250
    assert fields.country(" at ") == "AT"
    assert fields.country("", required=False) == ""
    for wrong in ("", "XX", "AUT", "Austria"):
        assert "two letters" in refused(fields.country, wrong)


def test_a_language_may_name_its_country() -> None:
    assert fields.language("DE") == "de"
    assert fields.language("de_at") == "de-AT"
    assert fields.language("", required=False) == ""
    for wrong in ("", "xx", "de-XX", "de-", "english"):
        assert "Choose a language" in refused(fields.language, wrong)


def test_a_zone_is_one_that_the_time_zone_database_knows() -> None:
    assert fields.zone(" Europe/Vienna ") == "Europe/Vienna"
    assert fields.zone("UTC") == "UTC"
    for wrong in ("", "Vienna", "Europe", "../etc/passwd", "europe/vienna"):
        assert "time zone" in refused(fields.zone, wrong)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("AT61 1904 3002 3457 3201", "AT611904300234573201"),
        ("de89370400440532013000", "DE89370400440532013000"),
        ("GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
        ("NO93 8601 1117 947", "NO9386011117947"),
        ("CH93 0076 2011 6238 5295 7", "CH9300762011623852957"),
    ],
)
def test_a_right_iban_is_kept_without_blanks(typed: str, kept: str) -> None:
    assert fields.iban(typed) == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "not a whole IBAN"),
        ("AT61 1904 3002 3457 320", "not a whole IBAN"),
        ("AT61-1904-3002-3457-3201", "not a whole IBAN"),
        ("1234567890123456", "not a whole IBAN"),
        ("AT61 1904 3002 3457 3202", "check digits"),
        ("AT16 1904 3002 3457 3201", "check digits"),
        ("XX61 1904 3002 3457 3201", "check digits"),
    ],
)
def test_a_wrong_iban_is_refused(typed: str, says: str) -> None:
    assert says in refused(fields.iban, typed)


@given(st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_in_an_iban_is_always_found(position: int, shift: int) -> None:
    right = "AT611904300234573201"
    at = position + 4
    wrong = right[:at] + str((int(right[at]) + shift) % 10) + right[at + 1 :]
    assert "check digits" in refused(fields.iban, wrong)


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("ATU 1234 5678", "AT", "ATU12345678"),
        ("u12345678", "at", "ATU12345678"),
        ("DE 123 456 789", "DE", "DE123456789"),
        ("EL123456789", "GR", "EL123456789"),
        ("NL123456789B01", "NL", "NL123456789B01"),
        ("CHE-123.456.789 MWST", "CH", "CHE123456789MWST"),
        ("GB 123 4567 89", "GB", "GB123456789"),
        ("ESX1234567X", "ES", "ESX1234567X"),
        ("12-3456789", "US", "12-3456789"),
    ],
)
def test_a_vat_number_has_its_countrys_form(typed: str, country: str, kept: str) -> None:
    assert fields.vat_id(typed, country=country) == kept


def test_a_vat_number_tells_its_country_by_its_prefix() -> None:
    assert fields.vat_id("atu 1234 5678") == "ATU12345678"
    assert fields.vat_id("EL 123456789", "number") == "EL123456789"
    assert fields.vat_id("CHE-123.456.789", "number") == "CHE123456789"
    assert fields.vat_id("12-3456789") == "12-3456789"
    assert "DE123456789" in refused(fields.vat_id, "DE12345678", "number")


@pytest.mark.parametrize("country", sorted(codes.VAT_PATTERNS))
def test_each_countrys_example_fits_and_a_letter_more_does_not(country: str) -> None:
    example = codes.VAT_EXAMPLES[country]
    assert fields.vat_id(example, country=country) == fields.vat_id(example) == example
    assert example in refused(fields.vat_id, example + "QQ", "vat_id", country)


def test_an_optional_vat_number_or_iban_may_be_empty() -> None:
    assert fields.vat_id(" ", country="AT", required=False) == ""
    assert fields.iban(" ", required=False) == ""
    assert "ATU12345678" in refused(fields.vat_id, "", "vat_id", "AT")


@given(st.text())
def test_any_text_is_kept_clean_or_refused(typed: str) -> None:
    try:
        kept = fields.text(typed, "name", required=False)
    except Invalid:
        return
    assert "\n" not in kept
    assert "\r" not in kept
    assert len(kept) <= 200


@given(st.text(alphabet="abz09@.-ü ", max_size=40))
def test_an_email_that_passes_passes_again_unchanged(typed: str) -> None:
    try:
        kept = fields.email(typed)
    except Invalid:
        return
    assert fields.email(kept) == kept
