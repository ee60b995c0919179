"""Which periods the payment service bills: from one whole period on all, before it none."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from psa_app.errors import Invalid
from psa_app.rules.managed import begins_at, ends_at, first_period, is_ours, period_of
from psa_app.rules.periods import ADVANCE, ARREARS, CALENDAR, periods, schedule

TODAY = date(2026, 11, 23)
BERLIN = ZoneInfo("Europe/Berlin")
MONTHLY = schedule("monthly", date(2026, 9, 1))


@pytest.mark.parametrize(
    ("of", "wanted", "first"),
    [
        (MONTHLY, None, date(2026, 12, 1)),
        (MONTHLY, date(2027, 3, 1), date(2027, 3, 1)),
        (schedule("monthly", TODAY), None, TODAY),
        (schedule("weekly", date(2026, 11, 2)), None, date(2026, 11, 23)),
        (schedule("monthly", TODAY, trial_days=30), None, date(2026, 12, 23)),
        (schedule("monthly", date(2026, 11, 20), counted_from=CALENDAR), None, date(2026, 12, 1)),
        (schedule("yearly", date(2026, 1, 31)), None, date(2027, 1, 31)),
    ],
)
def test_the_payment_service_bills_from_a_whole_period_on(of, wanted, first):
    period = first_period(of, ADVANCE, TODAY, wanted)
    assert (period.starts_on, period.is_part) == (first, False)
    served = [one for one in periods(of, date(2027, 12, 31)) if not is_ours(one, first)]
    assert served[0] == period


@pytest.mark.parametrize(
    ("of", "billed_in", "wanted", "told"),
    [
        (MONTHLY, ARREARS, None, "in arrears"),
        (MONTHLY, ADVANCE, date(2026, 12, 2), "such as 2026-12-01"),
        (MONTHLY, ADVANCE, date(2026, 11, 1), "such as 2026-12-01"),
        (schedule("monthly", date(2026, 9, 1), date(2026, 11, 30)), ADVANCE, None, "No whole period"),
        (schedule("monthly", date(2026, 9, 1), date(2026, 12, 15)), ADVANCE, None, "No whole period"),
    ],
)
def test_a_day_that_does_not_fit_is_told(of, billed_in, wanted, told):
    with pytest.raises(Invalid, match=told) as raised:
        first_period(of, billed_in, TODAY, wanted)
    assert raised.value.field == "bills_from"


def test_a_line_that_the_app_bills_keeps_all_its_periods():
    assert all(is_ours(one, None) for one in periods(MONTHLY, date(2027, 6, 1)))


def test_a_day_begins_at_noon_there_and_a_scope_that_ends_ends_there_too():
    assert begins_at(TODAY, TODAY, BERLIN) is None
    assert begins_at(date(2026, 12, 1), TODAY, BERLIN) == datetime(2026, 12, 1, 11, tzinfo=UTC)
    assert ends_at(MONTHLY, BERLIN) is None
    ending = schedule("monthly", date(2026, 9, 1), date(2027, 5, 31))
    assert ends_at(ending, BERLIN) == datetime(2027, 6, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_on", "at", "number"),
    [
        (date(2026, 9, 1), datetime(2026, 12, 1, 11, tzinfo=UTC), 4),
        (date(2026, 1, 31), datetime(2026, 2, 28, 11, tzinfo=UTC), 2),
        (date(2026, 1, 31), datetime(2026, 3, 28, 11, tzinfo=UTC), 3),
        (date(2026, 1, 31), datetime(2026, 4, 28, 10, tzinfo=UTC), 4),
    ],
)
def test_a_period_there_is_the_same_number_here(starts_on, at, number):
    found = period_of(schedule("monthly", starts_on), at, BERLIN)
    assert found is not None
    assert found.number == number
