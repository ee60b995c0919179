"""Numbers in free text, and structured references."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.references import creditor_body, is_reference_of, names_digits, names_number, swiss_check

INV = "INV-2026-0001"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("INV-2026-0001", True),
        ("Rechnung inv 2026 0001 vom 3.11.", True),
        ("INV20260001,INV20260002", True),
        ("INV-2026-00 01", True),  # a bank's line end
        ("/INV/2026/0001/", True),
        ("INV-2026-00011", False),
        ("XINV-2026-0001", False),
        ("INV-2025-0001", False),
        ("2026-0001", False),
        ("", False),
    ],
)
def test_a_number_is_found_whatever_stands_between_its_parts(text, named):
    assert names_number(text, INV) is named


def test_a_short_number_of_digits_alone_names_nothing():
    assert not names_number("Invoice 12 of 2026", "12")
    assert names_number("Invoice 10012", "10012")


@pytest.mark.parametrize(
    ("text", "found"), [("2026-0001", True), ("20260001", True), ("120260001", False), ("0001", False)]
)
def test_the_digits_of_a_number_alone_are_a_hint(text, found):
    assert names_digits(text, INV) is found


@pytest.mark.parametrize(
    ("reference", "body"),
    [
        ("RF18 5390 0754 7034", "539007547034"),  # the example of ISO 11649
        ("RF19 5390 0754 7034", ""),
        ("21 00000 00003 13947 14300 09017", "21000000000313947143000901"),  # of the Swiss guidelines
        ("21 00000 00003 13947 14300 09018", ""),
        ("INV-2026-0001", ""),
        ("RF", ""),
        ("ＲＦ18539007547034", ""),
    ],
)
def test_a_structured_reference_counts_only_with_its_check_digits(reference, body):
    assert creditor_body(reference) == body


def test_the_body_of_a_reference_is_a_number_or_its_digits():
    assert is_reference_of("INV20260001", INV)
    assert is_reference_of("20260001", INV)
    assert not is_reference_of("20260002", INV)
    assert not is_reference_of("", INV)


@given(st.text("0123456789", min_size=26, max_size=26), st.integers(1, 9), st.integers(0, 25))
def test_one_wrong_digit_of_a_qr_reference_is_noticed(digits, off, place):
    check = swiss_check(digits)
    wrong = digits[:place] + str((int(digits[place]) + off) % 10) + digits[place + 1 :]
    assert creditor_body(digits + check) == digits.lstrip("0")
    assert creditor_body(wrong + check) == ""
