from xml.etree import ElementTree

import pytest

from psa_app.errors import Invalid
from psa_app.formats.epc_qr import is_iban, payload, svg

IBAN = "AT61 1904 3002 3457 3201"


def test_the_code_holds_its_parts_in_the_order_of_the_guideline() -> None:
    assert payload("Harbour Studio", IBAN, 2032905, "INV-2026-0142", "BKAUATWW").split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "BKAUATWW",
        "Harbour Studio",
        "AT611904300234573201",
        "EUR20329.05",
        "",
        "",
        "INV-2026-0142",
    ]


def test_cents_keep_two_digits() -> None:
    assert "\nEUR0.05\n" in payload("A", IBAN, 5, "x")
    assert "\nEUR1200.00\n" in payload("A", IBAN, 120000, "x")


def test_a_line_break_in_a_name_adds_no_line() -> None:
    assert payload("A\nEUR999999.00\r\nB", IBAN, 100, "one\ntwo").split("\n")[5] == "A EUR999999.00 B"
    assert len(payload("A\nB", IBAN, 100, "one\ntwo").split("\n")) == 11


def test_long_names_and_texts_are_cut_to_what_the_guideline_allows() -> None:
    lines = payload("N" * 100, IBAN, 100, "T" * 200).split("\n")
    assert (len(lines[5]), len(lines[10])) == (70, 140)


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_an_amount_out_of_range_is_refused(cents: int) -> None:
    with pytest.raises(Invalid, match="euros"):
        payload("A", IBAN, cents, "x")


@pytest.mark.parametrize("iban", ["", "AT611904300234573202", "61AT1904300234573201", "AT61ÄÖ", "DE00 0000"])
def test_a_wrong_iban_is_refused(iban: str) -> None:
    with pytest.raises(Invalid, match="IBAN"):
        payload("A", iban, 100, "x")


@pytest.mark.parametrize("iban", ["AT611904300234573201", "DE89370400440532013000", "NO9386011117947"])
def test_right_ibans_pass(iban: str) -> None:
    assert is_iban(iban)


def test_a_wrong_bic_is_refused() -> None:
    with pytest.raises(Invalid, match="BIC"):
        payload("A", IBAN, 100, "x", "ABC")


def test_the_picture_is_svg_with_one_path() -> None:
    root = ElementTree.fromstring(svg("Harbour Studio", IBAN, 100, "x"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall("{http://www.w3.org/2000/svg}path")) == 1
