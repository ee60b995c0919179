"""What a payment on the bank account is likely to be for."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.matching import Line, OpenInvoice, Payer, match, split_over

DAY = date(2026, 11, 20)
IBAN = "DE89370400440532013000"


def invoice(number: int, left: int, client: int = 1, currency: str = "EUR") -> OpenInvoice:
    issued = date(2026, 11, number)
    return OpenInvoice(
        number, f"INV-2026-{number:04}", client, currency, left, issued, date(2026, 12, number)
    )


FIRST, SECOND, OTHER = invoice(1, 10_000), invoice(2, 25_000), invoice(3, 25_000, client=2)
OPEN = (FIRST, SECOND, OTHER)
NORTHWIND = Payer(1, ("Northwind GmbH", "Northwind Trading"), frozenset({IBAN}))
KESTREL = Payer(2, ("Kestrel Inc",), frozenset({"US1"}))
PAYERS = (NORTHWIND, KESTREL)


def line(amount: int, text: str = "", **more) -> Line:
    return Line(amount, "EUR", DAY, text, **more)


@pytest.mark.parametrize(
    ("money", "grade", "parts"),
    [
        (line(10_000, "Invoice INV-2026-0001"), "certain", ((1, 10_000),)),
        (line(35_000, "INV-2026-0001, INV-2026-0002"), "certain", ((1, 10_000), (2, 25_000))),
        (line(9_000, "INV-2026-0001"), "likely", ((1, 9_000),)),
        (line(12_000, "INV-2026-0001"), "likely", ((1, 10_000),)),
        (line(10_000, "INV-2026-0001 INV-2026-0002"), "likely", ((1, 10_000),)),
        (line(10_000, "INV-2026-0001", iban="US1"), "doubtful", ((1, 10_000),)),
        (line(25_000, iban=IBAN), "likely", ((2, 25_000),)),
        (line(35_000, payer="Northwind"), "likely", ((1, 10_000), (2, 25_000))),
        (line(10_000), "likely", ((1, 10_000),)),
        (line(25_000), "doubtful", ((2, 25_000),)),
        (line(10_000, "2026-0001"), "likely", ((1, 10_000),)),
        (line(5_000, payer="NORTHWIND GMBH"), "doubtful", ((1, 5_000),)),
        (line(77, "Lottery"), "none", ()),
    ],
)
def test_grades(money, grade, parts):
    found = match(money, OPEN, PAYERS)
    best = found.candidates[0].parts if found.candidates else ()
    assert (found.grade, best) == (grade, parts)


def test_a_structured_reference_goes_before_the_text():
    body = "INV20260001"
    check = 98 - int("".join(str(int(sign, 36)) for sign in body + "RF00")) % 97
    found = match(line(10_000, "INV-2026-0002", reference=f"RF{check:02}{body}"), OPEN, PAYERS)
    assert (found.grade, found.candidates[0].parts) == ("certain", ((1, 10_000),))


@pytest.mark.parametrize(
    ("came", "charges", "kind"),
    [
        (99_000, 1_000, "charge"),
        (98_500, 1_500, "charge"),
        (98_000, 0, "discount"),
        (97_000, 0, "discount"),
        (99_500, 0, "charge"),
        (90_000, 0, ""),
    ],
)
def test_what_is_missing_is_named_when_it_looks_like_a_charge_or_a_discount(came, charges, kind):
    found = match(line(came, "INV-2026-0004", charges=charges), [invoice(4, 100_000)], PAYERS)
    best = found.candidates[0]
    assert (found.grade, best.short, best.short_kind) == ("likely", 100_000 - came, kind)


def test_money_for_an_invoice_that_is_paid_is_never_sure():
    paid = replace(FIRST, left=0)
    found = match(line(25_000, "INV-2026-0001", iban=IBAN), [paid, SECOND], PAYERS)
    assert (found.grade, found.paid) == ("doubtful", ("INV-2026-0001",))


def test_an_invoice_of_another_currency_is_no_candidate():
    assert match(line(10_000, "INV-2026-0001"), [invoice(1, 10_000, currency="USD")], PAYERS).grade == "none"


def test_money_from_before_the_invoice_is_doubtful():
    early = replace(line(10_000, "INV-2026-0001"), booked_on=date(2026, 10, 1))
    found = match(early, OPEN, PAYERS)
    assert found.grade == "doubtful"
    assert "came before the invoice was issued" in found.candidates[0].reasons


AMOUNTS = st.integers(1, 5_000)
INVOICES = st.lists(AMOUNTS, min_size=1, max_size=8).map(
    lambda lefts: [invoice(n, left, client=n % 2 + 1) for n, left in enumerate(lefts, 1)]
)
TEXTS = st.lists(st.integers(1, 9), max_size=3).map(lambda ns: " ".join(f"INV-2026-{n:04}" for n in ns))


@given(
    INVOICES, AMOUNTS, TEXTS, st.sampled_from(["", "Northwind", "Kestrel Inc"]), st.sampled_from(["", IBAN])
)
def test_no_candidate_spends_more_than_came_or_pays_more_than_is_owed(invoices, amount, text, payer, iban):
    found = match(line(amount, text, payer=payer, iban=iban), invoices, PAYERS)
    left = {one.id: one.left for one in invoices}
    owner = {one.id: one.account_id for one in invoices}
    for one in found.candidates:
        spent = sum(part for _, part in one.parts)
        assert all(0 < part <= left[key] for key, part in one.parts)
        assert spent + one.over == amount
        assert {owner[key] for key, _ in one.parts} == {one.account_id}
        assert one.reasons
    if found.grade == "certain":
        best = found.candidates[0]
        assert best.is_exact
        assert all(f"INV-2026-{key:04}" in text for key, _ in best.parts)
    assert (found.grade == "none") == (not found.candidates)


@given(st.lists(st.tuples(st.integers(), AMOUNTS)), st.integers(0, 20_000))
def test_splitting_loses_nothing(owed, amount):
    parts = split_over(owed, amount)
    assert sum(part for _, part in parts) == min(amount, sum(left for _, left in owed))
