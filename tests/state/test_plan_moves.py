"""What a drag and a form mean: days from columns, a booking from typed words."""

from datetime import date, timedelta

import pytest

from psa_app.errors import Invalid
from psa_app.queries.planning.board import BoardBar
from psa_app.state.planning.booking_form import parsed
from psa_app.state.planning.planner import dates_for, whole

MONDAY = date(2026, 11, 23)
TYPED = {
    "who": "p7",
    "project": "3",
    "task": "",
    "starts_on": "2026-11-23",
    "ends_on": "2026-11-27",
    "mode": "percent",
    "amount": "60",
    "tentative": "",
    "billable": "on",
    "note": "",
}


def bar(first: date, last: date) -> BoardBar:
    return BoardBar(
        1,
        1,
        "p7",
        3,
        "Checkout",
        "Northwind",
        None,
        "",
        1,
        first,
        last,
        "percent",
        0,
        60,
        0,
        False,
        True,
        "",
        0,
        0,
    )


def moved(first: date, last: date, start: int, length: int) -> tuple[date, date]:
    values = dates_for(bar(first, last), MONDAY, start, length)
    return values["starts_on"], values["ends_on"]


def test_a_bar_that_is_moved_keeps_its_weekdays():
    wednesday, tuesday = date(2026, 11, 25), date(2026, 12, 1)
    assert moved(wednesday, tuesday, 2, 2) == (wednesday + timedelta(14), tuesday + timedelta(14))
    assert moved(wednesday, tuesday, -1, 2) == (wednesday - timedelta(7), tuesday - timedelta(7))


def test_an_end_that_is_stretched_covers_its_whole_week_and_the_other_stays():
    first, last = date(2026, 11, 25), date(2026, 12, 1)
    assert moved(first, last, 0, 4) == (first, date(2026, 12, 18))
    assert moved(first, last, -1, 3) == (date(2026, 11, 16), last)
    assert moved(first, last, 0, 1) == (first, date(2026, 11, 27))


def test_a_bar_shortened_to_a_weekend_keeps_a_day():
    saturday = date(2026, 11, 28)
    assert moved(saturday, date(2026, 12, 4), 0, 1) == (saturday, saturday)


@pytest.mark.parametrize(("start", "length"), [(10**6, 1), (-5000, 1), (0, 5000)])
def test_nothing_is_moved_out_of_the_world(start, length):
    with pytest.raises(Invalid):
        moved(MONDAY, MONDAY, start, length)


@pytest.mark.parametrize("value", [None, "", "x", "1.5", True, "9" * 16, [1], {"a": 1}, "--1", "NaN"])
def test_a_forged_place_in_the_plan_is_refused(value):
    with pytest.raises(Invalid):
        whole({"start": value}, "start")


def test_small_whole_numbers_pass_as_numbers_or_text():
    assert [whole({"n": value}, "n") for value in (3, "-2", 0)] == [3, -2, 0]


@pytest.mark.parametrize(
    ("mode", "amount", "read"),
    [
        ("percent", "60 %", {"percent": 60, "minutes_per_day": 0, "total_minutes": 0}),
        ("hours_per_day", "4:30", {"minutes_per_day": 270, "total_minutes": 0}),
        ("total", "40", {"minutes_per_day": 0, "total_minutes": 2400}),
    ],
)
def test_how_much_is_read_by_what_it_counts(mode, amount, read):
    values = parsed(TYPED | {"mode": mode, "amount": amount})
    assert {name: values[name] for name in read} == read


def test_a_person_or_an_open_role_is_read_from_one_choice():
    assert (parsed(TYPED)["person_id"], parsed(TYPED)["role_id"]) == (7, None)
    values = parsed(TYPED | {"who": "r2", "task": "9", "tentative": "on", "billable": ""})
    assert (values["person_id"], values["role_id"], values["task_id"]) == (None, 2, 9)
    assert (values["is_tentative"], values["is_billable"]) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"who": ""}, "who"),
        ({"who": "x1"}, "who"),
        ({"project": ""}, "project"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"mode": "total", "amount": "-3"}, "amount"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"ends_on": "2026-02-30"}, "ends_on"),
    ],
)
def test_what_is_typed_wrong_is_refused_beside_its_field(wrong, field):
    with pytest.raises(Invalid) as refused:
        parsed(TYPED | wrong)
    assert refused.value.field == field
