"""Invoices: their numbers, when they are due, what payments make of them, and when one may be void.

Paid, partly paid, overdue and the like are never stored: they follow from the allocation rows.
"""

import re
from datetime import date, timedelta
from enum import StrEnum

from psa_app.errors import Conflict, Invalid

MAX_PATTERN = 40
MAX_PAYMENT_DAYS = 365

_PLACE = re.compile(r"\{year\}|\{n(?::0([1-9]))?\}", re.ASCII)
_LITERAL = re.compile(r"[A-Za-z0-9/_. -]*", re.ASCII)


class View(StrEnum):
    """What payments, credits, refunds and disputes make of an issued invoice."""

    unpaid = "unpaid"
    partial = "partial"
    paid = "paid"
    overpaid = "overpaid"
    refunded = "refunded"
    disputed = "disputed"


def check_pattern(pattern: str, field: str = "pattern") -> None:
    """Raises `Invalid` unless the pattern holds one running number: "INV-{year}-{n:04}"."""
    numbers = [place for place in _PLACE.finditer(pattern) if place[0] != "{year}"]
    if len(numbers) != 1:
        raise Invalid("Put {n} where the running number stands, once: INV-{year}-{n:04}.", field)
    if not _LITERAL.fullmatch(_PLACE.sub("", pattern)):
        raise Invalid("Besides {year} and {n} use letters, digits, blanks and - / . _ only.", field)
    if len(pattern) > MAX_PATTERN:
        raise Invalid(f"A pattern is at most {MAX_PATTERN} characters long.", field)


def series_number(pattern: str, year: int, n: int) -> str:
    """The n-th number of a series: ("INV-{year}-{n:04}", 2026, 7) is "INV-2026-0007"."""
    check_pattern(pattern)
    return _PLACE.sub(lambda place: str(year) if place[0] == "{year}" else _padded(n, place[1]), pattern)


def _padded(n: int, width: str | None) -> str:
    return f"{n:0{width}}" if width else str(n)


def due_date(issue: date, days: int) -> date:
    """The last day to pay: issued on 2026-11-23, 14 days, due on 2026-12-07."""
    if not 0 <= days <= MAX_PAYMENT_DAYS:
        raise Invalid(f"Give from 0 to {MAX_PAYMENT_DAYS} days to pay.", "payment_days")
    return issue + timedelta(days=days)


def check_issue_date(issue: date, last_in_series: date | None, field: str = "issued_on") -> None:
    """Raises `Invalid` when an invoice would be dated before the last one of its series."""
    if last_in_series is not None and issue < last_in_series:
        raise Invalid(
            f"The last invoice of this series is of {last_in_series.isoformat()}. "
            "Choose that day or a later one.",
            field,
        )


def rest(total: int, allocated: int, refunded: int = 0) -> int:
    """What is still to be paid; below 0 it is the client's credit."""
    return total - allocated + refunded


def payment_view(
    total: int,
    allocated: int,
    refunded: int = 0,
    disputed: int = 0,
) -> View:
    """How an issued invoice stands, all amounts in minor units and 0 or more.

    `allocated` are payments and credits on it, `refunded` what went back out of those, `disputed`
    what is withheld by an open dispute. An invoice over 0.00 is paid at once.
    """
    if disputed > 0:
        return View.disputed
    kept = allocated - refunded
    if refunded > 0 and kept <= 0:
        return View.refunded
    if kept == total:
        return View.paid
    if kept > total:
        return View.overpaid
    return View.partial if kept > 0 else View.unpaid


def is_overdue(due_on: date, today: date, rest_minor: int) -> bool:
    """Overdue from the day after it was due while something is left to pay."""
    return rest_minor > 0 and today > due_on


def check_void(
    paid: int,
    credited: int,
    exported: bool,
    period_locked: bool,
    collecting: bool = False,
) -> None:
    """Raises `Conflict` unless an issued invoice is untouched, so that voiding rewrites nothing.

    `paid` and `credited` are what is allocated to it, `collecting` a payment under way.
    """
    instead = "Write a credit note instead."
    if collecting:
        raise Conflict("A payment of this invoice is under way. Wait for it or cancel it first.")
    if paid:
        raise Conflict(f"This invoice is paid, at least in part, and cannot be void. {instead}")
    if credited:
        raise Conflict(f"This invoice is credited, at least in part, and cannot be void. {instead}")
    if exported:
        raise Conflict(f"This invoice was handed to the books and cannot be void. {instead}")
    if period_locked:
        raise Conflict(f"The period of this invoice is locked, so it cannot be void. {instead}")
