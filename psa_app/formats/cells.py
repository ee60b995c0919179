"""Cells of exported tables that a spreadsheet shows and never runs."""

from datetime import date, datetime
from decimal import Decimal

Cell = str | int | float | Decimal | bool | date | datetime | None

_STARTERS = frozenset("=+-@|\t\r\n\0＝＋－＠")


def defused(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet would take it for a formula.

    Source: OWASP ASVS 5.0, 1.2.10. Numbers are no text: −5 as an `int` stays a number.
    """
    start = text.lstrip(" \u00a0")[:1]
    return f"'{text}" if start in _STARTERS and start else text
