"""Plans that change within a period, by one fraction."""

from datetime import date

import pytest

from psa_app.errors import Invalid
from psa_app.rules.periods import period_at, schedule
from psa_app.rules.subscriptions import Change, check_change, earned_upto, fee_on, monthly, pieces

OF = schedule("monthly", date(2026, 4, 1))
UP = Change(1, "plan", date(2026, 4, 11), 30_000, 2)
REST = Change(2, "pause", date(2026, 4, 21), 30_000, 2)
ON = Change(3, "resume", date(2026, 5, 11), 30_000, 2)
END = Change(4, "cancel", date(2026, 6, 1), 30_000, 2)


def told(changes: list[Change], day: date, fee: int = 30_000) -> list[tuple[str, int]]:
    period = period_at(OF, day)
    assert period is not None
    return [(one.key, one.amount) for one in pieces(fee, changes, period)]


def test_a_change_costs_the_difference_for_the_days_that_are_left():
    assert told([UP], date(2026, 4, 1)) == [("fee", 30_000), ("change 1", 20_000)]
    assert told([UP], date(2026, 5, 1)) == [("fee", 60_000)]


def test_a_pause_gives_back_and_a_resumption_charges_its_days():
    every = [UP, REST, ON, END]
    assert told(every, date(2026, 4, 1)) == [("fee", 30_000), ("change 1", 20_000), ("change 2", -20_000)]
    assert told(every, date(2026, 5, 1)) == [("fee", 0), ("change 3", 40_645)]  # 21 of 31 days
    assert told(every, date(2026, 6, 1)) == [("fee", 0)]


def test_back_and_forth_on_one_day_comes_to_nothing():
    back = UP._replace(id=2, price=30_000, quantity=1)
    assert sum(amount for _, amount in told([UP, back], date(2026, 4, 1))) == 30_000


@pytest.mark.parametrize(
    ("day", "earned"),
    [
        (date(2026, 4, 10), 10_000),
        (date(2026, 4, 20), 10_000 + 20_000),
        (date(2026, 4, 30), 30_000),
        (date(2026, 5, 10), 30_000),
        (date(2026, 5, 31), 70_645),
        (date(2026, 12, 31), 70_645),
    ],
)
def test_it_is_earned_by_days(day, earned):
    assert earned_upto(OF, 30_000, [UP, REST, ON, END], day) == earned


def test_the_fee_of_a_day():
    every = [END, ON, REST, UP]
    days = (date(2026, 4, 1), date(2026, 4, 15), date(2026, 4, 25), date(2026, 5, 20), date(2026, 6, 1))
    assert [fee_on(30_000, every, day) for day in days] == [30_000, 60_000, 0, 60_000, 0]


@pytest.mark.parametrize(
    ("rhythm", "amount"), [("weekly", 5_200), ("monthly", 1_200), ("quarterly", 400), ("yearly", 100)]
)
def test_a_fee_as_an_amount_a_month(rhythm, amount):
    assert monthly(rhythm, 1_200) == amount


@pytest.mark.parametrize(
    ("before", "kind", "day"),
    [
        ([], "plan", date(2026, 3, 31)),
        ([], "resume", date(2026, 5, 1)),
        ([UP], "pause", date(2026, 4, 10)),
        ([REST], "pause", date(2026, 5, 1)),
        ([REST], "plan", date(2026, 5, 1)),
        ([END], "plan", date(2026, 7, 1)),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(before, kind, day):
    with pytest.raises(Invalid) as error:
        check_change(before, kind, day, OF.starts_on)
    assert error.value.field == "effective_on"
