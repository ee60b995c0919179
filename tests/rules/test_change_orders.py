"""What a change order may move, and what the contract is worth then."""

from datetime import date

import pytest

from psa_app.errors import Invalid
from psa_app.rules.change_effect import Expected, expected, hourly
from psa_app.rules.change_orders import Contract, Line, Part, applied, fee_parts
from psa_app.rules.change_words import Names, rows
from psa_app.rules.contract_value import line_worth
from psa_app.rules.deltas import (
    AddFee,
    AddFixed,
    AddLine,
    AddPart,
    CapTo,
    Delta,
    DropPart,
    EndOn,
    FeeShare,
    HoursTo,
    MovePart,
    RateTo,
    StartOn,
    read_deltas,
    write_deltas,
)

DAY = date(2026, 11, 23)
CONTRACT = Contract(
    date(2026, 11, 1),
    date(2026, 12, 31),
    (
        Line(1, "Redesign", "time_and_materials", cap=1_000_000, minutes=6000, billed=400_000),
        Line(2, "Concept", "fixed", value=500_000),
    ),
    (Part(11, 2, "Draft", 200_000, "accepted"), Part(12, 2, "Final", 300_000)),
    "EUR",
    date(2026, 11, 9),
)


@pytest.mark.parametrize(
    ("delta", "worth", "minutes"),
    [
        (CapTo(1, 1_250_000), 1_750_000, 6000),
        (CapTo(1, 400_000), 900_000, 6000),
        (CapTo(1, None), 500_000, 6000),
        (HoursTo(1, 9000), 1_500_000, 9000),
        (RateTo(1, None, 15_000), 1_500_000, 6000),
        (AddPart(2, "Extra", 70_000, DAY), 1_570_000, 6000),
        (MovePart(12, 100_000), 1_300_000, 6000),
        (DropPart(12), 1_200_000, 6000),
        (AddLine("Care", 12_000, 240_000, 1200), 1_740_000, 7200),
        (EndOn(date(2027, 3, 31)), 1_500_000, 6000),
        (StartOn(date(2026, 10, 1)), 1_500_000, 6000),
        (AddFixed("Training", 80_000, DAY, 600), 1_580_000, 6600),
        (AddFee(2, 90_000, (FeeShare(DAY, 400_000), FeeShare(date(2026, 12, 1), 600_000))), 1_590_000, 6000),
    ],
)
def test_each_delta_moves_value_and_hours(delta: Delta, worth: int, minutes: int) -> None:
    after = applied(CONTRACT, [delta], DAY)
    assert (after.worth(), after.minutes()) == (worth, minutes)
    assert read_deltas(write_deltas([delta])) == (delta,)


@pytest.mark.parametrize(
    ("delta", "says"),
    [
        (CapTo(1, 399_999), "already billed"),
        (CapTo(2, 900_000), "not billed by time"),
        (CapTo(9, 900_000), "Choose a line"),
        (CapTo(1, 0), "above zero"),
        (HoursTo(1, -1), "sensible"),
        (RateTo(2, None, 1), "not billed by time"),
        (AddPart(1, "Extra", 1), "not billed at a fixed price"),
        (AddPart(2, " ", 1), "name"),
        (MovePart(11, 1), "accepted already"),
        (DropPart(11), "accepted already"),
        (DropPart(0), "Choose a milestone"),
        (AddLine("Care", 0), "above zero"),
        (EndOn(date(2026, 10, 31)), "before the start"),
        (EndOn(date(1, 1, 1)), "between 2000 and 2100"),
        (StartOn(date(2027, 1, 1)), "after the end"),
        (StartOn(date(2026, 11, 10)), "logged from 9 Nov 2026"),
        (AddFixed("Training", 0), "above zero"),
        (AddFee(2, 100, ()), "on which days"),
        (AddFee(2, 100, (FeeShare(DAY, 500_000), FeeShare(DAY, 400_000))), "add up to 90 %"),
        (AddFee(1, 100, (FeeShare(DAY, 1_000_000),)), "not billed at a fixed price"),
        (AddPart(2, "Training", 0), "“Training” has no value"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(delta: Delta, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        applied(CONTRACT, [HoursTo(1, 60), delta], DAY)
    assert refused.value.field == "deltas.1"


def test_the_effective_day_lies_within_the_term_as_changed() -> None:
    late = date(2027, 2, 1)
    with pytest.raises(Invalid, match="ends on 31 Dec 2026"):
        applied(CONTRACT, [HoursTo(1, 60)], late)
    assert applied(CONTRACT, [EndOn(late)], late).ends_on == late


def test_an_order_without_deltas_is_refused() -> None:
    with pytest.raises(Invalid, match="Say what changes"):
        applied(CONTRACT, [], DAY)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "gift"},
        {"kind": "cap"},
        {"kind": "cap", "line_id": 1, "to": 1, "by": 2},
        {"kind": "end", "to": "x"},
    ],
)
def test_a_stored_delta_that_makes_no_sense_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="from the list"):
        read_deltas([stored])


