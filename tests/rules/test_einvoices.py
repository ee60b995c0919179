"""What is missing for a profile is asked for by name; sums that do not add up are never written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.einvoices import Address, Endpoint
from psa_app.rules.einvoices.codes import PROFILES, prefixed_vat
from psa_app.rules.einvoices.missing import asks, client_lacks, sums_fault
from tests.formats.einvoice_examples import BUYER, EXAMPLES, MEANS, SELLER, document, hours, piece

PLAIN = EXAMPLES["plain"]
NOWHERE = Address("Kai 1", "", "", "AT")
WRITTEN = [profile for profile, _ in PROFILES if profile]


@pytest.mark.parametrize("profile", WRITTEN)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_whole_document_is_asked_for_nothing(name, profile):
    assert list(asks(EXAMPLES[name], profile)) == []


# Profile, what is missing, the field that is asked for, a word of the sentence.
LACKING = [
    ("xrechnung", {"buyer_reference": ""}, "buyer_reference", "Leitweg-ID"),
    ("xrechnung", {"means": None}, "bank_account_id", "bank account"),
    ("xrechnung", {"means": replace(MEANS, code="1", account="")}, "bank_account_id", "bank account"),
    ("xrechnung", {"seller": replace(SELLER, phone="12")}, "phone", "telephone"),
    ("xrechnung", {"seller": replace(SELLER, email="nobody")}, "email", "e-mail"),
    ("xrechnung", {"seller": replace(SELLER, address=NOWHERE)}, "seller", "postcode"),
    ("xrechnung", {"buyer": replace(BUYER, address=NOWHERE)}, "buyer", "Müller"),
    ("xrechnung", {"buyer": replace(BUYER, endpoint=None)}, "endpoint", "Müller"),
    ("xrechnung", {"seller": replace(SELLER, endpoint=None)}, "email", "Peppol ID"),
    ("peppol", {"buyer_reference": "", "purchase_order": ""}, "buyer_reference", "purchase order"),
    ("peppol", {"buyer": replace(BUYER, endpoint=None)}, "endpoint", "Müller"),
    ("peppol", {"buyer": replace(BUYER, endpoint=Endpoint("EM", "a@b.example"))}, "endpoint", "Peppol ID"),
    ("peppol", {"seller": replace(SELLER, endpoint=Endpoint("0001", "7"))}, "endpoint", "scheme"),
    ("ubl", {"seller": replace(SELLER, vat_id="", register_id="")}, "seller", "register number"),
    ("ubl", {"seller": replace(SELLER, vat_id="", tax_id="")}, "seller", "tax number"),
    ("cii", {"seller": replace(SELLER, vat_id="12345678")}, "vat_id", "firm"),
    ("cii", {"buyer": replace(BUYER, vat_id="12345678")}, "vat_id", "client"),
    ("factur_x", {"currency": "KWD"}, "currency", "two decimals"),
    ("factur_x", {"lines": (replace(PLAIN.lines[0], name=" "),)}, "lines", "no text"),
]


@pytest.mark.parametrize(("profile", "without", "field", "word"), LACKING)
def test_what_is_missing_is_asked_for_by_name(profile, without, field, word):
    found = list(asks(replace(PLAIN, **without), profile))
    assert [(one.field, word in one.sentence) for one in found] == [(field, True)]


@pytest.mark.parametrize(
    ("profile", "known", "lacks"),
    [
        ("", (), []),
        ("factur_x", (), []),
        ("xrechnung", (), ["buyer reference", "e-mail address"]),
        ("xrechnung", ("reference", "mail"), []),
        ("xrechnung", ("reference", "peppol"), []),
        ("peppol", (), ["buyer reference", "Peppol ID"]),
        ("peppol", ("orders", "mail"), ["Peppol ID"]),
        ("peppol", ("reference", "peppol"), []),
    ],
)
def test_a_clients_page_names_what_its_invoices_will_need(profile, known, lacks):
    given = {name: name in known for name in ("reference", "orders", "peppol", "mail")}
    assert client_lacks(profile, **given) == lacks


def test_peppol_within_germany_asks_what_germany_asks():
    german = replace(SELLER, address=Address("Kai 1", "20457", "Hamburg", "DE"), phone="")
    found = list(asks(replace(PLAIN, seller=german, buyer_reference=""), "peppol"))
    assert [one.field for one in found] == ["buyer_reference", "phone"]


def test_reverse_charge_asks_for_both_vat_numbers():
    bare = {"seller": replace(SELLER, vat_id=""), "buyer": replace(BUYER, vat_id="")}
    found = list(asks(replace(EXAMPLES["reverse charge"], **bare), "ubl"))
    assert [one.field for one in found] == ["seller", "vat_id"]


def test_an_exemption_says_why():
    silent = document(piece(10000, "E", 0), reason="")
    assert [one.field for one in asks(silent, "factur_x")] == ["tax"]


def test_what_is_outside_the_scope_of_tax_stands_alone():
    both = document(piece(10000, "O", 0), piece(10000, number="2"))
    assert [one.field for one in asks(both, "ubl")] == ["tax"]


def test_sums_that_do_not_add_up_are_told():
    tax = PLAIN.taxes[0]
    assert "add up" in sums_fault(replace(PLAIN, taxes=(replace(tax, base=9999),)))
    assert "base" in sums_fault(replace(PLAIN, taxes=(replace(tax, tax=2100),)))
    assert "Line 1" in sums_fault(replace(PLAIN, lines=(replace(PLAIN.lines[0], price=1),)))


def test_tax_rounded_line_by_line_is_let_through():
    tax = PLAIN.taxes[0]
    assert sums_fault(replace(PLAIN, taxes=(replace(tax, tax=tax.tax + 3),))) == ""


@given(st.lists(st.tuples(st.integers(1, 6000), st.integers(0, 50_000)), min_size=1, max_size=30))
def test_hours_at_any_rate_add_up(lines):
    made = document(*(hours(minutes, rate, number=str(n)) for n, (minutes, rate) in enumerate(lines, 1)))
    assert sums_fault(made) == ""
    assert made.due == made.lines_net + made.tax


@pytest.mark.parametrize(
    ("number", "country", "written"),
    [("ATU 123", "AT", "ATU123"), ("123456789", "GR", "EL123456789"), ("", "AT", ""), ("12", "DE", "DE12")],
)
def test_a_vat_number_begins_with_its_country(number, country, written):
    assert prefixed_vat(number, country) == written
