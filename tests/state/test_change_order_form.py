"""What is typed about a change order becomes its deltas, and comes back as it was typed."""

from datetime import date, timedelta

import pytest

from psa_app.errors import Invalid
from psa_app.queries.contracts.orders import Choices
from psa_app.rules.deltas import AddFee, FeeShare, write_deltas
from psa_app.services.problems import FieldProblems
from psa_app.state.contracts.change_order_form import (
    MOST_PARTS,
    Offered,
    Typed,
    begun,
    deltas_in,
    drafts,
    read_typed,
    typed_of,
    with_part,
)

OFFERED = Offered(Choices(((7, "Launch", "fixed"),), (), ()), "EUR")
FIRST = date(2026, 12, 1)


def a_fee(parts: int) -> AddFee:
    share = 1_000_000 // parts
    shares = [share] * (parts - 1) + [1_000_000 - share * (parts - 1)]
    days = (FIRST + timedelta(days=30 * n) for n in range(parts))
    return AddFee(7, 120_000, tuple(map(FeeShare, days, shares)), "Extra")


def form_of(rows: list[Typed]) -> dict[str, str]:
    """What the browser sends for these rows: each field that is drawn."""
    return {spec.name: spec.value for row in drafts(rows, OFFERED) for spec in row.specs}


@pytest.mark.parametrize("parts", [1, 4, 5, 16])
def test_a_fee_keeps_as_many_parts_as_it_has(parts: int) -> None:
    kept = typed_of(write_deltas([a_fee(parts)]), "EUR")
    found = FieldProblems()
    assert deltas_in(read_typed(form_of(kept), kept), "EUR", found) == [a_fee(parts)]
    found.stop_if_any()


def test_a_further_part_is_typed_into_fields_of_its_own() -> None:
    row = begun("add_fee", OFFERED)
    assert [spec.name for spec in drafts([row], OFFERED)[0].specs][3:] == ["deltas.0.day0", "deltas.0.share0"]
    grown = with_part(row)
    typed = form_of([grown]) | {
        "deltas.0.amount": "1,200.00",
        "deltas.0.title": "Extra",
        "deltas.0.day0": "2026-12-01",
        "deltas.0.share0": "50",
        "deltas.0.day1": "2026-12-31",
        "deltas.0.share1": "50",
    }
    assert deltas_in(read_typed(typed, [grown]), "EUR", FieldProblems()) == [a_fee(2)]


def test_a_part_that_is_left_empty_is_no_part() -> None:
    (kept,) = typed_of(write_deltas([a_fee(2)]), "EUR")
    assert deltas_in([with_part(with_part(kept))], "EUR", FieldProblems()) == [a_fee(2)]


def test_a_fee_has_its_most_parts_and_no_more() -> None:
    row = begun("add_fee", OFFERED)
    for _ in range(MOST_PARTS - 1):
        row = with_part(row)
    with pytest.raises(Invalid, match="at most 60 days"):
        with_part(row)