def test_a_fee_billed_on_dates_takes_no_milestone():
    fee = Contract(date(2026, 12, 1), None, (Line(1, "Concept", "fixed", value=900_000),))
    with pytest.raises(Invalid, match="billed on dates"):
        applied(fee, (AddPart(1, "More", 100_000),), date(2026, 12, 1))


def test_a_retainer_is_worth_all_its_periods():
    care = Line(1, "Care", "retainer", value=100_000, periods=12)
    assert Contract(date(2026, 12, 1), None, (care,)).worth() == 1_200_000


@pytest.mark.parametrize(
    ("model", "value", "cap", "periods", "worth"),
    [
        ("fixed", 500_000, None, 0, 500_000),
        ("milestone", 500_000, None, 0, 500_000),
        ("time_and_materials", 0, 900_000, 0, 900_000),
        ("time_and_materials", 0, None, 0, None),
        ("retainer", 100_000, None, 12, 1_200_000),
        ("subscription", 9_000, None, 12, 108_000),
        ("retainer", 100_000, None, 0, None),
    ],
)
def test_a_line_is_worth_its_price_its_cap_or_all_its_periods(
    model: str, value: int, cap: int | None, periods: int, worth: int | None
) -> None:
    assert line_worth(model, value, cap, periods) == worth


def test_a_fee_is_split_without_loss() -> None:
    parts = [FeeShare(DAY, 333_333), FeeShare(DAY, 333_333), FeeShare(DAY, 333_334)]
    assert fee_parts(100_000, parts, "f") == (33_333, 33_334, 33_333)


@pytest.mark.parametrize(
    ("deltas", "revenue", "cost"),
    [
        ((), 1_000_000 + 500_000, 500_000),  # 100 h at 120.00 stop at the cap; an hour costs 50.00
        ((CapTo(1, None),), 1_200_000 + 500_000, 500_000),
        ((CapTo(1, 2_000_000), RateTo(1, 7, 15_000)), 1_500_000 + 500_000, 500_000),
        ((AddLine("Care", 10_000, 400_000),), 1_900_000, 700_000),  # 40 h use its cap up
    ],
)
def test_what_is_expected_once_the_estimate_is_worked(
    deltas: tuple[Delta, ...], revenue: int, cost: int
) -> None:
    after = applied(CONTRACT, deltas, DAY) if deltas else CONTRACT
    found = expected(after, hourly(after, {(1, 7): 12_000}, deltas), 5_000)
    assert found == Expected(revenue, cost)


def test_rows_tell_each_change_against_those_before_it() -> None:
    deltas: list[Delta] = [CapTo(1, 1_100_000), CapTo(1, 1_200_000), RateTo(1, 7, 15_000), EndOn(DAY)]
    told = list(rows(CONTRACT, deltas, Names({7: "Engineer"}, {(1, 7): 12_000})))
    assert [(one.what, one.before, one.after) for one in told] == [
        ("“Redesign”: not more than", 1_000_000, 1_100_000),
        ("“Redesign”: not more than", 1_100_000, 1_200_000),
        ("“Redesign”: an hour of Engineer", 12_000, 15_000),
        ("Ends", date(2026, 12, 31), DAY),
    ]
