from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Conflict, Invalid
from psa_app.rules import invoices
from psa_app.rules.invoices import View

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("pattern", "year", "n", "number"),
    [
        ("INV-{year}-{n:04}", 2026, 7, "INV-2026-0007"),
        ("INV-{year}-{n:04}", 2026, 12345, "INV-2026-12345"),
        ("{n}", 2026, 7, "7"),
        ("{year}/{n:02}", 2027, 7, "2027/07"),
        ("TEST-SOW-{n:03}", 2026, 12, "TEST-SOW-012"),
        ("{year}{year}{n}", 2026, 1, "202620261"),
    ],
)
def test_a_number_follows_its_pattern(pattern: str, year: int, n: int, number: str) -> None:
    assert invoices.series_number(pattern, year, n) == number


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "Put {n}"),
        ("INV-{year}", "Put {n}"),
        ("{n}-{n}", "Put {n}"),
        ("{n:04}{n}", "Put {n}"),
        ("{n.__class__}", "Put {n}"),
        ("{n}{other}", "letters, digits"),
        ("{n}{0}", "letters, digits"),
        ("{n}\r\n", "letters, digits"),
        ("{n}<b>", "letters, digits"),
        ("x" * 40 + "{n}", "at most 40"),
    ],
)
def test_a_pattern_that_gives_no_clear_number_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(Invalid) as error:
        invoices.check_pattern(pattern)
    assert says in error.value.sentence
    assert error.value.field == "pattern"


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_two_numbers_of_a_series_never_read_the_same(first: int, second: int) -> None:
    pattern = "INV-{year}-{n:04}"
    same = invoices.series_number(pattern, 2026, first) == invoices.series_number(pattern, 2026, second)
    assert same == (first == second)


@pytest.mark.parametrize(
    ("days", "due"), [(0, DAY), (14, date(2026, 12, 7)), (60, date(2027, 1, 22)), (365, date(2027, 11, 23))]
)
def test_an_invoice_is_due_some_days_after_its_issue(days: int, due: date) -> None:
    assert invoices.due_date(DAY, days) == due


@pytest.mark.parametrize("days", [-1, 366, 10**9])
def test_days_to_pay_lie_within_a_year(days: int) -> None:
    with pytest.raises(Invalid, match="from 0 to 365"):
        invoices.due_date(DAY, days)


def test_an_issue_date_is_never_before_the_series_last() -> None:
    invoices.check_issue_date(DAY, None)
    invoices.check_issue_date(DAY, DAY)
    with pytest.raises(Invalid, match="2026-11-24") as error:
        invoices.check_issue_date(DAY, date(2026, 11, 24))
    assert error.value.field == "issued_on"


@pytest.mark.parametrize(
    ("total", "allocated", "refunded", "disputed", "view", "left"),
    [
        (10000, 0, 0, 0, View.unpaid, 10000),
        (10000, 1, 0, 0, View.partial, 9999),
        (10000, 9999, 0, 0, View.partial, 1),
        (10000, 10000, 0, 0, View.paid, 0),
        (10000, 10001, 0, 0, View.overpaid, -1),
        (10000, 10000, 10000, 0, View.refunded, 10000),
        (10000, 10000, 4000, 0, View.partial, 4000),
        (10000, 12000, 2000, 0, View.paid, 0),
        (10000, 4000, 4000, 0, View.refunded, 10000),
        (10000, 10000, 0, 10000, View.disputed, 0),
        (0, 0, 0, 0, View.paid, 0),
    ],
)
def test_what_payments_make_of_an_invoice(
    total: int, allocated: int, refunded: int, disputed: int, view: View, left: int
) -> None:
    assert invoices.payment_view(total, allocated, refunded, disputed) is view
    assert invoices.rest(total, allocated, refunded) == left


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_an_invoice_is_settled_exactly_when_nothing_is_left(total: int, allocated: int, back: int) -> None:
    refunded = min(back, allocated)
    view = invoices.payment_view(total, allocated, refunded)
    left = invoices.rest(total, allocated, refunded)
    if view in (View.unpaid, View.partial):
        assert left > 0
    elif view is View.paid:
        assert left == 0
    elif view is View.overpaid:
        assert left < 0
    else:
        assert left == total


@pytest.mark.parametrize(
    ("today", "left", "overdue"),
    [
        (date(2026, 11, 22), 100, False),
        (DAY, 100, False),
        (date(2026, 11, 24), 100, True),
        (date(2026, 11, 24), 0, False),
        (date(2026, 11, 24), -100, False),
    ],
)
def test_overdue_begins_the_day_after(today: date, left: int, overdue: bool) -> None:
    assert invoices.is_overdue(DAY, today, left) == overdue


UNTOUCHED: dict[str, Any] = {"paid": 0, "credited": 0, "exported": False, "period_locked": False}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"paid": 1}, "is paid"),
        ({"credited": 1}, "is credited"),
        ({"exported": True}, "handed to the books"),
        ({"period_locked": True}, "is locked"),
        ({"collecting": True}, "under way"),
    ],
)
def test_only_an_untouched_invoice_may_be_void(change: dict[str, Any], says: str) -> None:
    invoices.check_void(**UNTOUCHED)
    with pytest.raises(Conflict, match=says):
        invoices.check_void(**{**UNTOUCHED, **change})
